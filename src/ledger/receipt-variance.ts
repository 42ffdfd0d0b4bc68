import { divide, fromScaled, isDecimal, multiply, quantityScale, toScaled } from '../model/decimal.ts'
import { isObject, type Json } from '../model/json.ts'
import type { OrderLineTable } from '../store/tables.ts'
import type { Note } from './findings.ts'
import type { CaseLine } from './order-case.ts'
import { atLeastZero } from './sales-lines.ts'
import type { LedgerDocument } from './types.ts'

/** What came of a line against what was ordered, in base units x 10^6. `due`: ordered less what is off. */
export interface ReceiptVariance {
  readonly accepted: bigint
  readonly due: bigint
  readonly over: bigint
  readonly short: bigint
}

/**
 * over: accepted above what was ordered, so that goods sent again for rejected ones are none too many. short: what is due and did not come, told once the order or the line is closed; goods that came and were
 * rejected are not short, they are `rejected`.
 */
export function receiptVariance(order: LedgerDocument, line: CaseLine, row: OrderLineTable): ReceiptVariance {
  const accepted = BigInt(row.received) - BigInt(row.rejected)
  const due = atLeastZero(BigInt(row.quantity) - BigInt(row.cancelled))
  const isClosed = order.status === 'closed' || line.line.status === 'closed'
  return {
    accepted,
    due,
    over: atLeastZero(accepted - BigInt(row.quantity)),
    short: isClosed ? atLeastZero(due - BigInt(row.received)) : 0n,
  }
}

/** Lines of which more came, or less once they are closed, than the order's tolerance allows: a finding each, with the arithmetic. */
export function receiptFindings(order: LedgerDocument, lines: readonly CaseLine[], rows: readonly OrderLineTable[]): Note[] {
  const tolerance = isObject(order.body.receiptTolerance) ? order.body.receiptTolerance : {}
  return rows.flatMap((row, index) => {
    const line = lines[index]
    if (line === undefined || order.deleted) return []
    const { accepted, due, over, short } = receiptVariance(order, line, row)
    const found = (code: 'over-received' | 'short-received', expected: bigint, difference: bigint, percent: Json | undefined): Note[] => {
      const allowed = share(expected, percent)
      if (difference <= allowed) return []
      const detail = {
        order: order.key,
        line: line.key,
        ordered: text(BigInt(row.quantity)),
        due: text(due),
        accepted: text(accepted),
        rejected: text(BigInt(row.rejected)),
        difference: text(difference),
        tolerance: text(allowed),
      }
      return [{ type: order.type, key: order.key, code, path: line.at, detail }]
    }
    return [...found('over-received', BigInt(row.quantity), over, tolerance.over), ...found('short-received', due, short, tolerance.short)]
  })
}

/** A percentage of a quantity, cut to what a quantity holds. */
function share(quantity: bigint, percent: Json | undefined): bigint {
  if (typeof percent !== 'string' || !isDecimal(percent)) return 0n
  return toScaled(divide(multiply(text(quantity), percent), '100', quantityScale, 'down'), quantityScale)
}

const text = (value: bigint): string => fromScaled(value, quantityScale)
