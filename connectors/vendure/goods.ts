import type { Stream } from '../../src/connector/types.ts'
import {
  ask,
  customerQuery,
  customersQuery,
  listAt,
  locationsQuery,
  pageOf,
  stockQuery,
  variantKeysQuery,
  variantQuery,
  variantStockQuery,
  variantsQuery,
} from './graphql.ts'

const text = { type: 'string' }
const maybe = { type: ['string', 'null'] }
const list = { type: 'array' }
const inOrder = { ...pageOf, sort: { id: 'ASC' } }
const changed = { ...pageOf, sort: { updatedAt: 'ASC' }, filter: { updatedAt: { after: '{since}' } } }
/** Whole seconds on SQLite, parts of them on other databases. */
const since = {
  version: { kind: 'time', paths: ['updatedAt'], zone: null, granularityMs: 1000 },
  cursor: { paths: ['updatedAt'], format: 'iso', zone: null, order: 'asc', lookbackMs: 120_000 },
} as const

export const variants: Stream = {
  title: 'Product variants',
  schema: {
    type: 'object',
    required: ['id', 'sku', 'name', 'updatedAt'],
    properties: { id: text, sku: text, name: text, updatedAt: text, enabled: { type: 'boolean' } },
  },
  key: 'id',
  ...since,
  call: ask(variantsQuery, { options: changed }),
  ...listAt('data.productVariants', 100),
  byKey: { ...ask(variantQuery, { id: '{key}' }), records: 'data.productVariant' },
  ids: { call: ask(variantKeysQuery, { options: inOrder }), ...listAt('data.productVariants', 1000), key: 'id' },
  parts: [
    {
      document: 'product',
      mapping: 'vendure/product',
      mode: 'replace',
      when: 'has(sku)',
      identity: { kind: 'mirror', identifiers: [{ scheme: 'sku', path: 'sku' }], foreign: 'park' },
    },
  ],
  blindSpots: ['variants deleted (the plugin and the list of keys tell)', 'variants without SKU are set aside'],
}

/** Figures move without their variant: all are read on every run, and those the plugin names at once. What may be sold is what is on hand less what open orders have allocated. */
export const stock: Stream = {
  title: 'Stock that may be sold, of every variant at every location',
  schema: { type: 'object', required: ['id', 'stockLevels'], properties: { id: text, sku: maybe, stockLevels: list } },
  key: 'id',
  version: { kind: 'read' },
  call: ask(stockQuery, { options: inOrder }),
  ...listAt('data.productVariants', 100),
  cursor: null,
  byKey: { ...ask(variantStockQuery, { id: '{key}' }), records: 'data.productVariant' },
  children: [
    {
      name: 'levels',
      call: null,
      records: 'stockLevels',
      page: { kind: 'single' },
      batch: 1,
      as: {
        kind: 'records',
        key: 'id',
        version: { kind: 'read' },
        within: 'variant',
        parts: [
          { document: 'stock-level', mapping: 'vendure/stock-level', mode: 'replace', measure: 'available', identity: { kind: 'stock' } },
        ],
      },
    },
  ],
  parts: [],
  blindSpots: ['what the out-of-stock threshold lets be sold beyond that'],
}

export const locations: Stream = {
  title: 'Stock locations',
  schema: {
    type: 'object',
    required: ['id', 'name', 'updatedAt'],
    properties: { id: text, name: text, updatedAt: text },
  },
  key: 'id',
  version: since.version,
  call: ask(locationsQuery, { options: inOrder }),
  ...listAt('data.stockLocations', 100),
  cursor: null,
  parts: [
    {
      document: 'location',
      mapping: 'vendure/location',
      mode: 'merge',
      identity: { kind: 'mirror', identifiers: [{ scheme: 'code', path: 'code' }], foreign: 'park' },
    },
  ],
  blindSpots: [],
}

export const customers: Stream = {
  title: 'Customers',
  schema: {
    type: 'object',
    required: ['id', 'emailAddress', 'updatedAt'],
    properties: { id: text, emailAddress: text, updatedAt: text, addresses: { type: ['array', 'null'] } },
  },
  key: 'id',
  ...since,
  call: ask(customersQuery, { options: changed }),
  ...listAt('data.customers', 100),
  byKey: { ...ask(customerQuery, { id: '{key}' }), records: 'data.customer' },
  parts: [{ document: 'party', mapping: 'vendure/customer', mode: 'replace', identity: { kind: 'origin' } }],
  blindSpots: ['addresses changed by themselves', 'customers deleted'],
}
