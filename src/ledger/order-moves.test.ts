import { afterEach, beforeEach, expect, test } from 'vitest'
import type { Json } from '../model/json.ts'
import {
  kitTenant,
  type LedgerKit,
  masterData,
  openLedgerKit,
  parcel,
  parcelLine,
  payment,
  purchase,
  purchaseLine,
  receipt,
  ref,
  refund,
  sale,
  saleLine,
} from './ledger-kit.ts'

let kit: LedgerKit
beforeEach(async () => {
  kit = await openLedgerKit()
  await kit.apply(...masterData)
})
afterEach(() => kit.database.close())

const order7 = ref('sales-order', 'shop-us', '7')
const noon = '2026-11-23T12:00:00.000Z'

/** What the journal says of an order's derived state, the first first, without what was said before. */
async function moves(): Promise<Json[]> {
  const rows = await kit.database.read
    .selectFrom('journal')
    .select(['id', 'type', 'key', 'detail'])
    .where('tenant', '=', kitTenant)
    .where('kind', '=', 'order-state-changed')
    .orderBy('id')
    .execute()
  const fresh = rows.slice(told)
  told = rows.length
  return fresh.map(({ key, detail }) => ({ key, ...(JSON.parse(detail ?? '{}') as Record<string, Json>) }))
}
let told = 0
beforeEach(() => {
  told = 0
})

test('what is paid is told once, with what was before, and repeats tell nothing', async () => {
  await kit.apply(sale('shop-us', '7', [saleLine('1', 'A', '5')]))
  expect(await moves()).toEqual([])
  await kit.apply(payment('shop-us', '7', '20.00'))
  expect(await moves()).toEqual([
    {
      key: 'shop-us/7',
      before: { payment: 'none', paid: '0', refunded: '0' },
      after: { payment: 'part', paid: '20', refunded: '0' },
    },
  ])
  await kit.apply(payment('shop-us', '7', '20.00'), sale('shop-us', '7', [saleLine('1', 'A', '5')], { note: 'again' }))
  expect(await moves()).toEqual([])
  await kit.apply(payment('shop-us', '7', '50.00'))
  await kit.apply(refund('shop-us', 'r1', '7', '50.00'))
  expect((await moves()).map((move) => Object(move).after)).toEqual([
    { payment: 'paid', paid: '50', refunded: '0' },
    { payment: 'refunded', paid: '50', refunded: '50' },
  ])
})

test('money and goods of one unit of work are two lines, and an order that comes last is compared with nothing', async () => {
  await kit.apply(payment('shop-us', '7', '50.00'), parcel('p1', order7, [parcelLine({ key: '1' }, 'A', '3')], noon))
  expect(await moves()).toEqual([])
  await kit.apply(sale('shop-us', '7', [saleLine('1', 'A', '5')]))
  expect(await moves()).toEqual([
    { key: 'shop-us/7', before: { payment: 'none', paid: '0', refunded: '0' }, after: { payment: 'paid', paid: '50', refunded: '0' } },
    {
      key: 'shop-us/7',
      before: { fulfilment: 'none', lines: [{ line: '1', shipped: '0' }] },
      after: { fulfilment: 'part', lines: [{ line: '1', shipped: '3' }] },
    },
  ])
})

test('a second part of the same order is told though the state keeps its name', async () => {
  await kit.apply(purchase('3', [purchaseLine('1', 'A', '4')]))
  const order3 = ref('purchase-order', 'erp', '3')
  const line = (accepted: string) => ({ orderLine: { key: '1' }, product: { ref: ref('product', 'erp', 'A') }, accepted })
  await kit.apply(receipt('g1', order3, [line('1')]))
  await kit.apply(receipt('g2', order3, [line('2')]))
  expect(await moves()).toEqual([
    {
      key: 'erp/3',
      before: { fulfilment: 'none', lines: [{ line: '1', received: '0' }] },
      after: { fulfilment: 'part', lines: [{ line: '1', received: '12' }] },
    },
    {
      key: 'erp/3',
      before: { fulfilment: 'part', lines: [{ line: '1', received: '12' }] },
      after: { fulfilment: 'part', lines: [{ line: '1', received: '36' }] },
    },
  ])
})

test('what moves in a baseline load says so', async () => {
  const all = [sale('shop-us', '7', [saleLine('1', 'A', '5')]), payment('shop-us', '7', '50.00')]
  await kit.apply(...all.map((one) => ({ ...one, baseline: true })))
  expect(await moves()).toMatchObject([{ after: { payment: 'paid' }, baseline: true }])
})

test('an order of many lines names a hundred of them and counts the rest', async () => {
  const names = Array.from({ length: 103 }, (_, index) => String(index + 1))
  await kit.apply(
    sale(
      'shop-us',
      '7',
      names.map((name) => saleLine(name, 'A', '1')),
    ),
    parcel(
      'p1',
      order7,
      names.map((name) => parcelLine({ key: name }, 'A', '1')),
      noon,
    ),
  )
  const [move] = await moves()
  const { lines, moreLines } = Object(Object(move).after)
  expect([lines.length, moreLines]).toEqual([100, 3])
})
