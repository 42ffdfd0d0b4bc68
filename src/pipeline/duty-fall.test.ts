import fc from 'fast-check'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { listPlans } from '../store/plan.ts'
import { dutiesOf, later } from '../testing/bed-questions.ts'
import { type Bed, openBed, toShop } from '../testing/pipeline-bed.ts'
import type { Route } from './context.ts'
import { defaultPushLimit, isFall } from './duty-fall.ts'
import { followPlan } from './plan-decision.ts'

const limit = { ...defaultPushLimit, percent: 20, atLeast: 3 }
const route: Route = { ...toShop, limit }
const minute = 60_000

let bed: Bed
beforeEach(async () => {
  bed = await openBed({ routes: [route] })
  for (let id = 1; id <= 10; id++) {
    bed.partner.articles.push({ id, code: `A${id}` })
    bed.partner.items.push(`A${id}`)
    bed.partner.stock.set(id, 9)
  }
  await bed.drain(bed.context, ['articles'])
  await bed.drain(bed.context, ['items'])
  await bed.drain(bed.context, ['stock'])
  // what the baseline brought is not sent: the first change is
  await count(10)
}, 60_000)
afterEach(() => bed.close())

/** The warehouse counts articles anew, and all that follows is worked off. */
async function count(figure: number, ids: readonly number[] = [...bed.partner.stock.keys()]): Promise<void> {
  for (const id of ids) bed.partner.stock.set(id, figure)
  for (let round = 0; round < 3; round++) await later(bed, minute, ['stock', 'orders'])
}
const shown = (figure: number): number => [...bed.partner.shown.values()].filter((value) => value === figure).length
const plans = () => listPlans(bed.database.read, 'default', { limit: 5 })
const decide = async (state: 'released' | 'refused') => {
  const row = await bed.database.read.selectFrom('plan').selectAll().where('state', '=', 'held').executeTakeFirstOrThrow()
  await bed.database.write(async (tx) => {
    await tx.updateTable('plan').set({ state }).where('id', '=', row.id).execute()
    await followPlan(bed.context, tx, row, state, bed.clock.now)
  })
  for (let round = 0; round < 2; round++) await later(bed, minute, ['orders'])
}

test('as many as the limit allows go to zero without anybody', async () => {
  expect(shown(10)).toBe(10)
  await count(0, [1, 2, 3])
  expect(shown(0)).toBe(3)
  expect(await plans()).toEqual([])
})

test('a wave that zeroes more than the limit is held before any of it is sent, and nothing else is', async () => {
  for (const id of [9, 10]) bed.partner.stock.set(id, 8)
  await count(0, [1, 2, 3, 4, 5])
  expect([shown(0), shown(8), shown(10)]).toEqual([0, 2, 8])
  expect(await plans()).toMatchObject([
    { kind: 'figures', state: 'held', stream: 'stock-to-shop', affected: 5, total: 10, limit_percent: 20 },
  ])
  expect((await dutiesOf(bed, 'shop')).filter((duty) => duty === 'state parked/too-many-falls')).toHaveLength(5)
  await decide('released')
  expect([shown(0), shown(8), shown(10)]).toEqual([5, 2, 3])
})

test('refused figures are not sent; a figure that comes back to what it was needs nobody', async () => {
  await count(0, [1, 2, 3, 4, 5, 6])
  expect(shown(0)).toBe(0)
  await count(7, [1])
  expect(shown(7)).toBe(1)
  await decide('refused')
  expect([shown(0), shown(7), shown(10)]).toEqual([0, 1, 9])
  expect((await dutiesOf(bed, 'shop')).filter((duty) => duty === 'state cancelled/plan-refused').length).toBe(5)
})

test('the limit counts over a while, so that two small waves are one, and opens again afterwards', async () => {
  await count(0, [1, 2])
  await count(0, [3, 4])
  expect(shown(0)).toBe(2)
  expect(await plans()).toMatchObject([{ state: 'held', affected: 2 }])
  bed.clock.now += limit.withinMs
  await count(0, [7])
  expect(shown(0)).toBe(3)
})

test('more stock never falls, a price of ten times does; no figure falls against itself', () => {
  expect([isFall('stock-level', '2', '400', 90), isFall('price-list', '2', '400', 90), isFall('price-list', '2', '19', 90)]).toEqual([
    false,
    true,
    false,
  ])
  const figure = fc.bigInt(1n, 10n ** 15n).map((units) => `${units}.5`)
  fc.assert(
    fc.property(figure, fc.integer({ min: 1, max: 100 }), (value, change) => {
      expect(isFall('price-list', value, value, change)).toBe(false)
      expect(isFall('stock-level', value, '0', change)).toBe(true)
      expect(isFall('stock-level', '0', value, change)).toBe(false)
    }),
  )
})
