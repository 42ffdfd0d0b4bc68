import { amountScale, fromScaled, quantityScale } from '../model/decimal.ts'
import type { JsonObject } from '../model/json.ts'
import type { OrderLineTable, OrderStateTable } from '../store/tables.ts'
import { type Cause, journal } from './books.ts'
import type { OrderFigures } from './order-figures.ts'
import { rowName } from './rows.ts'
import { documentName } from './shelf.ts'
import type { Books } from './types.ts'

/** A detail names at most so many lines; `moreLines` counts the others. */
const mostLines = 100
/** What became of the goods of a line, told when it moves. */
const lineFigures = ['shipped', 'received', 'rejected', 'restocked'] as const

/**
 * Tells the journal what moved in the derived state of orders: one line `order-state-changed` {before, after} for the money (payment, paid, refunded) and one for the
 * goods (fulfilment, and the lines whose figures moved), none where nothing did. An order that is new is compared with one of which nothing was paid or sent.
 */
export function journalMoves(
  books: Books,
  before: { readonly states: readonly OrderStateTable[]; readonly lines: readonly OrderLineTable[] },
  figures: readonly OrderFigures[],
): void {
  const states = new Map(before.states.map((row) => [documentName(row), row]))
  const lines = new Map(before.lines.map((row) => [rowName(row.type, row.key, row.line), row]))
  for (const { state, lines: now } of figures) {
    const name = documentName(state)
    const { baseline, envelope }: Cause = books.data.orders.get(name) ?? { baseline: false, envelope: null }
    const old = states.get(name)
    for (const move of [moneyMove(old, state), goodsMove(old, state, lines, now)])
      if (move !== undefined) journal(books, 'order-state-changed', state, { ...move, ...(baseline ? { baseline } : {}) }, envelope)
  }
}

interface Move {
  readonly before: JsonObject
  readonly after: JsonObject
}

function moneyMove(old: OrderStateTable | undefined, now: OrderStateTable): Move | undefined {
  const figuresOf = (row: OrderStateTable | undefined) => ({
    payment: row?.payment ?? 'none',
    paid: BigInt(row?.paid ?? 0),
    refunded: BigInt(row?.refunded ?? 0),
  })
  const told = ({ payment, paid, refunded }: ReturnType<typeof figuresOf>) => ({
    payment,
    paid: fromScaled(paid, amountScale),
    refunded: fromScaled(refunded, amountScale),
  })
  const [before, after] = [figuresOf(old), figuresOf(now)]
  const moved = before.payment !== after.payment || before.paid !== after.paid || before.refunded !== after.refunded
  return moved ? { before: told(before), after: told(after) } : undefined
}

function goodsMove(
  old: OrderStateTable | undefined,
  now: OrderStateTable,
  stored: ReadonlyMap<string, OrderLineTable>,
  lines: readonly OrderLineTable[],
): Move | undefined {
  const moves = lines.flatMap((row) => lineMove(stored.get(rowName(row.type, row.key, row.line)), row) ?? [])
  const fulfilment = old?.fulfilment ?? 'none'
  if (moves.length === 0 && fulfilment === now.fulfilment) return undefined
  const told = moves.slice(0, mostLines)
  const moreLines = moves.length > told.length ? { moreLines: moves.length - told.length } : {}
  return {
    before: { fulfilment, ...(told.length > 0 ? { lines: told.map(({ before }) => before) } : {}) },
    after: { fulfilment: now.fulfilment, ...(told.length > 0 ? { lines: told.map(({ after }) => after), ...moreLines } : {}) },
  }
}

function lineMove(old: OrderLineTable | undefined, now: OrderLineTable): Move | undefined {
  const moved = lineFigures.filter((column) => BigInt(old?.[column] ?? 0) !== BigInt(now[column]))
  if (moved.length === 0) return undefined
  const figuresOf = (row: OrderLineTable | undefined): JsonObject => ({
    line: now.line,
    ...Object.fromEntries(moved.map((column) => [column, fromScaled(BigInt(row?.[column] ?? 0), quantityScale)])),
  })
  return { before: figuresOf(old), after: figuresOf(now) }
}
