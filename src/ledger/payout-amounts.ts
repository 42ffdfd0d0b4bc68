import type { PlacedLine } from './order-case.ts'

/**
 * What became of a line. matched: to the penny. unjudged: the hub knows nothing to hold it against. void: its payout paid nothing.
 * Amounts x 10^4.
 */
export interface Verdict {
  readonly verdict:
    | 'matched'
    | 'amount-differs'
    | 'fee-differs'
    | 'missing-order'
    | 'paid-twice'
    | 'not-captured'
    | 'currency-differs'
    | 'unjudged'
    | 'void'
  readonly expected?: bigint
  readonly found: bigint
  /** found less expected */
  readonly difference?: bigint
  /** why, in one word; the texts are messages `payouts.reason.<reason>` */
  readonly reason?: string
  readonly buyerPaid?: bigint
  readonly platformFunded?: bigint
  /** what payouts before this line paid of it */
  readonly paidBefore?: bigint
  readonly feeExpected?: bigint
  readonly feeFound?: bigint
  readonly feeDifference?: bigint
  readonly percent?: string
  readonly fixed?: string
  readonly tolerance?: string
  readonly currency?: string
}

export type Verdicts = Map<PlacedLine, Verdict>

const amounts = (lines: readonly PlacedLine[]): bigint => lines.reduce((sum, { line }) => sum + line.amount, 0n)

/** What is known of what a buyer paid. `parts`: single payments. */
export interface Paid {
  readonly isPaid: boolean
  readonly captured: bigint
  readonly subsidy: bigint
  readonly total: bigint
  readonly parts: readonly bigint[]
}

/** Sales and subsidies of one order, in the order of their payouts. */
export function judgeSales(verdicts: Verdicts, lines: readonly PlacedLine[], { isPaid, captured, subsidy, total, parts }: Paid): void {
  const due = captured + subsidy
  const whole = amounts(lines) === due && lines.every(({ line }) => line.amount >= 0n)
  let before = 0n
  let counted = 0
  for (const one of lines) {
    const found = one.line.amount
    const left = due - before
    const figures = {
      found,
      expected: left,
      difference: found - left,
      buyerPaid: captured,
      platformFunded: subsidy,
      ...(before === 0n ? {} : { paidBefore: before }),
    }
    if (!isPaid)
      verdicts.set(one, { ...figures, verdict: 'not-captured', expected: total, difference: found - total, reason: 'never-captured' })
    else if (whole || found === left) verdicts.set(one, { ...figures, verdict: 'matched', expected: found, difference: 0n })
    // what is turned round takes back what was paid before
    else if (found < 0n && before + found >= 0n) verdicts.set(one, { ...figures, verdict: 'matched', expected: found, difference: 0n })
    else if (found < left && isPart(found, { captured, subsidy, parts }))
      verdicts.set(one, { ...figures, verdict: 'matched', expected: found, difference: 0n, reason: partReason(found, captured, subsidy) })
    else if (left <= 0n && counted > 0)
      verdicts.set(one, { ...figures, verdict: 'paid-twice', expected: 0n, difference: found, reason: 'paid-before' })
    else verdicts.set(one, { ...figures, verdict: 'amount-differs', reason: reasonOf(found - left, subsidy) })
    before += found
    counted++
  }
}

const isPart = (found: bigint, { captured, subsidy, parts }: Pick<Paid, 'captured' | 'subsidy' | 'parts'>): boolean =>
  found > 0n && (found === captured || found === subsidy || parts.includes(found))

const partReason = (found: bigint, captured: bigint, subsidy: bigint): string =>
  subsidy > 0n && found === captured ? 'subsidy-to-come' : 'part-of-it'

/** A difference that is exactly what the platform funds is told so. */
const reasonOf = (difference: bigint, subsidy: bigint): string =>
  subsidy > 0n && difference === -subsidy ? 'subsidy-not-paid' : difference > 0n ? 'more-than-due' : 'less-than-due'

/** Refunds (or chargebacks) that a payout takes back, against those the ledger knows: as a whole, else one by one with the same amount. */
export function judgeBack(verdicts: Verdicts, lines: readonly PlacedLine[], known: readonly bigint[], paid: bigint): void {
  const all = known.reduce((sum, one) => sum + one, 0n)
  const whole = amounts(lines) === all && lines.every(({ line }) => line.amount >= 0n)
  const rest = [...known]
  const used = new Set<bigint>()
  let before = 0n
  for (const one of lines) {
    const found = one.line.amount
    const at = rest.indexOf(found)
    const left = rest.reduce((sum, amount) => sum + amount, 0n)
    if (whole || at >= 0) {
      if (at >= 0) rest.splice(at, 1)
      used.add(found)
      verdicts.set(one, { verdict: 'matched', expected: found, found, difference: 0n })
    } else if (found < 0n && before + found >= 0n) verdicts.set(one, { verdict: 'matched', expected: found, found, difference: 0n })
    else if (used.has(found) && rest.length === 0)
      verdicts.set(one, { verdict: 'paid-twice', expected: 0n, found, difference: found, reason: 'taken-before' })
    else
      verdicts.set(one, {
        verdict: 'amount-differs',
        expected: left,
        found,
        difference: found - left,
        buyerPaid: paid,
        reason: before + found > paid ? 'beyond-the-payment' : left === 0n ? 'refund-unknown' : 'refund-differs',
      })
    before += found
  }
}
