import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, describe, expect, test } from 'vitest'
import type { Access, PageRead } from '../../src/connector/access.ts'
import { openAccess } from '../../src/connector/open.ts'
import { verifyWebhook } from '../../src/connector/verify.ts'
import { createFaultBoard, type FaultBoard } from '../../src/simulator/faults.ts'
import { startVendure, type Vendure } from '../../src/simulator/vendure/shop.ts'
import { cancelOrder, fulfilOrder, setStock } from './actions.ts'
import vendure from './connector.ts'

const closing: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const close of closing.splice(0).toReversed()) await close()
})
const apiKey = 'api-key-of-the-hub-1234'
let now = 0
let faults: FaultBoard
let shop: Vendure
let access: Access
let lamp = 0
const pass = (ms: number) => {
  now += ms
}
async function open(own: Readonly<Record<string, string>> = { username: 'hub', password: 'password-1' }): Promise<void> {
  now = Date.parse('2026-11-23T10:00:00.400Z')
  faults = createFaultBoard(1)
  shop = await startVendure({ currency: 'GBP', username: 'hub', password: 'password-1', apiKey, faults, now: () => new Date(now) })
  const config = { url: shop.url, timeZone: 'Europe/London', ...own }
  const clock = { now: () => now, sleep: async () => {} }
  access = openAccess({ name: 'shop', connector: vendure, config, concurrency: 2, allowPrivate: ['127.0.0.0/8'] }, { clock })
  const opened = { shop, access }
  closing.push(
    () => opened.shop.close(),
    () => opened.access.close(),
  )
  lamp = shop.addVariant({ sku: 'LAMP', name: 'Lamp', price: 3499, stock: 100 })
}
const place = (quantity = 1) => shop.placeOrder({ lines: [{ variant: lamp, quantity }], shipping: 490 })
async function read(stream: string, from: string | null = null): Promise<readonly PageRead[]> {
  const pages: PageRead[] = []
  for await (const page of access.read(stream, from === null ? null : { time: from }, {})) pages.push(page)
  return pages
}
const keys = (pages: readonly PageRead[]) => [
  ...new Set(pages.flatMap(({ records }) => records.filter(({ stream }) => stream === 'orders').map(({ key }) => key))),
]
const standing = (pages: readonly PageRead[]): string => pages.at(-1)?.checkpoint?.time ?? expect.unreachable()

describe('orders', () => {
  test('of one second are all read, however many pages they fill, and so is one that comes into that second later', async () => {
    await open()
    for (let i = 0; i < 120; i++) place()
    const first = await read('orders')
    expect(keys(first)).toHaveLength(120)
    pass(300)
    place()
    expect(keys(await read('orders', standing(first)))).toContain('121')
  })

  test('whose state, parcels and refunds changed are not among those changed since, but are seen by the watch', async () => {
    await open()
    const id = place(2)
    place()
    const before = standing(await read('orders'))
    const watch = async () =>
      (await read('order-watch')).flatMap(({ records }) =>
        records.map(({ stream, key, poke, bodyHash }) => ({ stream, key, poke, bodyHash })),
      )
    const looked = await watch()
    pass(600_000)
    shop.fulfil(id, { lines: [{ line: 1, quantity: 1 }], method: 'DHL', tracking: 'T1' })
    shop.refund(id, 500, 'scratched')
    place()
    const since = await read('orders', before)
    expect(standing(since) > before).toBe(true)
    pass(600_000)
    expect(keys(await read('orders', standing(since)))).not.toContain(String(id))
    const again = await watch()
    expect(again.map(({ stream, poke }) => [stream, poke])).toEqual(Array.from({ length: 3 }, () => ['orders', true]))
    const changed = again.filter(({ key, bodyHash }) => looked.find((one) => one.key === key)?.bodyHash !== bodyHash)
    expect(changed.map(({ key }) => key)).toEqual([String(id), '3'])
    const { records } = await access.readKey('orders', String(id))
    expect(records.map(({ stream, key }) => `${stream}/${key}`)).toEqual([
      'orders/1',
      'orders/payments/1',
      'orders/refunds/1',
      'orders/fulfilments/1',
    ])
  })
})

describe('a session', () => {
  test('that ended is begun again once; a wrong password is not tried over and over', async () => {
    await open()
    await access.check()
    shop.sessions.end()
    await access.check()
    expect(shop.sessions.begun()).toBe(2)
    await open({ username: 'hub', password: 'another-password' })
    for (let i = 0; i < 3; i++)
      await expect(access.check()).rejects.toMatchObject({ detail: { code: 'invalid-credentials-error', recovery: 'reauth' } })
    expect(shop.counts).toEqual({ 'POST Login': 1 })
  })
  test('is not begun with an API key', async () => {
    await open({ apiKey })
    await access.check()
    expect(shop.counts).toEqual({ 'POST Channel': 1 })
    await open({ apiKey: 'a-key-that-was-rotated' })
    await expect(access.check()).rejects.toMatchObject({ detail: { code: 'forbidden', recovery: 'reauth' } })
  })
})

describe('stock', () => {
  const input = (quantity: number, location = shop.location) => ({ variant: String(lamp), location: String(location), quantity })
  test('that may be sold is what open orders leave of it, and goes there with what they hold', async () => {
    await open()
    place(3)
    expect(await access.current(setStock, input(40))).toBe('97')
    expect(await access.setState(setStock, input(40), 'effect', { shown: '97' })).toMatchObject({ kind: 'delivered' })
    expect(shop.level(lamp)).toMatchObject({ onHand: 43, allocated: 3 })
    expect(await access.current(setStock, input(40))).toBe('40')
  })
  test('of a second location is set by itself', async () => {
    await open()
    const harbour = shop.addLocation('HARBOUR')
    expect(await access.current(setStock, input(7, harbour))).toBe(0)
    await access.setState(setStock, input(7, harbour), 'effect')
    expect([shop.level(lamp).onHand, shop.level(lamp, harbour).onHand]).toEqual([100, 7])
    const [page] = await read('stock')
    expect(page?.records.map(({ stream, key, laneKey }) => [stream, key, laneKey])).toEqual([
      ['stock', '1', '1'],
      ['stock/levels', '1', '1'],
      ['stock/levels', '2', '1'],
    ])
  })
})

