import type { Cursor, Part, Stream } from '../../src/connector/types.ts'

const text = { type: 'string' }
const maybe = { type: ['string', 'null'] }
const whole = { type: 'integer' }
const list = { type: 'array' }

/** Whole seconds, UTC, without an offset; rows of one second may be told apart by their content only. */
const modified: Cursor = { paths: ['date_modified_gmt'], format: 'local', zone: 'UTC', order: 'none', lookbackMs: 120_000 }
const byId = { per_page: '{page.size}', page: '{page.number}', orderby: 'id', order: 'asc', dates_are_gmt: 'true' }

/** Ids of everything that is not in the trash. */
const keysOf = (path: string): NonNullable<Stream['ids']> => ({
  call: { path, query: { per_page: '{page.size}', page: '{page.number}', orderby: 'id', order: 'asc', _fields: 'id' } },
  records: '',
  page: { kind: 'link', size: 100, total: 'x-wp-total' },
  key: 'id',
})

export const orders: Stream = {
  title: 'Orders',
  schema: {
    type: 'object',
    required: ['id', 'number', 'status', 'currency', 'date_created_gmt', 'date_modified_gmt', 'total', 'line_items'],
    properties: {
      id: whole,
      number: text,
      status: text,
      currency: text,
      date_created_gmt: text,
      date_modified_gmt: text,
      date_paid_gmt: maybe,
      total: text,
      total_tax: text,
      shipping_total: text,
      customer_id: whole,
      line_items: list,
    },
  },
  key: 'id',
  version: { kind: 'time', paths: ['date_modified_gmt'], zone: 'UTC', granularityMs: 1000 },
  call: { path: '/orders', query: { ...byId, modified_after: '{since}' } },
  records: '',
  page: { kind: 'link', size: 100, total: 'x-wp-total' },
  cursor: modified,
  byKey: { path: '/orders/{key}', records: '' },
  ids: keysOf('/orders'),
  parts: [
    {
      document: 'sales-order',
      mapping: 'woocommerce/order',
      mode: 'replace',
      when: "status != 'checkout-draft' && status != 'auto-draft'",
      identity: { kind: 'origin' },
    },
    {
      document: 'payment',
      mapping: 'woocommerce/payment',
      mode: 'replace',
      when: 'has(date_paid_gmt)',
      identity: { kind: 'origin' },
      key: '{key}/paid',
    },
    {
      document: 'party',
      mapping: 'woocommerce/customer',
      mode: 'replace',
      when: 'customer_id > 0',
      identity: { kind: 'origin' },
      key: '{record.customer_id}',
    },
  ],
  blindSpots: ['orders deleted for good (webhook order.deleted tells)'],
}

/** Refunds of all orders (`GET /refunds`, WooCommerce 9.0): they are made once and never change. They do not tell their currency: the order does. */
export const refunds: Stream = {
  title: 'Refunds',
  schema: {
    type: 'object',
    required: ['id', 'parent_id', 'date_created_gmt', 'amount'],
    properties: { id: whole, parent_id: whole, date_created_gmt: text, amount: text, reason: text, line_items: list },
  },
  key: 'id',
  /** a refund never changes, the order read with it does */
  version: { kind: 'none' },
  call: { path: '/refunds', query: { ...byId, after: '{since}' } },
  records: '',
  page: { kind: 'link', size: 100, total: 'x-wp-total' },
  cursor: { ...modified, paths: ['date_created_gmt'] },
  children: [
    { name: 'order', call: { path: '/orders/{record.parent_id}' }, records: '', page: { kind: 'single' }, batch: 1, as: { kind: 'embed' } },
  ],
  parts: [{ document: 'refund', mapping: 'woocommerce/refund', mode: 'replace', identity: { kind: 'origin' } }],
  blindSpots: ['refunds deleted for good', 'what buyers ask for after a sale: WooCommerce has no such documents, only refunds'],
}

const link = (key?: string): Part => ({
  document: 'product',
  mapping: 'woocommerce/product',
  mode: 'replace',
  identity: {
    kind: 'mirror',
    identifiers: [
      { scheme: 'sku', path: 'sku' },
      { scheme: 'gtin', path: 'gtins.0' },
    ],
    foreign: 'park',
  },
  ...(key ? { key } : {}),
})

/** The shop's articles are linked with ours by SKU or GTIN; one without either waits for a crosswalk line. */
export const products: Stream = {
  title: 'Products and their variations',
  schema: {
    type: 'object',
    required: ['id', 'type', 'sku', 'date_modified_gmt'],
    properties: {
      id: whole,
      type: text,
      sku: text,
      name: text,
      date_modified_gmt: text,
      stock_quantity: { type: ['number', 'null'] },
    },
  },
  key: 'id',
  version: { kind: 'time', paths: ['date_modified_gmt'], zone: 'UTC', granularityMs: 1000 },
  call: { path: '/products', query: { ...byId, modified_after: '{since}' } },
  records: '',
  page: { kind: 'link', size: 100, total: 'x-wp-total' },
  cursor: modified,
  byKey: { path: '/products/{key}', records: '' },
  children: [
    {
      name: 'variations',
      call: { path: '/products/{key}/variations', query: { per_page: '{page.size}', page: '{page.number}' } },
      records: '',
      page: { kind: 'link', size: 100, total: 'x-wp-total' },
      batch: 1,
      when: "type == 'variable'",
      as: {
        kind: 'records',
        key: 'id',
        version: { kind: 'time', paths: ['date_modified_gmt'], zone: 'UTC', granularityMs: 1000 },
        parts: [link('{record.parent_id}/variations/{key}')],
      },
    },
  ],
  parts: [{ ...link(), when: "type != 'variable'" }],
  blindSpots: ['stock changes made by orders do not always move date_modified', 'deleted products (webhook product.deleted tells)'],
}
