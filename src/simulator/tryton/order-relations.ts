import type { Database } from './database.ts'
import type { Row } from './fields.ts'
import { idOf, textOf } from './fields.ts'

export type OrderKind = 'sale' | 'purchase'

/** `stock.shipment.out,7` taken apart; undefined for no reference. */
export const parted = (reference: unknown): { readonly model: string; readonly id: number } | undefined => {
  if (typeof reference !== 'string') return undefined
  const comma = reference.indexOf(',')
  return comma < 0 ? undefined : { model: reference.slice(0, comma), id: Number(reference.slice(comma + 1)) }
}

export const linesOf = (db: Database, order: OrderKind, id: number): readonly Row[] =>
  db
    .where(`${order}.line`, order, id)
    .map((line) => db.need(`${order}.line`, line))
    .sort((a, b) => Number(a.sequence ?? -1) - Number(b.sequence ?? -1) || a.id - b.id)

/** Moves that come from the lines of an order. */
export const movesOf = (db: Database, order: OrderKind, id: number): readonly number[] =>
  db.where(`${order}.line`, order, id).flatMap((line) => [...db.where('stock.move', 'origin', `${order}.line,${line}`)])

/** Ids of the shipments of one model that carry a move of the order. */
export const shipmentsOf = (db: Database, order: OrderKind, model: string, id: number): readonly number[] => {
  const shipments = movesOf(db, order, id).map((move) => parted(db.need('stock.move', move).shipment))
  return [...new Set(shipments.flatMap((shipment) => (shipment?.model === model ? [shipment.id] : [])))]
}

/** The order line that a move comes from, directly or through the move before it. */
export const lineOfMove = (db: Database, order: OrderKind, move: Row): Row | undefined => {
  const origin = parted(move.origin)
  return origin?.model === `${order}.line` ? db.row(origin.model, origin.id) : undefined
}

/** The orders of some lines, each once. */
export const ownersOfLines = (db: Database, order: OrderKind, lines: readonly Row[]): readonly Row[] => {
  const ids = new Set(lines.flatMap((line) => idOf(line, order) ?? []))
  return [...ids].flatMap((id) => db.row(`${order}.${order}`, id) ?? [])
}

/** The orders whose lines the moves come from, each once. */
export const ordersOfMoves = (db: Database, order: OrderKind, moves: readonly Row[]): readonly Row[] =>
  ownersOfLines(
    db,
    order,
    moves.flatMap((move) => lineOfMove(db, order, move) ?? []),
  )

/** `1 [US-1001]`, the text that shipments and invoices show as their origin. */
export const originText = (db: Database, order: OrderKind, moves: readonly Row[]): string =>
  ordersOfMoves(db, order, moves)
    .map((row) => [textOf(row, 'number'), row.reference ? `[${row.reference}]` : ''].filter(Boolean).join(' '))
    .join(', ')

/** The moves of a shipment, oldest first. */
export const shipmentMoves = (db: Database, model: string, id: number): readonly Row[] =>
  db
    .where('stock.move', 'shipment', `${model},${id}`)
    .map((move) => db.need('stock.move', move))
    .sort((a, b) => a.id - b.id)
