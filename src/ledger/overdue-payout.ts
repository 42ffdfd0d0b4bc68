import type { SettlementTable } from '../store/tables.ts'
import type { FindingCode } from './finding-codes.ts'
import type { Note } from './findings.ts'
import { amountText } from './payout-lines.ts'

export const overdueCodes: ReadonlySet<FindingCode> = new Set(['payout-overdue'])

const dayMs = 86_400_000

/** An order that its platform should have paid by now, with what is missing of what. */
export function overduePayout({ key, currency, captured_at, due_at, ...row }: SettlementTable, now: number): readonly Note[] {
  if (row.state !== 'open' || due_at === null || due_at >= now) return []
  const text = (value: SettlementTable['open']) => amountText(BigInt(value), currency)
  return [
    {
      type: 'sales-order',
      key,
      code: 'payout-overdue',
      path: '',
      detail: {
        order: key,
        currency,
        capturedAt: new Date(captured_at).toISOString(),
        dueDays: (due_at - captured_at) / dayMs,
        captured: text(row.captured),
        platformFunded: text(row.subsidy),
        refunded: text(row.refunded),
        paidOut: text(row.settled),
        open: text(row.open),
      },
    },
  ]
}
