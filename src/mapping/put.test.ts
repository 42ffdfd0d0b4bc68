import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Json, JsonObject } from '../model/json.ts'
import { brief, compiled, context, file } from './testbed.ts'
import type { MapResult, Rule } from './types.ts'

const shop = compiled(readFileSync(`${import.meta.dirname}/fixtures/shop-order.json`, 'utf8'))
const po = compiled(readFileSync(`${import.meta.dirname}/fixtures/x12-850.json`, 'utf8'))
const here = context({ link: () => undefined })

const value = (result: MapResult): JsonObject => {
  if (!result.ok) throw new Error(result.errors.map((error) => `${brief(error)} expected ${error.expected} at ${error.rule}`).join('\n'))
  return result.value
}
const errorsOf = (result: MapResult): readonly string[] => (result.ok ? [] : result.errors.map(brief))

// documents of the shop, with fields no mapping knows, blanks, nulls, odd offsets and many-to-one codes
const money = fc
  .tuple(fc.integer({ min: 0, max: 99_999 }), fc.constantFrom(0, 1, 2))
  .map(([units, digits]) => (units / 10 ** digits).toFixed(digits))
const text = fc.constantFrom('', 'Ada', 'Zhang Wei', 'x & y', 'Ltd.', '深圳')
const maybe = <T>(value: fc.Arbitrary<T>): fc.Arbitrary<T | null | undefined> => fc.oneof(value, fc.constant(null), fc.constant(undefined))
const time = fc
  .tuple(
    fc.date({ min: new Date('2020-01-01T00:00:00Z'), max: new Date('2030-01-01T00:00:00Z'), noInvalidDate: true }),
    fc.constantFrom('+08:00', '-05:00', '+00:00'),
  )
  .map(([date, offset]) => date.toISOString().slice(0, 19) + offset)
const address = fc.record(
  { first_name: text, last_name: text, address1: text, city: text, country_code: fc.constantFrom('US', 'CN', null), own: text },
  { requiredKeys: ['own'] },
)
const line = fc.record(
  {
    type: fc.constantFrom('product', 'product', 'tip'),
    title: fc.constantFrom('Cup', 'A &ndash; B', ''),
    sku: maybe(text),
    quantity: fc.integer({ min: 1, max: 9 }),
    price: money,
    unit: maybe(fc.constant('EA')),
    discount_allocations: fc.array(fc.record({ amount: money }), { maxLength: 2 }),
    tax_lines: fc.array(fc.record({ rate: fc.constantFrom(0.19, '0.07') }), { maxLength: 1 }),
    vendor: text,
  },
  { requiredKeys: ['type', 'quantity', 'price'] },
)
const order = fc
  .record(
    {
      name: fc.constantFrom('#1001', '#1002'),
      financial_status: fc.constantFrom('pending', 'authorized', 'paid', 'refunded', 'strange'),
      source_name: maybe(fc.constantFrom('web', 'pos', 'other-app')),
      created_at: time,
      updated_at: time,
      currency: fc.constantFrom('USD', 'JPY', 'CNY'),
      taxes_included: fc.boolean(),
      note: maybe(text),
      tags: maybe(fc.constantFrom('a, b', 'a,b ,c', '')),
      email: maybe(fc.constant('a@b.example')),
      customer: maybe(fc.record({ id: fc.integer({ min: 1, max: 9 }), email: text, own: text })),
      billing_address: maybe(address),
      shipping_address: maybe(address),
      line_items: fc.array(line, { maxLength: 5 }),
      shipping_lines: fc.array(fc.record({ price: money }), { maxLength: 2 }),
      fees: fc.array(fc.record({ amount: fc.constantFrom('1.00', '-2.00', '0') }), { maxLength: 2 }),
      total_tax: maybe(money),
      total_price: money,
      own_field: fc.anything({ maxDepth: 1, withNullPrototype: false }).map((value) => JSON.stringify(value) ?? 'x'),
    },
    { requiredKeys: ['name', 'created_at', 'updated_at', 'currency', 'line_items', 'total_price', 'taxes_included'] },
  )
  .map(
    (made) =>
      JSON.parse(JSON.stringify({ ...made, line_items: made.line_items.map((item, i) => ({ ...item, id: 100 + i })) })) as JsonObject,
  )

