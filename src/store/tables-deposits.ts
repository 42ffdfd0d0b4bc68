import type { Bool, Exact } from './tables.ts'

/** Columns of merchants' deposits. Kinds of columns as in tables.ts; amounts x 10^4. */

/**
 * One deposit of one merchant (`party`) in one currency, as its terms say today. `credit`: how far commands may take it below nothing. `low`: it fell below `low_below` and has not come back yet. `next_day`: first day (`YYYY-MM-DD`,
 * UTC) on which its terms say something else. `since`: orders placed from then on wait for its money. Its amounts are on accounts of the book `deposit`.
 */
export interface DepositTable {
  tenant: string
  party: string
  currency: string
  owner: string
  low_below: Exact | null
  credit: Exact
  low: Bool
  next_day: string | null
  since: number
  changed_at: number
}
/** Derived: what a contract, or a change of a deposit that holds, says of its terms. `kind`: terms or credit-line. `low_below`: null where it says nothing of it. */
export interface DepositTermTable {
  tenant: string
  type: string
  key: string
  party: string
  currency: string
  owner: string
  kind: string
  low_below: Exact | null
  credit: Exact
  valid_from: string
  valid_to: string | null
  at: number
}
/**
 * What the orders of merchants with a deposit have of its money: `need` is what the order costs by now; the rest is what was posted about it, each as the sum of what was moved forth less what was moved back. `given`: refunded by commands,
 * beside what documents say. `why`: what it waits for, '' where it waits for nothing. `posts`: transfers so far.
 */
export interface DepositOrderTable {
  tenant: string
  key: string
  party: string
  owner: string
  currency: string
  placed_at: number
  need: Exact
  frozen: Exact
  captured: Exact
  refunded: Exact
  given: Exact
  why: '' | 'funds' | 'cost' | 'currency' | 'does-not-foot'
  posts: number
}
/** What a payment into or out of a deposit means: `amount` as it says itself, negative for what leaves; `posted` what of it is on the accounts. `state`: void where its money is not there, twice where another payment with its reference counts. */
export interface DepositPaymentTable {
  tenant: string
  key: string
  party: string
  owner: string
  currency: string
  reference: string
  amount: Exact
  posted: Exact
  state: 'counted' | 'void' | 'twice' | 'unknown'
  posts: number
}
