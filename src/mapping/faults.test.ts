import { describe, expect, it } from 'vitest'
import type { JsonSchema } from '../model/json.ts'
import { compileMapping } from './compile.ts'
import type { CompileOptions } from './types.ts'

const codes = { unit: { pcs: 'EA' } }
const sourceSchema: JsonSchema = {
  type: 'object',
  additionalProperties: false,
  required: ['id', 'line_items'],
  properties: {
    id: { type: 'integer' },
    billing_address: { $ref: '#/$defs/address' },
    line_items: {
      type: 'array',
      items: { type: 'object', additionalProperties: false, required: ['sku'], properties: { sku: {}, price: {} } },
    },
    extra: { type: 'object', additionalProperties: true, properties: { known: {} } },
    loose: { type: 'object', properties: { quantity: {} } },
  },
  $defs: { address: { type: 'object', additionalProperties: false, properties: { city: {}, zip: {} } } },
}
const targetSchema: JsonSchema = {
  type: 'object',
  additionalProperties: false,
  required: ['number', 'currency', 'lines', 'key'],
  properties: {
    number: {},
    key: {},
    currency: {},
    city: {},
    lines: { type: 'array', items: { $ref: 'values@1#/$defs/line' } },
  },
}
const schemas = new Map<string, JsonSchema>([
  ['values@1', { $defs: { line: { type: 'object', required: ['sku'], additionalProperties: false, properties: { sku: {}, price: {} } } } }],
])

/** The faults of a mapping of these rules, as `CODE path: message (suggestion)`. */
function faultsOf(fields: unknown, more: Record<string, unknown> = {}, options: Partial<CompileOptions> = {}): readonly string[] {
  const text = JSON.stringify({ mapping: 'm', version: '1', source: 'a', target: 'b', direction: 'pull', fields, ...more })
  const { mapping, faults } = compileMapping(text, { file: 'm.json', codes, ...options })
  expect(mapping === undefined).toBe(faults.some((fault) => fault.severity === 'error'))
  return faults.map(
    (fault) => `${fault.code} ${fault.path}: ${fault.message}${fault.suggestion === undefined ? '' : ` (${fault.suggestion})`}`,
  )
}

describe('a rule', () => {
  it.each<[unknown, string]>([
    [{ form: 'a' }, "E_KEY x: a rule has no 'form' (did you mean 'from'?)"],
    [{ from: 'a', expr: 'b' }, "E_RULE x: 'from' and 'expr' exclude each other; a rule has one of from, value, expr, each, list"],
    [{ convert: 'text' }, 'E_RULE x: the rule says nothing: give one of from, value, expr, each, list, fields, use'],
    [5, 'E_SHAPE x: a rule is a path in quotes or an object like {"from": "path"}'],
    [{ from: 'a + b' }, 'E_SYNTAX x: a path cannot hold \'+\'; write an expression as {"expr": …}'],
    [{ from: 'a', convert: 'txt' }, "E_CONVERT x: there is no converter 'txt' (did you mean 'text'?)"],
    [{ from: 'a', convert: 'text:2' }, "E_CONVERT x: 'text' takes nothing after the colon"],
    [{ from: 'a', convert: 'decimal:x' }, 'E_CONVERT x: write decimal or decimal:2 with 0 to 12 digits'],
    [{ from: 'a', convert: "amount:'RMB'" }, "E_CONVERT x: 'RMB' is no ISO 4217 currency"],
    [{ from: 'a', convert: 'utc', zone: 'Asia/Shangai' }, "E_ZONE x: 'Asia/Shangai' is no time zone (did you mean 'Asia/Shanghai'?)"],
    [{ from: 'a', zone: 'UTC' }, "E_RULE x: 'zone' needs convert utc, local or date"],
    [{ from: 'a', convert: 'local' }, 'E_CONVERT x: \'local\' needs "zone"'],
    [
      { from: 'a', lookup: 'units' },
      "E_LOOKUP x: there is no lookup 'units' in this file and no code list of that name in the workspace (did you mean 'unit'?)",
    ],
    [{ from: 'a', else: 'b' }, "E_RULE x: 'else' needs a lookup"],
    [{ from: 'a', missing: 'skip' }, 'E_SHAPE x: missing must be one of omit, reject'],
    [{ from: 'a', key: 'b' }, "E_RULE x: 'key' does not go with 'from'"],
    [{ each: 'a' }, "E_RULE x: 'each' needs fields, use or item: what one item becomes"],
    [{ each: 'a', item: 'b', fields: {} }, "E_RULE x: 'item' excludes 'fields' and 'use'"],
    [{ use: 'addres' }, "E_PART x: there is no part 'addres' (did you mean 'address'?)"],
    [{ use: 'loop' }, "E_PART x.again: part 'loop' holds itself"],
    [{ value: 1, fields: {} }, 'E_RULE x: \'value\' gives no object to take fields from; use "from"'],
    [{ expr: 'sum(a)' }, 'E_FUNCTION x: write sum(list, expression over one item)'],
    [{ expr: "a + 'b'" }, "E_TYPE x: a number is needed here, not text (text is joined with join(' ', a, b))"],
    [{ each: 'a', let: { 'b c': '1' }, fields: {} }, 'E_NAME x: \'b c\' cannot be a name in "let"; use letters, digits and _'],
    [{ each: 'a', let: { b: 'b2 +' }, fields: {} }, 'E_SYNTAX x: expected a value but found the end'],
    [{ fields: { prototype: 'a' } }, "E_NAME x.prototype: the name 'prototype' is not allowed"],
    [{ value: { deep: [{ constructor: 1 }] } }, "E_NAME x: the name 'constructor' is not allowed"],
    [{ from: [] }, 'E_SHAPE x: from needs a path, or up to 20 paths to try in order'],
    [{ from: 'a', link: 5 }, 'E_SHAPE x: link must name a document type, like "party"'],
  ])('%j', (rule, expected) => {
    const parts = { address: { city: 'city' }, loop: { again: { use: 'loop' } } }
    expect(faultsOf({ x: rule }, { parts })).toContain(expected)
  })
})

