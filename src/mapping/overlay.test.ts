import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { JsonObject } from '../model/json.ts'
import { interpreter } from '../testing/interpret.ts'
import { unbundle } from './bundle.ts'
import { compileMapping } from './compile.ts'
import { readTable } from './table.ts'
import { compiled, context, file } from './testbed.ts'
import type { CompileOptions } from './types.ts'

const base = file(
  {
    number: 'name',
    status: { from: 'state', lookup: 'status' },
    buyer: { from: 'customer', fields: { name: 'name', mail: { from: 'email', convert: 'lower' } } },
    shipTo: { from: 'address', use: 'address' },
    lines: { each: 'items', where: 'quantity > 0', fields: { sku: 'sku', colour: 'color' } },
  },
  {
    lookups: { status: { paid: 'open', done: 'closed' } },
    parts: { address: { city: 'city', zip: 'zip' } },
  },
)
const document = {
  name: 'A1',
  state: 'hold',
  po: 'PO9',
  customer: { name: 'Ann', email: 'ANN@x.example', vat: 'DE1' },
  address: { city: 'Ulm', zip: '89073', code: 'W' },
  items: [{ sku: 'S', color: 'red', quantity: 1, engraving: 'Hi' }, { quantity: 0 }],
}

const over = (overlay: object, more: Partial<CompileOptions> = {}): CompileOptions => ({
  file: 'base.json',
  overlay: { file: 'over.json', text: JSON.stringify(overlay, undefined, 1) },
  ...more,
})
function pulled(overlay: object): JsonObject {
  const { mapping, faults } = compileMapping(base, over(overlay))
  const result = mapping?.pull(document, context())
  if (!result?.ok) throw new Error(JSON.stringify(result ?? faults))
  return result.value
}
const faultsOf = (overlay: object): readonly string[] =>
  compileMapping(base, over(overlay)).faults.map(
    (fault) => `${fault.file}:${fault.line}:${fault.column} ${fault.code} ${fault.path}: ${fault.message}`,
  )

const status = { lookups: { status: { hold: 'open' } } }

