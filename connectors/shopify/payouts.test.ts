import { afterEach, beforeEach, expect, test } from 'vitest'
import { loadCatalog } from '../../src/catalog.ts'
import type { Access, PageRead } from '../../src/connector/access.ts'
import { joinRecord } from '../../src/connector/join.ts'
import { openAccess } from '../../src/connector/open.ts'
import { kitTenant, type LedgerKit, openLedgerKit, payment, record, refund, sale } from '../../src/ledger/ledger-kit.ts'
import { watch } from '../../src/ledger/ledger-kit-payouts.ts'
import { verify } from '../../src/ledger/verify.ts'
import { compileMapping } from '../../src/mapping/compile.ts'
import { isObject, type Json, type JsonObject } from '../../src/model/json.ts'
import { createFaultBoard } from '../../src/simulator/faults.ts'
import { type Shopify, startShopify } from '../../src/simulator/shopify/shop.ts'
import shopify from './connector.ts'

const [clientId, clientSecret] = ['client-id-of-the-test', 'client-secret-of-the-test']
let at = Date.UTC(2026, 10, 23, 10)
let shop: Shopify
let access: Access
let kit: LedgerKit
beforeEach(async () => {
  shop = await startShopify({ currency: 'USD', faults: createFaultBoard(1), now: () => new Date(at), clientId, clientSecret })
  const config = { url: shop.url, location: shop.location, timeZone: 'UTC', webhookSecret: clientSecret, clientId, clientSecret }
  access = openAccess({ name: 'shop-us', connector: shopify, config, concurrency: 1, allowPrivate: ['127.0.0.0/8'] }, {})
  kit = await openLedgerKit()
  await watch(kit)
})
afterEach(async () => {
  await access.close()
  await shop.close()
  await kit.database.close()
})

async function read(time: string | null = null): Promise<readonly { readonly key: string; readonly value: Json }[]> {
  const pages: PageRead[] = []
  for await (const page of access.read('payouts', time === null ? null : { time }, {})) pages.push(page)
  return pages.flatMap(({ records, bodies }) =>
    records.map(({ key, slices }) => ({
      key,
      value: joinRecord(
        slices,
        bodies.map(({ bytes }) => bytes),
        undefined,
        shopify.streams.payouts,
      ),
    })),
  )
}
const catalog = await loadCatalog()
const text = catalog.mappings.find(({ name }) => name === 'shopify/payout')
const { mapping } = compileMapping(text?.text ?? '', { file: 'payout.json' })
/** A payout as the ledger gets it. */
function mapped(value: Json): JsonObject {
  const context = { connection: 'shop-us', books: 'harbour', config: {}, codes: () => undefined }
  const result = mapping?.pull(value, context)
  if (result === undefined || !result.ok || !isObject(result.value)) throw new Error(JSON.stringify(result))
  return result.value
}

test('what Shopify Payments pays is held against the orders and refunds that it pays, to the penny', async () => {
  const lamp = shop.addProduct({ sku: 'LAMP', name: 'Lamp', price: 1000, stock: 1000 })
  const ids = Array.from({ length: 260 }, () => shop.placeOrder({ lines: [{ item: lamp, quantity: 2 }] }))
  const [first = 0] = ids
  const back = shop.refund(first, { amount: 500, lines: [] })
  const paid = shop.payouts.pay()
  at += 86_400_000
  const later = shop.payouts.pay()
  const records = await read()
  expect(records.map(({ key }) => key)).toEqual([String(later), String(paid)])
  const [nothing, whole] = records.map(({ value }) => mapped(value))
  expect(nothing).toMatchObject({ total: '0.00', lines: [] })
  await kit.apply(
    ...ids.flatMap((id) => [
      sale('shop-us', String(id), [], { totals: { linesTotal: '20.00', grandTotal: '20.00' } }),
      payment('shop-us', String(id), '20.00'),
    ]),
    refund('shop-us', String(back), String(first), '5.00'),
    record('shop-us', 'payout', String(paid), whole ?? null),
  )
  const { read: store } = kit.database
  // 260 x (20.00 - 0.88) - 5.00, more than a page of transactions; the payout itself is no line
  expect(await store.selectFrom('payout').selectAll().execute()).toMatchObject([
    { verdict: 'matched', lines: 261, total: 49_662_000, matched: 49_662_000, unmatched: 0, unjudged: 0 },
  ])
  expect(await store.selectFrom('settlement').selectAll().where('state', '!=', 'settled').execute()).toEqual([])
  expect((await verify(kit.database, kitTenant)).differences).toEqual([])
  // the next look goes back three weeks, and one of them is read by its key
  expect((await read('2026-11-24T00:00:00.000Z')).map(({ key }) => key)).toEqual([String(later), String(paid)])
  expect((await access.readKey('payouts', String(paid))).records.map(({ key }) => key)).toEqual([String(paid)])
})
