import type { JsonObject } from '../model/json.ts'
import { syncConnections } from '../store/connection.ts'
import { kitTenant, type LedgerKit, record, ref } from './ledger-kit.ts'
import { type SettlementTerms, termsText } from './settlement-terms.ts'
import type { Incoming } from './types.ts'

/** A line of a payout of shop-us about an order of it. */
export const payLine = (kind: string, order: string | undefined, amount: string, more: JsonObject = {}): JsonObject => ({
  kind,
  ...(order === undefined ? {} : { order: ref('sales-order', 'shop-us', order) }),
  amount,
  ...more,
})

const minus: ReadonlySet<string> = new Set(['refund', 'fee', 'commission', 'shipping', 'tax', 'chargeback', 'reserve'])
const cents = (value: unknown): number => Math.round(Number(value ?? 0) * 100)

/** A payout whose total is the sum of its lines, in whole cents. */
export function payout(key: string, lines: readonly JsonObject[], more: JsonObject = {}): Incoming {
  const currency = more.currency ?? 'USD'
  const total = lines
    .filter((line) => (line.currency ?? currency) === currency)
    .reduce((sum, line) => sum + (minus.has(String(line.kind)) ? -1 : 1) * cents(line.amount) - cents(line.fee), 0)
  return record('shop-us', 'payout', key, {
    number: key,
    status: 'paid',
    paidAt: '2026-11-25T06:00:00.000Z',
    currency,
    total: (total / 100).toFixed(2),
    lines,
    ...more,
  })
}

export const watched: SettlementTerms = {
  dueDays: 7,
  fee: { percent: '2.9', fixed: '0.30', isReturned: false },
  tolerance: '0.01',
}

/** Watches the payouts of shop-us by these terms, or no longer. */
export const watch = (kit: LedgerKit, terms: SettlementTerms | null = watched): Promise<void> =>
  kit.database.write((tx) =>
    syncConnections(
      tx,
      kitTenant,
      [{ name: 'shop-us', connector: 'test', ...(terms === null ? {} : { settlement: termsText(terms) }) }],
      1,
    ),
  )