describe('an overlay', () => {
  it.each<[string, object, object]>([
    ['adds a field', { fields: { customerPo: 'po' } }, { customerPo: 'PO9' }],
    ['puts a rule in place of another', { fields: { number: { expr: "join('-', name, po)" } } }, { number: 'A1-PO9' }],
    ['changes one key of a rule', { fields: { number: { convert: 'lower' } } }, { number: 'a1' }],
    [
      'takes a key of a rule away',
      { fields: { buyer: { fields: { mail: { convert: null } } } } },
      { buyer: { name: 'Ann', mail: 'ANN@x.example' } },
    ],
    ['takes a field away', { fields: { buyer: null } }, { buyer: undefined }],
    ['reaches into a group', { fields: { buyer: { fields: { vat: 'vat', mail: null } } } }, { buyer: { name: 'Ann', vat: 'DE1' } }],
    [
      'reaches into the items of a list',
      { fields: { lines: { fields: { engraving: 'engraving', colour: null } } } },
      { lines: [{ sku: 'S', engraving: 'Hi' }] },
    ],
    ['changes the condition of a list', { fields: { lines: { where: 'quantity > 5', fields: { sku: null } } } }, { lines: [] }],
    [
      'takes a field of a part away',
      { fields: { shipTo: { fields: { zip: null, code: 'code' } } } },
      { shipTo: { city: 'Ulm', code: 'W' } },
    ],
    ['changes a part wherever it is used', { parts: { address: { zip: null } } }, { shipTo: { city: 'Ulm' } }],
    ['changes the codes of a table', { lookups: { status: { hold: 'closed' } } }, { status: 'closed' }],
    ['has names of its own', { let: { both: "join('/', name, po)" }, fields: { number: { expr: 'both' } } }, { number: 'A1/PO9' }],
  ])('%s', (_, overlay, expected) => {
    const result = pulled({ ...status, ...overlay })
    for (const [name, value] of Object.entries(expected)) expect(result[name]).toEqual(value)
  })

  it('leaves everything else as it is', () => {
    const { status: _, ...untouched } = pulled(status)
    expect(pulled({ ...status, fields: { customerPo: 'po' } })).toEqual({ ...untouched, status: 'open', customerPo: 'PO9' })
  })

  it.each<[string, object, string]>([
    ['an unknown key', { feilds: {} }, "over.json:2:2 E_KEY feilds: an overlay has no 'feilds'"],
    ['a head of its own', { version: '2' }, "over.json:2:2 E_KEY version: an overlay has no 'version'"],
    ['something other than an object', [], 'over.json:1:1 E_SHAPE : an overlay is an object like {"fields": {…}}'],
    [
      'a field that is not there',
      { fields: { bayer: null } },
      "over.json:3:12 E_RULE bayer: there is no field 'bayer' here that null could take away",
    ],
    [
      'a rule of its own',
      { fields: { x: { form: 'a' } } },
      'over.json:3:8 E_RULE x: the rule says nothing: give one of from, value, expr, each, list, fields, use',
    ],
    [
      'an expression in a nested field',
      { fields: { lines: { fields: { n: { expr: 'a +' } } } } },
      'over.json:6:18 E_SYNTAX lines[].n: expected a value but found the end',
    ],
    [
      'a converter laid over a rule of the base',
      { fields: { number: { convert: 'txt' } } },
      "over.json:4:15 E_CONVERT number: there is no converter 'txt'",
    ],
    ['a table that it took away', { lookups: { status: null } }, ''],
  ])('tells of %s where it stands', (_, overlay, expected) => {
    if (expected === '') {
      const { faults } = compileMapping(base, over(overlay, { codes: {} }))
      expect(faults.map(({ file: name, code }) => `${name} ${code}`)).toEqual(['base.json E_LOOKUP'])
    } else expect(faultsOf(overlay)).toContain(expected)
  })

  it('that is no JSON is told with its own file', () => {
    const { mapping, faults } = compileMapping(base, { file: 'base.json', overlay: { file: 'over.json', text: '{\n oops' } })
    expect(mapping).toBeUndefined()
    expect(faults[0]).toMatchObject({ file: 'over.json', line: 2, code: 'E_JSON' })
  })

  it('is checked against the schemas as one with its base', () => {
    const targetSchema = { type: 'object', additionalProperties: false, required: ['number'], properties: { number: { type: 'string' } } }
    const only = file({ number: { from: 'name', convert: 'text' } })
    const { faults } = compileMapping(only, over({ fields: { numbr: 'po', number: null } }, { targetSchema }))
    expect(faults.map(({ file: name, code, line }) => `${name}:${line} ${code}`)).toEqual([
      'over.json:3 E_TARGET',
      'over.json:4 E_UNMAPPED',
    ])
  })

  it('stands in the lines and in the hash', () => {
    const { mapping } = compileMapping(base, over({ ...status, fields: { customerPo: 'po' } }))
    expect(mapping?.lines.get('customerPo')).toEqual({ line: 8, column: 3, overlay: true })
    expect(mapping?.lines.get('number')).toEqual(compiled(base).lines.get('number'))
    expect(mapping?.hash).not.toBe(compiled(base).hash)
    expect(mapping?.text).toContain('// overlay\n')
  })

  it('of nothing changes nothing', () => {
    fc.assert(
      fc.property(
        fc.constantFrom({}, { fields: {} }, { fields: { buyer: {} } }, { parts: { address: {} } }, { lookups: { status: {} } }),
        (overlay) => {
          expect(pulled({ ...overlay, lookups: { status: { hold: 'open' } } })).toEqual(pulled(status))
        },
      ),
    )
  })
})

const words = [
  'fields',
  'lookups',
  'parts',
  'let',
  'push',
  'lines',
  'buyer',
  'shipTo',
  'status',
  'address',
  'from',
  'expr',
  'use',
  'each',
  'convert',
  '$back',
]
const hostile = ['__proto__', 'constructor', 'prototype', 'toString', "it's", `\`$\{x}\``, '*/', '\u2028']
const anything = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 5, depthSize: 'medium' },
    fc.constantFrom(null, true, 0, '', 'a', 'name', 'a + b', "it's", '__proto__', 'a.constructor'),
    fc.array(tie('value'), { maxLength: 2 }),
    fc
      .array(fc.tuple(fc.constantFrom(...words, ...words, ...hostile), tie('value')), { maxLength: 4 })
      .map((entries) => Object.fromEntries(entries)),
  ),
})).value

it('an overlay or a table from a stranger is refused with a code or runs; it never throws, and nothing of it executes', () => {
  const before = Object.getOwnPropertyNames(Object.prototype).length
  fc.assert(
    fc.property(anything, anything, (overlay, strange) => {
      const { mapping, faults } = compileMapping(base, over(overlay as object, { codes: {} }))
      expect(mapping === undefined).toBe(faults.some(({ severity }) => severity === 'error'))
      expect(faults.every(({ code, message, line }) => /^[EW]_[A-Z_]+$/.test(code) && message !== '' && line >= 1)).toBe(true)
      mapping?.pull(document, context())
      readTable('t@1', JSON.stringify(strange), 't.json')
      compileMapping(JSON.stringify(overlay), { file: 'm.json' })
      expect(Object.getOwnPropertyNames(Object.prototype)).toHaveLength(before)
    }),
    { numRuns: 2000 },
  )
})

