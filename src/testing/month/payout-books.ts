import { type Amount, cent, exact, nearestCent, sumOf } from './exact.ts'

/** What the shops' platforms paid, by the generator's own account: by key of the payout. */
export type PayoutBooks = Map<string, BookedPayout>

export interface BookedPayout {
  readonly number: string
  readonly connection: string
  readonly lines: readonly PayoutLine[]
  /** what the bank slip says: not always the sum of the lines */
  total: Amount
}

export interface PayoutLine {
  readonly kind: 'sale' | 'discount-subsidy' | 'refund' | 'fee'
  /** the order's id at the shop, or one that no shop has; undefined: of the account */
  readonly order: string | undefined
  readonly amount: Amount
  readonly fee: Amount
  /** what is wrong with it, as it was made */
  readonly fault?: 'amount-differs' | 'fee-differs' | 'paid-twice' | 'missing-order'
}

/** What was agreed with every platform (workspace.ts). */
export const agreedFee = { percent: '2.9', fixed: '0.30' }

export const feeOf = (amount: Amount): Amount => nearestCent(amount * 29n, 1000n) + exact(agreedFee.fixed)

/** A line as it moves the payout: refunds and fees take away. */
export const netOf = ({ kind, amount, fee }: PayoutLine): Amount => (kind === 'refund' || kind === 'fee' ? -amount : amount) - fee

export const sumOfLines = (lines: readonly PayoutLine[]): Amount => sumOf(lines.map(netOf))

/** An order as its shop's platform has it when it pays. */
export interface PaidOrder {
  readonly id: string
  /** what its buyer paid, or would have to */
  readonly amount: Amount
  /** discounts that the platform bears */
  readonly subsidy: Amount
}

/** Every so many orders something is wrong with what is paid for one. */
const round = 11

/** Lines for an order; `count`: its place among all that were paid out. */
export function linesOf({ id, amount, subsidy }: PaidOrder, count: number): readonly PayoutLine[] {
  const sale = (paid: Amount, more: Amount = 0n): PayoutLine => ({ kind: 'sale', order: id, amount: paid, fee: feeOf(paid) + more })
  const subsidies: PayoutLine[] = subsidy === 0n ? [] : [{ kind: 'discount-subsidy', order: id, amount: subsidy, fee: 0n }]
  switch (count % round) {
    case 3:
      return [{ ...sale(amount - 100n * cent), fault: 'amount-differs' }]
    case 5:
      return [{ ...sale(amount, 5n * cent), fault: 'fee-differs' }, ...subsidies]
    case 7:
      return [sale(amount), ...subsidies, { ...sale(amount), fault: 'paid-twice' }]
    case 9:
      return [sale(amount), ...subsidies, { ...sale(exact('12.34')), order: `none-${id}`, fault: 'missing-order' }]
    default:
      return [sale(amount), ...subsidies]
  }
}
