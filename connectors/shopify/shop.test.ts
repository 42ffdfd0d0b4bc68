import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Access, PageRead } from '../../src/connector/access.ts'
import { openAccess } from '../../src/connector/open.ts'
import { verifyWebhook } from '../../src/connector/verify.ts'
import { createFaultBoard, type FaultBoard } from '../../src/simulator/faults.ts'
import { type Shopify, type ShopifyOptions, startShopify } from '../../src/simulator/shopify/shop.ts'
import { fulfilOrder, setInventory } from './actions.ts'
import shopify from './connector.ts'

const [clientId, clientSecret] = ['client-id-of-the-test', 'client-secret-of-the-test']
/** One clock of shop and hub, which sleeping moves on. */
let clock: { at: number; slept: number[]; now(): number; sleep(ms: number): Promise<void> }
let faults: FaultBoard
let shop: Shopify
let access: Access
let lamp = 0
let closing: (() => Promise<void>)[]

async function open(options: Partial<ShopifyOptions> = {}, config: object = { clientId, clientSecret }) {
  shop = await startShopify({ currency: 'USD', faults, now: () => new Date(clock.at), clientId, clientSecret, ...options })
  const whole = { url: shop.url, location: shop.location, timeZone: 'UTC', webhookSecret: clientSecret, ...config }
  access = openAccess({ name: 'shop', connector: shopify, config: whole, concurrency: 1, allowPrivate: ['127.0.0.0/8'] }, { clock })
  closing.push(access.close, shop.close)
  lamp = shop.addProduct({ sku: 'LAMP', name: 'Lamp', price: 1000, stock: 100 })
}
beforeEach(() => {
  closing = []
  faults = createFaultBoard(1)
  clock = {
    at: Date.UTC(2026, 10, 23, 10),
    slept: [],
    now: () => clock.at,
    sleep: async (ms) => {
      clock.slept.push(ms)
      clock.at += ms
    },
  }
})
afterEach(async () => {
  for (const close of closing) await close()
})

const place = (quantity = 1) => shop.placeOrder({ lines: [{ item: lamp, quantity }] })
const keysOf = (pages: readonly PageRead[]) => pages.flatMap(({ records }) => records.map(({ stream, key }) => `${stream} ${key}`))
async function read(stream: string, time: string | null = null, between: (page: number) => void = () => {}) {
  const pages: PageRead[] = []
  for await (const page of access.read(stream, time === null ? null : { time }, {})) {
    pages.push(page)
    between(pages.length)
  }
  return pages
}
const at = (ms: number) => {
  clock.at += ms
}

describe('reading', () => {
  test('every order is seen, also those that change while the list is read', async () => {
    await open()
    const ids = Array.from({ length: 60 }, () => {
      at(1000)
      return place()
    })
    at(1000)
    const pages = await read('orders', null, (page) => {
      if (page === 1) for (const id of [ids[0], ids[30]]) shop.touch(id ?? 0)
    })
    expect(pages.length).toBeGreaterThan(2)
    expect(new Set(keysOf(pages))).toEqual(new Set(ids.map((id) => `orders ${id}`)))
    const [last] = pages.slice(-1)
    at(60_000)
    const next = await read('orders', last?.checkpoint?.time ?? null)
    expect(keysOf(next)).toContain(`orders ${ids[30]}`)
  })

  test('refunds and fulfilments come with their order', async () => {
    await open()
    const id = place(2)
    const [line] = shop.order(id).lines
    at(1000)
    const parcel = shop.send(id, [{ line: line?.id ?? 0, quantity: 1 }], { number: '1Z-1', company: 'UPS', url: null })
    const refund = shop.refund(id, { amount: 1000, lines: [{ line: line?.id ?? 0, quantity: 1 }] })
    expect(keysOf(await read('orders'))).toEqual([`orders ${id}`, `orders/refunds ${refund}`, `orders/fulfilments ${parcel.id}`])
  })

  test('stock and variants are those of the shop, and one of them by its key', async () => {
    await open()
    expect(keysOf(await read('products'))).toEqual([`products ${lamp}`])
    expect(keysOf(await read('inventory-levels'))).toEqual([`inventory-levels ${lamp}`])
    expect(keysOf([await access.readKey('inventory-levels', String(lamp))])).toEqual([`inventory-levels ${lamp}`])
    expect(keysOf([await access.readKey('orders', '1')])).toEqual([])
  })

  test('a bucket of points that is too small for the whole list is waited for, and no page is lost', async () => {
    await open({ points: { most: 1500, perSecond: 50 } })
    const ids = Array.from({ length: 90 }, () => place())
    expect(new Set(keysOf(await read('orders')))).toEqual(new Set(ids.map((id) => `orders ${id}`)))
    expect(clock.slept.some((ms) => ms > 100)).toBe(true)
  })
})