it.each(['__proto__', 'constructor', 'prototype'])('an overlay cannot add a field named %s', (name) => {
  const { faults } = compileMapping(base, { file: 'base.json', overlay: { file: 'over.json', text: `{"fields": {"${name}": "po"}}` } })
  expect(faults.map(({ file: where, code }) => `${where} ${code}`)).toEqual(['over.json E_NAME'])
})

describe('a shared table', () => {
  const text = '{ "$note": "agreed with the carrier", "DHL": "dhl", "DPD": "dpd", "OLD": "dpd", "X": null,\n "$back": { "dpd": "DPD" } }'
  const { table } = readTable('carrier@3', text, 'mappings/tables/carrier@3.json')
  const tables = new Map([[table.name, table]])
  const both = (lookup: string, more: Record<string, unknown> = {}): string =>
    file({ by: { from: 'carrier', lookup } }, { direction: 'both', ...more })

  it.each([
    ['through a name of the file', both('carrier', { lookups: { carrier: 'carrier@3' } })],
    ['by itself', both('carrier@3')],
  ])('is read in both directions, %s', (_, mapping) => {
    const made = compiled(mapping, { tables })
    expect(made.pull({ carrier: 'OLD' }, context())).toMatchObject({ ok: true, value: { by: 'dpd' } })
    expect(made.push({ by: 'dpd' }, context())).toMatchObject({ ok: true, value: { carrier: 'DPD' } })
    expect(made.push({ by: 'dpd' }, context(), { carrier: 'OLD' })).toMatchObject({ ok: true, value: { carrier: 'OLD' } })
    expect(made.pull({ carrier: 'X' }, context())).toMatchObject({ ok: false, errors: [{ code: 'LOOKUP_MISS' }] })
    expect(made.sources('by')?.lookups).toEqual(['carrier@3'])
  })

  it.each([undefined, '{ "fields": { "more": "x" } }'])(
    'and an overlay can be told apart again in the text of the mapping: %s',
    (overlay) => {
      const text = both('carrier@3')
      const made = compileMapping(text, {
        file: 'm.json',
        tables,
        ...(overlay === undefined ? {} : { overlay: { file: 'o.json', text: overlay } }),
      })
      const again = unbundle(made.mapping?.text ?? '')
      expect(again).toMatchObject({ text, ...(overlay === undefined ? {} : { overlay }) })
      expect([...again.tables.values()]).toEqual([table])
      expect(unbundle(text)).toEqual({ text, tables: new Map(), codes: {} })
    },
  )

  it('is part of the hash', () => {
    const other = readTable('carrier@3', '{ "DHL": "dhl" }', 'x').table
    const [one, two] = [tables, new Map([[other.name, other]])].map((known) => compiled(both('carrier@3'), { tables: known }))
    expect(one?.hash).not.toBe(two?.hash)
    expect(one?.text).toContain(`// table carrier@3\n${text}`)
  })

  it.each([
    ['carrier@4', "there is no shared table or code list 'carrier@4' (there are: carrier@3)"],
    ['carier@3', "there is no shared table or code list 'carier@3' (did you mean 'carrier@3'?)"],
    ['tax@1', "there is no shared table or code list 'tax@1' (write it to mappings/tables/tax@1.json, or to the codes of the workspace)"],
    ['carrier', "there is no lookup 'carrier' in this file and no code list of that name in the workspace (say which version: carrier@3)"],
  ])('%s is not there', (name, expected) => {
    const { faults } = compileMapping(both(name), { file: 'm.json', tables, codes: {} })
    expect(faults.map((fault) => `${fault.code} ${fault.message} (${fault.suggestion})`)).toEqual([`E_LOOKUP ${expected}`])
  })

  it.each([
    ['{', 'E_JSON'],
    ['[]', 'E_SHAPE'],
    ['{ "a": 1 }', 'E_SHAPE'],
    ['{ "a": "x", "a": "y" }', 'E_DUPLICATE'],
    ['{ "a": "x", "$back": { "y": "a" } }', 'E_LOOKUP_BACK'],
  ])('%s has faults of its own, which mappings that name it tell of', (wrong, code) => {
    const read = readTable('carrier@3', wrong, 'mappings/tables/carrier@3.json')
    expect(read.faults.map((fault) => fault.code)).toEqual([code])
    expect(read.faults[0]).toMatchObject({ file: 'mappings/tables/carrier@3.json', line: 1 })
    const { faults } = compileMapping(both('carrier@3'), { file: 'm.json', tables: new Map([['carrier@3', read.table]]) })
    expect(faults.map(({ code: own, suggestion }) => `${own} ${suggestion}`)).toEqual(['E_LOOKUP mend mappings/tables/carrier@3.json'])
  })

  it('has a name with a version', () => {
    expect(readTable('carrier', '{}', 'f').faults).toMatchObject([{ code: 'E_NAME' }])
  })
})