describe('laws', () => {
  it('GetPut: an unchanged document gives the partner its own document back', () => {
    fc.assert(
      fc.property(order, (record) => {
        const document = value(shop.pull(record, here))
        const result = shop.push(document, here, record)
        expect(value(result)).toEqual(record)
        expect(result.ok && result.notes).toEqual([])
      }),
      { numRuns: 300 },
    )
  })

  it('PutGet: what is written reads back as wanted, for edits that have a way back', () => {
    const edit = fc.record(
      {
        number: fc.constant('#2000'),
        placedAt: time.map((value) => new Date(value).toISOString()),
        note: fc.constantFrom('changed', undefined),
        tags: fc.constantFrom<JsonObject[string]>(['z'], ['p', 'q']),
        email: fc.constant('new@b.example'),
        city: text.filter((value) => value !== ''),
        reversed: fc.boolean(),
        dropped: fc.boolean(),
        quantity: fc.integer({ min: 1, max: 50 }).map(String),
        added: fc.boolean(),
      },
      { requiredKeys: ['reversed', 'dropped', 'added'] },
    )
    fc.assert(
      fc.property(order, edit, (record, wanted) => {
        const before = value(shop.pull(record, here))
        const lines = linesOf(before).map((item, i) =>
          i === 0 && wanted.quantity !== undefined ? { ...item, quantity: wanted.quantity } : item,
        )
        if (wanted.dropped) lines.shift()
        if (wanted.reversed) lines.reverse()
        if (wanted.added) lines.push({ key: '999', name: 'New', quantity: '2', unit: 'EA', unitPrice: '3.00' })
        const { number, placedAt, note, tags, email } = { ...before, ...wanted }
        const numbered = lines.map((item, i) => ({ ...item, number: String(i + 1) }))
        const issueDate = wanted.placedAt === undefined ? before.issueDate : undefined
        const kept = 'note' in wanted && wanted.note === undefined ? undefined : note
        const document = {
          ...before,
          number,
          placedAt,
          note: kept,
          tags,
          email,
          issueDate,
          lines: numbered.map(({ lineAmount: _, ...rest }: JsonObject) => rest),
          totals: { ...(before.totals as JsonObject), linesTotal: undefined },
        }
        const result = shop.push(document, here, record)
        const again = value(shop.pull(value(result), here))
        expect(again.number).toBe(number)
        expect(again.placedAt).toBe(placedAt)
        expect(again.note).toEqual(kept)
        expect(again.tags).toEqual(tags)
        expect(again.email).toBe(email)
        expect(linesOf(again).map(bare)).toEqual(numbered.map(bare))
        for (const item of listOf(value(result).line_items)) {
          const old = listOf(record.line_items).find((other) => other.id === Number(item.id))
          if (old !== undefined) expect(item).toEqual({ ...old, quantity: item.quantity })
        }
        const tips = (document: JsonObject): readonly JsonObject[] =>
          listOf(document.line_items)
            .filter((item) => item.type === 'tip')
            .sort((a, b) => Number(a.id) - Number(b.id))
        expect(tips(value(result))).toEqual(tips(record))
        expect(value(result).own_field).toEqual(record.own_field)
      }),
      { numRuns: 300 },
    )
  })

  const listOf = (value: Json | undefined): JsonObject[] => (Array.isArray(value) ? [...(value as JsonObject[])] : [])
  const linesOf = (document: JsonObject): JsonObject[] => listOf(document.lines)
  const bare = ({ key, number, name, quantity, unitPrice }: JsonObject): JsonObject => ({ key, number, name, quantity, unitPrice })
})