describe('a parcel', () => {
  const parcel = (order: number, quantity: number, tracking: string, state = 'Shipped') => ({
    order: String(order),
    tracking,
    method: 'Royal Mail',
    state,
    lines: shop.order(order).lines.map(({ id }) => ({ line: String(id), quantity })),
  })
  const send = (body: ReturnType<typeof parcel>, ambiguous = false) =>
    access.run(fulfilOrder, 'create', body, { effectKey: 'effect', ambiguous })

  test('with a part of the order leaves the rest open; its states move those of the order', async () => {
    await open()
    const id = place(3)
    const made = await send(parcel(id, 1, 'T1'))
    expect(made).toMatchObject({ kind: 'delivered', key: '1' })
    expect(shop.order(id).state).toBe('PartiallyShipped')
    expect(await send(parcel(id, 2, 'T2'))).toMatchObject({ kind: 'delivered' })
    expect(shop.order(id).state).toBe('Shipped')
    expect(shop.level(lamp)).toMatchObject({ onHand: 97, allocated: 0 })
    await access.run(fulfilOrder, 'change', parcel(id, 1, 'T1', 'Delivered'), { effectKey: 'effect', ambiguous: false, key: '1' })
    expect(shop.order(id).state).toBe('PartiallyDelivered')
    expect(await send(parcel(id, 1, 'T3'))).toMatchObject({ kind: 'reject', code: 'not-arranged' })
  })

  test.each(['Fulfil', 'MoveFulfilment'])('whose answer to %s was lost is found by its tracking code, and taken on', async (operation) => {
    await open()
    const id = place()
    faults.arm('answer-lost', { times: 1, path: new RegExp(`^${operation}$`) })
    expect(await send(parcel(id, 1, 'T1'))).toMatchObject({ kind: 'retry', ambiguous: true })
    expect(await send(parcel(id, 1, 'T1'), true)).toMatchObject({ kind: 'delivered', key: '1' })
    expect(shop.order(id).fulfilments).toMatchObject([{ tracking: 'T1', state: 'Shipped' }])
    expect(shop.order(id).fulfilments).toHaveLength(1)
  })

  test('of lots of one line is one row; more than is open is not sent', async () => {
    await open()
    const id = place(3)
    const body = parcel(id, 1, 'T1')
    const twice = { ...body, lines: [...body.lines, ...body.lines] }
    expect(await send(twice)).toMatchObject({ kind: 'delivered' })
    expect(shop.order(id).fulfilments[0]?.lines).toEqual([{ line: 1, quantity: 2 }])
    expect(await send(parcel(id, 2, 'T2'))).toMatchObject({ kind: 'reject', code: 'not-arranged' })
  })

  test('of goods that are not there is refused by the shop', async () => {
    await open()
    const id = place(3)
    shop.setStock(lamp, shop.location, 1)
    expect(await send(parcel(id, 3, 'T1'))).toMatchObject({ kind: 'reject', code: 'insufficient-stock-on-hand-error' })
  })
})

test('an order is cancelled once, and seen to be', async () => {
  await open()
  const input = { order: String(place(2)), state: 'Cancelled', reason: 'no more lamps' }
  expect(await access.current(cancelOrder, input)).toBe('PaymentSettled')
  expect(await access.setState(cancelOrder, input, 'effect')).toMatchObject({ kind: 'delivered' })
  expect(shop.level(lamp)).toMatchObject({ onHand: 100, allocated: 0 })
  expect(await access.current(cancelOrder, input)).toBe('Cancelled')
  expect(await access.setState(cancelOrder, input, 'effect')).toMatchObject({ kind: 'reject', code: 'empty-order-line-selection-error' })
})

test('the events of the plugin name what to read again, under one id when they come twice', async () => {
  await open()
  const heard: { readonly headers: Readonly<Record<string, string>>; readonly body: Buffer }[] = []
  const hub: Server = createServer(async (request, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk)
    const headers = Object.fromEntries(Object.entries(request.headers).map(([name, value]) => [name, String(value)]))
    heard.push({ headers, body: Buffer.concat(chunks) })
    response.end()
  })
  await new Promise<void>((resolve) => hub.listen(0, '127.0.0.1', resolve))
  closing.push(() => new Promise((resolve) => hub.close(() => resolve())))
  const webhookSecret = `whsec_${Buffer.alloc(32, 7).toString('base64')}`
  shop.plugin.init(`http://127.0.0.1:${(hub.address() as AddressInfo).port}/hooks/x`, webhookSecret)
  faults.arm('duplicate', { times: 1, path: /order/ })
  const id = place()
  await shop.plugin.settled()
  const verdicts = heard.map(
    ({ headers, body }) => vendure.webhook && verifyWebhook(vendure.webhook, { webhookSecret }, headers, body, new Date(now)),
  )
  expect(verdicts.map((verdict) => verdict?.kind === 'accepted' && verdict.topic).sort()).toEqual([
    'order.changed',
    'order.changed',
    'stock.changed',
  ])
  const orders = heard.filter(({ body }) => body.includes('order.changed'))
  expect(new Set(orders.map(({ headers }) => headers['webhook-id'])).size).toBe(1)
  expect(JSON.parse(String(orders[0]?.body)).data).toEqual([{ id: String(id) }])
})
