import type { ShopName } from './plan-sizes.ts'

/** A purchase order as it stands in Harbour's ERP. */
export type StandingPurchase = { readonly id: number; readonly number: string }

/** What the plan's orders and purchases are called in the systems, filled while the day is played. Keys are places in the plan. */
export type DayBook = {
  /** The shop's id of each order that was placed, by `PlannedOrder.number`. */
  readonly orders: Map<number, number>
  /** By index in `plan.purchases`. */
  readonly purchases: Map<number, StandingPurchase>
}

export const createDayBook = (): DayBook => ({ orders: new Map(), purchases: new Map() })

/** How the hub names a shop's order in the ERP: the sale's reference. */
export const saleReference = (shop: ShopName, orderId: number): string => `${shop}/${orderId}`
