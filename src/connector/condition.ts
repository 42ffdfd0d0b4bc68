import { compileExpression } from '../mapping/expression.ts'
import { bug } from '../model/errors.ts'
import type { Json, JsonObject } from '../model/json.ts'
import { openConfigOf } from './secrets.ts'
import type { Config, Connector } from './types.ts'

/**
 * A condition of a connector over a record; the config without its secrets is under `@.config`.
 * @throws HubError `bad-condition` (bug) for a text that lint would have refused
 */
export function compileCondition(text: string, connection: string, openConfig: JsonObject): (record: Json) => boolean {
  const { expression, faults } = compileExpression(text, { file: 'connector' })
  if (expression === undefined)
    throw bug('bad-condition', `the condition ${JSON.stringify(text)} does not compile: ${faults.map(({ message }) => message).join('; ')}`)
  const context = { connection, books: '', config: openConfig, codes: () => undefined }
  return (record) => expression.test(record, context)
}

/** One connection, for what follows from it without a request. */
export interface ConditionSetup {
  readonly name: string
  readonly connector: Connector
  readonly config: Config
}

/** Conditions of one connection, each compiled once. */
export function openConditions({ name, connector, config }: ConditionSetup): (text: string) => (record: Json) => boolean {
  const open = openConfigOf(connector.config, config)
  const compiled = new Map<string, (record: Json) => boolean>()
  return (text) => {
    const known = compiled.get(text) ?? compileCondition(text, name, open)
    compiled.set(text, known)
    return known
  }
}
