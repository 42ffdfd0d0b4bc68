import type { Database } from './database.ts'
import type { Cell, Context, Field, Model, Row } from './fields.ts'
import { always, boolean, char, float, idOf, integer, many, numeric, one, selection, text, textOf } from './fields.ts'
import type { StockBook } from './stock-book.ts'
import { quantityIn } from './stock-question.ts'

const active = boolean({ initial: always(true) })

const template = (db: Database, row: Row): Row | undefined => {
  const id = idOf(row, 'template')
  return id === undefined ? undefined : db.row('product.template', id)
}

const ofTemplate =
  (field: string) =>
  (db: Database, row: Row): Cell =>
    template(db, row)?.[field] ?? null

const codeOf = (db: Database, row: Row): Cell => {
  const owner = template(db, row)
  const code = `${owner ? textOf(owner, 'code') : ''}${textOf(row, 'suffix_code')}`
  return code === '' ? null : code
}

const uom: Model = {
  name: 'product.uom',
  label: 'Unit of Measure',
  order: [['name', 'ASC']],
  fields: {
    name: char({ required: true }),
    symbol: char({ required: true, indexed: true }),
    category: one('product.uom.category', { required: true, indexed: true }),
    factor: float({ required: true, initial: always(1) }),
    rate: float({ required: true, initial: always(1) }),
    rounding: float({ label: 'Rounding Precision', required: true, initial: always(0.01) }),
    digits: integer({ label: 'Display Digits', required: true, initial: always(2) }),
    active,
  },
}

const uomCategory: Model = {
  name: 'product.uom.category',
  label: 'Unit of Measure Category',
  order: [['name', 'ASC']],
  fields: { name: char({ required: true }), uoms: many('product.uom', 'category') },
}

const category: Model = {
  name: 'product.category',
  label: 'Category',
  order: [['name', 'ASC']],
  fields: { name: char({ required: true }), accounting: boolean({ initial: always(false) }), parent: one('product.category') },
}

const templates: Model = {
  name: 'product.template',
  label: 'Product Template',
  order: [['name', 'ASC']],
  recName: (_, row) => `${row.code ? `[${row.code}] ` : ''}${textOf(row, 'name')}`,
  fields: {
    name: char({ required: true }),
    code: char({ indexed: true }),
    type: selection(['goods', 'assets', 'service'], { required: true, initial: always('goods') }),
    default_uom: one('product.uom', { label: 'Default UOM', required: true }),
    sale_uom: one('product.uom', { label: 'Sale UOM' }),
    purchase_uom: one('product.uom', { label: 'Purchase UOM' }),
    salable: boolean({ initial: always(false) }),
    purchasable: boolean({ initial: always(false) }),
    consumable: boolean({ initial: always(false) }),
    list_price: numeric(4, { required: true, searchable: false }),
    cost_price_method: selection(['fixed', 'average'], { required: true, initial: always('fixed'), searchable: false }),
    account_category: one('product.category'),
    products: many('product.product', 'template'),
    active,
  },
}

const inherited = {
  type: selection(['goods', 'assets', 'service'], { get: ofTemplate('type') }),
  default_uom: one('product.uom', { get: ofTemplate('default_uom') }),
  sale_uom: one('product.uom', { get: ofTemplate('sale_uom') }),
  purchase_uom: one('product.uom', { get: ofTemplate('purchase_uom') }),
  salable: boolean({ get: ofTemplate('salable') }),
  purchasable: boolean({ get: ofTemplate('purchasable') }),
  consumable: boolean({ get: ofTemplate('consumable') }),
  list_price: numeric(4, { get: ofTemplate('list_price'), searchable: false }),
  account_category: one('product.category', { get: ofTemplate('account_category') }),
  name: char({ get: ofTemplate('name') }),
} satisfies Readonly<Record<string, Field>>

const products = (stock: StockBook): Model => {
  const measured =
    (forecast: boolean) =>
    (db: Database, row: Row, context: Context): Cell =>
      quantityIn(db, stock, row.id, context, forecast)
  return {
    name: 'product.product',
    label: 'Product Variant',
    order: [['id', 'ASC']],
    recName: (db, row) => {
      const code = codeOf(db, row)
      return `${code === null ? '' : `[${code}] `}${String(ofTemplate('name')(db, row) ?? '')}`
    },
    fields: {
      ...inherited,
      template: one('product.template', { label: 'Product Template', required: true, indexed: true }),
      code: char({ get: codeOf }),
      suffix_code: char({ indexed: true }),
      cost_price: numeric(4, { required: true, initial: always('0'), searchable: false }),
      description: text(),
      identifiers: many('product.identifier', 'product'),
      product_suppliers: many('purchase.product_supplier', 'product'),
      quantity: float({ get: measured(false) }),
      forecast_quantity: float({ get: measured(true) }),
      active,
    },
  }
}

const productIdentifier: Model = {
  name: 'product.identifier',
  label: 'Product Identifier',
  order: [['id', 'ASC']],
  recName: (_, row) => textOf(row, 'code'),
  fields: {
    product: one('product.product', { required: true, indexed: true }),
    type: char(),
    code: char({ required: true, indexed: true }),
    sequence: integer(),
  },
}

const productSupplier: Model = {
  name: 'purchase.product_supplier',
  label: 'Product Supplier',
  order: [['id', 'ASC']],
  fields: {
    product: one('product.product', { indexed: true }),
    template: one('product.template', { indexed: true }),
    party: one('party.party', { label: 'Supplier', required: true }),
    name: char(),
    code: char({ indexed: true }),
    active,
  },
}

/** Articles and units; a product's quantities are counted by the stock book. */
export const productModels = (stock: StockBook): readonly Model[] => [
  uom,
  uomCategory,
  category,
  templates,
  products(stock),
  productIdentifier,
  productSupplier,
]
