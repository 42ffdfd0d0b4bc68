import { emptyBilling, emptyShipping, withBilling, withShipping } from './addresses.ts'
import { type Body, type FieldKinds, metaOf, objectsOf } from './body.ts'
import { type Cents, cents, taxOn } from './money.ts'
import { withLines, withPayment, withStatus } from './order-changes.ts'
import { newLine, withNetTotals } from './order-lines.ts'
import { invalidParameters, refusal } from './refusal.ts'
import { type ShopBook, withMeta } from './shop-book.ts'
import { type Order, type OrderLine, type OrderStatus, orderStatuses, type Product, type SideLine } from './types.ts'

const ignored = [
  'id',
  'number',
  'order_key',
  'version',
  'date_created',
  'date_created_gmt',
  'date_modified',
  'date_modified_gmt',
  'discount_total',
  'discount_tax',
  'shipping_total',
  'shipping_tax',
  'cart_tax',
  'total',
  'total_tax',
  'prices_include_tax',
  'customer_ip_address',
  'customer_user_agent',
  'date_paid',
  'date_paid_gmt',
  'date_completed',
  'date_completed_gmt',
  'cart_hash',
  'tax_lines',
  'refunds',
  '_links',
  'created_via',
  'parent_id',
  'currency',
  'fee_lines',
  'coupon_lines',
]

/** Fields of an order that a client may send; those that WooCommerce computes itself are accepted and ignored. */
export const orderFields: FieldKinds = {
  ...Object.fromEntries(ignored.map((name) => [name, 'readonly' as const])),
  status: { oneOf: orderStatuses },
  customer_id: 'integer',
  customer_note: 'string',
  billing: 'object',
  shipping: 'object',
  payment_method: 'string',
  payment_method_title: 'string',
  transaction_id: 'string',
  meta_data: 'array',
  line_items: 'array',
  shipping_lines: 'array',
  set_paid: 'boolean',
}

type Item = Readonly<Record<string, unknown>>

const netOf = (item: Item, name: string): Cents | undefined => {
  const given = item[name]
  if (given === undefined) return undefined
  try {
    if (typeof given === 'string') return cents(given)
  } catch {
    // Answered below like a value of another type.
  }
  const message = `line_items[${name}] is not of type string with at most two decimals.`
  throw invalidParameters(new Map([['line_items', { code: 'rest_invalid_type', message }]]))
}

const quantityOf = (item: Item, otherwise: number): number => {
  const quantity = item.quantity === undefined ? otherwise : Number(item.quantity)
  if (Number.isInteger(quantity) && quantity >= 0) return quantity
  const message = 'line_items[quantity] is not of type integer.'
  throw invalidParameters(new Map([['line_items', { code: 'rest_invalid_type', message }]]))
}

const productOf = (book: ShopBook, item: Item): Product => {
  const id = Number(item.variation_id || item.product_id || 0)
  const product =
    typeof item.sku === 'string' && item.sku !== ''
      ? [...book.products.values()].find(({ sku }) => sku === item.sku)
      : book.products.get(id)
  if (!product) throw refusal(400, 'woocommerce_rest_required_product_reference', 'Product ID or SKU is required.')
  return product
}

const addedLine = (book: ShopBook, item: Item): OrderLine => {
  const line = newLine(book, { product: productOf(book, item), quantity: quantityOf(item, 1), discount: 0n })
  const total = netOf(item, 'total')
  const subtotal = netOf(item, 'subtotal') ?? total
  return total === undefined && subtotal === undefined ? line : withNetTotals(book, line, subtotal ?? 0n, total ?? subtotal ?? 0n)
}

/** The API changes what is sent and nothing else: a new quantity leaves the totals of a line as they were, as in WooCommerce. */
const changedLines = (book: ShopBook, before: readonly OrderLine[], items: readonly Item[]): readonly OrderLine[] => {
  let lines = before
  for (const item of items) {
    if (item.id === undefined) {
      lines = [...lines, addedLine(book, item)]
      continue
    }
    const line = lines.find(({ id }) => id === Number(item.id))
    if (!line) throw refusal(400, 'woocommerce_rest_invalid_item_id', 'Order item ID provided is not associated with order.')
    const quantity = quantityOf(item, line.quantity)
    const total = netOf(item, 'total')
    const subtotal = netOf(item, 'subtotal')
    const priced =
      total === undefined && subtotal === undefined ? line : withNetTotals(book, line, subtotal ?? line.subtotal, total ?? line.total)
    const changed = { ...priced, quantity }
    const gone = quantity === 0 || item.product_id === null
    lines = gone ? lines.filter((entry) => entry !== line) : lines.map((entry) => (entry === line ? changed : entry))
  }
  return lines
}

const shippingOf = (book: ShopBook, items: readonly Item[]): readonly SideLine[] =>
  items.map((item) => {
    const total = netOf(item, 'total') ?? 0n
    return {
      id: book.nextId('item'),
      title: String(item.method_title ?? 'Flat rate'),
      method: String(item.method_id ?? 'flat_rate'),
      total,
      totalTax: book.taxShipping ? taxOn(total, book.taxRate) : 0n,
    }
  })

/** Applies a checked body to an order, status and payment last, as the orders controller does. Stores nothing. */
export const withOrderBody = (book: ShopBook, before: Order, body: Body): Order => {
  const meta = metaOf(body)
  const items = objectsOf(body, 'line_items')
  const shippingLines = objectsOf(body, 'shipping_lines')
  const plain: Order = {
    ...before,
    customerId: body.integer('customer_id') ?? before.customerId,
    customerNote: body.text('customer_note') ?? before.customerNote,
    billing: withBilling(before.billing, body.object('billing')),
    shipping: withShipping(before.shipping, body.object('shipping')),
    paymentMethod: body.text('payment_method') ?? before.paymentMethod,
    paymentMethodTitle: body.text('payment_method_title') ?? before.paymentMethodTitle,
    transactionId: body.text('transaction_id') ?? before.transactionId,
    meta: meta ? withMeta(before.meta, meta, () => book.nextId('meta')) : before.meta,
    ...(shippingLines ? { shippingLines: shippingOf(book, shippingLines) } : {}),
  }
  const lined = items ? withLines(book, plain, changedLines(book, plain.lines, items)) : plain
  const status = body.text('status') as OrderStatus | undefined
  const moved = status === undefined ? lined : withStatus(book, lined, status)
  return body.flag('set_paid') ? withPayment(book, moved, moved.transactionId) : moved
}

/** A pending order without lines, to be filled. */
export const blankOrder = (book: ShopBook, createdVia: Order['createdVia']): Order => {
  const id = book.nextId('post')
  const at = book.stamp()
  return {
    id,
    key: book.orderKey(id),
    createdVia,
    status: 'pending',
    createdAt: at,
    modifiedAt: at,
    customerId: 0,
    customerNote: '',
    billing: emptyBilling,
    shipping: emptyShipping,
    paymentMethod: '',
    paymentMethodTitle: '',
    transactionId: '',
    lines: [],
    shippingLines: [],
    feeLines: [],
    couponLines: [],
    taxLineId: book.nextId('item'),
    meta: [],
    refunds: [],
    stockReduced: false,
  }
}
