import { afterEach, describe, expect, it, test } from 'vitest'
import { type PartnerAnswer, startPartner } from '../testing/loopback-partner.ts'
import { smallConnector } from '../testing/small-connector.ts'
import { cutNotices } from './cut.ts'
import { lintConnector } from './lint.ts'
import { openAccess } from './open.ts'
import type { Connector, Notices, Subscription, Webhook } from './types.ts'
import { verifyWebhook } from './verify.ts'

const notices: Notices = {
  name: 'notifications',
  each: 'value',
  read: (item) => {
    const [, topic, key] = /^(\w+)(?:\((\w+)\))?$/.exec(String((item as { resource?: string }).resource)) ?? []
    return topic === undefined ? undefined : { topic, ...(key === undefined ? {} : { key }) }
  },
}
const subscription: Subscription = {
  list: { call: { path: '/subscriptions' }, records: 'value', page: { kind: 'single' } },
  key: 'id',
  topic: 'resource',
  address: 'url',
  works: { path: 'id', in: ['a', 'b'] },
  expires: { path: 'until', renewMs: 24 * 3_600_000 },
  create: {
    method: 'POST',
    path: '/subscriptions',
    json: { resource: '{topic}', url: '{address}', clientState: '{secret}' },
  },
  renew: {
    method: 'PATCH',
    path: '/subscriptions/{key}',
    headers: { 'If-Match': '{row.@odata\\.etag}' },
    json: { clientState: '{secret}' },
  },
  remove: { method: 'DELETE', path: '/subscriptions/{key}', headers: { 'If-Match': '{row.@odata\\.etag}' } },
}
const webhook: Webhook = {
  verify: { kind: 'repeated', each: 'value', path: 'clientState', secret: '{config.hookSecret}' },
  topic: notices,
  topics: {
    orders: { stream: 'orders', carries: 'key', records: 'value', subscribed: '/{config.timeZone}/orders' },
  },
  handshake: { query: 'validationToken' },
  ack: { status: 200 },
  subscription,
}
const connector: Connector = { ...smallConnector(), webhook }
const config = { url: 'https://small.example', token: 'secret-token-1', hookSecret: 'state-1 state-0', timeZone: 'main' }
const body = (...value: readonly object[]) => Buffer.from(JSON.stringify({ value }))
const verified = (bytes: Uint8Array) => verifyWebhook(webhook, config, {}, bytes, new Date())

describe('a secret that every item repeats', () => {
  it('proves the request, under any of the secrets of now', () => {
    expect(verified(body({ clientState: 'state-1' }, { clientState: 'state-0' }))).toEqual({ kind: 'accepted', topic: 'notifications' })
  })
  it.each([
    ['another one', body({ clientState: 'state-1' }, { clientState: 'state-2' }), 'wrong-signature'],
    ['a longer one', body({ clientState: 'state-1 ' }), 'wrong-signature'],
    ['none in one item', body({ clientState: 'state-1' }, { resource: 'orders(1)' }), 'missing-signature'],
    ['no text', body({ clientState: null }), 'missing-signature'],
    ['no items at all', body(), 'missing-signature'],
    ['no list', Buffer.from('{"value":{"clientState":"state-1"}}'), 'missing-signature'],
    ['no JSON', Buffer.from('state-1'), 'missing-signature'],
  ])('%s is refused', (_, bytes, code) => expect(verified(bytes)).toEqual({ kind: 'refused', code }))
  it('nothing is taken while the connection has no secret', () =>
    expect(verifyWebhook(webhook, { ...config, hookSecret: '' }, {}, body({ clientState: '' }), new Date())).toMatchObject({
      kind: 'refused',
    }))
})

test('items name records, streams of which more changed, and what nobody reads', () => {
  const told = cutNotices(
    connector,
    config,
    notices,
    body(
      { resource: 'orders(7)' },
      { resource: 'orders(8)' },
      { resource: 'orders(7)' },
      { resource: 'orders' },
      { resource: 'people(1)' },
    ),
    0,
  )
  expect(told.records.map(({ stream, key, laneKey, op, poke }) => ({ stream, key, laneKey, op, poke }))).toEqual(
    ['7', '8'].map((key) => ({ stream: 'orders', key, laneKey: key, op: 'upsert', poke: true })),
  )
  expect(told).toMatchObject({ streams: ['orders'], unknown: 1 })
})

