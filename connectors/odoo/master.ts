import type { Stream } from '../../src/connector/types.ts'
import { after, changes, one, record, rpc, specification } from './rpc.ts'

const text = { type: 'string' }
const maybe = { type: ['string', 'null'] }
const relation = { type: ['object', 'null'] }
const list = { type: 'array' }

/** Small code lists, read whole. */
const codeList = (title: string, model: string, link: string, codes?: string): Stream => ({
  title,
  schema: { type: 'object', required: ['id', 'name'], properties: { id: { type: 'integer' }, name: text } },
  key: 'id',
  version: { kind: 'none' },
  call: rpc(model, 'search_read', { domain: [after], fields: ['name'], order: 'id asc', limit: '{page.size}' }),
  records: '',
  page: { kind: 'keyset', size: 500, key: 'id' },
  cursor: null,
  parts: [{ link, code: 'name', ...(codes ? { codes } : {}) }],
  blindSpots: [],
})

export const currencies = codeList('Currencies', 'res.currency', 'currency')
export const units = codeList('Units of measure', 'uom.uom', 'unit', 'unit')

export const warehouses: Stream = {
  ...changes({
    title: 'Warehouses',
    model: 'stock.warehouse',
    fields: ['code', 'name', 'active'],
    schema: record(['code', 'name'], { code: text, name: text }),
    archived: true,
  }),
  parts: one('location', 'location', {
    identity: { kind: 'master', key: 'code', identifiers: [{ scheme: 'code', path: 'code' }] },
  }),
}

const partyIdentifiers = [{ scheme: 'number', path: 'number' }]
const partner = {
  model: 'res.partner',
  domain: [['parent_id', '=', false]],
  fields: [
    'ref',
    'name',
    'active',
    'is_company',
    'vat',
    'email',
    'phone',
    'street',
    'street2',
    'city',
    'zip',
    'state_id.code',
    'country_id.code',
    'supplier_rank',
    'customer_rank',
  ],
  schema: record(['name'], { ref: maybe, name: maybe, supplier_rank: { type: 'integer' }, customer_rank: { type: 'integer' } }),
  archived: true,
} as const

export const partners: Stream = {
  ...changes({ ...partner, title: 'Partners, of which this Odoo is the master; one without a reference is known by its id' }),
  parts: one('party', 'party', { identity: { kind: 'master', key: 'number', identifiers: partyIdentifiers } }),
}
export const partnerLinks: Stream = {
  ...changes({ ...partner, title: 'Partners that another system is the master of: linked by their reference, others are set aside' }),
  parts: one('party', 'party', { when: 'has(ref)', identity: { kind: 'mirror', identifiers: partyIdentifiers, foreign: 'ignore' } }),
}

const productIdentifiers = [
  { scheme: 'sku', path: 'sku' },
  { scheme: 'gtin', path: 'gtins.0' },
]
const product = {
  model: 'product.product',
  fields: ['default_code', 'barcode', 'name', 'active', 'type', 'uom_id.name', 'lst_price', 'currency_id.name'],
  schema: record(['name', 'type'], { default_code: maybe, barcode: maybe, name: text, type: text, uom_id: relation }),
  archived: true,
  blindSpots: [
    "what is written to a template alone (its name, its price) moves the template's write_date, not the variant's: a full pass shows it",
  ],
} as const

/** Other units that a product is bought and sold in: `uom_ids` and the absolute `factor` came with Odoo 19 (product_template.py, uom_uom.py). */
const packs = ['uom_id.factor', 'uom_ids.name', 'uom_ids.factor']
export const products: Stream = {
  ...changes({
    ...product,
    fields: [...product.fields, ...packs],
    title: 'Products, of which this Odoo is the master',
    blindSpots: [...product.blindSpots, 'packagings of Odoo 17 and 18, which are a model of their own'],
  }),
  parts: one('product', 'product', {
    when: 'has(default_code)',
    identity: { kind: 'master', key: 'sku', identifiers: productIdentifiers },
  }),
}
export const productLinks: Stream = {
  ...changes({ ...product, title: 'Products that another system is the master of: linked by SKU or GTIN, others are set aside' }),
  parts: one('product', 'product', {
    when: 'has(default_code)',
    identity: { kind: 'mirror', identifiers: productIdentifiers, foreign: 'ignore' },
  }),
}
export const prices: Stream = {
  ...changes({ ...product, title: 'Sales prices' }),
  parts: one('price-list', 'price', {
    when: 'has(default_code) && has(currency_id)',
    identity: { kind: 'master', key: 'key', identifiers: [] },
  }),
}

/** Quants come and go with every move, so they are read under their product: a complete snapshot in the order of ids, in which none can slip over a page border. */
export const stock: Stream = {
  title: 'Quantity on hand in one warehouse: its quants, product by product',
  schema: {
    type: 'object',
    required: ['id', 'stock_quant_ids'],
    properties: { id: { type: 'integer' }, default_code: maybe, uom_id: relation, stock_quant_ids: list },
  },
  key: 'id',
  version: { kind: 'read' },
  call: rpc('product.product', 'web_search_read', {
    domain: [['stock_quant_ids', '!=', false], after],
    specification: specification([
      'default_code',
      'uom_id.name',
      'stock_quant_ids.quantity',
      'stock_quant_ids.reserved_quantity',
      'stock_quant_ids.owner_id',
      'stock_quant_ids.location_id.usage',
      'stock_quant_ids.location_id.warehouse_id',
    ]),
    order: 'id asc',
    limit: '{page.size}',
    count_limit: 1,
  }),
  records: 'records',
  page: { kind: 'keyset', size: 200, key: 'id' },
  cursor: null,
  parts: one('stock-level', 'stock-level', {
    mode: 'snapshot',
    when: 'has(default_code)',
    identity: { kind: 'stock' },
    measure: 'onHand',
  }),
  blindSpots: ['goods that belong to somebody else (owner) are not counted'],
}
