import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Json, JsonObject } from '../model/json.ts'
import { compileMapping } from './compile.ts'
import type { MapContext } from './types.ts'

const context: MapContext = { connection: 'shop', books: 'harbour', config: {}, codes: () => undefined }

/** A field of each kind that a push may meet: paths that share a place, a condition on another field, a list whose items read the document. */
const { mapping, faults } = compileMapping(
  JSON.stringify({
    mapping: 'test.shared',
    version: '1.0.0',
    source: 'shop/order@1',
    target: 'order@1',
    fields: {
      number: 'no',
      note: 'extra.note',
      total: { expr: 'sum(items, price * quantity)' },
      buyer: { from: 'customer', fields: { name: 'name', city: 'address.city' } },
      rush: { when: "extra.kind == 'rush'", from: 'extra.until' },
      lines: {
        each: 'items',
        where: "kind == 'product'",
        key: 'id',
        fields: { id: 'id', price: 'price', currency: '$.currency', note: 'note', place: { expr: 'position()' } },
      },
    },
  }),
  { file: 'shared.json' },
)
if (mapping === undefined) throw new Error(JSON.stringify(faults))

const word = fc.constantFrom('a', 'b', 'c')
const order = fc.record({
  no: word,
  currency: fc.constantFrom('EUR', 'USD'),
  extra: fc.record({ note: fc.option(word, { nil: null }), kind: fc.constantFrom('rush', 'calm'), until: word, own: word }),
  customer: fc.record({ name: word, address: fc.record({ city: word, zip: word }) }),
  items: fc.uniqueArray(
    fc.record({
      id: fc.integer({ min: 1, max: 6 }),
      kind: fc.constantFrom('product', 'tip'),
      price: fc.constantFrom('1.50', '2.00'),
      quantity: fc.integer({ min: 1, max: 3 }),
      note: fc.option(word, { nil: undefined }),
      own: word,
    }),
    { selector: ({ id }) => id, maxLength: 5 },
  ),
})

function frozen<T>(value: T): T {
  if (typeof value === 'object' && value !== null) for (const field of Object.values(Object.freeze(value))) frozen(field)
  return value
}
const plain = (value: unknown): JsonObject => JSON.parse(JSON.stringify(value)) as JsonObject

function pulled(document: Json): JsonObject {
  const result = mapping?.pull(document, context)
  if (!result?.ok) throw new Error(JSON.stringify(result?.errors))
  return plain(result.value)
}

describe('a push with a base', () => {
  it('writes nothing into the base, and gives what it accepts as it was wanted: it verifies what it did not read again, too', () => {
    fc.assert(
      fc.property(order, order, fc.array(fc.constantFrom('number', 'note', 'buyer', 'rush', 'lines')), (given, other, edits) => {
        const base = frozen(plain(given))
        const image = pulled(base)
        const donor = pulled(plain(other))
        const wanted: Record<string, Json | undefined> = { ...image }
        for (const key of edits) wanted[key] = donor[key]
        const result = mapping.push(frozen(plain(wanted)), context, base)
        if (!result.ok) return
        const again = pulled(result.value)
        const computed = new Set(result.notes.map(({ to }) => to))
        for (const key of ['number', 'note', 'buyer', 'rush']) expect(again[key], key).toEqual(wanted[key])
        if (!computed.has('/total')) expect(again.total).toEqual(wanted.total)
        expect((again.lines as JsonObject[]).map(({ id, price, note }) => [id, price, note])).toEqual(
          (wanted.lines as JsonObject[]).map(({ id, price, note }) => [id, price, note]),
        )
      }),
    )
  })

  it('shares with the base what it does not change', () => {
    const base = plain(fc.sample(order, { numRuns: 1, seed: 3 })[0])
    const result = mapping.push({ ...pulled(base), number: 'other' }, context, base)
    expect(result.ok && result.value.no).toBe('other')
    expect(result.ok && result.value.items).toBe(base.items)
    const same = mapping.push(pulled(base), context, base)
    expect(same.ok && same.value).toBe(base)
  })

  it('reads a bare field again where another rule reads it', () => {
    const text = { type: ['string', 'null'] }
    const open = { type: 'object', additionalProperties: false } as const
    const { mapping: shared } = compileMapping(
      JSON.stringify({
        mapping: 'test.read',
        version: '1.0.0',
        source: 'a',
        target: 'b',
        direction: 'both',
        fields: {
          p: { from: 'p', fields: { a: 'a', b: 'b' } },
          joined: { expr: "join('-', p.a, 'x')" },
          picked: "l[code='A'].note",
          q: { from: 'q', fields: { x: 'x' } },
          whole: 'q',
          lines: { each: 'l', key: 'id', fields: { id: 'id', code: 'code', own: 'own' } },
        },
      }),
      {
        file: 'read.json',
        sourceSchema: {
          ...open,
          properties: {
            p: { ...open, properties: { a: text, b: text } },
            q: { ...open, properties: { x: text } },
            l: { type: 'array', items: { ...open, properties: { id: text, code: text, note: text, own: text } } },
          },
        },
      },
    )
    const base = { p: { a: '1', b: '2' }, q: { x: '1' }, l: [{ id: '1', code: 'A', note: '3', own: '4' }] }
    const image = { p: { a: '1', b: '2' }, joined: '1-x', picked: '3', q: base.q, whole: base.q, lines: [{ id: '1', code: 'A', own: '4' }] }
    const push = (change: JsonObject): unknown => {
      const result = shared?.push({ ...image, ...change }, context, base)
      return result?.ok ? [result.value, result.notes.map(({ to }) => to)] : result?.errors.map(({ code, from }) => [code, from])
    }
    expect(push({ p: { a: '1', b: '5' } })).toEqual([{ ...base, p: { a: '1', b: '5' } }, []])
    expect(push({ p: { a: '5', b: '2' } })).toEqual([{ ...base, p: { a: '5', b: '2' } }, ['/joined']])
    expect(push({ lines: [{ id: '1', code: 'A', own: '5' }] })).toEqual([{ ...base, l: [{ id: '1', code: 'A', note: '3', own: '5' }] }, []])
    expect(push({ q: { x: '5' } })).toEqual([['NO_WAY_BACK', '/whole']])
    expect(push({ lines: [{ id: '1', code: 'B', own: '4' }] })).toEqual([['NO_WAY_BACK', '/picked']])
  })

  it('hears that a sum has changed with the list it reads', () => {
    const base = { no: '1', currency: 'EUR', items: [{ id: 1, kind: 'product', price: '2.00', quantity: 2 }] }
    const image = pulled(base)
    const wanted = { ...image, lines: [{ id: 1, price: '3.00', currency: 'EUR', place: 1 }] }
    const result = mapping.push(wanted, context, base)
    expect(result).toMatchObject({ ok: true, notes: [{ code: 'PULL_ONLY', rule: 'total', message: expect.stringContaining('6.00') }] })
  })
})
