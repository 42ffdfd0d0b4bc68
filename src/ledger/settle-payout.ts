import { isObject, type Json, type JsonObject } from '../model/json.ts'
import type { VerdictSum } from '../store/payout.ts'
import type { PayoutLineTable, PayoutTable } from '../store/tables.ts'
import type { FindingCode } from './finding-codes.ts'
import type { Note } from './findings.ts'
import { amountText, linesTotal, money, needsOrder, type PayoutLine, payoutLines, payoutType, paysNothing } from './payout-lines.ts'
import { textOf } from './shelf.ts'
import type { LedgerDocument } from './types.ts'

/** Findings on payouts that follow from what became of their lines: one for each verdict. */
const codes: Readonly<Record<string, FindingCode>> = {
  'missing-order': 'payout-missing-order',
  'amount-differs': 'payout-amount-differs',
  'fee-differs': 'payout-fee-differs',
  'paid-twice': 'payout-paid-twice',
  'not-captured': 'payout-unpaid-order',
  'currency-differs': 'payout-currency-differs',
}
export const payoutCodes: ReadonlySet<string> = new Set(Object.values(codes))

/** Lines that are of no order the hub knows; `isOfOrder`: what came of the others is told with their orders. */
export function strayLines(tenant: string, payout: LedgerDocument, isOfOrder: (line: PayoutLine) => boolean): readonly PayoutLineTable[] {
  return payoutLines(payout.body)
    .filter((line) => !isOfOrder(line))
    .map((line) => {
      const { verdict, reason } = strayVerdict(payout, line)
      const text = amountText(line.net, line.currency)
      return {
        tenant,
        key: payout.key,
        position: line.position,
        order_key: '',
        kind: line.kind,
        currency: line.currency,
        amount: line.net,
        verdict,
        detail: JSON.stringify({
          found: text,
          reason,
          ...(verdict === 'missing-order' ? { expected: amountText(0n, line.currency), difference: text } : {}),
        }),
      }
    })
}

function strayVerdict(payout: LedgerDocument, line: PayoutLine): { readonly verdict: string; readonly reason: string } {
  if (paysNothing(payout)) return { verdict: 'void', reason: 'payout-not-paid' }
  if (line.isForeign) return { verdict: 'currency-differs', reason: 'other-currency' }
  if (line.order !== undefined) return { verdict: 'missing-order', reason: 'order-unknown' }
  return needsOrder(line.kind) ? { verdict: 'missing-order', reason: 'order-unnamed' } : { verdict: 'unjudged', reason: 'of-the-account' }
}

/** A payout as its lines add up. `sums`: what its lines come to, by verdict and currency. */
export function payoutRow(tenant: string, payout: LedgerDocument, sums: readonly VerdictSum[]): PayoutTable {
  const { body } = payout
  const currency = textOf(body.currency) ?? ''
  const [total, lineTotal] = [money(body.total), linesTotal(body)]
  const own = sums.filter((sum) => sum.currency === currency)
  const of = (test: (verdict: string) => boolean) =>
    own.filter(({ verdict }) => test(verdict)).reduce((sum, { amount }) => sum + amount, 0n)
  const matched = of((verdict) => verdict === 'matched')
  const unjudged = of((verdict) => verdict === 'unjudged' || verdict === 'void')
  const differing = sums.filter(({ verdict }) => verdict in codes).reduce((count, { lines }) => count + lines, 0)
  const lines = payoutLines(body).length
  return {
    tenant,
    key: payout.key,
    origin: payout.origin,
    number: payout.number,
    currency,
    status: payout.status,
    verdict: paysNothing(payout) ? 'void' : differing === 0 && (total === lineTotal || lines === 0) ? 'matched' : 'differs',
    paid_at: payout.placedAt ?? 0,
    total,
    line_total: lineTotal,
    matched,
    unmatched: lineTotal - matched - unjudged,
    unjudged,
    lines,
    differing,
  }
}

/** The arithmetic of a line; {} where somebody damaged it. */
function arithmeticIn(detail: string): JsonObject {
  try {
    const value: Json = JSON.parse(detail)
    return isObject(value) ? value : {}
  } catch {
    return {}
  }
}

/** Lines that a finding names. */
export const mostNamed = 10

/** One finding for each verdict that a payout has lines of. `first`: the first of its lines with that verdict. */
export function payoutNotes(payout: LedgerDocument, sums: readonly VerdictSum[], first: readonly PayoutLineTable[]): readonly Note[] {
  return Object.entries(codes).flatMap(([verdict, code]) => {
    const found = sums.filter((sum) => sum.verdict === verdict)
    if (found.length === 0) return []
    return [
      {
        type: payoutType,
        key: payout.key,
        code,
        path: '/lines',
        detail: {
          lines: found.reduce((count, { lines }) => count + lines, 0),
          amounts: Object.fromEntries(found.map(({ currency, amount }) => [currency, amountText(amount, currency)])),
          first: first
            .filter((line) => line.verdict === verdict)
            .slice(0, mostNamed)
            .map((line) => ({
              position: line.position,
              kind: line.kind,
              ...(line.order_key === '' ? {} : { order: line.order_key }),
              ...arithmeticIn(line.detail),
            })),
        },
      },
    ]
  })
}
