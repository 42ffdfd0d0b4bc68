import type { Action, Command, CommandAction, Connector, Http, Matches, Page, Stream, TimeCursor, Webhook } from '../connector/types.ts'
import { type ConnectorFixtures, replayEffectKey } from './connector-fixtures.ts'
import { smallConnector } from './small-connector.ts'

const token = 'token-3f9a51c2d7'

const create: Command = {
  mapping: 'small/make',
  input: { type: 'object', required: ['ref'], properties: { ref: { type: 'string' } } },
  call: { method: 'POST', path: '/things', json: { ref: '{input.ref}' } },
  key: 'thing.id',
  once: {
    kind: 'find',
    call: { path: '/things', query: { ref: '{input.ref}' } },
    records: 'things',
    match: 'record.ref == input.ref',
    key: 'id',
  },
}
const edit: Command = {
  ...create,
  input: { type: 'object', required: ['ref'], properties: { ref: { type: 'string' }, count: { type: 'string' } } },
  requires: { call: { path: '/things/{key}' }, path: 'state', in: ['draft'] },
  call: { method: 'PUT', path: '/things/{key}', json: { ref: '{input.ref}', count: '{input.count}' } },
  once: { kind: 'natural', why: 'it replaces the thing' },
  read: {
    call: { path: '/things/{key}/whole' },
    record: 'thing',
    stream: 'orders',
    matches: { equal: [['ref', 'ref']], decimal: [['count', 'count']] },
  },
}
const pay: Command = {
  mapping: 'small/pay',
  input: { type: 'object', required: ['amount'], properties: { amount: { type: 'string' } } },
  call: { method: 'POST', path: '/payments', json: { amount: '{input.amount}' } },
  key: 'id',
  once: { kind: 'header', name: 'Idempotency-Key' },
}
const command = (made: Command, change?: Command): CommandAction => ({
  kind: 'command',
  title: 'Command',
  document: 'purchase-order',
  create: made,
  ...(change === undefined ? {} : { change }),
})
const webhook: Webhook = {
  verify: { kind: 'hmac', header: 'X-Sig', algorithm: 'sha256', encoding: 'base64', secret: '{config.hookSecret}' },
  topic: { header: 'X-Topic' },
  topics: { 'order.updated': { stream: 'orders', carries: 'whole', records: '' } },
  ack: { status: 200 },
}

/** What the mutants are made from: small, and without a fault. */
export const goodConnector: Connector = {
  ...smallConnector({ http: { faults: [{ path: 'error', not: [], then: 'reject', code: 'user-error', message: 'error' }] } }),
  actions: { make: command(create, edit), pay: command(pay) },
  webhook,
}

const order = (id: number, minute: number) => ({ id, number: `SO-${id}`, updated: `2026-11-20T10:0${minute}:00.000Z` })
const page = (number: number, orders: readonly object[], since?: string) => ({
  request: { path: '/orders', query: { page: String(number), size: '2', ...(since === undefined ? {} : { since }) } },
  answer: { body: { orders: JSON.parse(JSON.stringify(orders)), next: { id: 9 } } },
})
const answer = {
  things: [
    { id: 'T-0', ref: 'PO-10' },
    { id: 'T-1', ref: 'PO-1' },
  ],
}

