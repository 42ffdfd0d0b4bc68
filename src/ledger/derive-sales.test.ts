import fc from 'fast-check'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { JsonObject } from '../model/json.ts'
import { salesPage } from '../store/sales-page.ts'
import { kitTenant, type LedgerKit, masterData, openLedgerKit, record, ref, refund, sale, saleLine } from './ledger-kit.ts'
import type { Incoming } from './types.ts'
import { verify } from './verify.ts'

let kit: LedgerKit
beforeEach(async () => {
  kit = await openLedgerKit()
})
afterEach(() => kit.database.close())

const report = (key: string, quantity: string, more: JsonObject = {}): Incoming =>
  record('pos', 'sales-report', key, {
    issueDate: '2026-11-23',
    location: { code: 'shop-us' },
    product: { ref: ref('product', 'erp', 'A') },
    quantity,
    amount: `${Number(quantity) * 10}.00`,
    currency: 'USD',
    ...more,
  })
const sold = async (compared: readonly string[] = [], by: 'store' | 'product' | 'day' = 'store') =>
  (
    await salesPage(
      kit.database.read,
      kitTenant,
      { from: '2026-11-01', until: '2026-11-30', compared },
      { by, limit: 50, ownAmounts: false },
    )
  ).map(({ name, quantity, amount }) => [name, Number(quantity) / 1e6, Number(amount) / 1e4])
const restated = async () =>
  (await kit.database.read.selectFrom('journal').selectAll().where('kind', '=', 'sales-restated').orderBy('id').execute()).map(
    ({ key, detail }) => ({ key, ...JSON.parse(detail ?? '{}') }),
  )
const open = async () =>
  (await kit.database.read.selectFrom('finding').selectAll().where('code', '=', 'sold-twice-told').execute()).map(
    ({ key, state, detail }) => [key, state, JSON.parse(detail).orders[0]?.quantity, JSON.parse(detail).reports[0]?.quantity],
  )

test('what was cancelled or came back is not sold, and its amount goes with it', async () => {
  await kit.apply(
    ...masterData,
    sale('shop-us', '7', [saleLine('1', 'A', '5', { cancelled: '1' }), saleLine('2', 'B', '3')]),
    refund('shop-us', 'r', '7', '20.00', [{ orderLine: { key: '1' }, quantity: '2', restock: true }]),
    sale('shop-us', '8', [saleLine('1', 'A', '4')], { status: 'cancelled' }),
    sale('shop-us', '9', [saleLine('1', 'A', '4')], { status: 'draft' }),
  )
  expect(await sold([], 'product')).toEqual([
    ['A', 2, 20],
    ['B', 3, 30],
  ])
  expect(await sold()).toEqual([['shop-us', 5, 50]])
})

test('a line that is shared out rounds half up, and a whole one keeps its digits', async () => {
  await kit.apply(
    ...masterData,
    sale('shop-us', '7', [saleLine('1', 'A', '3', { lineAmount: '0.05', cancelled: '1' })], {
      totals: { linesTotal: '0.05', grandTotal: '0.05' },
    }),
  )
  const [row] = await kit.database.read.selectFrom('day_sale').selectAll().execute()
  // 0.05 x 2 / 3 = 0.03333…
  expect(String(row?.amount)).toBe('333')
})

test('of a store and day its reports count or its orders, never both, and both sums are told', async () => {
  await kit.apply(...masterData, sale('shop-us', '7', [saleLine('1', 'A', '5'), saleLine('2', 'B', '3')]))
  expect(await open()).toEqual([])
  await kit.apply(report('r1', '6'))
  expect(await sold()).toEqual([['shop-us', 6, 60]])
  expect(await sold(['pos'])).toEqual([['shop-us', 8, 80]])
  expect(await open()).toEqual([['shop-us/2026-11-23', 'open', '8', '6']])
  await kit.apply(sale('shop-us', '8', [saleLine('1', 'A', '1')]))
  expect(await open()).toEqual([['shop-us/2026-11-23', 'open', '9', '6']])
  await kit.apply(record('pos', 'sales-report', 'r1', null, { op: 'delete' }))
  expect(await sold()).toEqual([['shop-us', 9, 90]])
  expect((await open()).map(([, state]) => state)).toEqual(['closed'])
})

