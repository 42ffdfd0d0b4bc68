import type { Database } from './database.ts'
import type { Field, Model, Row } from './fields.ts'
import { always, boolean, char, date, float, idOf, integer, many, numeric, one, reference, selection, textOf, today } from './fields.ts'
import { lineOfMove, originText, shipmentMoves } from './order-relations.ts'
import { inDefaultUnit, type StockBook } from './stock-book.ts'
import { quantityIn } from './stock-question.ts'

const byNewest = [['id', 'DESC']] as const

const locationTypes = ['supplier', 'customer', 'lost_found', 'warehouse', 'storage', 'production', 'drop', 'view'] as const

const warehouseOf = (db: Database, row: Row): number | null => {
  let at: Row | undefined = row
  for (let depth = 0; at !== undefined && depth < 32; depth += 1) {
    if (at.type === 'warehouse') return at.id
    const parent: number | undefined = idOf(at, 'parent')
    at = parent === undefined ? undefined : db.row('stock.location', parent)
  }
  return null
}

const location = (stock: StockBook): Model => ({
  name: 'stock.location',
  label: 'Stock Location',
  order: [['name', 'ASC']],
  fields: {
    name: char({ required: true }),
    code: char({ indexed: true }),
    type: selection(locationTypes, { label: 'Location type', indexed: true, initial: always('storage') }),
    parent: one('stock.location', { indexed: true }),
    childs: many('stock.location', 'parent'),
    warehouse: one('stock.location', { get: warehouseOf, searchable: false }),
    input_location: one('stock.location'),
    output_location: one('stock.location'),
    storage_location: one('stock.location'),
    lost_found_location: one('stock.location'),
    address: one('party.address'),
    quantity: float({
      get: (db, row, context) =>
        typeof context.product === 'number' ? quantityIn(db, stock, context.product, { ...context, locations: [row.id] }, false) : null,
    }),
    forecast_quantity: float({
      get: (db, row, context) =>
        typeof context.product === 'number' ? quantityIn(db, stock, context.product, { ...context, locations: [row.id] }, true) : null,
    }),
    active: boolean({ initial: always(true) }),
  },
})

const move: Model = {
  name: 'stock.move',
  label: 'Stock Move',
  order: byNewest,
  ofCompany: true,
  recName: (_, row) => `${textOf(row, 'quantity')} ${textOf(row, 'product')}`,
  fields: {
    product: one('product.product', { required: true, indexed: true }),
    quantity: float({ required: true }),
    uom: one('product.uom', { required: true }),
    internal_quantity: float({ get: inDefaultUnit }),
    from_location: one('stock.location', { required: true }),
    to_location: one('stock.location', { required: true }),
    shipment: reference({ indexed: true }),
    origin: reference({ indexed: true }),
    planned_date: date(),
    effective_date: date(),
    state: selection(['staging', 'draft', 'assigned', 'done', 'cancelled'], { indexed: true, initial: always('draft') }),
    company: one('company.company', { required: true, initial: always(1) }),
    unit_price: numeric(4),
    cost_price: numeric(4),
    currency: one('currency.currency'),
    ignored: boolean({ initial: always(false) }),
    sale: one('sale.sale', { get: (db, row) => lineOfMove(db, 'sale', row)?.sale ?? null }),
    purchase: one('purchase.purchase', { get: (db, row) => lineOfMove(db, 'purchase', row)?.purchase ?? null }),
  },
}

const part = (model: string, name: 'from_location' | 'to_location', place: string, is: boolean): Field =>
  many('stock.move', 'shipment', (db, _, row) => (row[name] === db.where('stock.location', 'code', place)[0]) === is, {
    searchable: false,
    label: `${model} Moves`,
  })

const shipmentFields = (model: string, order: 'sale' | 'purchase', states: readonly string[]): Readonly<Record<string, Field>> => ({
  number: char({ indexed: true, initial: (db) => db.next(model) }),
  reference: char({ indexed: true }),
  state: selection(states, { indexed: true, initial: always('draft') }),
  company: one('company.company', { required: true, initial: always(1) }),
  warehouse: one('stock.location', { required: true, initial: (db) => db.where('stock.location', 'code', 'WH')[0] ?? null }),
  planned_date: date(),
  effective_date: date(),
  moves: many('stock.move', 'shipment'),
  origins: char({
    get: (db, row) => originText(db, order, shipmentMoves(db, model, row.id)),
    searchable: false,
  }),
})

