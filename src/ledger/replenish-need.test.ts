import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type NeedInput, needOf, serviceLevels } from './replenish-need.ts'

const u = (units: number): bigint => BigInt(Math.round(units * 1e6))
const input: NeedInput = {
  sold: u(280),
  days: 28,
  onHand: u(60),
  reserved: u(5),
  inTransit: 0n,
  unconfirmed: 0n,
  leadDays: 7,
  reviewDays: 7,
  safety: { days: 3 },
  minimum: 0n,
  pack: u(12),
}

test('the arithmetic of one product, step by step', () => {
  // 10 a day: 70 in the lead time, 30 for safety, 70 until the next look; 55 are there
  expect(needOf(input)).toEqual({
    leadDemand: u(70),
    reviewDemand: u(70),
    safetyStock: u(30),
    reorderPoint: u(100),
    target: u(170),
    position: u(55),
    shortfall: u(115),
    quantity: u(120),
    why: 'shortfall',
  })
  expect(needOf({ ...input, inTransit: u(45) })).toMatchObject({ quantity: 0n, why: 'enough' })
  expect(needOf({ ...input, inTransit: u(44) })).toMatchObject({ quantity: u(72), why: 'shortfall' })
  expect(needOf({ ...input, minimum: u(200) })).toMatchObject({ quantity: u(204), why: 'minimum' })
  expect(needOf({ ...input, maximum: u(120) })).toMatchObject({ quantity: u(60), why: 'maximum' })
  expect(needOf({ ...input, maximum: u(120), minimum: u(100) })).toMatchObject({ quantity: 0n, why: 'above-maximum' })
  expect(needOf({ ...input, days: 0 })).toMatchObject({ quantity: 0n, why: 'no-days' })
  // 95 %: 1.6449 x the root of 140 = 19.462719…, up
  expect(needOf({ ...input, safety: { level: 950 } }).safetyStock).toBe(19_462_720n)
})

const quantity = fc.bigInt({ min: 0n, max: 10n ** 12n })
const inputs: fc.Arbitrary<NeedInput> = fc
  .record({
    sold: quantity,
    days: fc.integer({ min: 0, max: 90 }),
    onHand: fc.bigInt({ min: -(10n ** 10n), max: 10n ** 12n }),
    reserved: quantity,
    inTransit: quantity,
    unconfirmed: quantity,
    leadDays: fc.integer({ min: 0, max: 120 }),
    reviewDays: fc.integer({ min: 0, max: 60 }),
    safety: fc.oneof(fc.record({ days: fc.integer({ min: 0, max: 60 }) }), fc.record({ level: fc.constantFrom(...serviceLevels) })),
    minimum: fc.bigInt({ min: 0n, max: 10n ** 10n }),
    pack: fc.bigInt({ min: 1n, max: 10n ** 9n }),
    maximum: fc.option(quantity, { nil: undefined }),
  })
  .map(({ maximum, ...rest }) => (maximum === undefined ? rest : { ...rest, maximum }))

test('more demand never means less, more stock or more on order never more', () => {
  fc.assert(
    fc.property(inputs, fc.bigInt({ min: 0n, max: 10n ** 11n }), (before, more) => {
      const { quantity: was } = needOf(before)
      expect(needOf({ ...before, sold: before.sold + more }).quantity >= was).toBe(true)
      for (const field of ['onHand', 'inTransit', 'unconfirmed'] as const)
        expect(needOf({ ...before, [field]: before[field] + more }).quantity <= was).toBe(true)
    }),
    { numRuns: 500 },
  )
})

test('packs are whole, minimum and maximum hold, and once it is on order nothing more is needed', () => {
  fc.assert(
    fc.property(inputs, (before) => {
      const { quantity: ordered, position, why } = needOf(before)
      expect(ordered % before.pack).toBe(0n)
      expect(ordered >= 0n).toBe(true)
      if (ordered > 0n) {
        expect(ordered >= before.minimum).toBe(true)
        if (before.maximum !== undefined) expect(position + ordered <= before.maximum).toBe(true)
      }
      const after = needOf({ ...before, unconfirmed: before.unconfirmed + ordered })
      if (why !== 'maximum') expect(after.quantity === 0n || ordered === 0n).toBe(true)
    }),
    { numRuns: 500 },
  )
})
