import type { Exact } from './tables.ts'

/** What a document made us owe to a supplier, and by when. */
export interface PayableItemTable {
  tenant: string
  type: string
  key: string
  owner: string
  party: string
  currency: string
  /** x 10^4, above zero */
  amount: Exact
  business_date: string
  /** null: by the terms of the supplier */
  due_date: string | null
}
