import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { cents } from '../woocommerce/money.ts'
import type { DayFigures } from './figures.ts'
import { type DayPlan, planDay } from './plan.ts'
import { redCode, unknownCode } from './plan-articles.ts'
import { availableAtRest } from './plan-figures.ts'

const seeds = fc.integer({ min: 0, max: 0xffff_ffff })

/** The main job, typed from its description. */
const mainJob: DayFigures = {
  pieces: {
    opening: 12_000,
    receiptsAccepted: 7_140,
    shipped: 4_250,
    returned: 60,
    closing: 14_950,
    reserved: 600,
    available: 14_350,
    ordered: 10_800,
    cutAndRefused: 720,
    confirmed: 10_080,
    arrived: 7_200,
    inTransit: 2_880,
    sold: 5_000,
    cancelled: 150,
    open: 600,
    quarantined: 60,
  },
  shops: {
    'shop-us': {
      currency: 'USD',
      orders: 1_200,
      shipped: 1_020,
      open: 144,
      cancelled: 36,
      refunds: 30,
      goods: '81600.00',
      shipping: '6000.00',
      tax: '7344.00',
      taxOfSum: '7344.00',
      placed: '94944.00',
      cancelledMoney: '2848.32',
      refundedMoney: '1180.00',
      net: '90915.68',
      shown: 14_352,
    },
    'shop-eu': {
      currency: 'EUR',
      orders: 800,
      shipped: 680,
      open: 96,
      cancelled: 24,
      refunds: 20,
      goods: '56000.00',
      shipping: '3200.00',
      tax: '9452.13',
      taxOfSum: '9452.10',
      placed: '59200.00',
      cancelledMoney: '1776.00',
      refundedMoney: '740.00',
      net: '56684.00',
      shown: 14_352,
    },
  },
  supplier: {
    purchases: 200,
    accepted: 180,
    cut: 15,
    refused: 5,
    casesOrdered: 900,
    casesConfirmed: 840,
    casesArrived: 600,
    casesBroken: 5,
    owed: '71400.00',
    invoiced: '72000.00',
    variance: '600.00',
  },
}

const count = <T>(list: readonly T[], fits: (entry: T) => boolean): number => list.filter(fits).length

const holdersOf = (plan: DayPlan, code: string) => plan.orders.filter(({ lines }) => lines.some(({ article }) => article === code))

describe('the main job', () => {
  test('every seed gives the same figures to the cent', () => {
    fc.assert(
      fc.property(seeds, (seed) => {
        expect(planDay(seed).figures).toEqual(mainJob)
      }),
      { numRuns: 20 },
    )
  })

  test('every kind of trouble happens as often as it shall', () => {
    fc.assert(
      fc.property(seeds, (seed) => {
        const { orders, purchases, articles } = planDay(seed)
        expect(articles).toHaveLength(50)
        expect(count(orders, ({ edit }) => edit !== undefined)).toBe(40)
        expect(count(orders, ({ edit }) => edit?.kind === 'quantity')).toBe(20)
        expect(count(orders, ({ lateCancel }) => lateCancel)).toBe(5)
        expect(count(orders, ({ announcing }) => announcing === 'quiet')).toBe(1_000)
        expect(count(orders, ({ announcing }) => announcing === 'twice')).toBe(200)
        expect(count(orders, ({ announcing }) => announcing === 'reversed')).toBe(200)
        expect(count(orders, ({ refund }) => refund?.kind === 'goods')).toBe(30)
        expect(count(orders, ({ refund }) => refund?.kind === 'money')).toBe(20)
        expect(count(orders, ({ shop, cancelledAt }) => shop === 'shop-us' && cancelledAt !== undefined)).toBe(36)
        const cut = purchases.filter(({ answer }) => answer === 'cut').flatMap(({ lines }) => lines)
        expect(cut.reduce((off, line) => off + line.cases - line.confirmed, 0)).toBe(40)
        const refused = purchases.filter(({ answer }) => answer === 'refused').flatMap(({ lines }) => lines)
        expect(refused.reduce((cases, line) => cases + line.cases, 0)).toBe(20)
        expect(purchases.flatMap(({ lines }) => lines).filter(({ broken }) => broken > 0)).toMatchObject([{ broken: 5 }])
      }),
      { numRuns: 10 },
    )
  })

  test('seven American orders hold the article that the ERP knows under another name', () => {
    fc.assert(
      fc.property(seeds, (seed) => {
        const plan = planDay(seed)
        const american = holdersOf(plan, unknownCode).filter(({ shop }) => shop === 'shop-us')
        expect(american).toHaveLength(7)
        expect(american.every(({ placedAt, fate }) => placedAt < 12 * 60 && fate === 'shipped')).toBe(true)
        const article = plan.articles.find(({ code }) => code === unknownCode)
        expect(article?.skus['shop-us']).not.toBe(unknownCode)
        expect(article?.skus['shop-eu']).toBe(unknownCode)
      }),
      { numRuns: 10 },
    )
  })
})