describe('a file', () => {
  it.each<[Record<string, unknown>, string]>([
    [{ feilds: {} }, "E_KEY feilds: a mapping file has no 'feilds' (did you mean 'fields'?)"],
    [{ direction: 'pul' }, "E_SHAPE direction: direction must be both, pull or push (did you mean 'pull'?)"],
    [{ version: 1 }, 'E_SHAPE version: version is required and must be a text'],
    [{ push: {} }, "E_RULE push: direction pull has no 'push'"],
    [{ direction: 'push' }, "E_RULE fields: direction push takes its rules from 'push'; move them there"],
    [{ direction: 'push', push: { '$.a': 'b' } }, 'E_PATH $.a: write a path from the root of the partner’s document, like order.lines'],
    [{ lookups: { a: { b: 1 } } }, "E_SHAPE lookups.a: the hub code of 'b' must be a text"],
    [
      { lookups: { a: 'units' } },
      "E_LOOKUP lookups.a: there is no lookup 'units' in this file and no code list of that name in the workspace (did you mean 'unit'?)",
    ],
    [
      { lookups: { a: { x: '1', $back: { 1: 'x' } } } },
      'W_UNUSED lookups.a: "$back" is only read by a mapping with direction both (take "$back" away)',
    ],
    [
      { direction: 'both', lookups: { a: { x: '1', $back: { 2: 'x' } } } },
      "E_LOOKUP_BACK lookups.a.$back: 'x' gives '1', so it cannot stand for '2' (name a code that gives '2')",
    ],
  ])('%j', (more, expected) => {
    expect(faultsOf({ x: 'a' }, more)).toContain(expected)
  })

  it('that is no JSON, or no object, says where', () => {
    expect(compileMapping('{\n  "mapping": "a",\n  oops\n}', { file: 'm.json' }).faults).toMatchObject([
      { code: 'E_JSON', line: 3, column: 3 },
    ])
    expect(compileMapping('', { file: 'm.json' }).faults).toMatchObject([{ code: 'E_JSON' }])
    expect(compileMapping('[]', { file: 'm.json' }).faults).toMatchObject([{ code: 'E_SHAPE' }])
    expect(compileMapping('['.repeat(100_000), { file: 'm.json' }).faults).toMatchObject([{ code: 'E_LIMIT' }])
    expect(compileMapping('{"a":1} // no', { file: 'm.json' }).faults).toMatchObject([{ code: 'E_JSON' }])
  })

  it('with a name twice is refused', () => {
    const text = '{"mapping":"m","version":"1","source":"a","target":"b","direction":"pull",\n"fields":{"x":"a",\n"x":"b"}}'
    expect(compileMapping(text, { file: 'm.json' }).faults).toMatchObject([{ code: 'E_DUPLICATE', line: 3, column: 1, path: 'x' }])
  })

  it('shows all its faults at once, each with line and column', () => {
    const text = `{
  "mapping": "m", "version": "1", "source": "a", "target": "b", "direction": "pull",
  "fields": {
    "one": { "form": "a" },
    "two": { "expr": "price * (1 / 2)" },
    "three": { "each": "lines", "fields": { "four": { "from": "x", "convert": "decmal" } } }
  }
}`
    const { mapping, faults } = compileMapping(text, { file: 'maps/m.json' })
    expect(mapping).toBeUndefined()
    expect(faults.map((fault) => [fault.code, fault.line, fault.column, fault.path])).toEqual([
      ['E_RULE', 4, 12, 'one'],
      ['E_KEY', 4, 14, 'one'],
      ['E_DIV', 5, 34, 'two'],
      ['E_CONVERT', 6, 79, 'three[].four'],
    ])
    expect(faults.every((fault) => fault.file === 'maps/m.json')).toBe(true)
  })
})

