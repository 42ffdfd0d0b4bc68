import type { Bool, Exact } from './tables.ts'

/** Columns of the books of money. Kinds of columns as in tables.ts; amounts x 10^4. */

/** One book of one party of our own (`owner`). Months up to `closed_until` (`YYYY-MM`) are closed; null: none is. `zone`: IANA, in which its business days begin. */
export interface BookTable {
  tenant: string
  book: string
  owner: string
  zone: string
  closed_until: string | null
  changed_at: number
  changed_by: string
}
/**
 * `id` is made of the other names (ledger/money/account.ts). `balance`: debits less credits. `entries` counts its entries, which are numbered by it. `floor`: the least that commands may leave on it, on its natural side
 * (a deposit of 100 has balance -100 and is 100 above a floor of 0); null: none.
 */
export interface AccountTable {
  tenant: string
  id: string
  book: string
  owner: string
  party: string
  kind: string
  currency: string
  balance: Exact
  entries: number
  floor: Exact | null
  frozen: Bool
  opened_at: number
  changed_at: number
}
/**
 * Never changed, never removed. `key`: given by whoever posts, once for ever. `ref_*`: the document it is about, and the line of it. `reverses`: the transfer that it takes back. `forced`: a fact, posted although an account
 * fell below its floor. `period`: month it counts in, later than that of `business_date` where that one was closed.
 */
export interface TransferTable {
  tenant: string
  id: string
  key: string
  book: string
  owner: string
  debit: string
  credit: string
  amount: Exact
  currency: string
  kind: string
  business_date: string
  period: string
  at: number
  ref_type: string | null
  ref_key: string | null
  ref_line: string | null
  reverses: string | null
  forced: Bool
  actor: string
  why: string | null
}
/** What a transfer did to one account, in the order in which it happened there. `amount`: a debit positive, a credit negative. `balance`: after it. */
export interface EntryTable {
  tenant: string
  account: string
  seq: number
  transfer: string
  amount: Exact
  balance: Exact
  kind: string
  business_date: string
  period: string
  at: number
}
