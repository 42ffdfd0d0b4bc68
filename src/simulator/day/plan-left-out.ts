import type { DayPlan } from './plan.ts'
import type { PlannedOrder } from './plan-orders.ts'

/** What a pair of systems may be unable to do. `tax`: its shops tell no tax, so nothing can be held against it; the prices are what the buyer pays. */
export type LeftOutPart = 'edit-quantity' | 'edit-address' | 'edit-note' | 'late-cancel' | 'tax'

/** A part of the day that a system cannot play, and why. */
export type LeftOut = { readonly part: LeftOutPart; readonly why: string }

const editPart = { quantity: 'edit-quantity', address: 'edit-address', note: 'edit-note' } as const

const without = (order: PlannedOrder, parts: ReadonlySet<LeftOutPart>): PlannedOrder => {
  const { edit, ...unedited } = order
  const late = order.lateCancel && !parts.has('late-cancel')
  if (edit === undefined || !parts.has(editPart[edit.kind])) return { ...order, lateCancel: late }
  // what the buyer wants in the end is ordered at once; times and payment stay, so that the figures of the day do too
  return { ...unedited, lateCancel: late, lines: order.lines.map((line) => ({ ...line, firstQuantity: line.quantity })) }
}

/** Whether the shops tell the tax of their orders. */
export const tellsTax = (leftOut: readonly LeftOut[]): boolean => leftOut.every(({ part }) => part !== 'tax')

/** The same day without what its systems cannot do: the same orders and the same figures. */
export const leaveOut = (plan: DayPlan, leftOut: readonly LeftOut[]): DayPlan => {
  const parts = new Set(leftOut.map(({ part }) => part))
  return { ...plan, orders: plan.orders.map((order) => without(order, parts)) }
}