export const goodFixtures: ConnectorFixtures = {
  config: { url: 'https://shop.example/api', token, hookSecret: 'hub_test_secret', timeZone: 'Europe/Berlin' },
  now: '2026-11-23T10:00:00Z',
  check: { request: { path: '/api/me' }, answer: { body: { user: 'hub' } } },
  faults: { 'user-error': { body: { error: ['UserError', 'no such product'] } } },
  streams: {
    orders: [
      {
        from: null,
        exchanges: [page(1, [order(3, 0), order(1, 4)]), page(2, [order(2, 2), order(5, 1)]), page(3, [order(4, 3)])].map((exchange) => ({
          ...exchange,
          request: { ...exchange.request, path: '/api/orders' },
        })),
        keys: ['3', '1', '2', '5', '4'],
        versions: { 1: '2026-11-20T10:04:00.000000Z' },
        checkpoint: '2026-11-20T10:04:00.000Z',
      },
      {
        from: '2026-11-20T10:04:00.000Z',
        exchanges: [page(1, [order(6, 5)], '2026-11-20T10:03:59.000Z')].map((exchange) => ({
          ...exchange,
          request: { ...exchange.request, path: '/api/orders' },
        })),
        keys: ['6'],
        checkpoint: '2026-11-20T10:05:00.000Z',
      },
    ],
  },
  byKey: { orders: { key: '3', exchanges: [{ request: { path: '/api/orders/3' }, answer: { body: order(3, 0) } }] } },
  actions: {
    make: {
      create: {
        input: { ref: 'PO-1' },
        key: 'T-1',
        exchanges: [
          {
            request: { method: 'POST', path: '/api/things', json: { ref: 'PO-1' } },
            answer: { status: 201, body: { id: 'request-77', thing: { id: 'T-1' } } },
          },
        ],
        found: { request: { path: '/api/things', query: { ref: 'PO-1' } }, answer: { body: answer } },
        missing: { request: { path: '/api/things', query: { ref: 'PO-1' } }, answer: { body: { things: [] } } },
      },
      change: {
        input: { ref: 'PO-1', count: '2.0' },
        key: 'T-1',
        exchanges: [
          { request: { path: '/api/things/T-1' }, answer: { body: { id: 'T-1', state: 'draft' } } },
          {
            request: { method: 'PUT', path: '/api/things/T-1', json: { ref: 'PO-1', count: '2.0' } },
            answer: { body: { thing: { id: 'T-1' } } },
          },
          {
            request: { path: '/api/things/T-1/whole' },
            answer: { body: { thing: { id: 'T-1', ref: 'PO-1', count: 2, updated: '2026-11-20T10:06:00.000Z' } } },
          },
        ],
        effect: 1,
        wentOn: { request: { path: '/api/things/T-1' }, answer: { body: { id: 'T-1', state: 'sent' } } },
      },
    },
    pay: {
      create: {
        input: { amount: '10.00' },
        key: '88',
        exchanges: [
          {
            request: { method: 'POST', path: '/api/payments', json: { amount: '10.00' }, headers: { 'idempotency-key': replayEffectKey } },
            answer: { body: { id: 88 } },
          },
        ],
      },
    },
  },
  webhooks: [
    {
      name: 'order.updated',
      origin: 'independent',
      source: `printf '{"id":1001,"updated_at":"2026-01-02T03:04:05Z"}' | openssl dgst -sha256 -hmac hub_test_secret -binary | base64`,
      config: { hookSecret: 'hub_test_secret' },
      headers: { 'x-sig': '86i0zfghd7kHLSQsUkdhbsg2pwPQKEBUbapG6SJ5rXI=', 'x-topic': 'order.updated' },
      body: '{"id":1001,"updated_at":"2026-01-02T03:04:05Z"}',
      receivedAt: '2026-11-23T10:00:00Z',
      topic: 'order.updated',
      keys: ['1001'],
    },
  ],
}

const http = (change: Partial<Http>): Connector => ({ ...goodConnector, http: { ...goodConnector.http, ...change } })
const orders = goodConnector.streams.orders as Stream
const stream = (change: Partial<Stream>): Connector => ({ ...goodConnector, streams: { orders: { ...orders, ...change } } })
const cursor = (change: Partial<TimeCursor>): Connector => stream({ cursor: { ...(orders.cursor as TimeCursor), ...change } })
const paged = (change: Partial<Extract<Page, { kind: 'number' }>>): Connector =>
  stream({ page: { kind: 'number', first: 1, size: 2, ...change } })
const query = (change: Record<string, string | undefined>): Connector => {
  const whole = { ...orders.call?.query, ...change }
  return stream({
    call: {
      path: '/orders',
      query: Object.fromEntries(Object.entries(whole).filter((entry): entry is [string, string] => entry[1] !== undefined)),
    },
  })
}
const actions = (change: Record<string, Action>): Connector => ({ ...goodConnector, actions: { ...goodConnector.actions, ...change } })
const hook = (change: Partial<Webhook>): Connector => ({ ...goodConnector, webhook: { ...webhook, ...change } })
const verify = (change: object): Connector => hook({ verify: { ...webhook.verify, ...change } as Webhook['verify'] })
const once = (name: 'make' | 'pay', made: Command['once']): Connector =>
  actions({ [name]: command({ ...(name === 'make' ? create : pay), once: made }) })
const matches = (change: Matches): Connector =>
  actions({ make: command(create, { ...edit, read: { ...(edit.read as NonNullable<Command['read']>), matches: change } }) })
const config = (name: string, field: object): Connector => ({
  ...goodConnector,
  config: { ...goodConnector.config, properties: { ...(goodConnector.config.properties as object), [name]: { type: 'string', ...field } } },
})

