import { compileString } from '../connector/template.ts'
import { compileExpression } from '../mapping/expression.ts'
import type { CompiledExpression } from '../mapping/types.ts'
import { bug } from '../model/errors.ts'
import type { Json, JsonSchema } from '../model/json.ts'
import type { RecordShape } from '../model/record-shape.ts'
import { compileSchemas, type Validate } from '../model/schema.ts'

/** What connectors say in words of their own, each compiled once and kept: there are as many as their definitions hold. */
export interface Compiled {
  /** a condition of a stream's part. @throws HubError `bad-condition` (bug) for a text that lint would have refused */
  condition(text: string): CompiledExpression
  /** a text template. @throws HubError `bad-template` (bug) */
  template(text: string): (roots: Readonly<Record<string, Json | undefined>>) => string | undefined
  /** a stream's or a command's schema; `name` only names it in faults. @throws HubError `bad-schema` (bug) */
  schema(schema: JsonSchema, name: string): Validate
  /** what records of streams look like as far as it was committed, by tenant, connection and stream (drift.ts) */
  readonly shapes: Map<string, RecordShape>
}

export function openCompiled(): Compiled {
  const conditions = new Map<string, CompiledExpression>()
  const templates = new Map<string, ReturnType<Compiled['template']>>()
  const schemas = new WeakMap<JsonSchema, Validate>()
  return {
    condition: (text) => kept(conditions, text, () => compileCondition(text)),
    template: (text) => kept(templates, text, () => compileString(text)),
    schema(schema, name) {
      const known = schemas.get(schema)
      if (known !== undefined) return known
      const made = compileOne(schema, name)
      schemas.set(schema, made)
      return made
    },
    shapes: new Map(),
  }
}

function kept<K, V>(known: Map<K, V>, key: K, make: () => V): V {
  const value = known.get(key) ?? make()
  known.set(key, value)
  return value
}

function compileCondition(text: string): CompiledExpression {
  const { expression, faults } = compileExpression(text, { file: 'connector' })
  if (expression !== undefined) return expression
  throw bug(
    'bad-condition',
    `the condition ${JSON.stringify(text)} of a connector does not compile: ${faults.map(({ message }) => message).join('; ')}`,
  )
}

function compileOne(schema: JsonSchema, name: string): Validate {
  const id = `${name}@1`
  const { validators, faults } = compileSchemas([{ file: name, text: JSON.stringify({ ...schema, $id: id }) }])
  const validate = validators.get(id)
  if (validate !== undefined) return validate
  throw bug('bad-schema', `the schema of ${name} does not compile: ${faults.map(({ path, message }) => `${path} ${message}`).join('; ')}`)
}
