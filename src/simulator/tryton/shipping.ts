import type { Database } from './database.ts'
import type { Row, Values } from './fields.ts'
import { idOf } from './fields.ts'

const place = (db: Database, code: string): number => db.where('stock.location', 'code', code)[0] ?? 0

const follow = (db: Database, move: Row, shipment: string, from: string, to: string): void => {
  db.insert('stock.move', {
    ...copied(move),
    origin: `stock.move,${move.id}`,
    shipment,
    from_location: place(db, from),
    to_location: place(db, to),
    planned_date: db.today(),
    effective_date: null,
    state: 'draft',
    unit_price: null,
    ignored: false,
  })
}

const copied = (move: Row): Values => ({
  product: move.product ?? null,
  quantity: move.quantity ?? null,
  uom: move.uom ?? null,
  company: move.company ?? null,
  currency: move.currency ?? null,
  cost_price: null,
})

const header = (db: Database, sale: Row, model: string): Values => ({
  number: db.next(model),
  reference: null,
  company: sale.company ?? null,
  warehouse: sale.warehouse ?? null,
  customer: idOf(sale, 'shipment_party') ?? sale.party ?? null,
  delivery_address: sale.shipment_address ?? null,
  planned_date: null,
  effective_date: null,
})

/** One waiting delivery for the moves of a sale, from the output zone to the customer, each fed by a move from storage. */
export const sendGoods = (db: Database, sale: Row, moves: readonly Values[]): void => {
  if (moves.length === 0) return
  const shipment = db.insert('stock.shipment.out', {
    ...header(db, sale, 'stock.shipment.out'),
    planned_date: db.today(),
    state: 'waiting',
  })
  const mark = `stock.shipment.out,${shipment.id}`
  const outgoing = moves.map((move) =>
    db.insert('stock.move', { ...move, shipment: mark, from_location: place(db, 'OUT'), to_location: place(db, 'CUS') }),
  )
  for (const move of outgoing) follow(db, move, mark, 'STO', 'OUT')
  db.update('stock.shipment.out', shipment.id, {})
}

/** One draft return for the negative lines of a sale. */
export const takeBack = (db: Database, sale: Row, moves: readonly Values[]): void => {
  if (moves.length === 0) return
  const shipment = db.insert('stock.shipment.out.return', { ...header(db, sale, 'stock.shipment.out.return'), state: 'draft' })
  for (const move of moves) {
    db.insert('stock.move', {
      ...move,
      shipment: `stock.shipment.out.return,${shipment.id}`,
      from_location: place(db, 'CUS'),
      to_location: place(db, 'IN'),
    })
  }
}

/** Moves from the input zone to storage for what just came in, made from the last to the first as the system does. */
export const putAway = (db: Database, shipment: string, incoming: readonly Row[]): void => {
  for (const move of incoming.toReversed()) follow(db, move, shipment, 'IN', 'STO')
}

/** Done moves count from today. */
export const doMoves = (db: Database, moves: readonly Row[]): void => {
  for (const move of moves) {
    if (move.state !== 'done' && move.state !== 'cancelled') db.update('stock.move', move.id, { state: 'done', effective_date: db.today() })
  }
}
