import { afterEach, beforeEach, expect, test } from 'vitest'
import { orderAt, stockAt } from './as-of.ts'
import {
  kitTenant,
  type LedgerKit,
  location,
  openLedgerKit,
  parcel,
  parcelLine,
  payment,
  product,
  purchase,
  purchaseLine,
  receipt,
  ref,
  refund,
  response,
  sale,
  saleLine,
  stock,
} from './ledger-kit.ts'
import { addLink } from './links.ts'
import type { Incoming } from './types.ts'

let kit: LedgerKit
beforeEach(async () => {
  kit = await openLedgerKit()
})
afterEach(() => kit.database.close())

const order7 = ref('sales-order', 'shop-us', '7')
const order12 = ref('purchase-order', 'erp', '12')
const line1 = ref('purchase-order', 'erp', '1')

/** What came, one after another: the order before its product, a link late, a shipment that goes over to another order, lines that go, a cancellation. */
const steps: readonly (readonly Incoming[] | 'link')[] = [
  [location('MAIN', 'MAIN')],
  [sale('shop-us', '7', [saleLine('1', 'A', '5'), saleLine('2', 'B', '1')])],
  [product('B', 'B')],
  [stock('A', '10', '2026-11-23T06:00:00.000Z'), stock('B', '3', '2026-11-23T06:00:00.000Z')],
  [product('A', 'A')],
  [stock('A', '10', '2026-11-23T06:00:00.000Z'), stock('B', '3', '2026-11-23T06:00:00.000Z')],
  [payment('shop-us', '7', '60.00')],
  [sale('shop-us', '8', [saleLine('1', 'A', '2'), saleLine('2', 'A', '1', { product: { ref: ref('product', 'shop-us', '149') } })])],
  'link',
  [parcel('p1', order7, [parcelLine({ key: '1' }, 'A', '3')], '2026-11-23T07:00:00.000Z')],
  [parcel('p1', ref('sales-order', 'shop-us', '8'), [parcelLine({ key: '1' }, 'A', '2')], '2026-11-23T07:00:00.000Z')],
  [purchase('12', [purchaseLine('1', 'A', '3')])],
  [response('a1', order12, '2026-11-23T07:30:00.000Z', 'accepted', [{ orderLine: line1, action: 'accept', quantity: '3', unit: 'XCS' }])],
  [receipt('g1', order12, [{ orderLine: line1, product: { ref: ref('product', 'erp', 'A') }, accepted: '1' }])],
  [product('A', 'A', { packs: [{ unit: 'XCS', factor: '10' }] })],
  [sale('shop-us', '7', [saleLine('1', 'A', '4')])],
  [refund('shop-us', 'r1', '7', '10.00')],
  [stock('A', '8', '2026-11-23T07:45:00.000Z')],
  [sale('shop-us', '7', [saleLine('1', 'A', '4')], { status: 'cancelled' })],
]
const orders = [
  ['sales-order', 'shop-us/7'],
  ['sales-order', 'shop-us/8'],
  ['purchase-order', 'erp/12'],
] as const

const plain = (rows: readonly object[]) =>
  rows
    .map((row) =>
      JSON.stringify(
        Object.entries(row)
          .map(([column, value]) => [column, value === null ? null : String(value)])
          .sort(),
      ),
    )
    .sort()

async function now() {
  const { read } = kit.database
  const stored = (await read.selectFrom('stock').selectAll().execute()).map(({ changed_at: _, ...row }) => row)
  return {
    lines: plain(await read.selectFrom('order_line').selectAll().execute()),
    states: plain(await read.selectFrom('order_state').selectAll().execute()),
    stock: plain(stored),
  }
}
async function then(at: number) {
  const { read } = kit.database
  const found = []
  for (const [type, key] of orders) found.push(await orderAt(read, kitTenant, type, key, at))
  const shelves = [await stockAt(read, kitTenant, 'A', at), await stockAt(read, kitTenant, 'B', at)]
  return {
    lines: plain(found.flatMap((one) => one?.lines ?? [])),
    states: plain(found.flatMap((one) => (one === undefined ? [] : [one.state]))),
    stock: plain(shelves.flatMap(({ rows }) => rows)),
  }
}

test('at any time figures are what they were then, byte for byte', async () => {
  const seen: { readonly at: number; readonly rows: Awaited<ReturnType<typeof now>> }[] = []
  for (const step of steps) {
    if (step === 'link')
      await kit.work((books) =>
        addLink(books, { type: 'product', connection: 'shop-us', externalKey: '149', key: 'A', linkedBy: 'person' }),
      )
    else await kit.apply(...step)
    const { at } = await kit.database.read
      .selectFrom('journal')
      .select(({ fn }) => fn.max('at').as('at'))
      .executeTakeFirstOrThrow()
    seen.push({ at: Number(at), rows: await now() })
  }
  expect(new Set(seen.map(({ rows }) => JSON.stringify(rows))).size).toBeGreaterThan(12)
  for (const { at, rows } of seen) expect(await then(at), `at ${new Date(at).toISOString()}`).toEqual(rows)
  const [first] = seen
  expect(await orderAt(kit.database.read, kitTenant, 'sales-order', 'shop-us/7', (first?.at ?? 0) - 1)).toBeUndefined()
})

test('goods that left after the snapshot make a figure of stock inexact, and it says so', async () => {
  await kit.apply(location('MAIN', 'MAIN'), product('A', 'A'), stock('A', '10', '2026-11-23T06:00:00.000Z'))
  await kit.apply(sale('shop-us', '7', [saleLine('1', 'A', '5')]))
  const time = Date.parse('2026-11-24T00:00:00.000Z')
  expect((await stockAt(kit.database.read, kitTenant, 'A', time)).exact).toBe(true)
  await kit.apply(parcel('p1', order7, [parcelLine({ key: '1' }, 'A', '3')], '2026-11-23T07:00:00.000Z'))
  expect((await stockAt(kit.database.read, kitTenant, 'A', time)).exact).toBe(false)
  await kit.apply(stock('A', '7', '2026-11-23T08:00:00.000Z'))
  expect((await stockAt(kit.database.read, kitTenant, 'A', time)).exact).toBe(true)
})

test('stock that movements count is refused by name', async () => {
  await kit.apply(location('MAIN', 'MAIN'), product('A', 'A'), stock('A', '10', '2026-11-23T06:00:00.000Z'))
  const place = { product: 'A', location: 'MAIN', owner: '', condition: 'sellable', lot: '', toward: '' }
  const of = { tenant: kitTenant, type: 'stock-movement', key: 'erp/m1', line: '1', side: 'to' as const }
  await kit.database.write((tx) =>
    tx
      .insertInto('movement')
      .values({ ...of, ...place, kind: 'receipt', source: 'erp', quantity: 1_000_000, moved_at: 1 })
      .execute(),
  )
  await expect(stockAt(kit.database.read, kitTenant, 'A', Date.now())).rejects.toMatchObject({ detail: { code: 'counted-by-movements' } })
})
