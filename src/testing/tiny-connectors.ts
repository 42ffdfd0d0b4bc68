import type { CommandAction, Connector, Stream } from '../connector/types.ts'

/** A shop and an ERP, as small as a test of the pipeline can do with. */

const config = {
  type: 'object',
  required: ['url'],
  properties: { url: { type: 'string' }, secret: { type: 'string', writeOnly: true }, timeZone: { type: 'string' } },
}

const orders: Stream = {
  title: 'Orders',
  schema: {
    type: 'object',
    required: ['id', 'at', 'state', 'total'],
    properties: { id: { type: 'integer' }, at: { type: 'string' }, state: { type: 'string' }, total: { type: 'string' } },
  },
  key: 'id',
  version: { kind: 'time', paths: ['at'], zone: null, granularityMs: 1000 },
  call: { path: '/orders', query: { since: '{since}', page: '{page.number}' } },
  records: 'orders',
  page: { kind: 'number', first: 1, size: 50 },
  cursor: { paths: ['at'], format: 'iso', zone: null, order: 'none', lookbackMs: 0 },
  byKey: { path: '/orders/{key}', records: '' },
  parts: [{ document: 'sales-order', mapping: 'tiny/order', mode: 'replace', when: "state != 'cart'", identity: { kind: 'origin' } }],
  blindSpots: [],
}

export const tinyShop: Connector = {
  name: 'tiny-shop',
  title: 'Tiny shop',
  docs: 'https://tiny.example/shop',
  config,
  http: { baseUrl: '{config.url}/shop', auth: { kind: 'none' } },
  check: { path: '/ping' },
  streams: {
    orders,
    items: {
      title: 'Articles of the shop, linked with ours by SKU',
      schema: { type: 'object', required: ['sku'], properties: { sku: { type: 'string' } } },
      key: 'sku',
      version: { kind: 'none' },
      call: { path: '/items' },
      records: 'items',
      page: { kind: 'single' },
      cursor: null,
      parts: [
        {
          document: 'product',
          mapping: 'tiny/item',
          mode: 'replace',
          identity: { kind: 'mirror', identifiers: [{ scheme: 'sku', path: 'sku' }], foreign: 'park' },
        },
      ],
      blindSpots: [],
    },
  },
  actions: {
    'set-stock': {
      kind: 'state',
      title: 'Stock',
      document: 'stock-level',
      mapping: 'tiny/stock-out',
      input: {
        type: 'object',
        required: ['product', 'quantity'],
        properties: { product: { type: 'string' }, quantity: { type: 'number' } },
      },
      call: { method: 'PUT', path: '/stock/{input.product}', json: { quantity: '{input.quantity}' } },
      once: { kind: 'natural', why: 'it sets a figure' },
      current: { call: { path: '/stock/{input.product}' }, value: 'quantity', orders: 'orders' },
    },
  },
  webhook: {
    verify: { kind: 'hmac', header: 'x-signature', algorithm: 'sha256', encoding: 'hex', secret: '{config.secret}' },
    topic: { header: 'x-topic' },
    topics: {
      order: { stream: 'orders', carries: 'whole', records: '' },
      'orders-poked': { stream: 'orders', carries: 'key', records: '' },
      'order-gone': { stream: 'orders', carries: 'key', op: 'delete', records: '' },
    },
    eventId: { header: 'x-event', signed: true },
    ping: (_, body) => Buffer.from(body).toString('utf8') === 'ping',
    ack: { status: 202, contentType: 'text/plain', body: 'ok' },
    maxBodyBytes: 4096,
  },
}

const saleInput = {
  type: 'object',
  required: ['reference', 'total', 'lines'],
  properties: { reference: { type: 'string' }, total: { type: 'string' }, lines: { type: 'array' } },
}
const readSale = { call: { path: '/sales/{key}' }, record: '', stream: 'sales' }

/** `once` of the create is what a test is about. */
export const saleAction = (once: CommandAction['create']['once'], without: readonly ('change' | 'cancel')[] = []): CommandAction => ({
  kind: 'command',
  title: 'Sale',
  document: 'sales-order',
  create: {
    mapping: 'tiny/sale',
    input: saleInput,
    call: { method: 'POST', path: '/sales', json: '{input}' },
    key: 'id',
    once,
    read: readSale,
  },
  ...(without.includes('change')
    ? {}
    : {
        change: {
          mapping: 'tiny/sale',
          input: saleInput,
          call: { method: 'PUT', path: '/sales/{key}', json: '{input}' },
          once: { kind: 'natural', why: 'it replaces the sale' },
          read: readSale,
        },
      }),
  ...(without.includes('cancel')
    ? {}
    : {
        cancel: {
          mapping: 'tiny/sale',
          input: saleInput,
          call: { method: 'POST', path: '/sales/{key}/cancel', json: {} },
          once: { kind: 'natural', why: 'a cancelled sale stays cancelled' },
          read: readSale,
        },
      }),
})

export const byFinding: CommandAction['create']['once'] = {
  kind: 'find',
  call: { path: '/sales', query: { reference: '{input.reference}' } },
  records: 'sales',
  key: 'id',
}

