import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { isObject, type Json, type JsonObject } from '../model/json.ts'
import { compileSchemas } from '../model/schema.ts'
import { completeMapping, overlaySchema, tableSchema } from '../testing/mapping-page/meta-schemas.ts'
import { compileMapping } from './compile.ts'
import { converters } from './converters.ts'
import { overlayKeys } from './overlay.ts'
import { directions, fileKeys } from './parse.ts'
import { ruleKeys } from './parse-rule.ts'
import { readTable, tableWords } from './table.ts'

const root = join(import.meta.dirname, '..', '..')
const folder = join(root, 'schemas', 'meta')
const read = (name: string): JsonObject => JSON.parse(readFileSync(join(folder, name), 'utf8')) as JsonObject
const shown = (value: JsonObject): string => `${JSON.stringify(value, undefined, 2)}\n`
const mapping = read('mapping.json')
const compiled = compileSchemas(
  ['mapping.json', 'overlay.json', 'table.json', 'cases.json', 'workspace.json'].map((name) => ({
    file: name,
    text: readFileSync(join(folder, name), 'utf8'),
  })),
)
const schemaFault = (id: string, value: Json) => compiled.validators.get(id)?.(value)

describe('the schemas for editors', () => {
  it('compile', () => expect(compiled.faults).toEqual([]))

  it('hold what the code knows (vitest run src/mapping/meta.test.ts --update writes them)', async () => {
    const whole = completeMapping(mapping)
    await expect(shown(whole)).toMatchFileSnapshot(join(folder, 'mapping.json'))
    await expect(shown(overlaySchema(whole))).toMatchFileSnapshot(join(folder, 'overlay.json'))
    await expect(shown(tableSchema(whole))).toMatchFileSnapshot(join(folder, 'table.json'))
  })

  const propertiesOf = (schema: Json | undefined): readonly string[] =>
    isObject(schema) && isObject(schema.properties) ? Object.keys(schema.properties) : []
  const ruleSchema = (mapping.$defs as JsonObject).rule as JsonObject
  it.each([
    ['keys of a file', propertiesOf(mapping), fileKeys],
    ['keys of a rule', propertiesOf(ruleSchema), ruleKeys],
    ['keys of an overlay', propertiesOf(read('overlay.json')), overlayKeys],
    ['words of a table', propertiesOf(read('table.json')), tableWords],
  ])('know the same %s as the parser', (_, schema, parser) => {
    expect([...schema].sort()).toEqual([...parser].sort())
  })

  it('have a title in both languages and hover text for every key, and hover text for every choice', () => {
    const bare: string[] = []
    const look = (value: Json | undefined, path: string): void => {
      if (Array.isArray(value)) value.forEach((item, i) => void look(item, `${path}/${i}`))
      if (!isObject(value)) return
      if (isObject(value.properties))
        for (const [key, schema] of Object.entries(value.properties)) {
          if (!isObject(schema)) continue
          for (const word of ['title', 'x-title-zh', 'description'])
            if (typeof schema[word] !== 'string') bare.push(`${path}/${key} has no ${word}`)
        }
      if (value.const !== undefined && typeof value.description !== 'string') bare.push(`${path} ${String(value.const)} has no description`)
      for (const [key, inner] of Object.entries(value))
        if (!['dependentSchemas', 'anyOf'].includes(key) || path !== '') look(inner, `${path}/${key}`)
    }
    for (const name of ['overlay.json', 'table.json', 'cases.json']) look(read(name), '')
    look({ properties: mapping.properties, converter: (mapping.$defs as JsonObject).converter }, '')
    look({ properties: ruleSchema.properties }, '/rule')
    expect(bare).toEqual([])
  })
})