describe('stock', () => {
  test('only the red lamp is oversold: 12 of 10, in the same minute, in both shops', () => {
    fc.assert(
      fc.property(seeds, fc.constantFrom(1, 0.1, 0.01), (seed, scale) => {
        const plan = planDay(seed, scale)
        const red = holdersOf(plan, redCode)
        expect(new Set(red.map(({ placedAt }) => placedAt))).toEqual(new Set([14 * 60 + 10]))
        expect(new Set(red.map(({ shop }) => shop)).size).toBe(2)
        expect(red.every(({ fate }) => fate === 'open')).toBe(true)
        expect(availableAtRest(plan).get(redCode)).toBe(-2)
      }),
      { numRuns: 15 },
    )
  })

  test('no other article is sold beyond the opening stock, edits and cancellations counted at their highest', () => {
    fc.assert(
      fc.property(seeds, fc.constantFrom(1, 0.1, 0.01), (seed, scale) => {
        const plan = planDay(seed, scale)
        const held = new Map<string, number>()
        for (const { lines } of plan.orders) {
          for (const { article, quantity, firstQuantity } of lines) {
            held.set(article, (held.get(article) ?? 0) + Math.max(quantity, firstQuantity))
          }
        }
        for (const { code, opening } of plan.articles) {
          if (code !== redCode) expect(held.get(code) ?? 0, code).toBeLessThanOrEqual(opening)
        }
      }),
      { numRuns: 15 },
    )
  })
})

describe('orders', () => {
  test('in the United States every line is a whole amount of dollars', () => {
    fc.assert(
      fc.property(seeds, (seed) => {
        const { orders } = planDay(seed, 0.1)
        const american = orders.filter(({ shop }) => shop === 'shop-us').flatMap(({ lines }) => lines)
        expect(american.every(({ discount }) => cents(discount) % 100n === 0n)).toBe(true)
      }),
      { numRuns: 15 },
    )
  })

  test('things happen in an order in which they can happen', () => {
    fc.assert(
      fc.property(seeds, fc.constantFrom(1, 0.1, 0.01), (seed, scale) => {
        for (const order of planDay(seed, scale).orders) {
          const { placedAt, paidAt = placedAt, edit, cancelledAt, packedFrom, refund, releasedAt, fate, announcing } = order
          expect(new Set(order.lines.map(({ article }) => article)).size).toBe(order.lines.length)
          expect(paidAt).toBeGreaterThanOrEqual(placedAt)
          if (edit) expect(edit.at).toBeGreaterThan(placedAt)
          if (edit?.kind === 'quantity') expect(paidAt).toBeGreaterThan(edit.at)
          if (announcing === 'reversed') expect(releasedAt).toBeGreaterThan(paidAt)
          if (refund) expect(refund.at).toBeGreaterThan(paidAt)
          expect(packedFrom !== undefined).toBe(fate === 'shipped')
          expect(cancelledAt !== undefined).toBe(fate === 'cancelled')
          if (packedFrom !== undefined) expect(packedFrom).toBeGreaterThan(Math.max(paidAt, edit?.at ?? 0))
          if (cancelledAt !== undefined) expect(cancelledAt).toBeGreaterThan(placedAt)
        }
      }),
      { numRuns: 6 },
    )
  })

  test('some refunds are made before the webhooks of their payment went out', () => {
    const { orders } = planDay(7)
    const early = orders.filter(({ refund, releasedAt }) => refund !== undefined && releasedAt !== undefined && refund.at < releasedAt)
    expect(early).toHaveLength(10)
  })
})

describe('scale', () => {
  test('the same seed gives the same plan, another seed another one', () => {
    expect(planDay(11, 0.1)).toEqual(planDay(11, 0.1))
    expect(planDay(11, 0.1).orders).not.toEqual(planDay(12, 0.1).orders)
  })

  test('a tenth has a tenth of the orders and foots', () => {
    fc.assert(
      fc.property(seeds, fc.constantFrom(0.1, 0.05, 0.01), (seed, scale) => {
        const { figures, sizes, orders } = planDay(seed, scale)
        const { pieces } = figures
        expect(orders).toHaveLength(
          Object.values(sizes.shops).reduce((sum, { shipped, open, cancelled }) => sum + shipped + open + cancelled, 0),
        )
        expect(pieces.opening + pieces.receiptsAccepted - pieces.shipped + pieces.returned).toBe(pieces.closing)
        expect(pieces.closing - pieces.reserved).toBe(pieces.available)
        expect(pieces.ordered - pieces.cutAndRefused - pieces.arrived).toBe(pieces.inTransit)
        expect(pieces.sold).toBe(pieces.shipped + pieces.cancelled + pieces.open)
        expect(figures.shops['shop-us'].shown).toBe(pieces.available + 2)
        for (const shop of Object.values(figures.shops)) {
          expect(cents(shop.placed) - cents(shop.cancelledMoney) - cents(shop.refundedMoney)).toBe(cents(shop.net))
        }
        expect(cents(figures.supplier.invoiced) - cents(figures.supplier.owed)).toBe(cents(figures.supplier.variance))
      }),
      { numRuns: 20 },
    )
    expect(planDay(3, 0.1).orders).toHaveLength(200)
    expect(planDay(3, 0.01).orders).toHaveLength(21)
  })

  test('a scale without a day is refused', () => {
    expect(() => planDay(1, 0)).toThrow('not between 0.01 and 1')
    expect(() => planDay(1, 1.5)).toThrow('not between 0.01 and 1')
  })
})