describe('tokens', () => {
  test('that the shop ends in the middle of a list are renewed, and the list goes on', async () => {
    await open()
    for (let i = 0; i < 30; i++) place()
    at(120_000)
    const pages = await read('orders', null, (page) => {
      at(120_000)
      if (page === 1) shop.tokens.revoke()
    })
    expect(keysOf(pages)).toHaveLength(30)
    expect(shop.tokens.given()).toBe(2)
  })

  test('of an hour rotate with their refresh tokens', async () => {
    await open({ refreshToken: 'first-refresh-token', tokenLifeS: 3600 }, { clientId, clientSecret, refreshToken: 'first-refresh-token' })
    for (let i = 0; i < 4; i++) {
      await access.check()
      at(3_600_000)
    }
    expect(shop.tokens.given()).toBe(4)
  })

  test('are asked for once only where the secret is wrong', async () => {
    await open({}, { clientId, clientSecret: 'another-secret-altogether' })
    for (let i = 0; i < 3; i++)
      await expect(access.check()).rejects.toMatchObject({ detail: { code: 'token-refused', recovery: 'reauth' } })
    expect(shop.counts).toEqual({ 'POST /admin/oauth/access_token': 1 })
  })
})

describe('stock', () => {
  const input = (quantity: number) => ({ item: String(lamp), location: shop.location, quantity })

  test('is set from the figure that was seen', async () => {
    await open()
    expect(await access.current(setInventory, input(40))).toBe(100)
    expect(await access.setState(setInventory, input(40), 'effect-1', { shown: 100 })).toMatchObject({ kind: 'delivered' })
    expect(shop.stock(lamp)).toBe(40)
  })

  test('is not written over a sale that came between the look and the write', async () => {
    await open()
    const shown = await access.current(setInventory, input(40))
    place(3)
    expect(await access.setState(setInventory, input(40), 'effect-1', { shown })).toMatchObject({
      kind: 'retry',
      code: 'stale-figure',
      ambiguous: false,
    })
    expect(shop.stock(lamp)).toBe(97)
  })

  test('of a lost answer is not written twice: the shop answers what it did', async () => {
    await open()
    faults.arm('answer-lost', { times: 1, path: /^SetQuantities$/ })
    expect(await access.setState(setInventory, input(40), 'effect-1', { shown: 100 })).toMatchObject({ kind: 'retry', ambiguous: true })
    place(1)
    expect(await access.setState(setInventory, input(40), 'effect-1', { shown: 100 })).toMatchObject({ kind: 'delivered' })
    expect(shop.stock(lamp)).toBe(39)
    expect(shop.log).toHaveLength(1)
  })
})

describe('a parcel', () => {
  const parcel = (order: number, quantity: number, tracking: string) => ({
    order: String(order),
    tracking,
    carrier: 'UPS',
    lines: shop.order(order).lines.map(({ id }) => ({ line: `gid://shopify/LineItem/${id}`, quantity })),
  })
  const send = (body: ReturnType<typeof parcel>, ambiguous = false) =>
    access.run(fulfilOrder, 'create', body, { effectKey: 'effect', ambiguous })

  test('with a part of the order leaves the rest open, and the rest completes it', async () => {
    await open()
    const id = place(3)
    expect(await send(parcel(id, 1, '1Z-1'))).toMatchObject({ kind: 'delivered' })
    expect(await send(parcel(id, 2, '1Z-2'))).toMatchObject({ kind: 'delivered' })
    expect(shop.order(id)).toMatchObject({
      lines: [{ open: 0 }],
      parcels: [{ tracking: { number: '1Z-1' } }, { tracking: { number: '1Z-2' } }],
    })
    expect(await send(parcel(id, 1, '1Z-3'))).toMatchObject({ kind: 'reject', code: 'state-refused' })
  })

  test('whose answer was lost is found by its number, although the order is complete by then', async () => {
    await open()
    const id = place(1)
    faults.arm('answer-lost', { times: 1, path: /^Fulfil$/ })
    expect(await send(parcel(id, 1, '1Z-1'))).toMatchObject({ kind: 'retry', ambiguous: true })
    expect(await send(parcel(id, 1, '1Z-1'), true)).toMatchObject({ kind: 'delivered', key: String(shop.order(id).parcels[0]?.id) })
    expect(shop.order(id).parcels).toHaveLength(1)
  })

  test('of more than is open is not sent', async () => {
    await open()
    expect(await send(parcel(place(1), 2, '1Z-1'))).toMatchObject({ kind: 'reject', code: 'not-arranged' })
    expect(shop.log).toEqual([])
  })

  const recall = (key: string, order: number, ambiguous = false) =>
    access.run(fulfilOrder, 'cancel', { order: String(order) }, { effectKey: 'effect', ambiguous, key })
  const keyOf = (made: Awaited<ReturnType<typeof send>>): string => (made.kind === 'delivered' ? (made.key ?? '') : '')

  test('that did not leave after all is taken back: its goods are open and go with another one', async () => {
    await open()
    const id = place(2)
    const key = keyOf(await send(parcel(id, 2, '1Z-1')))
    expect(await recall(key, id)).toMatchObject({ kind: 'delivered', key })
    expect(shop.order(id)).toMatchObject({ lines: [{ open: 2 }], parcels: [{ shown: 'CANCELED' }] })
    expect(await send(parcel(id, 2, '1Z-1'))).toMatchObject({ kind: 'delivered' })
    expect(shop.order(id).parcels).toHaveLength(2)
    expect(keysOf(await read('orders'))).toContain(`orders/fulfilments ${key}`)
  })

  test('is taken back once, whether the answer was lost or somebody in the shop did it first', async () => {
    await open()
    const id = place(1)
    const key = keyOf(await send(parcel(id, 1, '1Z-1')))
    faults.arm('answer-lost', { times: 1, path: /^CancelFulfilment$/ })
    expect(await recall(key, id)).toMatchObject({ kind: 'retry', ambiguous: true })
    expect(await recall(key, id, true)).toMatchObject({ kind: 'delivered', note: 'done before, by whomever' })
    const other = keyOf(await send(parcel(id, 1, '1Z-2')))
    shop.recall(id, Number(other))
    expect(await recall(other, id)).toMatchObject({ kind: 'delivered', key: other })
    expect(shop.log.map(({ mutation }) => mutation)).toEqual(['fulfillmentCreate', 'fulfillmentCancel', 'fulfillmentCreate'])
  })

  test('that a carrier has is not taken back, nor one that the shop does not know', async () => {
    await open()
    const id = place(1)
    const key = keyOf(await send(parcel(id, 1, '1Z-1')))
    shop.carry(id, Number(key), 'IN_TRANSIT')
    expect(await recall(key, id)).toMatchObject({ kind: 'reject', code: 'state-refused', message: expect.stringContaining('IN_TRANSIT') })
    expect(await recall('1', id)).toMatchObject({ kind: 'reject', code: 'state-refused' })
    expect(shop.log).toHaveLength(1)
  })

  test('gets another number', async () => {
    await open()
    const id = place(1)
    const made = await send(parcel(id, 1, '1Z-1'))
    const key = made.kind === 'delivered' ? (made.key ?? '') : ''
    await access.run(fulfilOrder, 'change', parcel(id, 1, '1Z-9'), { effectKey: 'effect', ambiguous: false, key })
    expect(shop.order(id).parcels[0]?.tracking).toMatchObject({ number: '1Z-9', company: 'UPS' })
  })
})

