import { execFileSync } from 'node:child_process'
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { createFaultBoard, type FaultBoard } from '../faults.ts'
import { type Shop, startShop } from './shop.ts'

type Received = { readonly headers: IncomingHttpHeaders; readonly body: string }

let faults: FaultBoard
let shop: Shop
let lamp = 0
let receiver: Server
let received: Received[] = []
let status = 200
const secret = 'a&quot;secret'

const call = (method: string, path: string, body?: unknown): Promise<Response> =>
  fetch(`${shop.url}/wp-json/wc/v3${path}`, {
    method,
    headers: { Authorization: `Basic ${btoa('ck:cs')}` },
    body: body === undefined ? null : JSON.stringify(body),
  })
const subscribe = async (topic: string): Promise<number> => {
  const delivery_url = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/hook`
  const answered = await call('POST', '/webhooks', { name: topic, topic, delivery_url, secret })
  return ((await answered.json()) as { id: number }).id
}
const events = (): Received[] => received.filter(({ headers }) => headers['x-wc-webhook-topic'] !== undefined)
const place = (webhooks?: 'quiet' | 'hold' | 'twice'): number =>
  shop.placeOrder({ lines: [{ productId: lamp, quantity: 1 }], paid: false, ...(webhooks ? { webhooks } : {}) })
const statuses = (): string[] => events().map(({ body }) => (JSON.parse(body) as { status: string }).status)

beforeEach(async () => {
  received = []
  status = 200
  faults = createFaultBoard(3)
  receiver = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      received.push({ headers: request.headers, body: Buffer.concat(chunks).toString() })
      response.writeHead(status, status === 302 ? { Location: '/elsewhere' } : {}).end()
    })
  })
  await new Promise<void>((resolve) => {
    receiver.listen(0, '127.0.0.1', resolve)
  })
  shop = await startShop({
    name: 'hooks',
    currency: 'EUR',
    pricesIncludeTax: true,
    taxRate: '19',
    zone: 'Europe/Berlin',
    faults,
    consumerKey: 'ck',
    consumerSecret: 'cs',
  })
  lamp = shop.addProduct({ sku: 'L', name: 'Lamp', price: '10.00', stock: 100 })
})
afterEach(async () => {
  await shop.close()
  receiver.closeAllConnections()
  await new Promise((resolve) => {
    receiver.close(resolve)
  })
})

describe('as WooCommerce sends them', () => {
  test('a ping as an unsigned form, then the order exactly as the API shows it, with a signature that openssl confirms', async () => {
    const webhook = await subscribe('order.created')
    await shop.webhooksSettled()
    expect(received[0]).toMatchObject({ body: `webhook_id=${webhook}`, headers: { 'content-type': 'application/x-www-form-urlencoded' } })
    expect(received[0]?.headers['x-wc-webhook-signature']).toBeUndefined()
    const id = place()
    await shop.webhooksSettled()
    const [event] = events()
    expect(event?.body).toBe(await (await call('GET', `/orders/${id}`)).text())
    expect(event?.headers).toMatchObject({
      'content-type': 'application/json',
      'user-agent': expect.stringContaining('Hookshot'),
      'x-wc-webhook-source': `${shop.url}/`,
      'x-wc-webhook-topic': 'order.created',
      'x-wc-webhook-resource': 'order',
      'x-wc-webhook-event': 'created',
      'x-wc-webhook-id': String(webhook),
      'x-wc-webhook-delivery-id': expect.stringMatching(/^[0-9a-f]{32}$/),
    })
    const digest = execFileSync('openssl', ['dgst', '-sha256', '-hmac', 'a"secret', '-binary'], { input: event?.body ?? '' })
    expect(event?.headers['x-wc-webhook-signature']).toBe(digest.toString('base64'))
    expect(shop.sent).toMatchObject([{ topic: 'order.created', resourceId: id, outcome: { kind: 'answered', status: 200 } }])
  })

  test('the secret never comes back; deletion tells only the id', async () => {
    const webhook = await subscribe('order.deleted')
    expect(await (await call('GET', `/webhooks/${webhook}`)).text()).not.toContain('secret')
    expect(JSON.stringify(shop.log)).not.toContain(secret)
    const id = place()
    shop.trashOrder(id)
    await shop.webhooksSettled()
    expect(events().map(({ body }) => body)).toEqual([`{"id":${id}}`])
  })

  test('a change of stock by the API is announced', async () => {
    await subscribe('product.updated')
    await call('PUT', `/products/${lamp}`, { stock_quantity: 4 })
    await shop.webhooksSettled()
    expect(events().map(({ body }) => (JSON.parse(body) as { stock_quantity: number }).stock_quantity)).toEqual([4])
  })

  test('no retry; the seventh failure in a row disables, one success in between forgives', async () => {
    const webhook = await subscribe('order.created')
    const state = () => shop.webhooks().map(({ status: current, failures }) => [current, failures])
    status = 302
    place()
    await shop.webhooksSettled()
    expect(state()).toEqual([['active', 0]])
    status = 500
    for (let n = 0; n < 6; n += 1) place()
    await shop.webhooksSettled()
    expect(state()).toEqual([['active', 6]])
    status = 200
    place()
    await shop.webhooksSettled()
    status = 404
    for (let n = 0; n < 7; n += 1) place()
    await shop.webhooksSettled()
    expect([state(), events().length]).toEqual([[['disabled', 6]], 15])
    place()
    await shop.webhooksSettled()
    expect(events()).toHaveLength(15)
    status = 200
    await call('PUT', `/webhooks/${webhook}`, { status: 'active' })
    place()
    await shop.webhooksSettled()
    expect([state(), events().length]).toEqual([[['active', 0]], 16])
  })

  test('an update in the first ten seconds is kept back if the shop is told to be as coy as WooCommerce', async () => {
    await shop.close()
    let now = Date.parse('2026-11-23T09:00:00Z')
    shop = await startShop({
      name: 'coy',
      currency: 'EUR',
      pricesIncludeTax: true,
      taxRate: '19',
      zone: 'Europe/Berlin',
      faults,
      now: () => new Date(now),
      consumerKey: 'ck',
      consumerSecret: 'cs',
      suppressEarlyUpdates: true,
    })
    lamp = shop.addProduct({ sku: 'L', name: 'Lamp', price: '10.00', stock: 100 })
    await subscribe('order.updated')
    const id = place()
    now += 9_000
    shop.payOrder(id)
    now += 1_000
    shop.completeOrder(id)
    await shop.webhooksSettled()
    expect(statuses()).toEqual(['completed'])
  })
})

describe('faults of webhooks', () => {
  test('events of one order keep their order across subscriptions', async () => {
    await subscribe('order.created')
    await subscribe('order.updated')
    for (let n = 0; n < 20; n += 1) shop.payOrder(place())
    await shop.webhooksSettled()
    const seen = new Map<number, string[]>()
    for (const { body } of events()) {
      const { id, status: current } = JSON.parse(body) as { id: number; status: string }
      seen.set(id, [...(seen.get(id) ?? []), current])
    }
    expect([...seen.values()]).toEqual(Array.from({ length: 20 }, () => ['pending', 'processing']))
  })

  test('duplicate, missing and late', async () => {
    await subscribe('order.created')
    faults.arm('duplicate', { times: 1 })
    place()
    await shop.webhooksSettled()
    expect(events().map(({ body }) => body)).toEqual([events()[0]?.body, events()[0]?.body])
    faults.arm('missing', { times: 1, path: /^order\./ })
    place()
    await shop.webhooksSettled()
    expect([events().length, shop.sent.at(-1)?.outcome]).toEqual([2, { kind: 'missing' }])
    faults.arm('late', { times: 1, ms: 40 })
    const late = place()
    const punctual = place()
    await shop.webhooksSettled()
    expect(shop.sent.slice(-2).map(({ resourceId }) => resourceId)).toEqual([punctual, late])
    expect(faults.fired).toMatchObject({ duplicate: 1, missing: 1, late: 1 })
  })

  test('out-of-order: the payment arrives before the order it pays, with the older state last', async () => {
    await subscribe('order.created')
    await subscribe('order.updated')
    faults.arm('out-of-order', { times: 1, ms: 2000 })
    shop.payOrder(place())
    await shop.webhooksSettled()
    expect([statuses(), faults.fired['out-of-order']]).toEqual([['processing', 'pending'], 1])
    faults.arm('out-of-order', { times: 1, ms: 5 })
    place()
    await shop.webhooksSettled()
    expect([statuses().length, faults.fired['out-of-order'], faults.armed('out-of-order')]).toEqual([3, 1, true])
  })

  test('silent-death: active in the list, nothing comes, until a client saves it again', async () => {
    const webhook = await subscribe('order.created')
    faults.arm('silent-death', { times: 1 })
    place()
    place()
    await shop.webhooksSettled()
    expect([events().length, shop.sent.map(({ outcome }) => outcome.kind)]).toEqual([0, ['silent', 'silent']])
    expect(await (await call('GET', `/webhooks/${webhook}`)).json()).toMatchObject({ status: 'active' })
    await call('PUT', `/webhooks/${webhook}`, { status: 'active' })
    place()
    await shop.webhooksSettled()
    expect([events().length, faults.fired['silent-death']]).toEqual([1, 1])
  })

  test('a script can silence, double, hold, repeat and garble the webhooks of one order', async () => {
    await subscribe('order.created')
    await subscribe('order.updated')
    place('quiet')
    const twice = place('twice')
    const held = place('hold')
    shop.payOrder(held)
    await shop.webhooksSettled()
    expect(events()).toHaveLength(2)
    expect(shop.releaseWebhooks(held, 'reversed')).toBe(2)
    await shop.webhooksSettled()
    expect(statuses().slice(2)).toEqual(['processing', 'pending'])
    expect(shop.resendWebhook(twice)).toBe(1)
    expect(shop.sendSigned('order.updated', held, Buffer.from('{"id": 7, "tot'))).toBe(1)
    await shop.webhooksSettled()
    expect(events()).toHaveLength(6)
    const broken = events().find(({ body }) => body === '{"id": 7, "tot')
    const digest = execFileSync('openssl', ['dgst', '-sha256', '-hmac', 'a"secret', '-binary'], { input: broken?.body ?? '' })
    expect(broken?.headers['x-wc-webhook-signature']).toBe(digest.toString('base64'))
    expect(faults.fired).toMatchObject({ missing: 1, duplicate: 2, 'out-of-order': 1 })
  })
})