const shipmentOut: Model = {
  name: 'stock.shipment.out',
  label: 'Customer Shipment',
  order: [['id', 'ASC']],
  ofCompany: true,
  recName: (_, row) => textOf(row, 'number'),
  fields: {
    ...shipmentFields('stock.shipment.out', 'sale', ['draft', 'done', 'cancelled', 'assigned', 'picked', 'packed', 'waiting']),
    customer: one('party.party', { required: true }),
    delivery_address: one('party.address', { required: true }),
    outgoing_moves: part('Outgoing', 'from_location', 'OUT', true),
    inventory_moves: part('Inventory', 'to_location', 'OUT', true),
    partially_assigned: boolean({ get: (db, row) => partial(db, row), logical: true }),
  },
}

const partial = (db: Database, row: Row): boolean =>
  row.state === 'waiting' &&
  db.where('stock.move', 'shipment', `stock.shipment.out,${row.id}`).some((id) => db.need('stock.move', id).state === 'assigned')

const shipmentReturn: Model = {
  name: 'stock.shipment.out.return',
  label: 'Customer Return Shipment',
  order: byNewest,
  ofCompany: true,
  recName: (_, row) => textOf(row, 'number'),
  fields: {
    ...shipmentFields('stock.shipment.out.return', 'sale', ['draft', 'done', 'cancelled', 'received']),
    customer: one('party.party', { required: true }),
    delivery_address: one('party.address', { required: true }),
    incoming_moves: part('Incoming', 'to_location', 'IN', true),
    inventory_moves: part('Inventory', 'from_location', 'IN', true),
  },
}

const shipmentIn: Model = {
  name: 'stock.shipment.in',
  label: 'Supplier Shipment',
  order: byNewest,
  ofCompany: true,
  recName: (_, row) => textOf(row, 'number'),
  fields: {
    ...shipmentFields('stock.shipment.in', 'purchase', ['draft', 'done', 'cancelled', 'received']),
    planned_date: date({ initial: today }),
    supplier: one('party.party', { required: true }),
    contact_address: one('party.address'),
    incoming_moves: part('Incoming', 'to_location', 'IN', true),
    inventory_moves: part('Inventory', 'from_location', 'IN', true),
  },
}

const inventory: Model = {
  name: 'stock.inventory',
  label: 'Stock Inventory',
  order: byNewest,
  ofCompany: true,
  recName: (_, row) => textOf(row, 'number'),
  fields: {
    number: char({ indexed: true, initial: (db) => db.next('stock.inventory') }),
    location: one('stock.location', { required: true }),
    date: date({ required: true, initial: today }),
    empty_quantity: selection(['keep', 'empty']),
    company: one('company.company', { required: true, initial: always(1) }),
    state: selection(['draft', 'done', 'cancelled'], { initial: always('draft') }),
    lines: many('stock.inventory.line', 'inventory'),
  },
}

const inventoryLine: Model = {
  name: 'stock.inventory.line',
  label: 'Stock Inventory Line',
  order: [['id', 'ASC']],
  fields: {
    inventory: one('stock.inventory', { required: true, indexed: true }),
    product: one('product.product', { required: true }),
    quantity: float(),
    expected_quantity: float({ required: true, initial: always(0) }),
    uom: one('product.uom', {
      get: (db, row) => {
        const product = db.row('product.product', Number(row.product))
        return product ? (db.need('product.template', Number(product.template)).default_uom ?? null) : null
      },
      searchable: false,
    }),
    moves: many('stock.move', 'origin'),
    sequence: integer(),
  },
}

/** Places, moves, shipments and counts. */
export const stockModels = (stock: StockBook): readonly Model[] => [
  location(stock),
  move,
  shipmentIn,
  shipmentOut,
  shipmentReturn,
  inventory,
  inventoryLine,
]
