import type { Connector } from '../../src/connector/types.ts'
import { completeOrder, orderStatus, setStock } from './actions.ts'
import { orders, products, refunds } from './streams.ts'

/**
 * WooCommerce REST API v3. Times come without an offset, twice: the `_gmt` twin is used. A shop sends webhooks once, never again, and turns them off after failures: every
 * stream is polled as well.
 */
const woocommerce: Connector = {
  name: 'woocommerce',
  title: 'WooCommerce',
  docs: 'https://woocommerce.github.io/woocommerce-rest-api-docs/',
  config: {
    type: 'object',
    additionalProperties: false,
    required: ['url', 'consumerKey', 'consumerSecret', 'timeZone'],
    properties: {
      url: { type: 'string', format: 'uri', title: 'Address of the shop' },
      consumerKey: { type: 'string', minLength: 4, title: 'Consumer key', writeOnly: true },
      consumerSecret: { type: 'string', minLength: 4, title: 'Consumer secret', writeOnly: true },
      webhookSecret: {
        type: 'string',
        minLength: 8,
        title: 'Webhook secret (several, separated by spaces, while it is changed)',
        writeOnly: true,
      },
      timeZone: { type: 'string', title: 'Time zone of the shop (IANA name)' },
      seller: { type: 'string', title: 'Key of the party that sells, when it is not the one whose books these are' },
    },
  },
  http: {
    baseUrl: '{config.url}/wp-json/wc/v3',
    auth: { kind: 'basic', username: '{config.consumerKey}', password: '{config.consumerSecret}' },
    timeoutMs: 30_000,
    concurrency: 4,
    faults: [{ path: 'data.status', in: [401], then: 'reauth', code: 'unauthorised', message: 'message' }],
  },
  check: { path: '/orders', query: { per_page: '1' } },
  streams: { orders, refunds, products },
  actions: { 'set-stock': setStock, 'complete-order': completeOrder, 'order-status': orderStatus },
  webhook: {
    verify: { kind: 'hmac', header: 'x-wc-webhook-signature', algorithm: 'sha256', encoding: 'base64', secret: '{config.webhookSecret}' },
    topic: { header: 'x-wc-webhook-topic' },
    topics: {
      'order.created': { stream: 'orders', carries: 'whole', records: '' },
      'order.updated': { stream: 'orders', carries: 'whole', records: '' },
      'order.restored': { stream: 'orders', carries: 'whole', records: '' },
      'order.deleted': { stream: 'orders', carries: 'key', op: 'delete', records: '' },
      'product.created': { stream: 'products', carries: 'whole', records: '' },
      'product.updated': { stream: 'products', carries: 'whole', records: '' },
      'product.restored': { stream: 'products', carries: 'whole', records: '' },
      'product.deleted': { stream: 'products', carries: 'key', op: 'delete', records: '' },
    },
    ping: (headers, body) =>
      headers['x-wc-webhook-signature'] === undefined &&
      body.byteLength < 64 &&
      /^webhook_id=\d+$/.test(Buffer.from(body).toString('latin1')),
    ack: { status: 200 },
    subscription: {
      list: {
        call: { path: '/webhooks', query: { per_page: '{page.size}', page: '{page.number}' } },
        records: '',
        page: { kind: 'link', size: 100 },
      },
      key: 'id',
      topic: 'topic',
      address: 'delivery_url',
      works: { path: 'status', in: ['active'] },
      create: {
        method: 'POST',
        path: '/webhooks',
        json: { name: 'Crossdock {topic}', status: 'active', topic: '{topic}', delivery_url: '{address}', secret: '{secret}' },
      },
      // a shop that turned one off, or sends nothing any more, begins again when it is saved as active
      renew: { method: 'PUT', path: '/webhooks/{key}', json: { status: 'active', delivery_url: '{address}', secret: '{secret}' } },
    },
  },
}

export default woocommerce
