import type { Cents } from './money.ts'

export const orderStatuses = ['pending', 'processing', 'on-hold', 'completed', 'cancelled', 'refunded', 'failed'] as const
export type OrderStatus = (typeof orderStatuses)[number] | 'trash'

export type Shipping = {
  readonly first_name: string
  readonly last_name: string
  readonly company: string
  readonly address_1: string
  readonly address_2: string
  readonly city: string
  readonly state: string
  readonly postcode: string
  readonly country: string
}
export type Billing = Shipping & { readonly email: string; readonly phone: string }

export type Meta = { readonly id: number; readonly key: string; readonly value: unknown }

/** A line of an order; all amounts are without tax, the tax beside them. `sub` is before, `total` after the discount. */
export type OrderLine = {
  readonly id: number
  readonly name: string
  readonly productId: number
  readonly variationId: number
  readonly sku: string
  readonly quantity: number
  /** As entered in the shop (with tax where prices include it): what a change of the quantity is computed from. */
  readonly unitPrice: Cents
  readonly discount: Cents
  readonly subtotal: Cents
  readonly subtotalTax: Cents
  readonly total: Cents
  readonly totalTax: Cents
  readonly meta: readonly Meta[]
}

/** Shipping, a fee or a coupon. A coupon's `total` is what it took off. */
export type SideLine = {
  readonly id: number
  readonly title: string
  readonly method: string
  readonly total: Cents
  readonly totalTax: Cents
}

export type RefundLine = {
  readonly id: number
  readonly of: OrderLine
  readonly quantity: number
  readonly total: Cents
  readonly tax: Cents
  readonly metaId: number
}

/** Amounts are positive here; the API writes those of lines negative. */
export type Refund = {
  readonly id: number
  readonly orderId: number
  readonly createdAt: number
  readonly modifiedAt: number
  readonly amount: Cents
  readonly reason: string
  readonly throughGateway: boolean
  readonly lines: readonly RefundLine[]
  readonly meta: readonly Meta[]
}

/** An order is never changed in place: each change makes a new object, so rendered texts can be kept beside it. Times are epoch ms. */
export type Order = {
  readonly id: number
  readonly key: string
  readonly createdVia: 'checkout' | 'rest-api'
  readonly status: OrderStatus
  readonly statusBeforeTrash?: OrderStatus
  readonly createdAt: number
  readonly modifiedAt: number
  readonly paidAt?: number
  readonly completedAt?: number
  readonly customerId: number
  readonly customerNote: string
  readonly billing: Billing
  readonly shipping: Shipping
  readonly paymentMethod: string
  readonly paymentMethodTitle: string
  readonly transactionId: string
  readonly lines: readonly OrderLine[]
  readonly shippingLines: readonly SideLine[]
  readonly feeLines: readonly SideLine[]
  readonly couponLines: readonly SideLine[]
  readonly taxLineId: number
  readonly meta: readonly Meta[]
  readonly refunds: readonly Refund[]
  readonly stockReduced: boolean
}

export type Attribute = { readonly id: number; readonly name: string; readonly option: string }

/** A simple product, a variable one (its variations hold price and stock) or a variation. Never changed in place. */
export type Product = {
  readonly id: number
  readonly type: 'simple' | 'variable' | 'variation'
  readonly parentId: number
  readonly name: string
  readonly slug: string
  readonly status: 'draft' | 'pending' | 'private' | 'publish' | 'trash'
  readonly description: string
  readonly sku: string
  readonly gtin: string
  /** Empty for none. */
  readonly regularPrice: string
  readonly manageStock: boolean
  readonly stock: number | null
  readonly stockStatus: 'instock' | 'outofstock' | 'onbackorder'
  readonly backorders: 'no' | 'notify' | 'yes'
  readonly weight: string
  readonly totalSales: number
  readonly attributes: readonly Attribute[]
  readonly variationIds: readonly number[]
  readonly meta: readonly Meta[]
  readonly createdAt: number
  readonly modifiedAt: number
}

export type Customer = {
  readonly id: number
  readonly email: string
  readonly firstName: string
  readonly lastName: string
  readonly username: string
  readonly billing: Billing
  readonly shipping: Shipping
  readonly paying: boolean
  readonly meta: readonly Meta[]
  readonly createdAt: number
  readonly modifiedAt: number
}

export type Note = {
  readonly id: number
  readonly orderId: number
  readonly author: string
  readonly note: string
  readonly forCustomer: boolean
  readonly createdAt: number
}
