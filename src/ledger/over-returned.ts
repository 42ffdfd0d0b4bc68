import { amountScale, fromScaled, quantityScale } from '../model/decimal.ts'
import type { OrderStateTable } from '../store/tables.ts'
import type { Note } from './findings.ts'
import type { CaseLine, RelatedLine } from './order-case.ts'
import { atLeastZero, sum } from './sales-lines.ts'
import { textOf } from './shelf.ts'
import type { LedgerDocument } from './types.ts'

/** An after-sale document that asks for goods back, or had them, and was not refused. */
const asks = ({ type, status, body }: LedgerDocument): boolean =>
  type === 'return' && (body.kind === 'return' || body.kind === 'exchange') && status !== 'rejected'

/** Units of a line that after-sale documents ask back, in its base unit x 10^6. */
export const askedBack = (line: CaseLine, rows: readonly RelatedLine[]): bigint =>
  sum(rows.filter(({ document }) => asks(document)).map(({ row }) => line.count(row.quantity, row.unit) ?? 0n))

/** What was sold of a line: its quantity without what was cancelled. */
export const soldOf = (line: CaseLine): bigint => atLeastZero(line.quantity - (line.count(line.line.cancelled, undefined) ?? 0n))

/** More is to come back than was sold. One finding per order line, on the after-sale document that was asked for last. */
export function overReturned(order: LedgerDocument, lines: readonly CaseLine[], of: (line: CaseLine) => readonly RelatedLine[]): Note[] {
  return lines.flatMap((line) => {
    const rows = of(line).filter(({ document }) => asks(document))
    const last = rows.sort((a, b) => (nameOf(a) < nameOf(b) ? -1 : 1)).at(-1)
    if (last === undefined) return []
    const [returned, sold] = [askedBack(line, rows), soldOf(line)]
    if (returned <= sold) return []
    const text = (value: bigint) => fromScaled(value, quantityScale)
    const detail = { order: order.key, line: line.key, sold: text(sold), returned: text(returned), difference: text(returned - sold) }
    return [{ type: last.document.type, key: last.document.key, code: 'over-returned', path: last.at, detail }]
  })
}

const nameOf = ({ document }: RelatedLine): string => `${textOf(document.body.requestedAt) ?? ''}\0${document.key}`

/** More was given back than the order came to. */
export function overRefunded({ type, key, currency, grand_total, refunded }: OrderStateTable): Note[] {
  const [total, back] = [BigInt(grand_total), BigInt(refunded)]
  if (type !== 'sales-order' || back <= total) return []
  const text = (value: bigint) => fromScaled(value, amountScale, 2)
  const detail = { order: key, currency, total: text(total), refunded: text(back), difference: text(back - total) }
  return [{ type, key, code: 'over-refunded', path: '/totals/grandTotal', detail }]
}
