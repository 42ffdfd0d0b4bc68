import type { Part, Stream } from '../../src/connector/types.ts'
import { changes, record, rpc } from './rpc.ts'

const list = { type: 'array' }
const relation = { type: ['object', 'null'] }
const noDeletes = 'deleted rows leave no trace'
const inactive = 'inactive rows are not shown'

/** Small code lists, read whole. */
const codeList = (title: string, model: string, code: string, link: string, codes?: string): Stream => ({
  title,
  schema: record([code], { [code]: { type: 'string' } }),
  key: 'id',
  version: { kind: 'none' },
  call: rpc(`model.${model}.search_read`, [[], '{page.offset}', '{page.size}', [['id', 'ASC']], [code]]),
  records: 'result',
  page: { kind: 'offset', size: 500 },
  cursor: null,
  parts: [{ link, code, ...(codes ? { codes } : {}) }],
  blindSpots: [],
})

export const currencies = codeList('Currencies', 'currency.currency', 'code', 'currency')
export const units = codeList('Units of measure', 'product.uom', 'symbol', 'unit', 'unit')

export const locations: Stream = {
  ...changes({
    title: 'Warehouses and storage locations',
    model: 'stock.location',
    domain: [
      ['code', '!=', null],
      ['type', 'in', ['storage', 'warehouse']],
    ],
    fields: ['code', 'name', 'type'],
    schema: record(['code', 'name', 'type'], { code: { type: 'string' }, name: { type: 'string' }, type: { type: 'string' } }),
    blindSpots: [noDeletes, inactive],
  }),
  parts: [
    {
      document: 'location',
      mapping: 'tryton/location',
      mode: 'replace',
      identity: { kind: 'master', key: 'code', identifiers: [{ scheme: 'code', path: 'code' }] },
    },
  ],
}

const partyIdentifiers = [{ scheme: 'number', path: 'number' }]
const partyFields = [
  'code',
  'name',
  'active',
  'addresses.street',
  'addresses.city',
  'addresses.postal_code',
  'addresses.country.code',
  'identifiers.type',
  'identifiers.code',
]
const partySource = {
  model: 'party.party',
  fields: partyFields,
  schema: record(['code', 'name'], { code: { type: 'string' }, name: { type: ['string', 'null'] }, addresses: list, identifiers: list }),
  alsoDates: ['addresses.write_date'],
  blindSpots: [noDeletes, inactive],
}

/** A sale needs an address of its party before it can be quoted. */
const address: Part = { link: 'party-address', code: 'code', key: '{record.addresses.0.id}' }

export const parties: Stream = {
  ...changes({ ...partySource, title: 'Parties, of which this ERP is the master' }),
  parts: [
    {
      document: 'party',
      mapping: 'tryton/party',
      mode: 'replace',
      identity: { kind: 'master', key: 'number', identifiers: partyIdentifiers },
    },
  ],
}

export const partyLinks: Stream = {
  ...changes({
    ...partySource,
    title: "Parties that another system is the master of: linked by their number, the partner's other parties are set aside",
  }),
  parts: [
    {
      document: 'party',
      mapping: 'tryton/party',
      mode: 'replace',
      identity: { kind: 'mirror', identifiers: partyIdentifiers, foreign: 'ignore' },
    },
    address,
  ],
}

const productIdentifiers = [
  { scheme: 'sku', path: 'sku' },
  { scheme: 'gtin', path: 'gtins.0' },
]
const productSource = {
  model: 'product.product',
  fields: [
    'code',
    'template.name',
    'template.type',
    'template.write_date',
    'default_uom.symbol',
    'purchase_uom.symbol',
    'purchase_uom.factor',
    'list_price',
    'active',
    'identifiers.type',
    'identifiers.code',
  ],
  schema: record(['code', 'template', 'default_uom'], {
    code: { type: ['string', 'null'] },
    template: { type: 'object' },
    default_uom: relation,
    purchase_uom: relation,
    list_price: { type: ['string', 'null'] },
  }),
  alsoDates: ['template.write_date'],
  blindSpots: [noDeletes, inactive],
}

export const products: Stream = {
  ...changes({ ...productSource, title: 'Articles, of which this ERP is the master' }),
  parts: [
    {
      document: 'product',
      mapping: 'tryton/product',
      mode: 'replace',
      when: 'has(code)',
      identity: { kind: 'master', key: 'sku', identifiers: productIdentifiers },
    },
  ],
}

export const productLinks: Stream = {
  ...changes({
    ...productSource,
    title: "Articles that another system is the master of: linked by SKU or GTIN, the partner's other articles are set aside",
  }),
  parts: [
    {
      document: 'product',
      mapping: 'tryton/product',
      mode: 'replace',
      when: 'has(code)',
      identity: { kind: 'mirror', identifiers: productIdentifiers, foreign: 'ignore' },
    },
  ],
}

export const prices: Stream = {
  ...changes({ ...productSource, title: 'List prices' }),
  parts: [
    {
      document: 'price-list',
      mapping: 'tryton/price',
      mode: 'replace',
      when: 'has(code) && has(list_price) && has(@.config.currency)',
      identity: { kind: 'master', key: 'key', identifiers: [] },
    },
  ],
}

/** What lies at one location now. Tryton keeps no time of change for it: every read is a complete snapshot. */
export const stock: Stream = {
  title: 'Quantity on hand at the stock location',
  schema: record(['quantity'], {
    quantity: { anyOf: [{ type: 'number' }, { type: 'string' }] },
    code: { type: ['string', 'null'] },
    default_uom: relation,
  }),
  key: 'id',
  version: { kind: 'read' },
  call: rpc(
    'model.product.product.search_read',
    [[['type', '=', 'goods']], '{page.offset}', '{page.size}', [['id', 'ASC']], ['code', 'quantity', 'default_uom.symbol']],
    {
      locations: ['{config.stockLocation}'],
    },
  ),
  records: 'result',
  page: { kind: 'offset', size: 500 },
  cursor: null,
  parts: [
    {
      document: 'stock-level',
      mapping: 'tryton/stock-level',
      mode: 'snapshot',
      when: 'has(code)',
      identity: { kind: 'stock' },
      measure: 'onHand',
    },
  ],
  blindSpots: [],
}
