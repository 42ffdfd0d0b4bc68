import { amountScale, toScaled } from '../model/decimal.ts'
import type { PlacedLine } from './order-case.ts'
import type { Verdict, Verdicts } from './payout-amounts.ts'
import { feeOf, type SettlementTerms } from './settlement-terms.ts'

/**
 * Fees of one order, payout by payout: all of them together against what the terms say of its sales there. Lines whose amount is right and that bear a fee get the verdict. Without terms nothing is judged.
 */
export function judgeFees(
  verdicts: Verdicts,
  lines: readonly PlacedLine[],
  termsOf: (origin: string) => SettlementTerms | undefined,
): void {
  for (const group of Map.groupBy(lines, ({ payout }) => payout.key).values()) {
    const [first] = group
    const terms = first === undefined ? undefined : termsOf(first.payout.origin)
    if (first === undefined || terms?.fee === undefined) continue
    judgeGroup(verdicts, group, terms, terms.fee)
  }
}

const isFeeLine = ({ line }: PlacedLine): boolean => line.kind === 'fee' || line.kind === 'commission'

function judgeGroup(
  verdicts: Verdicts,
  group: readonly PlacedLine[],
  { tolerance }: SettlementTerms,
  { percent, fixed, isReturned }: NonNullable<SettlementTerms['fee']>,
): void {
  const found = group.reduce((sum, one) => sum + one.line.fee + (isFeeLine(one) ? one.line.amount : 0n), 0n)
  const expected = group.reduce((sum, { line }) => {
    if (line.kind === 'sale') return sum + feeOf(line.amount, percent, fixed, line.currency)
    return line.kind === 'refund' && isReturned ? sum - feeOf(line.amount, percent, '0', line.currency) : sum
  }, 0n)
  const difference = found - expected
  const bearing = group.filter((one) => isFeeLine(one) || one.line.fee !== 0n)
  const bearers = bearing.length > 0 ? bearing : group.filter(({ line }) => line.kind === 'sale')
  const differs = (difference < 0n ? -difference : difference) > toScaled(tolerance, amountScale)
  for (const one of bearers) {
    const before = verdicts.get(one)
    const figures = { feeExpected: expected, feeFound: found, feeDifference: difference, percent, fixed, tolerance }
    verdicts.set(one, judged(one, before, figures, differs))
  }
}

function judged(one: PlacedLine, before: Verdict | undefined, figures: Partial<Verdict>, differs: boolean): Verdict {
  const own: Verdict = before ?? { verdict: 'matched', found: one.line.amount }
  if (own.verdict !== 'matched') return { ...own, ...figures }
  return differs ? { ...own, ...figures, verdict: 'fee-differs', reason: 'fee-not-agreed' } : { ...own, ...figures }
}
