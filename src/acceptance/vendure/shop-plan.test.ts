import { expect, test } from 'vitest'
import { isClean, type ShopRun, shopText } from './run-shop.ts'
import { planShopOrders, trackingOf } from './shop-plan.ts'

test('the orders of a run are the same for the same seed, and all fates come', () => {
  const plan = planShopOrders(7, 200, ['A', 'B', 'C'])
  expect(planShopOrders(7, 200, ['A', 'B', 'C'])).toEqual(plan)
  expect(new Set(plan.map(({ fate }) => fate))).toEqual(new Set(['plain', 'edited', 'cancelled', 'paid-back']))
  expect(new Set(plan.map(trackingOf)).size).toBe(200)
  for (const { lines, edited } of plan) {
    expect(edited).toBeGreaterThan(0)
    expect(edited).toBeLessThan(lines[0]?.quantity ?? 0)
  }
})

test('a run is clean only where both sides count the same and nothing is wrong', () => {
  const row = { name: 'orders and sales', shop: 20, books: 20, wrong: [] }
  const run: ShopRun = { orders: 20, rows: [row], trouble: { kills: 2, flushes: 0, restarts: 1 }, problems: [] }
  expect(isClean(run)).toBe(true)
  expect(shopText(run)).toContain('nothing lost, nothing doubled, nothing different')
  for (const bad of [
    { ...run, problems: ['late'] },
    { ...run, rows: [{ ...row, books: 19 }] },
    { ...run, rows: [{ ...row, wrong: ['order 1: LOST'] }] },
  ]) {
    expect(isClean(bad)).toBe(false)
    expect(shopText(bad)).toContain('NOT CLEAN')
  }
})
