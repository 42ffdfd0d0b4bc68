import type { Connector, Stream } from '../../../../../src/connector/types.ts'

/** Orders of a shop that sends each as a signed webhook and lists all of them by pages, the oldest first. */
const orders: Stream = {
  title: 'Orders',
  schema: {
    type: 'object',
    required: ['id', 'number', 'currency', 'updated_at', 'line_items'],
    properties: {
      id: { type: 'integer' },
      number: { type: 'string' },
      currency: { type: 'string' },
      updated_at: { type: 'string' },
      line_items: { type: 'array' },
    },
  },
  key: 'id',
  version: { kind: 'time', paths: ['updated_at'], zone: null, granularityMs: 1000 },
  call: { path: '/orders', query: { page: '{page.number}', size: '{page.size}' } },
  records: 'orders',
  page: { kind: 'number', first: 1, size: 250 },
  cursor: null,
  parts: [{ document: 'sales-order', mapping: 'shop/order', mode: 'replace', identity: { kind: 'origin' } }],
  blindSpots: [],
}

const shop: Connector = {
  name: 'shop',
  title: 'A shop, for the pipeline benchmark',
  docs: 'https://example.org/',
  config: {
    type: 'object',
    additionalProperties: false,
    required: ['url', 'secret'],
    properties: {
      url: { type: 'string', format: 'uri', title: 'Address of the shop' },
      secret: { type: 'string', minLength: 16, title: 'Webhook secret', writeOnly: true },
    },
  },
  http: { baseUrl: '{config.url}', auth: { kind: 'none' }, timeoutMs: 30_000 },
  check: { path: '/orders', query: { page: '1', size: '1' } },
  streams: { orders },
  actions: {},
  webhook: {
    verify: { kind: 'hmac', header: 'x-shop-signature', algorithm: 'sha256', encoding: 'hex', secret: '{config.secret}' },
    topic: { header: 'x-shop-topic' },
    topics: { 'order.created': { stream: 'orders', carries: 'whole', records: '' } },
    ack: { status: 200 },
  },
}

export default shop
