import { afterEach, beforeEach, expect, test } from 'vitest'
import type { Access } from '../../src/connector/access.ts'
import { openAccess } from '../../src/connector/open.ts'
import { createFaultBoard } from '../../src/simulator/faults.ts'
import { type Shopify, startShopify } from '../../src/simulator/shopify/shop.ts'
import shopify from './connector.ts'

const [clientId, clientSecret] = ['client-id-of-the-test', 'client-secret-of-the-test']
let now = Date.UTC(2026, 10, 23, 10)
let shop: Shopify
let access: Access
let order = 0
let line = 0
beforeEach(async () => {
  shop = await startShopify({ currency: 'USD', faults: createFaultBoard(1), now: () => new Date(now), clientId, clientSecret })
  const config = { url: shop.url, location: shop.location, timeZone: 'UTC', webhookSecret: clientSecret, clientId, clientSecret }
  const clock = { now: () => now, sleep: async () => {} }
  access = openAccess({ name: 'shop', connector: shopify, config, concurrency: 1, allowPrivate: ['127.0.0.0/8'] }, { clock })
  const lamp = shop.addProduct({ sku: 'LAMP', name: 'Lamp', price: 1000, stock: 100 })
  order = shop.placeOrder({ lines: [{ item: lamp, quantity: 3 }] })
  line = shop.order(order).lines[0]?.id ?? 0
  shop.send(order)
})
afterEach(async () => {
  await access.close()
  await shop.close()
})

async function read(stream: string, time: string | null = null) {
  const seen: { readonly key: string; readonly hash: string }[] = []
  let checkpoint: string | null = time
  for await (const page of access.read(stream, time === null ? null : { time }, {})) {
    seen.push(...page.records.map(({ stream: name, key, bodyHash }) => ({ key: `${name} ${key}`, hash: bodyHash })))
    checkpoint = page.checkpoint?.time ?? checkpoint
  }
  return { seen, checkpoint }
}
const gid = (id: number) => `returns/returns gid://shopify/Return/${id}`

test('returns are read by their order, more than a page of them, and only where there are any', async () => {
  expect((await read('returns')).seen).toEqual([])
  const ids = Array.from({ length: 4 }, () => shop.requestReturn(order, { lines: [{ line, quantity: 1 }] }))
  expect((await read('returns')).seen.map(({ key }) => key)).toEqual([`returns ${order}`, ...ids.map(gid)])
  expect((await access.readKey('returns', String(order))).records.map(({ stream, key }) => `${stream} ${key}`)).toEqual([
    `returns ${order}`,
    ...ids.map(gid),
  ])
  expect((await read('orders')).seen.map(({ key }) => key).filter((key) => key.includes('Return'))).toEqual([])
})

test('each step of a return changes its content, and moves the time by which orders are read', async () => {
  const id = shop.requestReturn(order, { lines: [{ line, quantity: 2 }], reason: 'broken' })
  let { seen, checkpoint } = await read('returns')
  const hashes = new Set([seen.find(({ key }) => key === gid(id))?.hash])
  for (const step of [
    () => shop.approveReturn(order, id),
    () => shop.dispose(order, id, 'RESTOCKED'),
    () => shop.closeReturn(order, id, 2000),
  ]) {
    now += 300_000
    step()
    ;({ seen, checkpoint } = await read('returns', checkpoint))
    hashes.add(seen.find(({ key }) => key === gid(id))?.hash)
  }
  expect(hashes.size).toBe(4)
  expect(hashes.has(undefined)).toBe(false)
  expect(shop.order(order).refunds).toHaveLength(1)
})
