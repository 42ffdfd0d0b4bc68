import type { Identity, Stream } from '../../src/connector/types.ts'
import { all, entity, flag, number, text } from './odata.ts'

const identified = (key: string, ...more: readonly (readonly [scheme: string, path: string])[]): Identity => ({
  kind: 'master',
  key,
  identifiers: [[key, key] as const, ...more].map(([scheme, path]) => ({ scheme, path })),
})

export const items: Stream = entity('items', {
  title: 'Articles',
  key: 'number',
  fields: { displayName: text, type: text, blocked: flag, baseUnitOfMeasureCode: text },
  parts: [
    {
      document: 'product',
      mapping: 'business-central/item',
      mode: 'replace',
      identity: identified('sku', ['gtin', 'gtins.0']),
    },
  ],
  blindSpots: [
    'variants of an article',
    'an article that gets another number is another one; the list of keys tells that the old one is gone',
  ],
})

/** `inventory` is a sum over all locations and moves no time of change: it is read whole. The API has no stock by location (itemLedgerEntries has no location either). */
export const stock: Stream = {
  title: 'What is on hand of each article, over all locations',
  schema: {
    type: 'object',
    required: ['number', 'type', 'inventory', 'baseUnitOfMeasureCode'],
    properties: { number: text, type: text, inventory: number, baseUnitOfMeasureCode: text },
  },
  key: 'number',
  version: { kind: 'read' },
  ...all('items', { $select: 'id,number,type,inventory,baseUnitOfMeasureCode', $orderby: 'number' }),
  cursor: null,
  parts: [
    {
      document: 'stock-level',
      mapping: 'business-central/stock-level',
      mode: 'replace',
      when: "type == 'Inventory'",
      measure: 'onHand',
      identity: { kind: 'stock' },
    },
  ],
  blindSpots: ['stock by location: with several locations, name none of them as the one of the config that sells'],
}

/** By their ids: a vendor and a customer may have one number. */
const party = (set: string, title: string, mapping: string): Stream =>
  entity(set, {
    title,
    key: 'id',
    fields: { number: text, displayName: text, blocked: text },
    parts: [
      {
        document: 'party',
        mapping: `business-central/${mapping}`,
        mode: 'replace',
        identity: { kind: 'origin' },
      },
    ],
    blindSpots: ['further addresses and contact persons'],
  })
export const vendors = party('vendors', 'Vendors', 'vendor')
export const customers = party('customers', 'Customers', 'customer')

export const locations: Stream = entity('locations', {
  title: 'Locations',
  key: 'id',
  fields: { code: text, displayName: text },
  parts: [{ document: 'location', mapping: 'business-central/location', mode: 'replace', identity: identified('code') }],
  blindSpots: [],
})

/** Lines of payment journals: what is entered and not posted yet. Posting takes a line away. */
export const vendorPayments: Stream = {
  title: 'Payments to vendors that are entered and not posted',
  schema: { type: 'object', required: ['id'], properties: { id: text, code: text } },
  key: 'id',
  version: { kind: 'none' },
  ...all('vendorPaymentJournals', { $orderby: 'id' }),
  cursor: null,
  children: [
    {
      name: 'payments',
      ...all('vendorPaymentJournals({key})/vendorPayments', { $orderby: 'id' }),
      batch: 1,
      as: {
        kind: 'records',
        key: 'id',
        version: { kind: 'time', paths: ['lastModifiedDateTime'], zone: null, granularityMs: 1 },
        parts: [{ document: 'payment', mapping: 'business-central/vendor-payment', mode: 'replace', identity: { kind: 'origin' } }],
      },
    },
  ],
  parts: [],
  blindSpots: ['payments that are posted: the API shows none', 'a line that is posted or deleted stays pending here'],
}
