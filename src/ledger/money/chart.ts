import { reject } from '../../model/errors.ts'

/** On which side an account grows: what we have grows by debits, what we owe by credits. */
export type Side = 'debit' | 'credit'

interface KindOfAccount {
  readonly side: Side
  /** one for each party; false: one for the whole book */
  readonly ofParty: boolean
  /** commands leave at least so much, x 10^4, unless the account says otherwise */
  readonly floor?: bigint
}

const own = (side: Side): KindOfAccount => ({ side, ofParty: false })
const ofParty = (side: Side, floor?: bigint): KindOfAccount => ({ side, ofParty: true, ...(floor === undefined ? {} : { floor }) })

/**
 * The accounts there may be. deposit: what merchants paid in advance, free or frozen for orders (R130). payable: what suppliers are owed, and what was paid before goods came (R014, R015). platform: what shops and payment
 * providers hold for us until they pay it out, by connection (R134).
 */
export const chart = {
  deposit: {
    available: ofParty('credit', 0n),
    frozen: ofParty('credit', 0n),
    bank: own('debit'),
    sales: own('credit'),
    adjustment: own('debit'),
    opening: own('debit'),
  },
  payable: {
    payable: ofParty('credit'),
    prepayment: ofParty('debit'),
    goods: own('debit'),
    fees: own('debit'),
    'price-variance': own('debit'),
    'quantity-variance': own('debit'),
    charges: own('debit'),
    tax: own('debit'),
    bank: own('debit'),
    adjustment: own('debit'),
    opening: own('debit'),
  },
  platform: {
    receivable: ofParty('debit'),
    sales: own('credit'),
    refunds: own('debit'),
    fees: own('debit'),
    subsidies: own('credit'),
    bank: own('debit'),
    adjustment: own('debit'),
    opening: own('debit'),
  },
} as const satisfies Readonly<Record<string, Readonly<Record<string, KindOfAccount>>>>

export type BookName = keyof typeof chart
export const bookNames = Object.keys(chart) as readonly BookName[]

/** @throws HubError `no-such-account` (reject) */
export function kindOfAccount(book: string, kind: string): KindOfAccount {
  const kinds = Object.hasOwn(chart, book) ? (chart as Readonly<Record<string, Readonly<Record<string, KindOfAccount>>>>)[book] : undefined
  if (kinds === undefined) throw reject('no-such-account', `there is no book '${book}': it is one of ${bookNames.join(', ')}`)
  const found = Object.hasOwn(kinds, kind) ? kinds[kind] : undefined
  if (found === undefined)
    throw reject('no-such-account', `book ${book} has no account '${kind}': it is one of ${Object.keys(kinds).join(', ')}`)
  return found
}
