import type { Database } from './database.ts'
import type { Row } from './fields.ts'
import { confirmCount } from './inventory.ts'
import type { OrderKind } from './order-relations.ts'
import { ordersOfMoves } from './order-relations.ts'
import { confirm, process, quote } from './orders.ts'
import { assign, assignForced, cancelShipment, pack, pick, receive, sendOff, store, unassign } from './shipments.ts'
import type { StockBook } from './stock-book.ts'

/**
 * A button of a model. Records in another state than `from` are passed over without a word: the answer is the same `null`, and only reading the
 * state back tells. `run` may return a value for the answer, as assign_try does.
 */
export type Button = { readonly from: readonly string[]; readonly run: (db: Database, row: Row) => boolean | undefined }

const quiet =
  (run: (db: Database, row: Row) => void) =>
  (db: Database, row: Row): undefined => {
    run(db, row)
  }

const to = (model: string, state: string) => quiet((db, row) => db.update(model, row.id, { state }))

const orderButtons = (order: OrderKind): Readonly<Record<string, Button>> => ({
  draft: { from: ['quotation', 'cancelled'], run: to(`${order}.${order}`, 'draft') },
  quote: { from: ['draft'], run: quiet((db, row) => quote(db, order, row)) },
  confirm: { from: ['quotation'], run: quiet((db, row) => confirm(db, order, row)) },
  process: { from: ['confirmed', 'processing', 'done'], run: quiet((db, row) => process(db, order, row.id)) },
  cancel: { from: ['draft', 'quotation'], run: to(`${order}.${order}`, 'cancelled') },
})

const incomingButtons = (model: 'stock.shipment.in' | 'stock.shipment.out.return'): Readonly<Record<string, Button>> => ({
  draft: { from: ['cancelled'], run: to(model, 'draft') },
  receive: { from: ['draft'], run: quiet((db, row) => receive(db, model, row)) },
  done: { from: ['received'], run: quiet((db, row) => store(db, model, row)) },
  cancel: { from: ['draft', 'received'], run: quiet((db, row) => cancelShipment(db, model, row)) },
})

const outgoingButtons = (stock: StockBook): Readonly<Record<string, Button>> => ({
  wait: { from: ['assigned', 'draft'], run: quiet(unassign) },
  assign_try: { from: ['waiting'], run: (db, row) => assign(db, stock, row) },
  assign_force: { from: ['waiting'], run: quiet(assignForced) },
  pick: { from: ['assigned'], run: quiet(pick) },
  pack: { from: ['picked'], run: quiet(pack) },
  done: { from: ['packed'], run: quiet(sendOff) },
  cancel: {
    from: ['draft', 'waiting', 'assigned', 'picked', 'packed'],
    run: quiet((db, row) => cancelShipment(db, 'stock.shipment.out', row)),
  },
})

const tellOrder = (db: Database, invoice: Row): void => {
  for (const order of ['sale', 'purchase'] as const) {
    const id = invoice[order]
    if (typeof id === 'number') process(db, order, id)
  }
}

/** Posts an invoice: it gets its number, and today as its date when it has none. */
export const post = (db: Database, invoice: Row): void => {
  db.update('account.invoice', invoice.id, {
    state: 'posted',
    number: invoice.number ?? db.next('invoice'),
    invoice_date: invoice.invoice_date ?? db.today(),
  })
}

const invoiceButtons: Readonly<Record<string, Button>> = {
  draft: { from: ['cancelled', 'validated'], run: to('account.invoice', 'draft') },
  validate_invoice: { from: ['draft'], run: to('account.invoice', 'validated') },
  post: { from: ['draft', 'validated'], run: quiet(post) },
  cancel: {
    from: ['draft', 'validated'],
    run: quiet((db, row) => {
      db.update('account.invoice', row.id, { state: 'cancelled' })
      tellOrder(db, row)
    }),
  },
}

/** Every button that the simulator knows, by model and name. */
export const buttonsOf = (stock: StockBook): Readonly<Record<string, Readonly<Record<string, Button>>>> => ({
  'sale.sale': orderButtons('sale'),
  'purchase.purchase': orderButtons('purchase'),
  'stock.shipment.in': incomingButtons('stock.shipment.in'),
  'stock.shipment.out.return': incomingButtons('stock.shipment.out.return'),
  'stock.shipment.out': outgoingButtons(stock),
  'stock.inventory': {
    confirm: { from: ['draft'], run: quiet((db, row) => confirmCount(db, stock, row)) },
    cancel: { from: ['draft'], run: to('stock.inventory', 'cancelled') },
  },
  'account.invoice': invoiceButtons,
})

/** Settles the cancelled moves of a sale as "not to be sent again", as the person at the form would. */
export const ignoreCancelled = (db: Database, sale: number): void => {
  const moves = db
    .where('sale.line', 'sale', sale)
    .flatMap((line) => [...db.where('stock.move', 'origin', `sale.line,${line}`)])
    .map((id) => db.need('stock.move', id))
    .filter(({ state, ignored }) => state === 'cancelled' && ignored !== true)
  for (const { id } of moves) db.update('stock.move', id, { ignored: true })
  for (const { id } of ordersOfMoves(db, 'sale', moves)) process(db, 'sale', id)
}
