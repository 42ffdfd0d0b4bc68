import { type Cents, cents, sum } from '../woocommerce/money.ts'

/** One line of a shop's order, as the shop shows it. Amounts in cents. */
export type ShopLine = {
  readonly id: number
  readonly sku: string
  readonly quantity: number
  readonly net: Cents
  readonly tax: Cents
}

/** An order as its shop shows it, as far as the day's figures need it. Amounts in cents. */
export type ShopOrder = {
  readonly id: number
  readonly status: string
  readonly lines: readonly ShopLine[]
  readonly shippingNet: Cents
  readonly shippingTax: Cents
  readonly tax: Cents
  readonly total: Cents
  /** Money taken for it. */
  readonly captured: Cents
  readonly refunds: readonly Cents[]
  /** Tracking number that somebody noted on it. */
  readonly tracking: string | undefined
}

const fieldsOf = (value: unknown): Readonly<Record<string, unknown>> => (typeof value === 'object' && value !== null ? { ...value } : {})
const list = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : [])
const amount = (value: unknown): Cents => cents(String(value))

export const statusOf = (record: object): string => String(fieldsOf(record).status)

/** Ids of an order's lines, in their places. */
export const lineIds = (record: object): readonly number[] => list(fieldsOf(record).line_items).map((line) => Number(fieldsOf(line).id))

const lineOf = (value: unknown): ShopLine => {
  const { id, sku, quantity, total, total_tax: tax } = fieldsOf(value)
  return { id: Number(id), sku: String(sku), quantity: Number(quantity), net: amount(total), tax: amount(tax) }
}

const trackingOf = (meta: unknown): string | undefined => {
  const entry = list(meta)
    .map(fieldsOf)
    .find(({ key }) => key === '_tracking_number')
  return typeof entry?.value === 'string' ? entry.value : undefined
}

/** Reads an order record. Throws a RangeError when an amount is not money. */
export const shopOrder = (record: object): ShopOrder => {
  const order = fieldsOf(record)
  return {
    id: Number(order.id),
    status: String(order.status),
    lines: list(order.line_items).map(lineOf),
    shippingNet: amount(order.shipping_total),
    shippingTax: amount(order.shipping_tax),
    tax: amount(order.total_tax),
    total: amount(order.total),
    captured: typeof order.date_paid_gmt === 'string' ? amount(order.total) : 0n,
    refunds: list(order.refunds).map((refund) => -amount(fieldsOf(refund).total)),
    tracking: trackingOf(order.meta_data),
  }
}

/** What the goods of an order cost, without tax. */
export const goodsNet = ({ lines }: ShopOrder): Cents => sum(lines.map(({ net }) => net))
