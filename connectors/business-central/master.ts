import type { DocumentPart, Identity, Stream } from '../../src/connector/types.ts'
import { all, allOfPage, entity, flag, number, text } from './odata.ts'

type Identifiers = Extract<Identity, { readonly kind: 'master' }>['identifiers']
const schemes = (...named: readonly (readonly [scheme: string, path: string])[]): Identifiers =>
  named.map(([scheme, path]) => ({ scheme, path }))
const master = (key: string, identifiers = schemes([key, key])): Identity => ({ kind: 'master', key, identifiers })
/** Another system is the master: linked by what both know it by, others are set aside. */
const mirror = (identifiers: Identifiers): Identity => ({ kind: 'mirror', identifiers, foreign: 'ignore' })

const bySku = schemes(['sku', 'sku'], ['gtin', 'gtins.0'])
const article = (title: string, identity: Identity, more: Partial<Pick<Stream, 'children' | 'blindSpots'>> = {}): Stream =>
  entity('items', {
    title,
    key: 'number',
    fields: { displayName: text, type: text, blocked: flag, baseUnitOfMeasureCode: text },
    parts: [{ document: 'product', mapping: 'business-central/item', mode: 'replace', identity }],
    ...(more.children === undefined ? {} : { children: more.children }),
    blindSpots: [
      'variants of an article',
      'an article that gets another number is another one; the list of keys tells that the old one is gone',
      ...(more.blindSpots ?? []),
    ],
  })

export const items = article('Articles', master('sku', bySku), { blindSpots: ['units other than the base unit: read items-with-units'] })
/** The API v2.0 has no units of an article: they are read from the page of the client that has them. */
export const itemsWithUnits = article(
  'Articles with all their units, where page 5404 is published as the web service ItemUnitsOfMeasure',
  master('sku', bySku),
  {
    children: [
      {
        name: 'units',
        ...allOfPage('ItemUnitsOfMeasure', {
          $select: 'Item_No,Code,Qty_per_Unit_of_Measure',
          $filter: "Item_No eq '{key|quoted}'",
          $orderby: 'Code',
        }),
        batch: 1,
        as: { kind: 'embed' },
      },
    ],
    blindSpots: ['a unit that is added or changed by itself moves no time of its article: a full pass shows it'],
  },
)
export const itemLinks = article(
  'Articles that another system is the master of: linked by number or GTIN, others are set aside',
  mirror(bySku),
)

const stockPart = (mapping: string, type: string): readonly DocumentPart[] => [
  {
    document: 'stock-level',
    mapping: `business-central/${mapping}`,
    mode: 'snapshot',
    when: `${type} == 'Inventory'`,
    measure: 'onHand',
    identity: { kind: 'stock' },
  },
]
/** `inventory` is a sum over all locations and moves no time of change: it is read whole. */
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
  parts: stockPart('stock-level', 'type'),
  blindSpots: ['stock by location: with several locations, quarantine among them, read stock-at-location'],
}
/** The API v2.0 has no stock by location; a published Item Card has, by its FlowFilter (webservices/use-flowfilters-in-odata-uris.md). */
export const stockAtLocation: Stream = {
  title: 'What is on hand of each article at the location of the config, where page 30 is published as the web service ItemCard',
  schema: {
    type: 'object',
    required: ['No', 'Type', 'Inventory', 'Base_Unit_of_Measure'],
    properties: { No: text, Type: text, Inventory: number, Base_Unit_of_Measure: text },
  },
  key: 'No',
  version: { kind: 'read' },
  ...allOfPage('ItemCard', {
    $select: 'No,Type,Inventory,Base_Unit_of_Measure',
    $filter: "Location_Filter eq '{config.locationCode|quoted}'",
    $orderby: 'No',
  }),
  cursor: null,
  parts: stockPart('stock-at-location', 'Type'),
  blindSpots: [],
}

/** By their ids: a vendor and a customer may have one number. */
const party = (set: string, title: string, mapping: string, identity: Identity = { kind: 'origin' }): Stream =>
  entity(set, {
    title,
    key: 'id',
    fields: { number: text, displayName: text, blocked: text },
    parts: [{ document: 'party', mapping: `business-central/${mapping}`, mode: 'replace', identity }],
    blindSpots: ['further addresses and contact persons'],
  })
export const vendors = party('vendors', 'Vendors', 'vendor')
export const customers = party('customers', 'Customers', 'customer')
export const vendorsByNumber = party('vendors', 'Vendors, whose numbers are what everybody calls them', 'vendor', master('number'))
export const customerLinks = party(
  'customers',
  'Customers that another system is the master of: linked by their numbers, others are set aside',
  'customer',
  mirror(schemes(['number', 'number'])),
)
export const companyInformation: Stream = entity('companyInformation', {
  title: 'The company itself, as the party whose books these are',
  key: 'id',
  fields: { displayName: text },
  parts: [{ document: 'party', mapping: 'business-central/company', mode: 'replace', identity: master('number') }],
  listed: false,
  blindSpots: [],
})

export const locations: Stream = entity('locations', {
  title: 'Locations',
  key: 'id',
  fields: { code: text, displayName: text },
  parts: [{ document: 'location', mapping: 'business-central/location', mode: 'replace', identity: master('code') }],
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