describe('a purchase order', () => {
  const document: JsonObject = {
    number: 'PO-77',
    issueDate: '2026-11-23',
    requestedDate: '2026-12-01',
    department: '12',
    currency: 'USD',
    seller: { code: 'S1', name: 'Ningbo' },
    shipTo: { code: 'D4', name: 'Dock 4', street: '1 Pier', city: 'Oakland', region: 'CA', postalCode: '94607', country: 'US' },
    lines: [
      { key: '1', sku: 'A', quantity: '10', unit: 'XCS', unitPrice: '2.5', lineAmount: '25.00' },
      { key: '2', sku: 'B', buyerSku: 'b', quantity: '3', unit: 'EA', unitPrice: '0.333', lineAmount: '1.00' },
    ],
    totals: { linesTotal: '26.00', lineCount: 2 },
  }

  it('becomes an 850 and reads back the same', () => {
    const edi = value(po.push(document, here))
    expect(edi).toEqual({
      beg: { poNumber: 'PO-77', date: '20261123', purpose: '00', type: 'SA' },
      dates: [{ qualifier: '002', date: '20261201' }],
      refs: [{ qualifier: 'DP', value: '12' }],
      cur: { code: 'USD' },
      parties: [
        { role: 'SU', id: 'S1', name: 'Ningbo', idQualifier: '92' },
        {
          role: 'ST',
          id: 'D4',
          name: 'Dock 4',
          line1: '1 Pier',
          city: 'Oakland',
          state: 'CA',
          zip: '94607',
          country: 'US',
          idQualifier: '92',
        },
      ],
      lines: [
        { line: '1', vendorSku: 'A', quantity: '10', unit: 'CA', price: '2.5' },
        { line: '2', vendorSku: 'B', buyerSku: 'b', quantity: '3', unit: 'EA', price: '0.333' },
      ],
      ctt: { lineCount: 2 },
    })
    expect(value(po.pull(edi, here))).toEqual(document)
  })

  it('keeps foreign segments, and removes a coded item with its last value', () => {
    const base = {
      ...value(po.push(document, here)),
      refs: [
        { qualifier: 'ZZ', value: '9' },
        { qualifier: 'DP', value: '12' },
      ],
      foreign: [1],
    }
    const { department: _, ...rest } = document
    expect(value(po.push(rest, here, base))).toMatchObject({ refs: [{ qualifier: 'ZZ', value: '9' }], foreign: [1] })
  })

  it('says how each field goes back', () => {
    const classes = new Map(po.report.map((entry) => [entry.rule, entry.class]))
    expect(Object.fromEntries(classes)).toMatchObject({
      number: 'exact',
      issueDate: 'exact',
      currency: 'back-choice',
      'shipTo.city': 'exact',
      lines: 'keyed',
      'lines[].unit': 'exact',
      'lines[].lineAmount': 'pull-only',
      'totals.lineCount': 'pull-only',
    })
    expect(shop.report.find((entry) => entry.rule === 'issueDate')).toEqual({
      rule: 'issueDate',
      class: 'pull-only',
      reason: "'created_at' is written by 'placedAt'",
    })
    expect(shop.report.find((entry) => entry.rule === 'placedAt')?.class).toBe('right-inverse')
    expect(shop.report.find((entry) => entry.rule === 'status')?.class).toBe('back-choice')
  })
})

