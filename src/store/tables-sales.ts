import type { Exact } from './tables.ts'

/**
 * Derived: what one sales order or sales report says was sold of a product in a store on a business date. `product`: '' while it is not known. `store`: the shop's connection, or the key of the location that a report names.
 * `quantity` x 10^6 in the base unit without what was cancelled, `returned` of them came back. `amount` x 10^4, without what was cancelled or came back.
 */
export interface DaySaleTable {
  tenant: string
  type: string
  key: string
  product: string
  store: string
  day: string
  currency: string
  origin: string
  quantity: Exact
  returned: Exact
  amount: Exact
}
/** Derived: a connection (`origin`) sent reports of a store and day. */
export interface ReportDayTable {
  tenant: string
  day: string
  store: string
  origin: string
}
/** Derived: a suggestion to order, as the list and the next look find it. `order_key`: the purchase order it became. */
export interface ReplenishmentTable {
  tenant: string
  key: string
  product: string
  location: string
  supplier: string
  status: string
  quantity: Exact
  order_key: string | null
  order_line: string | null
  decided_at: number
}
