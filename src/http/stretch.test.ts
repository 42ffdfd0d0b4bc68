import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { isObject, type Json } from '../model/json.ts'
import { documentPage, documentStretch } from '../store/document.ts'
import { replaceMovements } from '../store/movement.ts'
import { sumBefore } from '../store/movement-page.ts'
import { purchasePage, purchaseStretch } from '../store/purchase-list.ts'
import { type SaleFilter, type SalePlace, salePage, saleStretch } from '../store/sale.ts'
import { type StockPlace, stockPage, stockStretch } from '../store/stock.ts'
import type { MovementTable } from '../store/tables.ts'
import { toPart } from './page.ts'
import { openTestHub, type TestHub, tenant } from './test-hub.ts'
import { seedTraders } from './test-party-seed.ts'

/* A list whose filter fits little looks through a part of it at a time: all parts together are the list, each row once. */

let hub: TestHub
beforeAll(async () => {
  hub = await openTestHub()
  await seedTraders(hub.context)
})
afterAll(() => hub.close())
const limit = 2

async function sales(filter: SaleFilter, most: number | undefined): Promise<readonly string[]> {
  const { read } = hub.context.database
  const placeOf = (row: { readonly placed_at: number; readonly updated_at: number; readonly key: string }): SalePlace => ({
    at: filter.updatedSince === undefined ? row.placed_at : row.updated_at,
    key: row.key,
  })
  const found: string[] = []
  for (let after: SalePlace | undefined; ; ) {
    const end = most === undefined ? undefined : await saleStretch(read, tenant, filter, after, most)
    const rows = await salePage(read, tenant, filter, after, limit + 1, end)
    found.push(...rows.slice(0, limit).map(({ key }) => key))
    const last = rows[limit - 1]
    if (rows.length > limit && last !== undefined) after = placeOf(last)
    else if (end !== undefined) after = end
    else return found
  }
}

describe.each<[string, SaleFilter]>([
  ['all', {}],
  ['those of a state', { status: 'open' }],
  ['those of a state since a day', { status: 'open', from: '2026-11-23', to: '2026-11-23' }],
  ['those of two shops', { origins: ['shop-m1', 'shop-m2'] }],
  ['those of one shop and a payment', { origins: ['shop-m1'], payment: 'paid' }],
  ['those with a finding that changed since', { finding: 'does-not-foot', updatedSince: 0 }],
  ['those that nothing fits', { channel: 'nowhere' }],
])('sales orders: %s', (_, filter) => {
  test.each([1, 2, 3])('%d looked at for each page', async (most) => {
    expect(await sales(filter, most)).toEqual(await sales(filter, undefined))
  })
})

test('stock, documents and purchases: parts end where they say, and the last has none behind it', async () => {
  const { read } = hub.context.database
  const all = await stockPage(read, tenant, {}, undefined, 100)
  expect(all.length).toBeGreaterThan(2)
  const found = []
  for (let after: StockPlace | undefined, more = true; more; ) {
    const end = await stockStretch(read, tenant, { location: 'MAIN' }, after, 2)
    found.push(...(await stockPage(read, tenant, { location: 'MAIN' }, after, 100, end)))
    more = end !== undefined
    after = end
  }
  expect(found).toEqual(all)
  const keys = (await documentPage(read, tenant, 'shipment', '', 100)).map(({ key }) => key)
  expect(await documentStretch(read, tenant, 'shipment', '', 2)).toBe(keys[1])
  expect(await documentStretch(read, tenant, 'shipment', keys[1] ?? '', keys.length)).toBeUndefined()
  const orders = (await purchasePage(read, tenant, {}, '', 100)).map(({ key }) => key)
  const until = await purchaseStretch(read, tenant, '', 2)
  expect([until, (await purchasePage(read, tenant, { until: until ?? '' }, '', 100)).map(({ key }) => key)]).toEqual([
    orders[1],
    orders.slice(0, 2),
  ])
  expect(await purchaseStretch(read, tenant, until ?? '', orders.length)).toBeUndefined()
})

test('a page of a part that held too little goes on behind it', () => {
  const page = (rows: readonly string[], end: string | undefined) =>
    toPart(rows, 2, (row) => [row], String, end === undefined ? end : [end])
  expect(page(['a', 'b', 'c'], 'z')).toEqual(page(['a', 'b', 'c'], undefined))
  expect(page(['a'], 'z').next).toBe(page(['y', 'z', 'zz'], undefined).next)
  expect(page([], undefined).next).toBeNull()
})

test('filters that fit nothing and days that are none are no fault of the hub, whoever asks', async () => {
  const key = await hub.addKey(['read'], { party: 'M1' })
  for (const query of ['from=2026-13-45', 'to=9999-99-99', 'from=2026-02-30'])
    for (const path of ['/v1/orders', '/v1/orders/totals', '/v1/purchase-orders', '/v1/documents/shipment'])
      expect((await hub.ask('GET', `${path}?${query}`)).status, `${path}?${query}`).toBe(400)
  for (const query of [
    'channel=x',
    'platform=none',
    'finding=x',
    'customer=x',
    'hold=fraud',
    'updatedSince=2020-01-01T00:00:00Z',
    'number=x',
  ])
    for (const asked of [{}, { key }])
      for (const path of ['/v1/orders', '/v1/orders/totals'])
        expect((await hub.ask('GET', `${path}?${query}`, asked)).status, query).toBe(200)
})

test('a balance goes on from page to page without adding up anew, and is not told where too much lies before it', async () => {
  const { read } = hub.context.database
  const movement = (n: number): MovementTable => ({
    tenant,
    type: 'stock-movement',
    key: `hub/${n}`,
    line: '0',
    side: 'to',
    product: 'B',
    location: 'MAIN',
    owner: '',
    condition: 'sellable',
    lot: '',
    toward: '',
    kind: 'adjust',
    quantity: 1_000_000,
    source: 'hub',
    moved_at: n,
  })
  const rows = [1, 2, 3, 4, 5].map(movement)
  await hub.context.database.write((tx) => replaceMovements(tx, tenant, 'stock-movement', [], rows, []))
  const page = async (more: string) => (await hub.ask('GET', `/v1/stock/movements?product=B&location=MAIN&limit=2${more}`)).json
  const balances: Json[] = []
  for (let after = ''; ; ) {
    const { items, next } = await page(after)
    balances.push(...(Array.isArray(items) ? items.map((one: Json) => (isObject(one) ? (one.balance ?? null) : null)) : []))
    if (next === null) break
    after = `&after=${String(next)}`
  }
  expect(balances).toEqual(['1', '2', '3', '4', '5'])
  expect((await page('&since=1970-01-01T00:00:00.003Z')).items).toMatchObject([{ balance: '3' }, { balance: '4' }])
  const third = rows[2] ?? expect.unreachable()
  expect(await sumBefore(read, tenant, { product: 'B', location: 'MAIN' }, third, 2)).toBe(2_000_000n)
  expect(await sumBefore(read, tenant, { product: 'B', location: 'MAIN' }, third, 1)).toBeUndefined()
})
