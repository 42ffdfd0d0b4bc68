import { expect } from 'vitest'
import { applyPart } from '../ledger/apply.ts'
import { openBooks, preload } from '../ledger/books.ts'
import { finish } from '../ledger/finish.ts'
import { product, sale, saleLine } from '../ledger/ledger-kit.ts'
import type { Incoming } from '../ledger/types.ts'
import { type TestHub, tenant } from './test-hub.ts'

export async function applyAll({ context: { database, newId } }: TestHub, ...records: readonly Incoming[]): Promise<void> {
  await database.write(async (tx) => {
    const books = await openBooks(tx, { tenant, now: await database.now(), newId, revision: 'r1' })
    await preload(books, records)
    for (const one of records) await applyPart(books, one)
    await finish(books)
  })
}

export const merchantSale = (merchant: string, key: string, sku: string, quantity: string): Incoming =>
  sale('shop-us', key, [saleLine('1', sku, quantity)], { seller: { ref: { type: 'party', key: merchant } } })

/** A merchant with a tier that two persons gave it, and a price. */
export async function tradeWith(hub: TestHub, merchant: string, tier: string, list: string, price: string): Promise<void> {
  const other = await hub.addKey(['read', 'write'])
  const good = async (method: string, path: string, json: Parameters<TestHub['ask']>[2]) => {
    const asked = await hub.ask(method, path, json)
    expect([200, 201], `${path}: ${asked.text}`).toContain(asked.status)
    return asked.json
  }
  const document = { number: merchant, name: merchant, roles: ['merchant'], status: 'active', currency: 'CNY' }
  await good('PUT', '/v1/documents/party/one', { json: { key: merchant, document } })
  await good('PUT', '/v1/tiers', { json: { number: tier, name: tier, level: 1, priceLists: [list] } })
  const { key } = await good('POST', '/v1/tiers/assign', { json: { merchant, tier, validFrom: '2026-01-01', why: 'grows' } })
  await good('POST', '/v1/tiers/approve', { json: { key: String(key), seen: 1 }, key: other })
  const steps = [{ price }, { price: '1.00', minQuantity: '1000' }]
  await good('PUT', '/v1/prices', { json: { list, kind: 'tier', product: 'LAMP', currency: 'CNY', taxBasis: 'none', steps } })
}

/** Asks every route of prices and tiers once, with success. */
export async function askPrices(hub: TestHub): Promise<void> {
  await applyAll(hub, product('LAMP', 'LAMP'))
  await tradeWith(hub, 'M-7', 'GOLD', 'gold', '9.00')
  await applyAll(hub, merchantSale('M-7', 'cost-1', 'LAMP', '2'))
  const post = (path: string, json: Parameters<TestHub['ask']>[2]) => hub.ask('POST', path, json)
  const again = await post('/v1/tiers/assign', { json: { merchant: 'M-7', tier: 'GOLD', validFrom: '2026-02-01' } })
  expect((await post('/v1/tiers/reject', { json: { key: String(again.json.key), seen: 1, reason: 'too early' } })).status).toBe(200)
  expect((await post('/v1/tiers/end', { json: { key: 'hub/M-7/GOLD/2026-01-01', on: '2027-01-01' } })).status).toBe(200)
  const csv = 'list,kind,product,currency,taxBasis,price\ngold,tier,LAMP,USD,none,1.50\n'
  expect((await post('/v1/prices/import', { body: csv, headers: { 'content-type': 'text/csv' } })).status).toBe(200)
  for (const path of [
    '/v1/tiers',
    '/v1/tiers/of?merchant=M-7',
    '/v1/prices?list=gold',
    '/v1/prices/resolve?product=LAMP&merchant=M-7',
    '/v1/orders/cost?key=shop-us/cost-1',
  ])
    expect((await hub.ask('GET', path)).status, path).toBe(200)
}
