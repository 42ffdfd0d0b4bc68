import { rate, taxIn, taxOn } from '../woocommerce/money.ts'

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
  /** off the whole line */
  readonly discount: number
  /** contained in the price or added to it, as the book says */
  readonly tax: number
  open: number
  refunded: number
}
/** Who buys, as the checkout took it down. */
export interface Person {
  readonly firstName: string
  readonly lastName: string
  readonly address1: string
  readonly city: string
  readonly province: string | null
  readonly zip: string
  readonly countryCodeV2: string
  readonly email: string
}
/** What becomes of an order's webhooks: `hold` keeps them until they are released. */
export type Handling = 'sent' | 'quiet' | 'twice' | 'hold'
export interface Parcel {
  readonly id: number
  readonly createdAt: string
  readonly lines: readonly { readonly line: number; readonly quantity: number }[]
  tracking: { readonly number: string | null; readonly company: string | null; readonly url: string | null }
  updatedAt: string
  /** FulfillmentDisplayStatus: CANCELED, or how far the carrier is */
  shown: string
}
export interface Refund {
  readonly id: number
  readonly at: string
  readonly amount: number
  readonly note: string | null
  readonly lines: readonly { readonly line: number; readonly quantity: number; readonly amount: number }[]
  /** the goods went back to stock */
  readonly restocked: boolean
}
/** A return: pieces of lines that a buyer wants to send back, and what became of those that came. */
export interface Return {
  readonly id: number
  readonly name: string
  readonly createdAt: string
  readonly reason: string
  readonly lines: readonly { readonly id: number; readonly line: number; readonly quantity: number }[]
  status: 'REQUESTED' | 'OPEN' | 'DECLINED' | 'CANCELED' | 'CLOSED'
  closedAt: string | null
  decline: string | null
  disposed: { readonly at: string; readonly type: 'RESTOCKED' | 'NOT_RESTOCKED' | 'MISSING' } | undefined
  refund: number | undefined
}
export interface Order {
  readonly id: number
  readonly name: string
  readonly createdAt: string
  readonly lines: readonly Line[]
  readonly shipping: number
  readonly shippingTax: number
  readonly buyer: Person | undefined
  /** where it goes, when that is not where the buyer lives */
  shipTo: Person | undefined
  note: string | null
  readonly parcels: Parcel[]
  readonly refunds: Refund[]
  readonly returns: Return[]
  readonly fulfilmentOrder: number
  paid: boolean
  webhooks: Handling
  cancelledAt: string | null
  updatedAt: string
}
export interface Hook {
  readonly id: number
  readonly topic: string
  uri: string
  /** still in the list, and sends nothing any more */
  dead?: true
}
/** One rate for goods; whether prices contain it, and whether shipping is taxed too. */
export interface Taxes {
  readonly title: string
  readonly percent: string
  readonly included: boolean
  readonly shipping: boolean
}
export interface Book {
  readonly currency: string
  readonly taxes: Taxes | undefined
  readonly location: number
  readonly locationName: string
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
  parcels.every(({ shown }) => shown === 'CANCELED')
    ? 'UNFULFILLED'
    : lines.every(({ open }) => open === 0)
      ? 'FULFILLED'
      : 'PARTIALLY_FULFILLED'

/** What a line costs after its discount. */
export const lineTotal = ({ quantity, price, discount }: Pick<Line, 'quantity' | 'price' | 'discount'>): number =>
  quantity * price - discount
export const goodsOf = ({ lines }: Order): number => lines.reduce((sum, line) => sum + lineTotal(line), 0)
export const taxOf = ({ lines, shippingTax }: Order): number => lines.reduce((sum, { tax }) => sum + tax, shippingTax)
/** What the buyer pays. */
export const totalOf = (order: Order, { taxes }: Pick<Book, 'taxes'>): number =>
  goodsOf(order) + order.shipping + (taxes === undefined || taxes.included ? 0 : taxOf(order))

/** Tax of an amount, rounded by itself, half up. */
export const taxedAt = (amount: number, { percent, included }: Taxes): number =>
  Number(included ? taxIn(BigInt(amount), rate(percent)) : taxOn(BigInt(amount), rate(percent)))

export function paymentOf(order: Order, book: Pick<Book, 'taxes'>): string {
  const refunded = order.refunds.reduce((sum, { amount }) => sum + amount, 0)
  if (!order.paid) return order.cancelledAt === null ? 'PENDING' : 'VOIDED'
  return refunded === 0 ? 'PAID' : refunded >= totalOf(order, book) ? 'REFUNDED' : 'PARTIALLY_REFUNDED'
}
