import { multiply, round, sum } from '../../model/decimal.ts'
import type { Database } from './database.ts'
import type { Cell, Field, Model, Row } from './fields.ts'
import {
  always,
  char,
  date,
  float,
  found,
  idOf,
  integer,
  many,
  numberOf,
  numeric,
  one,
  reference,
  selection,
  text,
  textOf,
} from './fields.ts'
import { fixedText } from './number-text.ts'
import { movesOf, ownersOfLines, shipmentsOf } from './order-relations.ts'

const states = ['draft', 'quotation', 'confirmed', 'processing', 'done', 'cancelled'] as const
const methods = ['manual', 'order', 'shipment'] as const

const digitsOf = (db: Database, currency: Cell | undefined): number => {
  const row = typeof currency === 'number' ? db.row('currency.currency', currency) : undefined
  return row ? numberOf(row, 'digits') : 2
}

/** Quantity times price, rounded as the currency says; null for a line that carries no money. */
const lineAmount =
  (order: string) =>
  (db: Database, line: Row): Cell => {
    if (line.unit_price === null || line.quantity === null) return null
    const owner = idOf(line, order)
    const digits = digitsOf(db, owner === undefined ? undefined : db.row(`${order}.${order}`, owner)?.currency)
    return round(multiply(fixedText(numberOf(line, 'quantity')), textOf(line, 'unit_price')), digits, 'half-even')
  }

const untaxed =
  (order: 'sale' | 'purchase') =>
  (db: Database, row: Row): Cell => {
    const amounts = db.where(`${order}.line`, order, row.id).map((id) => lineAmount(order)(db, db.need(`${order}.line`, id)))
    const shown = amounts.filter((amount): amount is string => typeof amount === 'string')
    return shown.length === 0 ? '0' : sum(shown)
  }

const orderName = (_: Database, row: Row): string => {
  const parts = [row.number, row.reference ? `[${row.reference}]` : null].filter(Boolean)
  return parts.length === 0 ? `(${row.id})` : parts.join(' ')
}

const orderFields = (order: 'sale' | 'purchase', shipped: string): Readonly<Record<string, Field>> => ({
  number: char({ indexed: true }),
  reference: char({ indexed: true }),
  description: char(),
  comment: text(),
  company: one('company.company', { required: true, initial: always(1) }),
  party: one('party.party', { required: true, indexed: true }),
  invoice_party: one('party.party'),
  invoice_address: one('party.address'),
  currency: one('currency.currency', {
    required: true,
    initial: (db) => db.need('company.company', 1).currency ?? null,
  }),
  payment_term: one('account.invoice.payment_term'),
  warehouse: one('stock.location', { initial: (db) => db.where('stock.location', 'code', 'WH')[0] ?? null }),
  state: selection(states, { required: true, indexed: true, initial: always('draft') }),
  shipment_state: selection(['none', 'waiting', shipped, 'exception'], { required: true, initial: always('none') }),
  invoice_state: selection(['none', 'waiting', 'paid', 'exception'], { required: true, initial: always('none') }),
  invoice_method: selection(methods, { required: true, initial: always('order') }),
  origin: reference({ indexed: true }),
  lines: many(`${order}.line`, order),
  moves: found('stock.move', (db, row) => movesOf(db, order, row.id)),
  invoices: found('account.invoice', (db, row) => db.where('account.invoice', order, row.id)),
  untaxed_amount: numeric(undefined, { get: untaxed(order), searchable: false }),
  tax_amount: numeric(undefined, { get: always('0'), searchable: false }),
  total_amount: numeric(undefined, { get: untaxed(order), searchable: false }),
})

const lineName =
  (order: string) =>
  (db: Database, line: Row): string => {
    const owner = idOf(line, order)
    const unit = idOf(line, 'unit')
    const product = idOf(line, 'product')
    const name = owner === undefined ? '' : orderName(db, db.need(`${order}.${order}`, owner))
    if (product === undefined) return name
    const what = db.table('product.product').model.recName?.(db, db.need('product.product', product))
    const symbol = unit === undefined ? '' : textOf(db.need('product.uom', unit), 'symbol')
    return `${numberOf(line, 'quantity')}${symbol} ${what} @ ${name}`
  }

const lineFields = (order: 'sale' | 'purchase'): Readonly<Record<string, Field>> => ({
  [order]: one(`${order}.${order}`, { required: true, indexed: true }),
  sequence: integer(),
  type: selection(['line', 'subtotal', 'title', 'comment'], { required: true, initial: always('line') }),
  product: one('product.product'),
  quantity: float(),
  unit: one('product.uom'),
  unit_price: numeric(4),
  description: text(),
  note: text(),
  summary: char({ get: (_, line) => textOf(line, 'description').split('\n')[0] ?? '', searchable: false }),
  amount: numeric(undefined, { get: lineAmount(order), searchable: false }),
  moves: found('stock.move', (db, line) => db.where('stock.move', 'origin', `${order}.line,${line.id}`)),
  invoice_lines: found('account.invoice.line', (db, line) => db.where('account.invoice.line', 'origin', `${order}.line,${line.id}`)),
})

const orderOf = (order: 'sale' | 'purchase', label: string, shipped: string, extra: Readonly<Record<string, Field>>): Model => ({
  name: `${order}.${order}`,
  label,
  order: [
    [`${order}_date`, 'DESC NULLS FIRST'],
    ['id', 'DESC'],
  ],
  ofCompany: true,
  recName: orderName,
  fields: { ...orderFields(order, shipped), [`${order}_date`]: date(), ...extra },
})

const lineOf = (order: 'sale' | 'purchase', label: string, extra: Readonly<Record<string, Field>>): Model => ({
  name: `${order}.line`,
  label,
  order: [
    ['sequence', 'ASC'],
    ['id', 'ASC'],
  ],
  ofCompany: true,
  recName: lineName(order),
  fields: { ...lineFields(order), ...extra },
})

/** Sales and purchases with their lines. Taxes are not kept: prices of the shops already say what was charged. */
export const orderModels: readonly Model[] = [
  orderOf('sale', 'Sale', 'sent', {
    shipment_party: one('party.party'),
    shipment_address: one('party.address'),
    shipping_date: date(),
    shipment_method: selection(['manual', 'order', 'invoice'], { required: true, initial: always('order') }),
    shipments: found('stock.shipment.out', (db, row) => shipmentsOf(db, 'sale', 'stock.shipment.out', row.id)),
    shipment_returns: found('stock.shipment.out.return', (db, row) => shipmentsOf(db, 'sale', 'stock.shipment.out.return', row.id)),
  }),
  lineOf('sale', 'Sale Line', {}),
  orderOf('purchase', 'Purchase', 'received', {
    delivery_date: date(),
    shipments: found('stock.shipment.in', (db, row) => shipmentsOf(db, 'purchase', 'stock.shipment.in', row.id)),
  }),
  lineOf('purchase', 'Purchase Line', {
    delivery_date: date({ get: (db, line) => ownersOfLines(db, 'purchase', [line])[0]?.delivery_date ?? null, searchable: false }),
  }),
]
