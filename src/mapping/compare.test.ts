import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Json, JsonObject } from '../model/json.ts'
import { changesOf } from './compare.ts'
import { maxRules, mergeReports, type Outcome, openComparison } from './compare-report.ts'

const plain = () => ({ sensitive: false, amount: false })
const json = fc.letrec<{ value: Json }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    fc.constantFrom<Json>('', 'x', 1, 2, true, null, '1.0', '1.00'),
    fc.array(tie('value'), { maxLength: 3 }),
    fc.dictionary(fc.constantFrom('key', 'a', 'b', 'currency'), tie('value'), { maxKeys: 3 }),
  ),
})).value
const document = fc.dictionary(fc.constantFrom('a', 'b', 'lines', 'currency'), json, { maxKeys: 4 }) as fc.Arbitrary<JsonObject>
const changes = (before: JsonObject, after: JsonObject, tolerance?: string) =>
  [...changesOf(before, after, tolerance)].map(({ path, before, after }) => [path, before, after])

/** Every single value with its path. */
function* values(value: Json | undefined, path = ''): Generator<string> {
  if (typeof value === 'object' && value !== null && Object.keys(value).length === 0) yield path
  else if (Array.isArray(value)) for (const [index, item] of value.entries()) yield* values(item, `${path}.${index}`)
  else if (typeof value === 'object' && value !== null)
    for (const [name, field] of Object.entries(value)) yield* values(field, `${path}.${name}`)
  else if (value !== undefined) yield path
}

describe('two documents', () => {
  it('differ nowhere when they are the same, however deep', () => {
    fc.assert(
      fc.property(document, (one) => {
        expect(changes(one, structuredClone(one))).toEqual([])
      }),
    )
  })

  it('differ the other way round when they change places', () => {
    fc.assert(
      fc.property(document, document, (one, other) => {
        const there = [...changesOf(one, other)].map(({ rule, before, after }) => JSON.stringify([rule, before, after]))
        const back = [...changesOf(other, one)].map(({ rule, before, after }) => JSON.stringify([rule, after, before]))
        expect(there.sort()).toEqual(back.sort())
      }),
    )
  })

  it('of which one is empty differ in every single value of the other', () => {
    fc.assert(
      fc.property(document, (one) => {
        expect(changes({}, one)).toHaveLength([...values(one)].length - (Object.keys(one).length === 0 ? 1 : 0))
      }),
    )
  })

  it('differ exactly where one value was changed', () => {
    fc.assert(
      fc.property(fc.array(fc.string(), { minLength: 1, maxLength: 20 }), fc.nat(), (texts, at) => {
        const place = at % texts.length
        const lines = texts.map((name, index) => ({ key: String(index), name }))
        const changed = lines.map((line, index) => (index === place ? { ...line, name: `${line.name}!` } : line))
        expect(changes({ lines }, { lines: changed })).toEqual([[`lines.${place}.name`, texts[place], `${texts[place]}!`]])
      }),
    )
  })

  it('find the items of a list by their keys, else by their place', () => {
    const lines = (...keys: string[]) => ({ lines: keys.map((key) => ({ key, name: `n${key}` })) })
    expect(changes(lines('1', '2', '3'), lines('3', '1'))).toEqual([
      ['lines.1.key', '2', undefined],
      ['lines.1.name', 'n2', undefined],
    ])
    expect(changes({ tags: ['a', 'b'] }, { tags: ['b'] })).toEqual([
      ['tags.0', 'a', 'b'],
      ['tags.1', 'b', undefined],
    ])
  })

  it('count numbers as equal that are apart by no more than the tolerance', () => {
    expect(changes({ a: '1.0', b: 2, c: 'x' }, { a: '1.00', b: '2.01', c: 'y' })).toHaveLength(3)
    expect(changes({ a: '1.0', b: 2, c: 'x' }, { a: '1.00', b: '2.01', c: 'y' }, '0.01')).toEqual([['c', 'x', 'y']])
    expect(changes({ a: '99999999999999999.01' }, { a: '99999999999999999.02' }, '0.009')).toHaveLength(1)
  })
})

