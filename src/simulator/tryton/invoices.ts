import type { Database } from './database.ts'
import type { Row } from './fields.ts'
import { numberOf } from './fields.ts'
import { settled } from './number-text.ts'
import type { OrderKind } from './order-relations.ts'
import { linesOf } from './order-relations.ts'

const invoiced = (db: Database, origin: string): number =>
  db
    .where('account.invoice.line', 'origin', origin)
    .map((id) => numberOf(db.need('account.invoice.line', id), 'quantity'))
    .reduce((sum, quantity) => sum + quantity, 0)

/** What of a line shall be invoiced by now: all of it, or with the method `shipment` what was received. */
const billable = (db: Database, order: OrderKind, row: Row, line: Row): number => {
  const origin = `${order}.line,${line.id}`
  const lines = db.where('account.invoice.line', 'origin', origin)
  if (row.invoice_method !== 'shipment') return lines.length > 0 ? 0 : numberOf(line, 'quantity')
  const received = db
    .where('stock.move', 'origin', origin)
    .map((id) => db.need('stock.move', id))
    .filter(({ state }) => state === 'done')
    .reduce((sum, move) => sum + numberOf(move, 'quantity'), 0)
  return settled(received - invoiced(db, origin))
}

/** A draft invoice over what an order may charge and no invoice holds yet; none when there is nothing. */
export const invoiceOrder = (db: Database, order: OrderKind, row: Row): void => {
  if (row.invoice_method === 'manual') return
  const due = linesOf(db, order, row.id)
    .filter(({ type }) => type === 'line')
    .map((line) => ({ line, quantity: billable(db, order, row, line) }))
    .filter(({ quantity }) => quantity !== 0)
  if (due.length === 0) return
  const invoice = db.insert('account.invoice', {
    number: null,
    reference: null,
    description: null,
    comment: null,
    type: order === 'sale' ? 'out' : 'in',
    state: 'draft',
    company: row.company ?? null,
    party: row.invoice_party ?? row.party ?? null,
    invoice_address: row.invoice_address ?? null,
    currency: row.currency ?? null,
    invoice_date: null,
    accounting_date: null,
    payment_term: row.payment_term ?? null,
    payment_term_date: null,
    sale: order === 'sale' ? row.id : null,
    purchase: order === 'purchase' ? row.id : null,
  })
  for (const { line, quantity } of due) {
    db.insert('account.invoice.line', {
      invoice: invoice.id,
      company: row.company ?? null,
      sequence: null,
      type: 'line',
      product: line.product ?? null,
      quantity,
      unit: line.unit ?? null,
      unit_price: line.unit_price ?? null,
      description: line.description ?? null,
      note: null,
      origin: `${order}.line,${line.id}`,
    })
  }
}
