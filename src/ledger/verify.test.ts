import { afterEach, beforeEach, expect, test } from 'vitest'
import { invoice, kitTenant, type LedgerKit, purchase, purchaseLine, sale, saleLine, stock } from './ledger-kit.ts'
import { verify } from './verify.ts'
import { damage, differing, repair, rowsOf, tables } from './verify-bed.ts'
import { line1, makeWorld, openVerifyBed, order12 } from './verify-world.ts'

let kit: LedgerKit
beforeEach(async () => {
  kit = await openVerifyBed()
})
afterEach(() => kit.database.close())

test('a world that nobody damaged is what the documents say, and every row of it was looked at', async () => {
  await makeWorld(kit)
  const found = await verify(kit.database, kitTenant)
  expect(found).toMatchObject({ differences: [], whole: true })
  const open = await kit.database.read.selectFrom('finding').selectAll().where('state', '=', 'open').execute()
  expect(open.map(({ code }) => code).sort()).toEqual([
    'oversold',
    'payout-amount-differs',
    'quantity-variance',
    'several-carriers',
    'sold-twice-told',
  ])
  const counts = await Promise.all(
    tables.filter((table) => table !== 'finding').map(async (table) => [table, (await rowsOf(kit, table)).length] as const),
  )
  expect(counts.every(([, count]) => count > 0)).toBe(true)
  expect(found.checked).toEqual({ ...Object.fromEntries(counts), finding: open.length, transfer: 1, book: 2 })
})

test('a damaged line is told by itself: the figures that are made of it are right', async () => {
  await makeWorld(kit)
  const line = await kit.database.read.selectFrom('order_line').selectAll().where('type', '=', 'purchase-order').executeTakeFirstOrThrow()
  await damage(kit, 'order_line', { ...line }, 'open', Number(line.open) + 1_000_000)
  expect((await differing(kit)).map((one) => one.table)).toEqual(['order_line'])
})

test('a finding that a person closed is none that is missing', async () => {
  await makeWorld(kit)
  await kit.database.write((tx) => tx.updateTable('finding').set({ state: 'closed', closed_at: 5, closed_by: 'anna' }).execute())
  expect(await differing(kit)).toEqual([])
})

test('what is written while it runs is no difference', async () => {
  await makeWorld(kit)
  let writes = 0
  const found = await verify(kit.database, kitTenant, async () => {
    if (writes++ > 30) return
    await kit.apply(
      stock('A', String(10 + writes), `2026-11-23T08:30:00.${String(writes).padStart(3, '0')}Z`),
      sale('shop-us', `s${writes}`, [saleLine('1', 'A', '2')]),
    )
  })
  expect(writes).toBeGreaterThan(5)
  expect(found.differences).toEqual([])
})

test('what was put right while it runs is not told', async () => {
  await makeWorld(kit)
  await kit.database.write((tx) => tx.updateTable('order_line').set({ open: 1 }).where('type', '=', 'purchase-order').execute())
  let pages = 0
  const before = await verify(kit.database, kitTenant, async () => {
    pages++
  })
  expect(before.differences).not.toEqual([])
  // after the last page, and so after that of the orders
  const found = await verify(kit.database, kitTenant, async () => {
    if (--pages === 0) await repair(kit)
  })
  expect([pages, found.differences]).toEqual([0, []])
})

test('what a person accepted stays closed while it says the same, and opens when it does not', async () => {
  await makeWorld(kit)
  const variance = () =>
    kit.database.read.selectFrom('finding').selectAll().where('code', '=', 'quantity-variance').executeTakeFirstOrThrow()
  await kit.database.write((tx) =>
    tx
      .updateTable('finding')
      .set({ state: 'closed', closed_at: 5, closed_by: 'anna', accepted: 1 })
      .where('code', '=', 'quantity-variance')
      .execute(),
  )
  await kit.apply(purchase('12', [purchaseLine('1', 'A', '3')], { note: 'another version' }))
  expect(await variance()).toMatchObject({ state: 'closed', accepted: 1 })
  await kit.apply(invoice('i1', order12, [{ orderLine: line1, quantity: '3' }]))
  expect(await variance()).toMatchObject({ state: 'open', accepted: null, closed_by: null })
})
