import { businessDayOrUtc } from '../model/business-day.ts'
import type { OrderLineTable } from '../store/tables.ts'
import { atLeastZero } from './sales-lines.ts'
import { listOf, textOf } from './shelf.ts'
import type { LedgerDocument } from './types.ts'

/** A line that should have come by a day that is over; `missing` in base units x 10^6. */
export interface LateLine {
  readonly line: string
  readonly number: string
  readonly requestedDate: string
  readonly missing: bigint
}

/** Lines of an issued purchase whose requested day is over, in the order's zone (UTC without one), and of which something is missing that is not called off. What the seller promised instead makes nothing less late. */
export function lateLines(order: LedgerDocument, rows: readonly OrderLineTable[], now: number): readonly LateLine[] {
  if (order.deleted || order.status !== 'issued') return []
  const figures = new Map(rows.map((row) => [row.line, row]))
  const today = businessDayOrUtc(now, textOf(order.body.zone))
  return listOf(order.body.lines).flatMap((line) => {
    const row = figures.get(textOf(line.key) ?? '')
    const requestedDate = textOf(line.requestedDate) ?? textOf(order.body.requestedDate)
    if (row === undefined || requestedDate === undefined || requestedDate >= today || line.status === 'closed') return []
    const missing = atLeastZero(BigInt(row.quantity) - BigInt(row.cancelled) - BigInt(row.received))
    return missing === 0n ? [] : [{ line: row.line, number: row.number === '' ? row.line : row.number, requestedDate, missing }]
  })
}
