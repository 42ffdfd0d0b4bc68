import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { compileMapping } from '../mapping/compile.ts'
import { type Cursor, cursorAt, fieldAt, itemsAt } from '../mapping/schema-path.ts'
import type { MapContext, MapResult, Rule, RuleOrPath } from '../mapping/types.ts'
import { isObject, type Json, type JsonObject, type JsonSchema } from '../model/json.ts'
import { readSchemas } from '../model/schema.ts'
import { packageRoot } from '../package-root.ts'

const secret = 'S3CRET'
const context: MapContext = { connection: 'shop', books: 'harbour', config: {}, codes: () => undefined }

/** A field of a document that its schema marks `x-sensitive`: names from the root, `[]` for the items of a list. */
interface Sensitive {
  readonly document: string
  readonly steps: readonly string[]
}

/** Every schema object below one that is marked. */
function marked(value: Json | undefined): readonly JsonObject[] {
  if (Array.isArray(value)) return value.flatMap((part: Json) => marked(part))
  if (!isObject(value)) return []
  return [...(value['x-sensitive'] === true ? [value] : []), ...Object.values(value).flatMap(marked)]
}

function sensitiveIn(document: string, cursor: Cursor | undefined, steps: readonly string[], seen: Set<JsonObject>): readonly Sensitive[] {
  if (cursor === undefined || steps.length > 8) return []
  const marks = cursor.schemas.filter((schema) => schema['x-sensitive'] === true)
  for (const mark of marks) seen.add(mark)
  const names = new Set(cursor.schemas.flatMap(({ properties }) => (isObject(properties) ? Object.keys(properties) : [])))
  const below = [...names].flatMap((name) => {
    const found = fieldAt(cursor, name)
    return found.kind === 'found' ? sensitiveIn(document, found.cursor, [...steps, name], seen) : []
  })
  return [...(marks.length > 0 ? [{ document, steps }] : []), ...below, ...sensitiveIn(document, itemsAt(cursor), [...steps, '[]'], seen)]
}

/** What a schema says of places and secrets, and nothing of types, so that a rule may write or read there what does not fit. */
function bare(schema: Json, isNames = false): Json {
  if (Array.isArray(schema)) return schema.map((part: Json) => bare(part))
  if (!isObject(schema)) return schema
  const words = ['$id', '$defs', '$ref', 'properties', 'items', 'allOf', 'anyOf', 'oneOf', 'x-sensitive']
  const kept = Object.entries(schema).filter(([word]) => isNames || words.includes(word))
  return Object.fromEntries(kept.map(([word, part]) => [word, bare(part ?? null, !isNames && (word === 'properties' || word === '$defs'))]))
}

/** Rules that fail on the text at a path, each in its way. */
const failing = (path: string): readonly Rule[] => [
  { from: path, convert: 'decimal' },
  { from: ['nobody', path], convert: 'utc' },
  { from: path, convert: 'seconds', default: 'none' },
  { from: path, lookup: 'table' },
  { expr: `${path} + 1` },
  { expr: `(nobody ?? ${path}) + 1` },
  { when: path, value: 'x' },
  { from: path, fields: { a: 'a' } },
  { each: path, item: 'a' },
]

/** A rule for a field of a document, around the rule for a place inside it. */
function around([step, ...rest]: readonly string[], rule: Rule): Rule {
  if (step === undefined) return rule
  const inner = around(rest, rule)
  if (step !== '[]') return { fields: { [step]: inner } }
  return { each: '$.list', ...(inner.fields !== undefined && inner.from === undefined ? { fields: inner.fields } : { item: inner }) }
}

/** A document with a text at one place. */
const holding = ([step, ...rest]: readonly string[]): Json =>
  step === undefined ? secret : step === '[]' ? [holding(rest)] : { [step]: holding(rest) }

describe('a field that a schema of the package marks x-sensitive', () => {
  let schemas: ReadonlyMap<string, JsonSchema>
  let fields: readonly Sensitive[]
  let unseen: readonly JsonObject[]
  beforeAll(async () => {
    const texts = await readSchemas(join(packageRoot, 'schemas'))
    schemas = new Map(texts.map(({ text }) => JSON.parse(text) as JsonObject).map((schema) => [String(schema.$id), schema]))
    const seen = new Set<JsonObject>()
    fields = [...schemas].flatMap(([id, schema]) => (id.startsWith('values@') ? [] : sensitiveIn(id, cursorAt(schema, schemas), [], seen)))
    unseen = [...schemas.values()].flatMap(marked).filter((mark) => !seen.has(mark))
    schemas = new Map([...schemas].map(([id, schema]) => [id, bare(schema as JsonObject) as JsonSchema]))
  })

  const run = (more: Record<string, unknown>, document: Json): MapResult => {
    const lookups = { table: { a: 'b' } }
    const text = JSON.stringify({ mapping: 'test', version: '1', source: 'app', target: 'hub', lookups, ...more })
    const { mapping, faults } = compileMapping(text, { file: 'test.json', schemas })
    if (mapping === undefined) throw new Error(`${text} ${JSON.stringify(faults.filter(({ severity }) => severity === 'error'))}`)
    return more.direction === 'push' ? mapping.push(document, context) : mapping.pull(document, context)
  }
  const expectHidden = (result: MapResult, why: string): void => {
    expect(result.ok, why).toBe(false)
    expect(JSON.stringify(result), why).not.toContain(secret)
  }

  it('is found wherever a document has it', () => {
    expect(unseen).toEqual([])
    expect(fields.length).toBeGreaterThan(50)
  })

  it('is not shown by an error of a rule that reads it', () => {
    for (const { document, steps } of fields) {
      const path = steps.map((step, i) => (step === '[]' ? '[0]' : i === 0 ? step : `.${step}`)).join('')
      for (const rule of failing(path))
        expectHidden(
          run({ direction: 'push', source: document, push: { x: rule } }, holding(steps)),
          `${document} ${path} ${JSON.stringify(rule)}`,
        )
    }
  })

  it('is not shown by an error of a rule that writes it', () => {
    for (const { document, steps } of fields) {
      const [first = '', ...rest] = steps
      for (const rule of failing('$.bad')) {
        const made: Record<string, RuleOrPath> = { [first]: around(rest, rule) }
        expectHidden(
          run({ direction: 'pull', target: document, fields: made }, { bad: secret, list: [{ a: 1 }] }),
          `${document} ${steps.join(' ')} ${JSON.stringify(rule)}`,
        )
      }
    }
  })
})
