import type { Database } from './database.ts'
import type { Row, Values } from './fields.ts'
import { idOf, numberOf, textOf } from './fields.ts'
import { invoiceOrder } from './invoices.ts'
import { settled } from './number-text.ts'
import type { OrderKind } from './order-relations.ts'
import { linesOf, movesOf } from './order-relations.ts'
import { userError } from './refusal.ts'
import { sendGoods, takeBack } from './shipping.ts'

const isGoods = (db: Database, line: Row): boolean => {
  const product = idOf(line, 'product')
  if (line.type !== 'line' || product === undefined) return false
  const template = idOf(db.need('product.product', product), 'template')
  return template !== undefined && db.need('product.template', template).type !== 'service'
}

const place = (db: Database, code: string): number => db.where('stock.location', 'code', code)[0] ?? 0

const nameOf = (db: Database, order: OrderKind, row: Row): string =>
  db.table(`${order}.${order}`).model.recName?.(db, row) ?? String(row.id)

/** Draft to quotation: gives the number. @throws Refusal when an address is missing. */
export const quote = (db: Database, order: OrderKind, row: Row): void => {
  const name = `${order} "${nameOf(db, order, row)}"`
  if (row.invoice_address === null) throw userError(`To get a quote for ${name} you must enter an invoice address.`)
  const shipsGoods = order === 'sale' && linesOf(db, order, row.id).some((line) => isGoods(db, line))
  if (shipsGoods && row.shipment_address === null) throw userError(`To get a quote for ${name} you must enter a shipment address.`)
  db.update(`${order}.${order}`, row.id, { state: 'quotation', number: row.number ?? db.next(order) })
}

/** What of a line no move covers yet; a line whose move was cancelled and settled counts as covered. */
const uncovered = (db: Database, order: OrderKind, line: Row): number => {
  const moves = db.where('stock.move', 'origin', `${order}.line,${line.id}`).map((id) => db.need('stock.move', id))
  if (order === 'sale') return moves.length > 0 ? 0 : numberOf(line, 'quantity')
  const covered = moves.reduce((sum, move) => sum + numberOf(move, 'quantity'), 0)
  return settled(numberOf(line, 'quantity') - covered)
}

const expectGoods = (db: Database, purchase: Row, lines: readonly Row[]): void => {
  for (const line of lines) {
    const quantity = uncovered(db, 'purchase', line)
    if (quantity <= 0) continue
    db.insert('stock.move', {
      ...moveOf(db, 'purchase', purchase, line, quantity),
      from_location: place(db, 'SUP'),
      to_location: place(db, 'IN'),
      shipment: null,
      planned_date: purchase.delivery_date ?? null,
    })
  }
}

/** The move that a line asks for, places and shipment still to be said. */
const moveOf = (db: Database, kind: OrderKind, order: Row, line: Row, quantity: number): Values => ({
  product: line.product ?? null,
  quantity,
  uom: line.unit ?? null,
  origin: `${kind}.line,${line.id}`,
  planned_date: db.today(),
  effective_date: null,
  state: 'draft',
  company: order.company ?? null,
  unit_price: line.unit_price ?? null,
  cost_price: null,
  currency: order.currency ?? null,
  ignored: false,
})

const shipmentState = (db: Database, order: OrderKind, row: Row): string => {
  const moves = movesOf(db, order, row.id).map((id) => db.need('stock.move', id))
  if (moves.length === 0) return 'none'
  if (moves.some((move) => move.state === 'cancelled' && move.ignored !== true)) return 'exception'
  if (moves.every((move) => move.state === 'done' || move.state === 'cancelled')) return order === 'sale' ? 'sent' : 'received'
  return 'waiting'
}

const invoiceState = (db: Database, order: OrderKind, row: Row): string => {
  const states = db.where('account.invoice', order, row.id).map((id) => textOf(db.need('account.invoice', id), 'state'))
  if (states.length === 0) return 'none'
  if (states.includes('cancelled')) return 'exception'
  return states.every((state) => state === 'paid') ? 'paid' : 'waiting'
}

/** Makes what an order in work still lacks and brings its three states up to date. The order is only written when one of them changes. */
export const process = (db: Database, order: OrderKind, id: number): void => {
  const model = `${order}.${order}`
  const row = db.need(model, id)
  if (row.state !== 'processing' && row.state !== 'confirmed' && row.state !== 'done') return
  const lines = linesOf(db, order, id).filter((line) => isGoods(db, line))
  if (order === 'sale') {
    const open = lines.map((line) => ({ line, quantity: uncovered(db, order, line) }))
    const asked = (sign: number) =>
      open.filter(({ quantity }) => quantity * sign > 0).map(({ line, quantity }) => moveOf(db, order, row, line, quantity * sign))
    sendGoods(db, row, asked(1))
    takeBack(db, row, asked(-1))
  } else expectGoods(db, row, lines)
  invoiceOrder(db, order, row)
  const shipment_state = shipmentState(db, order, row)
  const invoice_state = invoiceState(db, order, row)
  const settledUp = ['none', 'sent', 'received'].includes(shipment_state) && ['none', 'paid'].includes(invoice_state)
  const state = settledUp ? 'done' : 'processing'
  if (row.state === state && row.shipment_state === shipment_state && row.invoice_state === invoice_state) return
  db.update(model, id, { state, shipment_state, invoice_state })
}

/** Quotation to processing at once: a server without queue workers does not stop at `confirmed`. */
export const confirm = (db: Database, order: OrderKind, row: Row): void => {
  const dated = `${order}_date`
  db.update(`${order}.${order}`, row.id, { state: 'confirmed', [dated]: row[dated] ?? db.today() })
  process(db, order, row.id)
}