describe('a code list with its version', () => {
  const codes = { 'unit@1': { pcs: 'EA' }, 'unit@2': { pcs: 'C62', piece: 'C62', box: 'XBX' }, unit: { pcs: 'H87' } }
  const rule = { from: 'u', lookup: 'unit@2' }
  const both = file({ u: rule }, { direction: 'both' })
  const push = file({}, { fields: undefined, direction: 'push', push: { u: rule } })

  it.each([
    ['itself', both],
    ['a name of the file', file({ u: { from: 'u', lookup: 'units' } }, { direction: 'both', lookups: { units: 'unit@2' } })],
  ])('is read both ways, by %s, whatever the workspace has when it runs', (_, text) => {
    const made = compiled(text, { codes })
    const now = context({ codes: () => undefined })
    expect(made.pull({ u: 'piece' }, now)).toMatchObject({ ok: true, value: { u: 'C62' } })
    expect(made.push({ u: 'C62' }, now)).toMatchObject({ ok: true, value: { u: 'pcs' } })
    expect(made.push({ u: 'C62' }, now, { u: 'piece' })).toMatchObject({ ok: true, value: { u: 'piece' } })
    expect(made.report).toMatchObject([{ rule: 'u', class: 'back-choice' }])
    expect(made.sources('u')?.lookups).toEqual(['unit@2'])
    expect(made.tables.get('unit@2')?.get('box')).toBe('XBX')
  })

  it('is turned round by a mapping that reads documents', () => {
    const made = compiled(push, { codes })
    expect(made.push({ u: 'C62' }, context())).toMatchObject({ ok: true, value: { u: 'pcs' } })
    expect(made.push({ u: 'EA' }, context())).toMatchObject({ ok: false, errors: [{ code: 'LOOKUP_MISS' }] })
    expect(interpreter(push, { codes }).push({ u: 'C62' }, context())).toMatchObject({ ok: true, value: { u: 'pcs' } })
  })

  it('is checked, where the schema says which codes come and may go', () => {
    const sourceSchema = { properties: { u: { type: 'string', enum: ['pcs', 'bag'] } }, additionalProperties: false }
    const { faults } = compileMapping(both, { file: 'm.json', codes, sourceSchema })
    expect(faults.map(({ code, message }) => `${code} ${message}`)).toEqual(["E_LOOKUP_GAP lookup 'unit@2' has no entry for 'bag'"])
  })

  it('is part of the hash, and comes back out of the text of the mapping', () => {
    const [one, two] = [codes, { ...codes, 'unit@2': { pcs: 'EA' } }].map((known) => compiled(both, { codes: known }))
    expect(one?.hash).not.toBe(two?.hash)
    expect(compiled(both, { codes: { ...codes, 'unit@1': { pcs: 'x' } } }).hash).toBe(one?.hash)
    const again = unbundle(one?.text ?? '')
    expect(again).toEqual({ text: both, tables: new Map(), codes: { 'unit@2': codes['unit@2'] } })
    expect(compiled(again.text, { codes: again.codes }).text).toBe(one?.text)
  })

  it.each([
    ['unit@3', "there is no shared table or code list 'unit@3' (there are: unit@1, unit@2)"],
    ['unti@2', "there is no shared table or code list 'unti@2' (did you mean 'unit@2'?)"],
    ['channel', "there is no lookup 'channel' in this file and no code list of that name in the workspace (say which version: channel@1)"],
    ['odd@1', "there is no shared table or code list 'odd@1' (there are: odd@1)"],
  ])('%s is not there', (lookup, expected) => {
    const known = { ...codes, 'channel@1': {}, 'odd@1': null as never }
    const { faults } = compileMapping(file({ u: { from: 'u', lookup } }), { file: 'm.json', codes: known })
    expect(faults.map((fault) => `${fault.code} ${fault.message} (${fault.suggestion})`)).toEqual([`E_LOOKUP ${expected}`])
  })

  it('cannot have the name of a shared table', () => {
    const { table } = readTable('unit@2', '{ "pcs": "EA" }', 'mappings/tables/unit@2.json')
    const { faults } = compileMapping(both, { file: 'm.json', codes, tables: new Map([[table.name, table]]) })
    expect(faults.map(({ code, message }) => `${code} ${message}`)).toEqual([
      "E_LOOKUP 'unit@2' is a shared table and a code list of the workspace",
    ])
  })
})
