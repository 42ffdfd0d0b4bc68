/** What a shop keeps. Ids are numbers of one sequence; amounts are cents; times are whole seconds, UTC. */
export interface Item {
  readonly id: number
  readonly sku: string
  readonly name: string
  readonly price: number
  readonly barcode: string | null
  updatedAt: string
}
export interface Level {
  readonly item: number
  readonly location: number
  available: number
  updatedAt: string
}
export interface Line {
  readonly id: number
  readonly item: number
  readonly quantity: number
  readonly price: number
  open: number
  refunded: number
}
export interface Parcel {
  readonly id: number
  readonly createdAt: string
  readonly lines: readonly { readonly line: number; readonly quantity: number }[]
  tracking: { readonly number: string | null; readonly company: string | null; readonly url: string | null }
  updatedAt: string
}
export interface Refund {
  readonly id: number
  readonly at: string
  readonly amount: number
  readonly note: string | null
  readonly lines: readonly { readonly line: number; readonly quantity: number; readonly amount: number }[]
}
export interface Order {
  readonly id: number
  readonly name: string
  readonly createdAt: string
  readonly lines: readonly Line[]
  readonly shipping: number
  readonly parcels: Parcel[]
  readonly refunds: Refund[]
  readonly fulfilmentOrder: number
  paid: boolean
  cancelledAt: string | null
  updatedAt: string
}
export interface Hook {
  readonly id: number
  readonly topic: string
  uri: string
}
export interface Book {
  readonly currency: string
  readonly location: number
  readonly items: Map<number, Item>
  readonly levels: Map<number, Level>
  readonly orders: Map<number, Order>
  readonly hooks: Map<number, Hook>
  /** the time of now, one second later than that of the change before only where the clock says so */
  readonly now: () => string
  readonly nextId: () => number
}

/** Order lines as `fulfil` and `refund` change them: the goods of a line that are neither sent nor cancelled. */
export const fulfilmentOf = ({ lines, parcels }: Order): string =>
  parcels.length === 0 ? 'UNFULFILLED' : lines.every(({ open }) => open === 0) ? 'FULFILLED' : 'PARTIALLY_FULFILLED'

export const totalOf = ({ lines, shipping }: Order): number => lines.reduce((sum, { quantity, price }) => sum + quantity * price, shipping)

export function paymentOf(order: Order): string {
  const refunded = order.refunds.reduce((sum, { amount }) => sum + amount, 0)
  if (!order.paid) return order.cancelledAt === null ? 'PENDING' : 'VOIDED'
  return refunded === 0 ? 'PAID' : refunded >= totalOf(order) ? 'REFUNDED' : 'PARTIALLY_REFUNDED'
}