describe('what is shipped fits them', () => {
  const files = readdirSync(join(root, 'mappings'), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.json'))
    .map((entry) => join(entry.parentPath, entry.name))
  it('there are mappings', () => expect(files.length).toBeGreaterThan(15))
  it.each(files.map((file) => [file.slice(root.length + 1), file]))('%s', (_, file) => {
    expect(
      schemaFault(file.endsWith('.cases.json') ? 'cases@1' : 'mapping@1', JSON.parse(readFileSync(file, 'utf8')) as Json),
    ).toBeUndefined()
  })

  const page = readFileSync(join(root, 'docs', 'mapping.md'), 'utf8')
  const examples = [...page.matchAll(/<!-- example: (\w+) (mapping|overlay|workspace|cases|table [\w@]+) -->\n```json\n([\s\S]*?)\n```/g)]
  it.each(examples.map(([, name = '', part = '', text = '']) => [`${name} ${part}`, part, text]))(
    'the example %s of docs/mapping.md',
    (_, part, text) => {
      expect(schemaFault(`${part.split(' ')[0]}@1`, JSON.parse(text) as Json)).toBeUndefined()
    },
  )
})

const frame = (more: JsonObject): JsonObject => ({
  mapping: 'm',
  version: '1',
  source: 'a',
  target: 'b',
  direction: 'pull',
  fields: {},
  ...more,
})
const errorsOf = (value: Json): readonly string[] =>
  compileMapping(JSON.stringify(value), { file: 'm.json' }).faults.flatMap(({ severity, code }) => (severity === 'error' ? [code] : []))

const good = ['a', 'a.b', "['x']", '.']
const bad: readonly Json[] = [5, null, [], {}, '', true]
const values: Readonly<Record<(typeof ruleKeys)[number], readonly Json[]>> = {
  from: [...good, ['a', 'b'], [], ['a', 5]],
  value: ['x', 1, null, { a: 1 }],
  expr: ['a', 'a + 1', "join('', a)"],
  each: good,
  list: [['a'], [{ value: 1 }], [], 'a'],
  key: good,
  where: ['a == 1'],
  let: [{ n: 'a' }, {}, { n: 5 }],
  fields: [{ x: 'a' }, {}, { x: { from: 'a' } }, { x: 5 }],
  use: ['part', 'other'],
  item: ['a', { from: 'a' }, 5],
  default: ['x', 1],
  convert: [
    'text',
    'decimal:2',
    'decimal:13',
    "amount:'CNY'",
    'txt',
    ['text', 'lower'],
    ['text', 5],
    [],
    Array.from({ length: 6 }, () => 'text'),
    'text:2',
    'decimal:',
  ],
  zone: ['UTC', '@.zone', 'Mars/Olympus'],
  lookup: ['table', 'other', 'table@1'],
  else: ['x', 5],
  link: ['party', 'Bad Type'],
  when: ['a'],
  missing: ['omit', 'reject', 'skip'],
  onPush: ['write', 'keep', 'reject', 'no'],
  onError: ['reject', 'skipItem', 'omit', 'no'],
  null: ['none', 'clear', 'no'],
  note: ['for people', 5],
}
const rule = fc
  .uniqueArray(fc.constantFrom(...ruleKeys, 'form'), { minLength: 0, maxLength: 5 })
  .chain((keys) =>
    fc.tuple(...keys.map((key) => fc.tuple(fc.constant(key), fc.constantFrom(...(key === 'form' ? ['a'] : [...values[key], ...bad]))))),
  )
  .map((entries) => Object.fromEntries(entries) as JsonObject)

describe('the schema and the parser agree', () => {
  it('what the schema refuses the parser refuses, and keys, kinds and converters that the parser refuses the schema refuses', () => {
    fc.assert(
      fc.property(rule, (one) => {
        const file = frame({ lookups: { table: { a: 'b' } }, parts: { part: { x: 'a' } }, fields: { x: one, y: { use: 'part' } } })
        const errors = errorsOf(file)
        const fault = schemaFault('mapping@1', file)
        if (fault !== undefined) expect({ file, fault, errors }).toMatchObject({ errors: expect.arrayContaining([expect.any(String)]) })
        const shape = errors.filter((code) => code === 'E_KEY')
        if (shape.length > 0) expect(fault).toBeDefined()
      }),
      { numRuns: 3000 },
    )
  })

  it.each([...ruleKeys])('on the kind of %s', (key) => {
    for (const value of [...values[key], ...bad]) {
      const alone = ['from', 'value', 'expr', 'each', 'list', 'use', 'fields'].includes(key)
      const around: JsonObject = ['key', 'where', 'item', 'let'].includes(key)
        ? { each: 'a', ...(key === 'item' ? {} : { fields: {} }) }
        : key === 'else'
          ? { from: 'a', lookup: 'table' }
          : alone
            ? {}
            : { from: 'a' }
      const whole = { ...around, ...(key === 'each' ? { fields: {} } : {}), ...(key === 'zone' ? { convert: 'utc' } : {}), [key]: value }
      const file = frame({ lookups: { table: { a: 'b' } }, parts: { part: {} }, fields: { x: whole, y: { use: 'part' } } })
      const errors = errorsOf(file).filter((code) => code === 'E_SHAPE' || code === 'E_KEY')
      const fault = schemaFault('mapping@1', file)
      if (errors.length > 0) expect({ value, fault }).toMatchObject({ fault: expect.anything() })
      if (fault !== undefined)
        expect({ value, fault, errors: errorsOf(file) }).toMatchObject({ errors: expect.arrayContaining([expect.any(String)]) })
    }
  })

  it('on every converter, with and without an argument', () => {
    for (const name of [...converters.keys(), 'txt'])
      for (const argument of ['', ':', ':2', ':12', ':13', ":'CNY'", ':currency']) {
        const file = frame({ fields: { x: { from: 'a', convert: `${name}${argument}`, ...(name === 'local' ? { zone: 'UTC' } : {}) } } })
        const refused = errorsOf(file).filter((code) => code === 'E_CONVERT' || code === 'E_SYNTAX')
        expect({ convert: name + argument, refused: schemaFault('mapping@1', file) !== undefined }).toEqual({
          convert: name + argument,
          refused: refused.length > 0,
        })
      }
  })

  it.each([
    ['mapping', ['m', 'x12.850', 'a-b.c', 'Bad', '', 5, 'a..b']],
    ['version', ['1', '1.0.0', 'v1', '', 5]],
    ['source', ['a', '', 5]],
    ['target', ['a', '', 5]],
    ['direction', [...directions, 'pul', 5]],
    ['note', ['n', 5]],
    ['lookups', [{}, { t: { a: 'b', c: null } }, { t: 5 }, { t: { a: 5 } }, { t: { $note: 5 } }, { t: { $back: 5 } }, 5]],
    ['parts', [{}, { p: 5 }, 5]],
    ['let', [{}, { n: 'a' }, { n: 5 }, 5]],
    ['fields', [{}, { x: 'a' }, { x: 5 }, { x: null }, 5]],
    ['feilds', [{}]],
  ] as [string, Json[]][])('on %s', (key, all) => {
    for (const value of all) {
      const file = frame(key === 'direction' && value === 'push' ? { direction: 'push', push: {}, fields: undefined } : { [key]: value })
      const errors = errorsOf(JSON.parse(JSON.stringify(file)) as Json)
      expect({ value, refused: schemaFault('mapping@1', JSON.parse(JSON.stringify(file)) as Json) !== undefined }).toEqual({
        value,
        refused: errors.length > 0,
      })
    }
  })

  it.each([
    ['{ "a": "x", "b": null, "$back": { "x": "a" }, "$note": "n" }', true],
    ['{ "a": 5 }', false],
    ['{ "$note": 5 }', false],
    ['{ "$back": { "x": 5 } }', false],
    ['[]', false],
  ])('on the table %s', (text, fits) => {
    expect(readTable('t@1', text, 't.json').faults).toHaveLength(fits ? 0 : 1)
    expect(schemaFault('table@1', JSON.parse(text) as Json) === undefined).toBe(fits)
  })
})