test('a report replaces the one before it, and one of another day stands beside it', async () => {
  await kit.apply(...masterData, report('r1', '6'), report('r1', '7', { returns: '2' }), report('r2', '1', { issueDate: '2026-11-24' }))
  expect(await sold([], 'day')).toEqual([
    ['2026-11-23', 5, 70],
    ['2026-11-24', 1, 10],
  ])
})

test('a product that is known later, or packed otherwise, is counted again', async () => {
  await kit.apply(report('r1', '2', { unit: 'XCS' }))
  expect(await sold([], 'product')).toEqual([['', 2, 20]])
  await kit.apply(...masterData)
  expect(await sold([], 'product')).toEqual([['A', 24, 20]])
  expect((await verify(kit.database, kitTenant)).differences).toEqual([])
})

test('a day that is over is restated visibly; the running day, and a first load, are not', async () => {
  await kit.apply(...masterData, sale('shop-us', '7', [saleLine('1', 'A', '5')]))
  const old = { issueDate: '2026-11-20', placedAt: '2026-11-20T09:00:00.000Z' }
  await kit.apply({ ...sale('shop-us', '1', [saleLine('1', 'A', '2')], old), baseline: true })
  expect(await restated()).toEqual([])
  await kit.apply(sale('shop-us', '2', [saleLine('1', 'B', '4')], old))
  await kit.apply(sale('shop-us', '2', [saleLine('1', 'B', '4', { name: 'another' })], old))
  const of = (quantity: string) => ({ reports: [], orders: [expect.objectContaining({ quantity })] })
  expect(await restated()).toEqual([
    { key: 'shop-us/2026-11-20', store: 'shop-us', day: '2026-11-20', products: ['B'], before: of('2'), after: of('6') },
  ])
})

test('an order and the first report of its day that come at one moment are both told', async () => {
  await kit.apply(...masterData)
  const days = Array.from({ length: 12 }, (_, index) => `2026-12-${String(index + 1).padStart(2, '0')}`)
  await Promise.all(
    days.flatMap((issueDate, index) => [
      kit.apply(sale('shop-us', `o${index}`, [saleLine('1', 'A', '5')], { issueDate })),
      kit.apply(report(`r${index}`, '6', { issueDate })),
      kit.apply(sale('shop-us', `p${index}`, [saleLine('1', 'B', '1')], { issueDate })),
    ]),
  )
  expect((await open()).sort()).toEqual(days.map((day) => [`shop-us/${day}`, 'open', '6', '6']))
  expect((await verify(kit.database, kitTenant)).differences).toEqual([])
})

test('every order of arrival gives the same rows', async () => {
  const facts = [
    ...masterData,
    sale('shop-us', '7', [saleLine('1', 'A', '5'), saleLine('2', 'B', '3')]),
    sale('shop-us', '8', [saleLine('1', 'A', '1')], { issueDate: '2026-11-20' }),
    refund('shop-us', 'r', '7', '20.00', [{ orderLine: { key: '1' }, quantity: '2', restock: true }]),
    report('r1', '6'),
    report('r2', '3', { unit: 'XCS', product: { ref: ref('product', 'erp', 'B') } }),
    report('r3', '3', { issueDate: '2026-11-20' }),
  ]
  const rest = async () => [
    (await kit.database.read.selectFrom('day_sale').selectAll().orderBy('type').orderBy('key').orderBy('product').execute()).map((row) =>
      Object.values(row).map(String),
    ),
    await kit.database.read.selectFrom('report_day').selectAll().orderBy('day').execute(),
    (await open()).sort(),
  ]
  await kit.apply(...facts)
  const wanted = await rest()
  await fc.assert(
    fc.asyncProperty(fc.shuffledSubarray(facts, { minLength: facts.length }), async (order) => {
      await kit.database.close()
      kit = await openLedgerKit()
      for (const one of order) await kit.apply(one)
      expect(await rest()).toEqual(wanted)
    }),
    { numRuns: 8 },
  )
}, 60_000)
