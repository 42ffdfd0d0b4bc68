import type { Database } from './database.ts'
import type { Row } from './fields.ts'
import { numberOf } from './fields.ts'
import { settled } from './number-text.ts'
import type { OrderKind } from './order-relations.ts'
import { ordersOfMoves, parted, shipmentMoves } from './order-relations.ts'
import { process } from './orders.ts'
import { doMoves, putAway } from './shipping.ts'
import { inDefaultUnit, type StockBook } from './stock-book.ts'

const at = (db: Database, row: Row, field: 'from_location' | 'to_location', code: string): boolean =>
  row[field] === db.where('stock.location', 'code', code)[0]

/** Brings the orders behind some moves up to date. */
const tellOrders = (db: Database, order: OrderKind, moves: readonly Row[]): void => {
  for (const { id } of ordersOfMoves(db, order, moves)) process(db, order, id)
}

const setState = (db: Database, moves: readonly Row[], state: string): void => {
  for (const move of moves) db.update('stock.move', move.id, { state })
}

const out = 'stock.shipment.out'

const outMoves = (db: Database, id: number): { readonly feeding: readonly Row[]; readonly leaving: readonly Row[] } => {
  const moves = shipmentMoves(db, out, id).filter(({ state }) => state !== 'cancelled')
  return {
    feeding: moves.filter((move) => at(db, move, 'to_location', 'OUT')),
    leaving: moves.filter((move) => at(db, move, 'from_location', 'OUT')),
  }
}

/** Assigns as much of one move as lies free; splits it when that is not all. True when all of it is assigned. */
const assignMove = (db: Database, stock: StockBook, move: Row): boolean => {
  if (move.state === 'assigned') return true
  const product = numberOf(move, 'product')
  const from = numberOf(move, 'from_location')
  const wanted = inDefaultUnit(db, move)
  const free = Math.max(0, settled(stock.onHand(product, from) - stock.assignedOut(product, from)))
  if (free >= wanted) {
    db.update('stock.move', move.id, { state: 'assigned' })
    return true
  }
  const part = settled((numberOf(move, 'quantity') * free) / wanted)
  if (part > 0 && Number.isInteger(part)) {
    db.update('stock.move', move.id, { quantity: settled(numberOf(move, 'quantity') - part) })
    const { id: _, ...values } = move
    db.insert('stock.move', { ...values, quantity: part, state: 'assigned' })
  }
  return false
}

/** Reserves the goods of a waiting delivery. False: not enough in storage, the delivery keeps waiting with what could be reserved. */
export const assign = (db: Database, stock: StockBook, shipment: Row): boolean => {
  const all = outMoves(db, shipment.id).feeding.map((move) => assignMove(db, stock, move))
  const done = all.every(Boolean)
  if (done) db.update(out, shipment.id, { state: 'assigned' })
  return done
}

/** Reserves the goods of a waiting delivery whatever lies in storage. */
export const assignForced = (db: Database, shipment: Row): void => {
  setState(db, outMoves(db, shipment.id).feeding, 'assigned')
  db.update(out, shipment.id, { state: 'assigned' })
}

/** The goods go from storage to the output zone. */
export const pick = (db: Database, shipment: Row): void => {
  doMoves(db, outMoves(db, shipment.id).feeding)
  db.update(out, shipment.id, { state: 'picked' })
}

export const pack = (db: Database, shipment: Row): void => {
  setState(db, outMoves(db, shipment.id).leaving, 'assigned')
  db.update(out, shipment.id, { state: 'packed' })
}

/** The goods leave the house. */
export const sendOff = (db: Database, shipment: Row): void => {
  const { leaving } = outMoves(db, shipment.id)
  doMoves(db, leaving)
  db.update(out, shipment.id, { state: 'done', effective_date: shipment.effective_date ?? db.today() })
  tellOrders(db, 'sale', leaving)
}

/** Back from assigned to waiting. */
export const unassign = (db: Database, shipment: Row): void => {
  setState(db, outMoves(db, shipment.id).feeding, 'draft')
  db.update(out, shipment.id, { state: 'waiting' })
}

/** Cancels a shipment of any kind with its moves; picked goods lie in storage again. */
export const cancelShipment = (db: Database, model: string, shipment: Row): void => {
  const moves = shipmentMoves(db, model, shipment.id)
  setState(
    db,
    moves.filter(({ state }) => state !== 'cancelled'),
    'cancelled',
  )
  db.update(model, shipment.id, { state: 'cancelled' })
  tellOrders(db, model === 'stock.shipment.in' ? 'purchase' : 'sale', moves)
}

type Incoming = 'stock.shipment.in' | 'stock.shipment.out.return'

const orderOf = (model: Incoming): OrderKind => (model === 'stock.shipment.in' ? 'purchase' : 'sale')

/** Goods stand in the input zone: moves to storage are proposed and the orders learn what is still to come. */
export const receive = (db: Database, model: Incoming, shipment: Row): void => {
  const incoming = shipmentMoves(db, model, shipment.id).filter((move) => at(db, move, 'to_location', 'IN') && move.state !== 'cancelled')
  doMoves(db, incoming)
  putAway(db, `${model},${shipment.id}`, incoming)
  db.update(model, shipment.id, { state: 'received' })
  tellOrders(db, orderOf(model), incoming)
}

/** Received goods are put where their inventory moves say. */
export const store = (db: Database, model: Incoming, shipment: Row): void => {
  doMoves(
    db,
    shipmentMoves(db, model, shipment.id).filter((move) => at(db, move, 'from_location', 'IN')),
  )
  db.update(model, shipment.id, { state: 'done', effective_date: shipment.effective_date ?? db.today() })
}

/** The incoming move that an inventory move puts away. */
export const sourceOf = (db: Database, move: Row): Row | undefined => {
  const origin = parted(move.origin)
  return origin?.model === 'stock.move' ? db.row('stock.move', origin.id) : undefined
}