describe('an edit', () => {
  const both = (fields: Record<string, Rule | string>, more: Record<string, unknown> = {}) =>
    compiled(file(fields, { direction: 'both', ...more }))
  const push = (fields: Record<string, Rule | string>, document: Json, base?: Json, more: Record<string, unknown> = {}): MapResult =>
    both(fields, more).push(document, here, base)
  const lookups = { t: { a: '1', b: '2', c: '1', $back: { 1: 'a' } } }

  it.each<[string, Record<string, Rule | string>, Json, Json | undefined, Json]>([
    ['keeps the base code of a many-to-one table', { x: { from: 'x', lookup: 't' } }, { x: '1' }, { x: 'c' }, { x: 'c' }],
    ['takes $back when the code changes', { x: { from: 'x', lookup: 't' } }, { x: '1' }, { x: 'b' }, { x: 'a' }],
    ['writes the path that had the value', { x: { from: ['a', 'b'] } }, { x: 'new' }, { b: 'old' }, { b: 'new' }],
    ['writes the first path of a new document', { x: { from: ['a', 'b'] } }, { x: 'new' }, undefined, { a: 'new' }],
    ['keeps the type the partner used', { x: { from: 'x', convert: 'decimal:2' } }, { x: '2.50' }, { x: 1.5 }, { x: 2.5 }],
    ['keeps yes and no', { x: { from: 'x', convert: 'boolean' } }, { x: false }, { x: 'yes' }, { x: 'no' }],
    [
      'keeps the offset of a time, for the date beside it',
      { at: { from: 'at', convert: 'utc' }, day: { from: 'at', convert: 'date' } },
      { at: '2026-11-24T01:00:00.000Z', day: '2026-11-23' },
      { at: '2026-11-23T16:28:02-05:30' },
      { at: '2026-11-23T19:30:00.000-05:30' },
    ],
    [
      'writes a time in UTC where it stood in UTC, or nowhere',
      { a: { from: 'a', convert: 'utc' }, b: { from: 'b', convert: 'utc' } },
      { a: '2026-11-24T01:00:00.000Z', b: '2026-11-24T01:00:00.000Z' },
      { a: '2026-11-23T16:28:02Z' },
      { a: '2026-11-24T01:00:00.000Z', b: '2026-11-24T01:00:00.000Z' },
    ],
    ['clears an object', { g: { from: 'a', null: 'clear', fields: { x: 'x' } } }, { g: null }, { a: { x: 1 } }, { a: null }],
    ['clears a converted value', { x: { from: 'a', null: 'clear', convert: 'decimal' } }, { x: null }, { a: '1' }, { a: null }],
    ['removes what was cleared', { x: 'a.x', y: 'a.y' }, { y: 1 }, { a: { x: 1, y: 1, z: 1 } }, { a: { y: 1, z: 1 } }],
    [
      'writes under a condition that holds',
      { k: 'k', x: { from: 'x', when: "k == 'p'" } },
      { k: 'p', x: 2 },
      { k: 'q', x: 1 },
      { k: 'p', x: 2 },
    ],
    ['makes groups on the way', { g: { from: 'a.b', fields: { x: 'c.x' } } }, { g: { x: 1 } }, {}, { a: { b: { c: { x: 1 } } } }],
    [
      'fills a new item so that it is found',
      { l: { each: 'l', key: 'id', where: "kind == 'p'", fields: { id: 'id' } } },
      { l: [{ id: 2 }] },
      { l: [{ id: 1, kind: 's' }] },
      {
        l: [
          { id: 1, kind: 's' },
          { kind: 'p', id: 2 },
        ],
      },
    ],
    [
      'keeps items left out where they stood',
      { l: { each: 'l', key: 'id', where: "kind == 'p'", fields: { id: 'id', x: 'x' } } },
      { l: [{ id: 3 }, { id: 1, x: 9 }] },
      {
        l: [
          { id: 1, kind: 'p' },
          { id: 2, kind: 's' },
          { id: 3, kind: 'p' },
        ],
      },
      {
        l: [
          { id: 3, kind: 'p' },
          { id: 1, kind: 'p', x: 9 },
          { id: 2, kind: 's' },
        ],
      },
    ],
    [
      'matches by position without a key',
      { l: { each: 'l', fields: { x: 'x' } } },
      { l: [{ x: 1 }, { x: 5 }] },
      { l: [{ x: 1, own: 1 }, { x: 2, own: 2 }, { x: 3 }] },
      {
        l: [
          { x: 1, own: 1 },
          { x: 5, own: 2 },
        ],
      },
    ],
  ])('%s', (_, fields, document, base, expected) => {
    expect(value(push(fields, document, base, { lookups }))).toEqual(expected)
  })

  it.each<[string, Record<string, Rule | string>, Json, Json, readonly string[]]>([
    ['to a text where an object goes', { g: { from: 'a', fields: { x: 'x' } } }, { g: 'x' }, {}, ['NO_WAY_BACK /g x']],
    ['to a text where a list goes', { l: { each: 'l', key: 'id', fields: { id: 'id' } } }, { l: 'x' }, {}, ['NO_WAY_BACK /l x']],
    [
      'to a text where an item goes that would be made of a constant',
      { l: { each: 'l', fields: { x: 'x', unit: { value: 'EA' } } } },
      { l: [{ x: 1 }, 'x', null] },
      { l: [{ x: 1 }] },
      ['NO_WAY_BACK /l/1 x', 'NO_WAY_BACK /l/2 null'],
    ],
    ['of a constant', { x: { value: 'EA' } }, { x: 'KG' }, {}, ['CONSTANT_CHANGED /x KG']],
    ['of a computed field', { a: 'a', x: { expr: 'a + 1' } }, { a: 1, x: '5' }, { a: 1 }, ['NO_WAY_BACK /x 5']],
    ['to a code that is not in the table', { x: { from: 'x', lookup: 't' } }, { x: '9' }, { x: 'a' }, ['LOOKUP_MISS /x 9']],
    ['to the word for unknown codes', { x: { from: 'x', lookup: 't', else: '?' } }, { x: '?' }, { x: 'a' }, ['NO_WAY_BACK /x ?']],
    ['to a text no converter gives', { x: { from: 'x', convert: 'ymd' } }, { x: 'soon' }, { x: '20261123' }, ['NO_WAY_BACK /x soon']],
    ['that would read back otherwise', { x: { from: 'x', convert: 'lower' } }, { x: 'ABC' }, { x: 'abc' }, ['NO_WAY_BACK /x ABC']],
    [
      'under a condition that does not hold',
      { k: 'k', x: { from: 'x', when: "k == 'p'" } },
      { k: 'q', x: 2 },
      { k: 'p', x: 1 },
      ['NO_WAY_BACK /x 2'],
    ],
    [
      'with one key twice',
      { l: { each: 'l', key: 'id', fields: { id: 'id' } } },
      { l: [{ id: 1 }, { id: 1 }] },
      { l: [] },
      ['DUPLICATE_KEY /l/1/id 1'],
    ],
    [
      'over a base with one key twice',
      { n: 'n', l: { each: 'l', key: 'id', fields: { id: 'id', x: 'x' } } },
      { n: 1, l: [{ id: 1 }, { id: 1, x: 1 }] },
      { l: [{ id: 1 }, { id: 1 }] },
      ['DUPLICATE_KEY /l/1/id 1'],
    ],
    [
      'over a base with one key twice, whose items hold what could not be written alone,',
      { l: { each: 'l', key: 'id', fields: { id: 'id', x: 'x', y: { from: 'y', lookup: 't', else: '?' } } } },
      {
        l: [
          { id: 1, x: 2, y: '1' },
          { id: 1, x: 1, y: '?' },
        ],
      },
      {
        l: [
          { id: 1, x: 1, y: 'a' },
          { id: 1, x: 1, y: 'odd' },
        ],
      },
      ['DUPLICATE_KEY /l/1/id 1'],
    ],
  ])('%s is refused', (_, fields, document, base, expected) => {
    expect(errorsOf(push(fields, document, base, { lookups }))).toEqual(expected)
  })

  it('of a computed field is kept back where the rule says so, with a note', () => {
    const result = push({ a: 'a', x: { expr: 'a + 1', onPush: 'keep' } }, { a: 1, x: '5' }, { a: 1 })
    expect(result).toEqual({
      ok: true,
      value: { a: 1 },
      notes: [
        { code: 'PULL_ONLY', rule: 'x', to: '/x', message: "not written (it is computed by an expression); at the partner it is '2'" },
      ],
    })
  })

  it('of a computed field together with what it is computed from is accepted', () => {
    expect(push({ a: 'a', x: { expr: 'a + 1' } }, { a: 4, x: '5' }, { a: 1 })).toEqual({ ok: true, value: { a: 4 }, notes: [] })
  })

  it('of a link asks for the key at the partner', () => {
    const mapping = both({ buyer: { from: 'party', convert: 'text', link: 'party' } })
    const asks = context({ link: (type, ref) => (type === 'party' && ref === 'harbour' ? '77' : undefined) })
    expect(mapping.push({ buyer: 'harbour' }, asks)).toMatchObject({ ok: false })
    const keep = { type: 'party', connection: 'shop', externalKey: '5' }
    expect(mapping.push({ buyer: keep }, asks, { party: 5 })).toEqual({ ok: true, value: { party: 5 }, notes: [] })
    expect(mapping.push({ buyer: { type: 'party', key: 'nobody' } }, asks, { party: 5 })).toMatchObject({
      ok: false,
      errors: [{ code: 'LINK_MISSING', from: '/buyer', link: { type: 'party', ref: { type: 'party', key: 'nobody' } } }],
    })
  })

  it('never touches the documents it was given', () => {
    const base = JSON.stringify({
      name: '#1',
      created_at: '2026-01-01T00:00:00Z',
      updated_at: '2026-01-01T00:00:00Z',
      currency: 'USD',
      taxes_included: true,
      total_price: '1',
      line_items: [{ id: 1, type: 'product', quantity: 1, price: '1' }],
    })
    const given = JSON.parse(base) as JsonObject
    const document = { ...value(shop.pull(given, here)), number: '#2', lines: [] }
    const before = JSON.stringify(document)
    shop.push(document, here, given)
    expect(JSON.stringify(given)).toBe(base)
    expect(JSON.stringify(document)).toBe(before)
  })
})
