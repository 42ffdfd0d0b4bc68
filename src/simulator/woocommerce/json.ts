import { bareMoney, type Cents, money, sum } from './money.ts'
import type { SiteTime } from './site-time.ts'
import type { Order, OrderLine, SideLine } from './types.ts'

/** What rendering needs to know of the shop. */
export type Site = {
  /** `http://127.0.0.1:<port>`, no slash at the end. */
  readonly url: string
  readonly time: SiteTime
  readonly currency: string
  readonly pricesIncludeTax: boolean
  readonly taxPercent: string
}

/** Number of the shop's one tax rate. */
export const rateId = 1

/** A date as `<name>` in site time and `<name>_gmt`; both null when it is not set. */
export const dates = <N extends string, T extends number | undefined>(
  site: Site,
  name: N,
  at: T,
): Record<N | `${N}_gmt`, T extends number ? string : string | null> =>
  Object.fromEntries([
    [name, at === undefined ? null : site.time.local(at)],
    [`${name}_gmt`, at === undefined ? null : site.time.gmt(at)],
  ]) as Record<N | `${N}_gmt`, T extends number ? string : string | null>

/** A link list with one address of the API. */
export const api = (site: Site, path: string): { href: string }[] => [{ href: `${site.url}/wp-json/wc/v3/${path}` }]

const amount = (value: Cents): number => Number(value) / 100

const taxes = (total: Cents, subtotal: Cents): unknown[] =>
  total === 0n && subtotal === 0n ? [] : [{ id: rateId, total: bareMoney(total), subtotal: bareMoney(subtotal) }]

const orderLine = (line: OrderLine): unknown => ({
  id: line.id,
  name: line.name,
  product_id: line.productId,
  variation_id: line.variationId,
  quantity: line.quantity,
  tax_class: '',
  subtotal: money(line.subtotal),
  subtotal_tax: money(line.subtotalTax),
  total: money(line.total),
  total_tax: money(line.totalTax),
  taxes: taxes(line.totalTax, line.subtotalTax),
  meta_data: line.meta,
  sku: line.sku,
  price: line.quantity === 0 ? 0 : amount(line.total) / line.quantity,
})

const shippingLine = (line: SideLine): unknown => ({
  id: line.id,
  method_title: line.title,
  method_id: line.method,
  total: money(line.total),
  total_tax: money(line.totalTax),
  taxes: line.totalTax === 0n ? [] : [{ id: rateId, total: bareMoney(line.totalTax), subtotal: '' }],
  meta_data: [],
})

const feeLine = (line: SideLine): unknown => ({
  id: line.id,
  name: line.title,
  tax_class: '',
  tax_status: 'taxable',
  total: money(line.total),
  total_tax: money(line.totalTax),
  taxes: taxes(line.totalTax, 0n),
  meta_data: [],
})

const couponLine = (line: SideLine): unknown => ({
  id: line.id,
  code: line.title,
  discount: money(line.total),
  discount_tax: money(line.totalTax),
  meta_data: [],
})

/** The sums of an order as the API shows them. `total` contains all tax: lines + their tax + shipping + its tax + fees + their tax. */
export const orderTotals = (order: Order) => {
  const of = <T>(lines: readonly T[], figure: (line: T) => Cents): Cents => sum(lines.map(figure))
  const shipping = of(order.shippingLines, (line) => line.total)
  const shippingTax = of(order.shippingLines, (line) => line.totalTax)
  const lineTax = of(order.lines, (line) => line.totalTax)
  const cartTax = lineTax + of(order.feeLines, (line) => line.totalTax)
  const goods = of(order.lines, (line) => line.total) + of(order.feeLines, (line) => line.total)
  return {
    discount: of(order.lines, (line) => line.subtotal - line.total),
    discountTax: of(order.lines, (line) => line.subtotalTax - line.totalTax),
    shipping,
    shippingTax,
    cartTax,
    total: goods + cartTax + shipping + shippingTax,
  }
}

const taxLines = (order: Order, site: Site): unknown[] => {
  const { cartTax, shippingTax } = orderTotals(order)
  if (cartTax === 0n && shippingTax === 0n) return []
  const tax = {
    id: order.taxLineId,
    rate_code: site.pricesIncludeTax ? 'VAT-1' : 'TAX-1',
    rate_id: rateId,
    label: site.pricesIncludeTax ? `VAT ${site.taxPercent}%` : 'Tax',
    compound: false,
    tax_total: money(cartTax),
    shipping_tax_total: money(shippingTax),
    meta_data: [],
  }
  return [tax]
}

/** An order exactly as `GET /orders/{id}` and the order webhooks show it. */
export const orderJson = (order: Order, site: Site) => {
  const totals = orderTotals(order)
  return {
    id: order.id,
    parent_id: 0,
    number: String(order.id),
    order_key: order.key,
    created_via: order.createdVia,
    version: '9.4.2',
    status: order.status,
    currency: site.currency,
    ...dates(site, 'date_created', order.createdAt),
    ...dates(site, 'date_modified', order.modifiedAt),
    discount_total: money(totals.discount),
    discount_tax: money(totals.discountTax),
    shipping_total: money(totals.shipping),
    shipping_tax: money(totals.shippingTax),
    cart_tax: money(totals.cartTax),
    total: money(totals.total),
    total_tax: money(totals.cartTax + totals.shippingTax),
    prices_include_tax: site.pricesIncludeTax,
    customer_id: order.customerId,
    customer_ip_address: '',
    customer_user_agent: '',
    customer_note: order.customerNote,
    billing: order.billing,
    shipping: order.shipping,
    payment_method: order.paymentMethod,
    payment_method_title: order.paymentMethodTitle,
    transaction_id: order.transactionId,
    ...dates(site, 'date_paid', order.paidAt),
    ...dates(site, 'date_completed', order.completedAt),
    cart_hash: '',
    meta_data: order.meta,
    line_items: order.lines.map(orderLine),
    tax_lines: taxLines(order, site),
    shipping_lines: order.shippingLines.map(shippingLine),
    fee_lines: order.feeLines.map(feeLine),
    coupon_lines: order.couponLines.map(couponLine),
    refunds: order.refunds.map((refund) => ({ id: refund.id, reason: refund.reason, total: money(-refund.amount) })),
    _links: {
      self: api(site, `orders/${order.id}`),
      collection: api(site, 'orders'),
      ...(order.customerId > 0 ? { customer: api(site, `customers/${order.customerId}`) } : {}),
    },
  }
}
