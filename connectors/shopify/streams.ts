import type { Bulk, Child, Stream, TimeCursor, Version } from '../../src/connector/types.ts'
import {
  ask,
  bulkQuery,
  cancelBulk,
  connectionAt,
  fulfilmentsQuery,
  levelQuery,
  levelsQuery,
  locationsQuery,
  orderKeysQuery,
  orderLinesQuery,
  orderQuery,
  ordersInBulk,
  ordersQuery,
  refundsQuery,
  runBulk,
  transfersQuery,
  variantKeysQuery,
  variantQuery,
  variantsQuery,
} from './graphql.ts'

const text = { type: 'string' }
const maybe = { type: ['string', 'null'] }
const list = { type: 'array' }
const object = { type: 'object' }

/** Whole seconds, UTC. Search sees a change within seconds, not at once. */
export const updated: Version = { kind: 'time', paths: ['updatedAt'], zone: null, granularityMs: 1000 }
export const changed = (order: TimeCursor['order']): TimeCursor => ({
  paths: ['updatedAt'],
  format: { encode: (time) => `${time.toISOString().slice(0, 19)}Z`, decode: (value) => new Date(String(value)) },
  zone: null,
  order,
  lookbackMs: 120_000,
})
const since = { query: "updated_at:>='{since}'", after: '{page.token}' }
export const next = { after: '{page.token}' }
export const ofOrder = { id: 'gid://shopify/Order/{key}' }

/** What Shopify lists under its order only, read for orders that have any. */
const child = (name: string, query: string, records: string, when: string, as: Child['as']): Child => ({
  name,
  call: ask(query, ofOrder, 20),
  records,
  page: { kind: 'single' },
  batch: 1,
  when,
  as,
})

const day = 86_400_000
/** Lines of an order follow it, because the operation groups them (default is not to, since 2026-01). Addresses end after seven days, and so does an operation that nobody looks at. */
const inBulk: Bulk = {
  create: ask(runBulk, { query: ordersInBulk }),
  first: '1970-01-01T00:00:00Z',
  job: 'data.bulkOperationRunQuery.bulkOperation.id',
  look: ask(bulkQuery, { id: '{job}' }, 1),
  cancel: ask(cancelBulk, { id: '{job}' }),
  state: 'data.node.status',
  running: ['CREATED', 'RUNNING', 'CANCELING'],
  done: ['COMPLETED'],
  failed: ['FAILED'],
  url: 'data.node.url',
  partial: 'data.node.partialDataUrl',
  hosts: ['storage.googleapis.com'],
  children: {
    id: 'id',
    parent: '__parentId',
    type: '__typename',
    of: {
      LineItem: { into: 'lineItems', list: 'nodes', with: { pageInfo: { hasNextPage: false } } },
      ShippingLine: { into: 'shippingLines', list: 'nodes' },
    },
  },
  everyMs: 30_000,
  mostMs: 10 * day,
  leastMs: 30 * day,
  size: 100,
}

export const orders: Stream = {
  title: 'Orders, with their refunds and fulfilments',
  schema: {
    type: 'object',
    required: ['legacyResourceId', 'name', 'createdAt', 'updatedAt', 'currencyCode', 'taxesIncluded', 'totalPriceSet', 'lineItems'],
    properties: {
      legacyResourceId: text,
      name: text,
      createdAt: text,
      updatedAt: text,
      cancelledAt: maybe,
      currencyCode: text,
      displayFinancialStatus: maybe,
      displayFulfillmentStatus: text,
      taxesIncluded: { type: 'boolean' },
      totalPriceSet: object,
      lineItems: object,
    },
  },
  key: 'legacyResourceId',
  version: updated,
  call: ask(ordersQuery, since, 200),
  ...connectionAt('data.orders'),
  cursor: changed('asc'),
  bulk: inBulk,
  byKey: { ...ask(orderQuery, ofOrder, 20), records: 'data.order' },
  ids: { call: ask(orderKeysQuery, next, 30), ...connectionAt('data.orders'), key: 'legacyResourceId' },
  children: [
    {
      name: 'lines',
      call: ask(orderLinesQuery, { ...ofOrder, ...next }, 60),
      ...connectionAt('data.order.lineItems'),
      batch: 1,
      when: 'lineItems.pageInfo.hasNextPage',
      as: { kind: 'embed' },
    },
    child(
      'refunds',
      refundsQuery,
      'data.order.refunds',
      "displayFinancialStatus == 'REFUNDED' || displayFinancialStatus == 'PARTIALLY_REFUNDED' || displayFinancialStatus == 'VOIDED' || has(cancelledAt)",
      {
        kind: 'records',
        key: 'legacyResourceId',
        version: updated,
        parts: [{ document: 'refund', mapping: 'shopify/refund', mode: 'replace', identity: { kind: 'origin' } }],
      },
    ),
    child('fulfilments', fulfilmentsQuery, 'data.order.fulfillments', "displayFulfillmentStatus != 'UNFULFILLED'", {
      kind: 'records',
      key: 'legacyResourceId',
      version: updated,
      parts: [
        {
          document: 'shipment',
          mapping: 'shopify/fulfilment',
          mode: 'merge',
          identity: { kind: 'mirror', identifiers: [], foreign: 'park' },
        },
      ],
    }),
  ],
  parts: [
    { document: 'sales-order', mapping: 'shopify/order', mode: 'replace', identity: { kind: 'origin' } },
    {
      document: 'payment',
      mapping: 'shopify/payment',
      mode: 'replace',
      when: "displayFinancialStatus == 'PAID' || displayFinancialStatus == 'PARTIALLY_REFUNDED' || displayFinancialStatus == 'REFUNDED'",
      identity: { kind: 'origin' },
      key: '{key}/paid',
    },
  ],
  words: ['displayFinancialStatus', 'displayFulfillmentStatus'],
  blindSpots: [
    'orders deleted (the webhook orders/delete and the list of keys tell)',
    'orders older than 60 days without the scope read_all_orders',
    'a part of a payment: an order becomes a payment when all of it is paid',
  ],
}