/** One fault each, as an author makes them; the kit must object to every one. */
export const connectorMutants: Readonly<Record<string, Connector>> = {
  'cursor not sent': query({ since: undefined }),
  'constant cursor': query({ since: '2026-01-01T00:00:00Z', changed: '{since}' }),
  'cursor sent under another name': query({ since: undefined, since_time: '{since}' }),
  'wrong cursor field': cursor({ paths: ['number'] }),
  'wrong cursor format': cursor({ format: 'seconds' }),
  'wrong zone': cursor({ format: 'local', zone: 'Asia/Shanghai' }),
  'no look-back': cursor({ lookbackMs: 0 }),
  'order promised that is not kept': cursor({ order: 'asc' }),
  'no cursor': stream({ cursor: null }),
  'page not sent': query({ page: undefined }),
  'single page': stream({ page: { kind: 'single' } }),
  'wrong page size': paged({ size: 3 }),
  'wrong first page': paged({ first: 0 }),
  'paging by offset instead of number': stream({ page: { kind: 'offset', size: 2 } }),
  'wrong records path': stream({ records: 'order' }),
  'records path of another list': stream({ records: 'next' }),
  'wrong key': stream({ key: 'updated' }),
  'key that is not there': stream({ key: 'uuid' }),
  'wrong version field': stream({ version: { kind: 'time', paths: ['created'], zone: null, granularityMs: 1 } }),
  'schema that does not fit': stream({
    schema: { type: 'object', required: ['id', 'updated'], properties: { id: { type: 'string' }, updated: { type: 'string' } } },
  }),
  'read by key reads something else': stream({ byKey: { path: '/orders/first/{key}', records: '' } }),
  'misspelt variable': query({ since: '{sinse}' }),
  'misspelt config': { ...goodConnector, check: { path: '/me', query: { u: '{config.ulr}' } } },
  'plain secret': config('token', {}),
  'plain webhook secret': config('hookSecret', {}),
  'over-eager fault rule': http({ faults: [{ path: 'next', not: [], then: 'reject', code: 'user-error' }] }),
  'fault rule that never fires': http({ faults: [{ path: 'errors', not: [], then: 'reject', code: 'user-error' }] }),
  'fault rule of the wrong class': http({
    faults: [{ path: 'error', in: [['UserError', 'no such product']], then: 'retry', code: 'other' }],
  }),
  'wrong address': http({ baseUrl: '{config.url}/v2' }),
  'wrong check': { ...goodConnector, check: { path: '/whoami' } },
  'wrong result key': actions({ make: command({ ...create, key: 'id' }) }),
  'result key that is not there': actions({ make: command({ ...create, key: 'thing.uuid' }) }),
  'input not sent': actions({ make: command({ ...create, call: { method: 'POST', path: '/things', json: { ref: 'PO' } } }) }),
  'look-up that takes anything': once('make', { ...create.once, match: undefined } as Command['once']),
  'look-up that finds nothing': once('make', { ...create.once, match: "record.ref == 'x'" } as Command['once']),
  'look-up without a reference': once('make', { kind: 'find', call: { path: '/things' }, records: 'things', key: 'id' }),
  'look-up that reads another key': once('make', { ...create.once, key: 'ref' } as Command['once']),
  'comparison that leaves a value out': matches({ equal: [['ref', 'ref']] }),
  'comparison with another field': matches({ equal: [['id', 'ref']], decimal: [['count', 'count']] }),
  'comparison of a decimal by its text': matches({
    equal: [
      ['ref', 'ref'],
      ['count', 'count'],
    ],
  }),
  'comparison that is never made': actions({ make: command(create, { ...edit, requires: undefined } as never) }),
  'idempotency header of another name': once('pay', { kind: 'header', name: 'Request-Id' }),
  'no idempotency header': once('pay', { kind: 'natural', why: 'the partner surely checks' }),
  'wrong signature encoding': verify({ encoding: 'hex' }),
  'wrong signature algorithm': verify({ algorithm: 'sha1' }),
  'wrong signature header': verify({ header: 'X-Signature' }),
  'signature with another secret': verify({ secret: '{config.token}' }),
  'signature that is not looked at': hook({ verify: { kind: 'custom', verify: () => true } }),
  'wrong topic header': hook({ topic: { header: 'X-Event' } }),
  'webhook records elsewhere': hook({ topics: { 'order.updated': { stream: 'orders', carries: 'whole', records: 'order' } } }),
  'webhook of another stream': hook({ topics: { 'order.updated': { stream: 'order', carries: 'whole', records: '' } } }),
}
