import fc from 'fast-check'
import { expect, test } from 'vitest'
import { sum } from '../model/decimal.ts'
import { type Entry, openTally, type Side } from './reconcile-tally.ts'

const entry: fc.Arbitrary<Entry> = fc.record({
  type: fc.constantFrom('sales-order', 'refund'),
  day: fc.constantFrom('2026-11-22', '2026-11-23', ''),
  key: fc.string({ maxLength: 6 }),
  hash: fc.string({ maxLength: 4 }),
  figures: fc.array(
    fc.record({
      name: fc.constantFrom('amount USD', 'quantity C62'),
      value: fc.bigInt(-(10n ** 20n), 10n ** 20n).map((units) => `${units}.07`),
    }),
    { maxLength: 3 },
  ),
})
const entries = fc.uniqueArray(entry, { maxLength: 40, selector: ({ type, key }) => `${type} ${key}` })
const tallied = (sides: Readonly<Record<Side, readonly Entry[]>>) => {
  const tally = openTally()
  for (const side of ['there', 'here'] as const) for (const one of sides[side]) tally.add(side, one)
  return tally.days()
}

test('the same documents make the same day in whatever order they come', () => {
  fc.assert(
    fc.property(entries, (all) => {
      for (const { same, there, here } of tallied({ there: all, here: all.toReversed() })) {
        expect(same).toBe(true)
        expect(there).toEqual(here)
      }
    }),
  )
})

test('one document that is missing, added or changed makes its day differ, and no other', () => {
  fc.assert(
    fc.property(
      entries.filter((all) => all.length > 0),
      fc.nat(),
      fc.constantFrom('missing', 'changed'),
      (all, at, how) => {
        const place = at % all.length
        const odd = all[place] ?? expect.unreachable()
        const here = how === 'missing' ? all.filter((one) => one !== odd) : all.with(place, { ...odd, hash: `${odd.hash}!` })
        for (const { type, day, same } of tallied({ there: all, here })) expect(same).toBe(!(type === odd.type && day === odd.day))
      },
    ),
  )
})

test('sums are exact', () => {
  fc.assert(
    fc.property(entries, (all) => {
      for (const { type, day, there } of tallied({ there: all, here: [] }))
        for (const [name, value] of Object.entries(there.sums)) {
          const of = all.filter((one) => one.type === type && one.day === day).flatMap(({ figures }) => figures)
          expect(value).toBe(sum(of.filter((one) => one.name === name).map((one) => one.value)))
        }
    }),
  )
})