/** Keyed by the inventory item, which every variant has one of: stock is set by it. */
export const products: Stream = {
  title: 'Product variants',
  schema: {
    type: 'object',
    required: ['updatedAt', 'inventoryItem', 'product', 'title'],
    properties: {
      updatedAt: text,
      title: text,
      sku: maybe,
      barcode: maybe,
      product: object,
      inventoryItem: { type: 'object', required: ['legacyResourceId'], properties: { legacyResourceId: text } },
    },
  },
  key: 'inventoryItem.legacyResourceId',
  version: updated,
  call: ask(variantsQuery, since, 100),
  ...connectionAt('data.productVariants'),
  cursor: changed('none'),
  byKey: { ...ask(variantQuery, { id: 'gid://shopify/InventoryItem/{key}' }), records: 'data.inventoryItem.variants.nodes' },
  ids: { call: ask(variantKeysQuery, next, 30), ...connectionAt('data.productVariants'), key: 'inventoryItem.legacyResourceId' },
  parts: [
    {
      document: 'product',
      mapping: 'shopify/product',
      mode: 'replace',
      when: 'has(sku)',
      identity: {
        kind: 'mirror',
        identifiers: [
          { scheme: 'sku', path: 'sku' },
          { scheme: 'gtin', path: 'gtins.0' },
        ],
        foreign: 'park',
      },
    },
  ],
  blindSpots: ['variants deleted (the list of keys tells)', 'variants without SKU are set aside'],
}

const place = 'gid://shopify/Location/{config.location}'

export const inventoryLevels: Stream = {
  title: 'Stock that may be sold at the location of the connection',
  schema: {
    type: 'object',
    required: ['updatedAt', 'item', 'location', 'quantities'],
    properties: {
      updatedAt: text,
      item: { type: 'object', required: ['legacyResourceId'], properties: { legacyResourceId: text } },
      location: object,
      quantities: list,
    },
  },
  key: 'item.legacyResourceId',
  version: updated,
  call: ask(levelsQuery, { ...since, location: place }, 60),
  ...connectionAt('data.location.inventoryLevels'),
  cursor: changed('none'),
  byKey: {
    ...ask(levelQuery, { item: 'gid://shopify/InventoryItem/{key}', location: place }),
    records: 'data.inventoryItem.inventoryLevel',
  },
  parts: [{ document: 'stock-level', mapping: 'shopify/stock-level', mode: 'replace', measure: 'available', identity: { kind: 'stock' } }],
  blindSpots: ['items that are no longer stocked at the location'],
}

export const locations: Stream = {
  title: 'Locations',
  schema: {
    type: 'object',
    required: ['legacyResourceId', 'name', 'updatedAt'],
    properties: { legacyResourceId: text, name: text, updatedAt: text, isActive: { type: 'boolean' } },
  },
  key: 'legacyResourceId',
  version: updated,
  call: ask(locationsQuery, next, 20),
  ...connectionAt('data.locations'),
  cursor: null,
  parts: [
    {
      document: 'location',
      mapping: 'shopify/location',
      mode: 'merge',
      identity: { kind: 'mirror', identifiers: [{ scheme: 'code', path: 'code' }], foreign: 'park' },
    },
  ],
  blindSpots: [],
}

/** Transfers have no time of their last change: all are read on every run, and compared by content. */
export const transfers: Stream = {
  title: 'Inventory transfers between locations, and from suppliers',
  schema: {
    type: 'object',
    required: ['id', 'name', 'status', 'lineItems'],
    properties: { id: text, name: text, status: text, lineItems: object, origin: { type: ['object', 'null'] } },
  },
  key: 'id',
  version: { kind: 'none' },
  call: ask(transfersQuery, { query: '-status:DRAFT', ...next }, 120),
  ...connectionAt('data.inventoryTransfers'),
  cursor: null,
  parts: [{ document: 'shipment', mapping: 'shopify/transfer', mode: 'replace', identity: { kind: 'origin' } }],
  blindSpots: ['drafts', 'lines beyond the hundredth of one transfer'],
}