describe('a report', () => {
  const amounts = (rule: string) => ({ sensitive: rule === 'name', amount: rule.endsWith('total') || rule.endsWith('amount') })
  const compare = (...pairs: readonly (readonly [Outcome, Outcome])[]) => {
    const comparison = openComparison(amounts)
    for (const [index, [before, after]] of pairs.entries()) comparison.add(`E${index}`, before, after)
    return comparison.report()
  }
  const value = (one: JsonObject): Outcome => ({ value: one })

  it('sums money exactly, by field and currency, and moves it when only the currency changes', () => {
    const report = compare(
      [value({ currency: 'EUR', total: '0.1' }), value({ currency: 'EUR', total: '0.3' })],
      [value({ currency: 'EUR', total: '0.2' }), value({ currency: 'EUR', total: '0.01' })],
      [value({ currency: 'USD', total: '5' }), value({ currency: 'CNY', total: '5' })],
      [value({ currency: 'JPY', lines: [{ key: '1', amount: '7' }] }), value({ currency: 'JPY', lines: [] })],
      [value({ currency: 'EUR', total: '8' }), value({ currency: 'EUR', total: '8' })],
    )
    expect(report).toMatchObject({ compared: 5, different: 4 })
    expect(report.money).toEqual([
      { path: 'total', currency: 'EUR', count: 2, before: '0.3', after: '0.31', delta: '0.01' },
      { path: 'total', currency: 'USD', count: 1, before: '5', after: '0', delta: '-5' },
      { path: 'total', currency: 'CNY', count: 1, before: '0', after: '5', delta: '5' },
      { path: 'lines[].amount', currency: 'JPY', count: 1, before: '7', after: '0', delta: '-7' },
    ])
  })

  it('tells errors that are new from those that are gone, and never shows what is sensitive', () => {
    const error = (code: string, rule: string) => ({ code, rule, to: `/${rule}`, found: 'Jane', expected: 'text' })
    const report = compare(
      [value({}), { errors: [error('TYPE', 'name'), error('TYPE', 'name'), error('DATE', 'day')] }],
      [{ errors: [error('MISSING', 'total')] }, value({ name: 'Jane' })],
      [{ errors: [error('DATE', 'day')] }, { errors: [error('DATE', 'day')] }],
      [value({ name: 'Jane' }), value({ name: 'Joan' })],
    )
    expect(report.newErrors.map(({ code, rule, count, examples }) => [code, rule, count, examples[0]?.found])).toEqual([
      ['TYPE', 'name', 1, '***'],
      ['DATE', 'day', 1, 'Jane'],
    ])
    expect(report.goneErrors.map(({ code, count }) => [code, count])).toEqual([['MISSING', 1]])
    expect(report.rules).toEqual([
      { rule: 'name', changed: 1, added: 0, removed: 0, examples: [{ envelope: 'E3', path: 'name', before: '***', after: '***' }] },
    ])
    expect(report.different).toBe(3)
  })

  it('is the same however its records are cut into pages', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(document, document), { maxLength: 12 }), fc.nat(12), (pairs, cut) => {
        const run = (from: number, to: number) => {
          const comparison = openComparison(plain)
          for (let i = from; i < Math.min(to, pairs.length); i++)
            comparison.add(`E${i}`, { value: pairs[i]?.[0] ?? {} }, { value: pairs[i]?.[1] ?? {} })
          return comparison.report()
        }
        expect(mergeReports(run(0, cut), run(cut, pairs.length))).toEqual(run(0, pairs.length))
      }),
    )
  })

  it('has an end, and counts what is beyond it', () => {
    const wide = Object.fromEntries(Array.from({ length: maxRules + 20 }, (_, index) => [`f${index}`, index]))
    const report = compare([value({}), value(wide)], [value({}), value(wide)])
    expect(report.rules).toHaveLength(maxRules)
    expect(report.more).toBe(40)
  })
})
