import { multiply, round, sum } from '../../model/decimal.ts'
import type { Database } from './database.ts'
import type { Cell, Model, Row } from './fields.ts'
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

const amountOf = (db: Database, line: Row): Cell => {
  if (line.unit_price === null || line.quantity === null) return null
  const invoice = idOf(line, 'invoice')
  const currency = invoice === undefined ? undefined : idOf(db.need('account.invoice', invoice), 'currency')
  const digits = currency === undefined ? 2 : numberOf(db.need('currency.currency', currency), 'digits')
  return round(multiply(fixedText(numberOf(line, 'quantity')), textOf(line, 'unit_price')), digits, 'half-even')
}

const total = (db: Database, invoice: Row): Cell => {
  const amounts = db.where('account.invoice.line', 'invoice', invoice.id).map((id) => amountOf(db, db.need('account.invoice.line', id)))
  const shown = amounts.filter((amount): amount is string => typeof amount === 'string')
  return shown.length === 0 ? '0' : sum(shown)
}

const due = (db: Database, invoice: Row): Cell => (invoice.state === 'posted' ? total(db, invoice) : '0')

const invoice: Model = {
  name: 'account.invoice',
  label: 'Invoice',
  order: [
    ['number', 'DESC NULLS FIRST'],
    ['id', 'DESC'],
  ],
  ofCompany: true,
  recName: (_, row) => [row.number, row.reference ? `[${row.reference}]` : null].filter(Boolean).join(' ') || `(${row.id})`,
  fields: {
    number: char({ indexed: true }),
    reference: char({ indexed: true }),
    description: char(),
    comment: text(),
    type: selection(['out', 'in'], { required: true, initial: always('out') }),
    state: selection(['draft', 'validated', 'posted', 'paid', 'cancelled'], { indexed: true, initial: always('draft') }),
    company: one('company.company', { required: true, initial: always(1) }),
    party: one('party.party', { required: true }),
    invoice_address: one('party.address', { required: true }),
    currency: one('currency.currency', { required: true, initial: (db) => db.need('company.company', 1).currency ?? null }),
    invoice_date: date(),
    accounting_date: date(),
    payment_term: one('account.invoice.payment_term'),
    payment_term_date: date(),
    lines: many('account.invoice.line', 'invoice'),
    sale: one('sale.sale', { indexed: true }),
    purchase: one('purchase.purchase', { indexed: true }),
    sales: found('sale.sale', (_, row) => [idOf(row, 'sale')].filter((id) => id !== undefined)),
    purchases: found('purchase.purchase', (_, row) => [idOf(row, 'purchase')].filter((id) => id !== undefined)),
    untaxed_amount: numeric(undefined, { get: total }),
    tax_amount: numeric(undefined, { get: always('0') }),
    total_amount: numeric(undefined, { get: total }),
    amount_to_pay: numeric(undefined, { get: due, searchable: false }),
  },
}

const line: Model = {
  name: 'account.invoice.line',
  label: 'Invoice Line',
  order: [
    ['sequence', 'ASC'],
    ['id', 'ASC'],
  ],
  ofCompany: true,
  fields: {
    invoice: one('account.invoice', { indexed: true }),
    company: one('company.company', { required: true, initial: always(1) }),
    sequence: integer(),
    type: selection(['line', 'subtotal', 'title', 'comment'], { required: true, initial: always('line') }),
    product: one('product.product'),
    quantity: float(),
    unit: one('product.uom'),
    unit_price: numeric(4),
    description: text(),
    note: text(),
    amount: numeric(undefined, { get: amountOf, searchable: false }),
    origin: reference({ indexed: true }),
    stock_moves: found('stock.move', (db, row) => (row.origin ? db.where('stock.move', 'origin', row.origin) : [])),
  },
}

/** Invoices in both directions. Posting needs no fiscal year here: there is always one. */
export const invoiceModels: readonly Model[] = [invoice, line]