describe('schemas', () => {
  const options = { sourceSchema, targetSchema, schemas, provided: ['key'] }
  const good = { number: 'id', currency: { value: 'USD' }, lines: { each: 'line_items', fields: { sku: 'sku' } } }

  it('accept what fits', () => {
    expect(faultsOf({ ...good, city: { from: 'billing_address', fields: { a: 'city' } } }, {}, options)).toEqual([])
    expect(faultsOf({ ...good, city: 'extra.known' }, {}, options)).toEqual([])
  })

  it.each<[Record<string, unknown>, string]>([
    [{ ...good, city: 'billingAddress.city' }, "E_PATH city: the source has no 'billingAddress' (did you mean 'billing_address'?)"],
    [{ ...good, city: 'billing_address.town' }, "E_PATH city: 'billing_address' has no 'town' (it has: city, zip)"],
    [{ ...good, city: 'loose.qantity' }, "E_PATH city: 'loose' has no 'qantity' (did you mean 'quantity'?)"],
    [{ ...good, city: 'loose.other' }, "W_UNCHECKED city: the schema of 'loose' does not name 'other' (it has: quantity)"],
    [{ ...good, city: 'extra.anything' }, "W_UNCHECKED city: the schema of 'extra' does not name 'anything' (it has: known)"],
    [{ ...good, city: { expr: 'sum(line_items, prize)' } }, "E_PATH city: 'line_items[]' has no 'prize' (did you mean 'price'?)"],
    [
      { ...good, city: { expr: "count(line_items, ^.line_items[skuu='a'].price == 1) + 1" } },
      "E_PATH city: 'line_items' has no 'skuu' (did you mean 'sku'?)",
    ],
    [{ ...good, currencyCode: 'id' }, "E_TARGET currencyCode: the target has no 'currencyCode' (did you mean 'currency'?)"],
    [
      { ...good, lines: { each: 'line_items', fields: { sku: 'sku', prices: 'price' } } },
      "E_TARGET lines[].prices: the target has no 'prices' (did you mean 'price'?)",
    ],
    [
      { ...good, lines: { each: 'line_items', fields: { price: 'price' } } },
      "E_UNMAPPED lines[].sku: the target requires 'sku' and no rule writes it (add a rule for 'sku')",
    ],
    [
      { number: 'id', lines: { each: 'line_items', fields: { sku: 'sku' } } },
      "E_UNMAPPED currency: the target requires 'currency' and no rule writes it (add a rule for 'currency')",
    ],
  ])('refuse %j', (fields, expected) => {
    expect(faultsOf(fields, {}, options)).toEqual([expected])
  })

  it('check a push file the other way round, and find the schemas by the ids it names', () => {
    const library = new Map<string, JsonSchema>([
      ['a', targetSchema],
      ['b', sourceSchema],
    ])
    const push = (rules: Record<string, unknown>): readonly string[] =>
      faultsOf(
        undefined,
        { direction: 'push', push: { line_items: { value: [] }, ...rules } },
        { schemas: new Map([...library, ...schemas]) },
      )
    expect(push({ id: 'number', 'billing_address.zip': 'city' })).toEqual([])
    expect(push({ id: 'nummer' })).toEqual(["E_PATH id: the source has no 'nummer' (did you mean 'number'?)"])
    expect(push({ id: 'number', 'billing_address.zpi': 'city' })).toEqual([
      "E_TARGET billing_address.zpi: 'billing_address' has no 'zpi' (did you mean 'zip'?)",
    ])
  })
})

describe('going back', () => {
  const both = { direction: 'both' }
  it.each<[unknown, Record<string, unknown>, string]>([
    [
      { s: { from: 'a', lookup: 't' } },
      { lookups: { t: { x: '1', y: '1' } } },
      "E_LOOKUP_AMBIGUOUS s: lookup 't' gives '1' for x and y: say which in \"$back\"",
    ],
    [
      { s: { expr: 'a + b', onPush: 'write' } },
      {},
      'E_PUSH s: cannot be written back: it is computed by an expression; use "keep" or "reject"',
    ],
    [
      { l: { each: 'a', key: 'id', fields: { x: 'y' } } },
      {},
      'E_KEY_FIELD l: no field of the item holds the key \'id\', so items cannot find each other on the way back; map it to a field, or set direction "pull"',
    ],
    [
      { l: { each: 'a', fields: { x: 'y' } } },
      {},
      'W_NO_KEY l: items have no "key": going back they are matched by their position, so a removed line shifts the others',
    ],
  ])('%j', (fields, more, expected) => {
    expect(faultsOf(fields, { ...both, ...more })).toEqual([expected])
  })
})
