import type { Exact } from './tables.ts'

/**
 * What one party and one of our own have with each other in a currency, up to a day (`until_date`). `place`: in the row of statements of that account, from 1. `revision`: version of its content. `status`: generated, published, confirmed,
 * disputed, approved, part-paid or paid. Amounts x 10^4, positive where the party is owed (of kind `payout`: where it owes). `totals`: JSON, sums by kind of entry. `disputes`: JSON.
 */
export interface StatementTable {
  tenant: string
  key: string
  kind: string
  book: string
  owner: string
  party: string
  currency: string
  place: number
  from_date: string
  until_date: string
  revision: number
  status: string
  opening: Exact
  closing: Exact
  line_count: number
  totals: string
  hash: string
  confirmed_hash: string | null
  disputes: string | null
  made_at: number
  made_by: string
  changed_at: number
}
/** An entry of the books in the one statement that has it. `revision`: of the content, since which it has it. */
export interface StatementLineTable {
  tenant: string
  statement: string
  line: number
  revision: number
  account: string
  seq: number
}