export const tinyErp = (sale: CommandAction = saleAction(byFinding)): Connector => ({
  name: 'tiny-erp',
  title: 'Tiny ERP',
  docs: 'https://tiny.example/erp',
  config,
  http: { baseUrl: '{config.url}/erp', auth: { kind: 'none' } },
  check: { path: '/ping' },
  streams: {
    articles: {
      title: 'Articles',
      schema: { type: 'object', required: ['id', 'code'], properties: { id: { type: 'integer' }, code: { type: 'string' } } },
      key: 'id',
      version: { kind: 'none' },
      call: { path: '/articles' },
      records: 'articles',
      page: { kind: 'single' },
      cursor: null,
      parts: [
        {
          document: 'product',
          mapping: 'tiny/article',
          mode: 'replace',
          identity: { kind: 'master', key: 'sku', identifiers: [{ scheme: 'sku', path: 'sku' }] },
        },
      ],
      blindSpots: [],
    },
    stock: {
      title: 'Stock',
      schema: { type: 'object', required: ['id', 'quantity'], properties: { id: { type: 'integer' }, quantity: { type: 'integer' } } },
      key: 'id',
      version: { kind: 'read' },
      call: { path: '/stock' },
      records: 'stock',
      page: { kind: 'single' },
      cursor: null,
      parts: [{ document: 'stock-level', mapping: 'tiny/stock-in', mode: 'snapshot', identity: { kind: 'stock' }, measure: 'onHand' }],
      blindSpots: [],
    },
    sales: {
      title: 'Sales',
      schema: { type: 'object', required: ['id', 'rev'], properties: { id: { type: 'integer' }, rev: { type: 'integer' } } },
      key: 'id',
      version: { kind: 'counter', path: 'rev' },
      call: { path: '/sales' },
      records: 'sales',
      page: { kind: 'single' },
      cursor: null,
      hubRef: { path: 'reference', document: 'sales-order' },
      hubLines: { each: 'lines', key: 'id', number: 'number' },
      parts: [{ document: 'sales-order', mode: 'replace', identity: { kind: 'mirror', identifiers: [], foreign: 'ignore' } }],
      blindSpots: [],
    },
  },
  actions: { sale },
})

const rules = (mapping: string, rest: object): string =>
  JSON.stringify({ mapping: mapping.replace('/', '.'), version: '1.0.0', source: 'partner', target: 'hub', direction: 'pull', ...rest })
const push = (mapping: string, fields: object): string => rules(mapping, { direction: 'push', push: fields })

/** Texts of the mappings by name. */
export const tinyMappings: Readonly<Record<string, string>> = {
  'tiny/order': rules('tiny/order', {
    fields: {
      number: { from: 'id', convert: 'text' },
      status: { from: 'state', lookup: 'status' },
      placedAt: { from: 'placed', convert: 'utc' },
      issueDate: { from: 'placed', convert: 'date', zone: 'UTC' },
      seller: { fields: { ref: { fields: { type: { value: 'party' }, key: '@.books' } } } },
      currency: 'currency',
      taxBasis: { value: 'exclusive' },
      note: 'note',
      lines: {
        each: 'lines',
        key: 'id',
        fields: {
          key: { from: 'id', convert: 'text' },
          number: { expr: 'text(position())' },
          product: { fields: { ref: { from: 'sku', link: 'product' }, sku: 'sku' } },
          name: 'sku',
          quantity: { from: 'qty', convert: 'decimal' },
          unit: { value: 'C62' },
          lineAmount: { from: 'amount', convert: 'amount:$.currency' },
        },
      },
      totals: { fields: { grandTotal: { from: 'total', convert: 'amount:$.currency' } } },
    },
    lookups: { status: { open: 'open', cancelled: 'cancelled', closed: 'closed' } },
  }),
  'tiny/item': rules('tiny/item', { fields: { sku: 'sku', name: 'sku', baseUnit: { value: 'C62' } } }),
  'tiny/article': rules('tiny/article', { fields: { sku: 'code', name: { from: ['name', 'code'] }, baseUnit: { value: 'C62' } } }),
  'tiny/stock-in': rules('tiny/stock-in', {
    fields: {
      location: { fields: { ref: { fields: { type: { value: 'location' }, key: { value: 'MAIN' } } } } },
      product: { fields: { ref: { from: 'id', convert: 'text', link: 'product' } } },
      condition: { value: 'sellable' },
      unit: { value: 'C62' },
      onHand: { from: 'quantity', convert: 'decimal' },
    },
  }),
  'tiny/sale': push('tiny/sale', {
    reference: 'key',
    total: 'totals.grandTotal',
    lines: {
      each: 'lines',
      key: 'number',
      fields: { number: 'number', article: { from: 'product.ref', link: 'product' }, quantity: 'quantity' },
    },
  }),
  'tiny/stock-out': push('tiny/stock-out', {
    product: { from: 'product.ref', link: 'product' },
    quantity: { from: 'pushable', convert: 'number' },
  }),
}