describe('subscriptions that end by themselves', () => {
  const closing: (() => Promise<void>)[] = []
  afterEach(async () => {
    for (const close of closing.splice(0)) await close()
  })
  const now = Date.parse('2026-11-23T10:00:00Z')
  const open = async (rows: object[]) => {
    const date = new Date(now).toUTCString()
    const partner = await startPartner(
      (request): PartnerAnswer => ({ headers: { date }, body: request.method === 'GET' ? { value: rows } : { id: 'x' } }),
    )
    const access = openAccess(
      { name: 'erp', connector, config: { ...config, url: partner.url }, concurrency: 2, allowPrivate: ['127.0.0.0/8'] },
      { clock: { now: () => now, sleep: async () => {} } },
    )
    closing.push(
      () => access.close(),
      () => partner.close(),
    )
    const wanted = { addresses: ['https://hub.example/hooks/1'], topics: ['orders'], silent: [] }
    return { access, wanted, writes: () => partner.requests.filter(({ method }) => method !== 'GET') }
  }
  const row = (hours: number, more: object = {}) => ({
    '@odata.etag': 'W/"7"',
    id: 'a',
    resource: '/main/orders',
    url: 'https://hub.example/hooks/1',
    until: new Date(now + hours * 3_600_000).toISOString(),
    ...more,
  })

  it('one that has long to go is left alone', async () => {
    const { access, wanted, writes } = await open([row(48)])
    expect(await access.subscribe(wanted)).toEqual([{ topic: 'orders', found: 'works' }])
    expect(writes()).toEqual([])
  })
  it('one near its end is renewed under its own tag, with the first secret', async () => {
    const { access, wanted, writes } = await open([row(23)])
    expect(await access.subscribe(wanted)).toEqual([{ topic: 'orders', found: 'ends' }])
    expect(writes().map(({ method, path, headers, body: sent }) => [method, path, headers['if-match'], JSON.parse(sent)])).toEqual([
      ['PATCH', '/subscriptions/a', 'W/"7"', { clientState: 'state-1' }],
    ])
  })
  it('one whose end cannot be read is renewed', async () => {
    const { access, wanted } = await open([row(1, { until: 'soon' })])
    expect(await access.subscribe(wanted)).toEqual([{ topic: 'orders', found: 'ends' }])
  })
  it('a missing one is made for the address of now, under the word of the partner', async () => {
    const { access, wanted, writes } = await open([row(48, { url: 'https://other.example/hooks/1' })])
    expect(await access.subscribe(wanted)).toEqual([{ topic: 'orders', found: 'missing' }])
    expect(JSON.parse(writes()[0]?.body ?? '')).toEqual({
      resource: '/main/orders',
      url: 'https://hub.example/hooks/1',
      clientState: 'state-1',
    })
  })
  it('are listed without a write, and removed by their tag', async () => {
    const { access, wanted, writes } = await open([row(23), row(1, { id: 'theirs', url: 'https://other.example/1' })])
    expect(await access.subscriptions(wanted)).toEqual([{ topic: 'orders', state: 'ends', key: 'a', expiresAt: row(23).until }])
    expect(writes()).toEqual([])
    expect(await access.unsubscribe(wanted)).toEqual(['orders'])
    expect(writes().map(({ method, path, headers }) => [method, path, headers['if-match']])).toEqual([
      ['DELETE', '/subscriptions/a', 'W/"7"'],
    ])
  })
})

describe('lint', () => {
  const faults = (change: Partial<Webhook>) => lintConnector({ ...connector, webhook: { ...webhook, ...change } }).map(({ code }) => code)
  it('takes what is right', () => expect(faults({})).toEqual([]))
  it('finds what is not', () => {
    expect(faults({ handshake: { query: 'a b' } })).toEqual(['bad-name'])
    expect(faults({ subscription: { ...subscription, expires: { path: 'until', renewMs: 3_600_000 } } })).toEqual(['renewed-too-late'])
    expect(faults({ subscription: { ...subscription, remove: { method: 'DELETE', path: '/all' } } })).toEqual(['key-not-sent'])
    expect(faults({ topics: { orders: { stream: 'orders', carries: 'whole', records: '' } } })).toEqual(['notices-carry-keys'])
    expect(
      faults({ topics: { orders: { ...webhook.topics.orders, stream: 'orders', carries: 'key', records: '', subscribed: '{config.x}' } } }),
    ).toEqual(['unknown-variable'])
  })
})
