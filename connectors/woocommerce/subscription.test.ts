import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { Access } from '../../src/connector/access.ts'
import { openAccess } from '../../src/connector/open.ts'
import { verifyWebhook } from '../../src/connector/verify.ts'
import { createFaultBoard, type FaultBoard } from '../../src/simulator/faults.ts'
import { type Shop, startShop } from '../../src/simulator/woocommerce/shop.ts'
import woocommerce from './connector.ts'

interface Heard {
  readonly headers: Readonly<Record<string, string>>
  readonly body: Buffer
}

const topics = ['order.created', 'order.updated', 'product.updated']
const webhookSecret = 'first-secret-1 second-secret-2'

let shop: Shop
let faults: FaultBoard
let access: Access
let hub: Server
let heard: Heard[] = []
let lamp = 0
let address = ''
const config = () => ({
  url: shop.url,
  consumerKey: 'ck_1',
  consumerSecret: 'cs_1',
  webhookSecret,
  timeZone: 'Europe/Berlin',
})
const events = () => heard.filter(({ headers }) => headers['x-wc-webhook-topic'] !== undefined)
const place = () => shop.placeOrder({ lines: [{ productId: lamp, quantity: 1 }], paid: false })
const look = (silent: readonly string[] = []) => access.subscribe({ addresses: [address], topics, silent })
const found = async (silent?: readonly string[]) => (await look(silent)).map((one) => one.found)

beforeEach(async () => {
  heard = []
  hub = createServer(async (request, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk)
    const headers = Object.fromEntries(Object.entries(request.headers).map(([name, value]) => [name, String(value)]))
    heard.push({ headers, body: Buffer.concat(chunks) })
    response.end()
  })
  await new Promise<void>((resolve) => hub.listen(0, '127.0.0.1', resolve))
  address = `http://127.0.0.1:${(hub.address() as AddressInfo).port}/hooks/token`
  faults = createFaultBoard(5)
  const taxes = { pricesIncludeTax: true, taxRate: '19' } as const
  const login = { consumerKey: 'ck_1', consumerSecret: 'cs_1' }
  shop = await startShop({ name: 'subscriptions', currency: 'EUR', zone: 'Europe/Berlin', faults, ...taxes, ...login })
  lamp = shop.addProduct({ sku: 'L', name: 'Lamp', price: '10.00', stock: 1000 })
  access = openAccess({ name: 'shop', connector: woocommerce, config: config(), concurrency: 2, allowPrivate: ['127.0.0.0/8'] })
})
afterEach(async () => {
  await access.close()
  await shop.close()
  hub.closeAllConnections()
  await new Promise((resolve) => hub.close(resolve))
})

test('what is missing is made once, and what it sends is signed with the first secret', async () => {
  expect(await found()).toEqual(['missing', 'missing', 'missing'])
  expect(await found()).toEqual(['works', 'works', 'works'])
  expect(shop.webhooks().map(({ topic, deliveryUrl, secret }) => [topic, deliveryUrl, secret])).toEqual(
    topics.map((topic) => [topic, address, 'first-secret-1']),
  )
  place()
  await shop.webhooksSettled()
  const [created = expect.unreachable()] = events()
  const webhook = woocommerce.webhook ?? expect.unreachable()
  expect(verifyWebhook(webhook, config(), created.headers, created.body, new Date())).toMatchObject({
    kind: 'accepted',
    topic: 'order.created',
  })
})

test('one that was turned off is woken, one of another address is left alone', async () => {
  await look()
  const [first = expect.unreachable()] = shop.webhooks()
  const answer = await fetch(`${shop.url}/wp-json/wc/v3/webhooks/${first.id}`, {
    method: 'PUT',
    headers: { Authorization: `Basic ${btoa('ck_1:cs_1')}` },
    body: JSON.stringify({ status: 'disabled' }),
  })
  expect(answer.status).toBe(200)
  expect(await found()).toEqual(['off', 'works', 'works'])
  expect(shop.webhooks().map(({ status }) => status)).toEqual(['active', 'active', 'active'])
  expect(await access.subscribe({ addresses: ['https://hub.example/hooks/other'], topics: ['order.created'], silent: [] })).toEqual([
    { topic: 'order.created', found: 'missing' },
  ])
  expect(shop.webhooks()).toHaveLength(4)
})

test('one that looks well and sends nothing is woken when silence says so', async () => {
  await look()
  faults.arm('silent-death', { times: 1 })
  place()
  place()
  await shop.webhooksSettled()
  expect(events().filter(({ headers }) => headers['x-wc-webhook-topic'] === 'order.created')).toEqual([])
  expect(await found()).toEqual(['works', 'works', 'works'])
  expect(await found(['order.created'])).toEqual(['silent', 'works', 'works'])
  place()
  await shop.webhooksSettled()
  expect(events().filter(({ headers }) => headers['x-wc-webhook-topic'] === 'order.created')).toHaveLength(1)
})

test('without a webhook secret nothing is subscribed', async () => {
  const { webhookSecret: _, ...rest } = config()
  const bare = openAccess({ name: 'shop', connector: woocommerce, config: rest, concurrency: 1, allowPrivate: ['127.0.0.0/8'] })
  await expect(bare.subscribe({ addresses: [address], topics, silent: [] })).rejects.toMatchObject({
    detail: { code: 'no-webhook-secret' },
  })
  await bare.close()
  expect(shop.webhooks()).toEqual([])
})

test('the list of keys has every order, however many pages', async () => {
  const placed = Array.from({ length: 130 }, place)
  const keys: string[] = []
  for await (const page of access.keys('orders')) keys.push(...page)
  expect(keys).toEqual(placed.map(String))
})

test('an order in the trash while a later page is read hides no other: neither from the keys nor from the orders', async () => {
  const placed = Array.from({ length: 130 }, place)
  const keys = new Set<string>()
  faults.arm('page-shift', { times: 1 })
  for await (const page of access.keys('orders')) for (const key of page) keys.add(key)
  expect([...keys].sort()).toEqual(placed.map(String).sort())
  const read = new Set<string>()
  faults.arm('page-shift', { times: 1 })
  let last = false
  for await (const page of access.read('orders', null, { lookbackMs: 0 })) {
    for (const { stream, key } of page.records) if (stream === 'orders') read.add(key)
    last = page.last
  }
  expect([...read].sort()).toEqual(placed.map(String).sort())
  expect([faults.fired['page-shift'], last]).toEqual([2, true])
})

test('a list that shrinks at every reading is read to its end all the same', async () => {
  for (let i = 0; i < 230; i++) place()
  faults.arm('page-shift')
  let pages = 0
  for await (const page of access.keys('orders')) pages += page.length > 0 ? 1 : 0
  expect(pages).toBeLessThan(20)
})