describe('webhooks', () => {
  const heard: { readonly headers: Readonly<Record<string, string>>; readonly body: Buffer }[] = []
  let hub: Server
  let address = ''
  beforeEach(async () => {
    heard.length = 0
    hub = createServer(async (request, response) => {
      const chunks: Buffer[] = []
      for await (const chunk of request) chunks.push(chunk)
      heard.push({
        headers: Object.fromEntries(Object.entries(request.headers).map(([name, value]) => [name, String(value)])),
        body: Buffer.concat(chunks),
      })
      response.end()
    })
    await new Promise<void>((resolve) => hub.listen(0, '127.0.0.1', resolve))
    address = `http://127.0.0.1:${(hub.address() as AddressInfo).port}/hooks/token`
    closing.push(() => new Promise((resolve) => hub.close(() => resolve())))
    await open()
  })
  const topics = ['orders/create', 'orders/updated', 'inventory_levels/update']
  const look = () => access.subscribe({ addresses: [address], topics, silent: [] })

  test('are subscribed to once, and again when the shop took them away', async () => {
    expect((await look()).map(({ found }) => found)).toEqual(['missing', 'missing', 'missing'])
    expect((await look()).map(({ found }) => found)).toEqual(['works', 'works', 'works'])
    expect(shop.hooks.topics()).toEqual(['ORDERS_CREATE', 'ORDERS_UPDATED', 'INVENTORY_LEVELS_UPDATE'])
    shop.hooks.forget()
    expect((await look()).map(({ found }) => found)).toEqual(['missing', 'missing', 'missing'])
  })

  test('are signed with the client secret; one that comes twice has one id; whatever their order, the record read by the key is the newest', async () => {
    await look()
    faults.arm('duplicate', { times: 1, path: /orders.updated/ })
    faults.arm('out-of-order', { times: 1, path: /orders.create/, ms: 500 })
    const id = place()
    at(5000)
    shop.touch(id)
    await shop.hooks.settled()
    const orders = heard.filter(({ headers }) => headers['x-shopify-topic']?.startsWith('orders/'))
    expect(orders.map(({ headers }) => headers['x-shopify-topic'])).toEqual(['orders/updated', 'orders/updated', 'orders/create'])
    const config = { webhookSecret: `old-secret-123 ${clientSecret}` }
    const verdicts = orders.map(({ headers, body }) => {
      const { webhook } = shopify
      return webhook && verifyWebhook(webhook, config, headers, body, new Date(clock.at))
    })
    expect(verdicts).toMatchObject([{ kind: 'accepted' }, { kind: 'accepted' }, { kind: 'accepted', topic: 'orders/create' }])
    expect(verdicts[0]).toEqual(verdicts[1])
    const [record] = (await access.readKey('orders', String(id))).records
    expect(record?.version).toBe(`${shop.order(id).updatedAt.slice(0, 19)}.000000Z`)
  })
})
