import fc from 'fast-check'
import { expect, test } from 'vitest'
import { freeAt, type Offer, type OfferBuffer, offered } from './offer.ts'

const one = 1_000_000n
const pieces = (count: number) => BigInt(count) * one
const offer = (more: Partial<Offer> = {}): Offer => ({ connection: 'shop', locations: [], share: pieces(100), buffers: [], ...more })
const goods = (free: Readonly<Record<string, number>>, step = one) => ({
  product: 'LAMP',
  category: 'lamps',
  places: Object.entries(free).map(([location, count]) => ({ location, free: pieces(count) })),
  step,
})
const keep = (count: number, more: Partial<OfferBuffer> = {}): OfferBuffer => ({ kind: 'quantity', amount: pieces(count), ...more })
const sells = (rule: Partial<Offer>, free: Readonly<Record<string, number>>, step?: bigint) =>
  Number(offered(offer(rule), goods(free, step)).pushable) / 1e6

test('buffers, share, cap, packs and minimum are taken one after the other, each rounding down', () => {
  const rule = { buffers: [keep(5)], share: pieces(40), cap: pieces(30), minimum: pieces(12), pack: 'XCS' }
  const { pushable, steps } = offered(offer(rule), goods({ MAIN: 90, ANNEX: 16 }, pieces(12)))
  expect(Number(pushable) / 1e6).toBe(24)
  expect(steps.map(({ step, taken, left, rule: from }) => [step, Number(taken) / 1e6, Number(left) / 1e6, from])).toEqual([
    ['available', 0, 90, undefined],
    ['available', 0, 16, undefined],
    ['buffer', 5, 101, 'buffers.0'],
    ['share', 60.6, 40.4, 'share'],
    ['cap', 10.4, 30, 'cap'],
    ['rounding', 6, 24, 'pack'],
    ['minimum', 0, 24, 'minimum'],
  ])
  expect(sells(rule, { MAIN: 30 }, pieces(12))).toBe(0)
  expect(sells({ share: pieces(33) }, { MAIN: 10 })).toBe(3)
  expect(sells({ share: pieces(33) }, { MAIN: 10 }, 1n)).toBe(3.3)
})

test('the buffer that says the most counts, at its location or once for all the rest', () => {
  const buffers = [keep(1), keep(2, { category: 'lamps' }), keep(4, { product: 'LAMP' }), keep(8, { product: 'VASE' })]
  expect(sells({ buffers }, { MAIN: 50 })).toBe(46)
  expect(sells({ buffers: buffers.slice(0, 2) }, { MAIN: 50 })).toBe(48)
  expect(sells({ buffers: [...buffers, keep(10, { location: 'MAIN' })] }, { MAIN: 50, ANNEX: 20 })).toBe(40 + 16)
  const part: OfferBuffer = { kind: 'percent', amount: pieces(10) }
  expect(sells({ buffers: [part] }, { MAIN: 15 })).toBe(13)
  expect(sells({ buffers: [keep(99)] }, { MAIN: 15 })).toBe(0)
})

test('what is promised beyond one location is taken off the others', () => {
  expect([
    ...freeAt(
      new Map([
        ['MAIN', -5n],
        ['ANNEX', 3n],
        ['ZONE', 10n],
      ]),
    ).values(),
  ]).toEqual([0n, 0n, 8n])
  expect([
    ...freeAt(
      new Map([
        ['MAIN', -5n],
        ['ANNEX', 3n],
      ]),
    ).values(),
  ]).toEqual([0n, 0n])
})

const locations = ['A', 'B', 'C']
const world = fc.record({
  available: fc.tuple(...locations.map(() => fc.integer({ min: -20, max: 200 }))),
  step: fc.constantFrom(1n, one, pieces(6)),
  channels: fc.array(
    fc.record({
      at: fc.subarray(locations, { minLength: 1 }),
      weight: fc.integer({ min: 0, max: 1000 }),
      buffer: fc.integer({ min: 0, max: 30 }),
      percent: fc.boolean(),
      elsewhere: fc.boolean(),
      cap: fc.option(fc.integer({ min: 0, max: 150 }), { nil: undefined }),
      minimum: fc.option(fc.integer({ min: 0, max: 9 }), { nil: undefined }),
    }),
    { minLength: 1, maxLength: 6 },
  ),
})

test('channels whose shares sum to 100 or less are never offered more together than is available', () => {
  fc.assert(
    fc.property(world, ({ available, step, channels }) => {
      const there = new Map(locations.map((location, index) => [location, pieces(available[index] ?? 0)]))
      const free = freeAt(there)
      const weights = Math.max(
        1,
        channels.reduce((sum, { weight }) => sum + weight, 0),
      )
      let all = 0n
      for (const { at, weight, buffer, percent, elsewhere, cap, minimum } of channels) {
        const rule = offer({
          locations: at,
          share: (pieces(100) * BigInt(weight)) / BigInt(weights),
          buffers: [{ kind: percent ? 'percent' : 'quantity', amount: pieces(buffer), ...(elsewhere ? { location: 'B' } : {}) }],
          ...(cap === undefined ? {} : { cap: pieces(cap) }),
          ...(minimum === undefined ? {} : { minimum: pieces(minimum) }),
        })
        const { pushable, steps } = offered(rule, {
          product: 'LAMP',
          places: at.map((location) => ({ location, free: free.get(location) ?? 0n })),
          step,
        })
        expect(pushable >= 0n && pushable % step === 0n).toBe(true)
        expect(steps.at(-1)?.left).toBe(pushable)
        all += pushable
      }
      const total = [...there.values()].reduce((sum, count) => sum + count, 0n)
      expect(all <= (total > 0n ? total : 0n)).toBe(true)
    }),
    { numRuns: 500 },
  )
})
