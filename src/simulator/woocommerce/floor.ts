import { withBilling, withShipping } from './addresses.ts'
import type { Announcer, Handling } from './announcer.ts'
import type { orderJson } from './json.ts'
import type { productJson, refundJson } from './json-records.ts'
import { type Cents, cents, share } from './money.ts'
import { blankOrder } from './order-body.ts'
import { makeRefund, withLines, withPayment, withStatus } from './order-changes.ts'
import { couponLines, newLine, priced, shippingLine } from './order-lines.ts'
import { addProduct, blankProduct } from './product-body.ts'
import { blankCustomer } from './routes-customers.ts'
import { type ShopBook, withMeta } from './shop-book.ts'
import { buyable, withStock } from './stock.ts'
import type { Billing, Order, Product, Shipping } from './types.ts'

/** Money in the methods below is text with at most two decimals, as entered in the shop: with tax inside where prices include it. */
export type NewProduct = {
  readonly sku: string
  readonly name: string
  readonly price: string
  /** Pieces; null for a product whose stock is not managed. */
  readonly stock: number | null
  readonly gtin?: string
  readonly backorders?: Product['backorders']
}
export type NewVariation = Omit<NewProduct, 'name'> & { readonly attributes: Readonly<Record<string, string>> }
export type NewVariableProduct = { readonly sku: string; readonly name: string; readonly variations: readonly NewVariation[] }

export type NewOrder = {
  /** `discount` is an amount off the whole line. */
  readonly lines: readonly {
    readonly productId: number
    readonly variationId?: number
    readonly quantity: number
    readonly discount?: string
  }[]
  /** What shipping costs; absent: nothing is shipped, no shipping line. */
  readonly shipping?: string
  /** True: paid at the checkout, the order is `processing` from its first moment. False: `unpaidStatus`. */
  readonly paid: boolean
  readonly unpaidStatus?: 'pending' | 'on-hold'
  /** Email of a registered customer, who is registered if unknown; absent: a guest. */
  readonly customer?: string
  readonly billing?: Partial<Billing>
  readonly shippingAddress?: Partial<Shipping>
  readonly note?: string
  readonly meta?: Readonly<Record<string, unknown>>
  /** What happens to the webhooks of this order; absent: they are sent. */
  readonly webhooks?: Handling
}

export type OrderEdit = {
  readonly shippingAddress?: Partial<Shipping>
  readonly billing?: Partial<Billing>
  readonly note?: string
  /** New quantities; 0 removes a line. Prices and discounts stay, totals and stock follow. */
  readonly lines?: readonly { readonly lineId: number; readonly quantity: number }[]
}

export type NewRefund = {
  readonly amount: string
  readonly reason?: string
  /** `amount` of a line contains its tax; absent lines: money only. */
  readonly lines?: readonly { readonly lineId: number; readonly quantity: number; readonly amount: string }[]
  /** True when the goods came back: they go to stock again. */
  readonly restock: boolean
  /** Whether the gateway gave the money back (`refunded_payment`); true when absent. */
  readonly throughGateway?: boolean
}

export type OrderRecord = ReturnType<typeof orderJson>
export type ProductRecord = ReturnType<typeof productJson>
export type RefundRecord = ReturnType<typeof refundJson>

/** What happens in the shop itself, by its buyers and its staff; nothing of it goes into `log`. Unknown ids throw a RangeError. */
export type Floor = {
  addProduct(product: NewProduct): number
  addVariableProduct(product: NewVariableProduct): { readonly id: number; readonly variationIds: readonly number[] }
  /** Throws a RangeError when the shop has not enough left: one shop alone never oversells. */
  placeOrder(order: NewOrder): number
  payOrder(id: number, transactionId?: string): void
  editOrder(id: number, edit: OrderEdit): void
  cancelOrder(id: number): void
  completeOrder(id: number): void
  /** To the trash, from which `restoreOrder` brings it back. Webhooks say `order.deleted` and `order.restored`. */
  trashOrder(id: number): void
  restoreOrder(id: number): void
  refundOrder(id: number, refund: NewRefund): number
  setStock(sku: string, pieces: number): void
  setPrice(sku: string, price: string): void
  /** Records exactly as the API shows them. */
  product(id: number): ProductRecord
  order(id: number): OrderRecord
  orders(): OrderRecord[]
  refundsOf(orderId: number): RefundRecord[]
  notesOf(orderId: number): readonly { readonly note: string; readonly forCustomer: boolean }[]
  /** Pieces of a product or variation; null when its stock is not managed. */
  stockOf(sku: string): number | null
  /** pieces that the cart lets a buyer take now; Infinity without stock management or with backorders */
  left(sku: string): number
}

const found = <T>(value: T | undefined, what: string): T => {
  if (value === undefined) throw new RangeError(`the simulated shop has no ${what}`)
  return value
}

const buyer: Billing = {
  first_name: 'Ada',
  last_name: 'Winter',
  company: '',
  address_1: '12 Harbour Road',
  address_2: '',
  city: 'Portsmouth',
  state: 'NH',
  postcode: '03801',
  country: 'US',
  email: 'ada.winter@example.com',
  phone: '+1 603 555 0142',
}

export const createFloor = (book: ShopBook, announcer: Announcer): Floor => {
  const orderOf = (id: number): Order => found(book.orders.get(id), `order ${id}`)
  const bySku = (sku: string): Product =>
    found(
      [...book.products.values()].find((product) => product.sku === sku),
      `product with SKU ${sku}`,
    )
  const filled = (blank: Product, wanted: Omit<NewProduct, 'name'>): Product => ({
    ...withStock({ ...blank, manageStock: wanted.stock !== null, backorders: wanted.backorders ?? 'no' }, wanted.stock ?? 0),
    sku: wanted.sku,
    gtin: wanted.gtin ?? '',
    regularPrice: wanted.price,
  })
  const slugOf = (name: string): string => name.toLowerCase().replace(/[^a-z0-9]+/g, '-')

  const register = (email: string, billing: Billing, shipping: Shipping): number => {
    const known = [...book.customers.values()].find((customer) => customer.email === email)
    if (known) return known.id
    const names = { firstName: billing.first_name, lastName: billing.last_name }
    return book.saveCustomer({ ...blankCustomer(book, email), ...names, billing, shipping, paying: true }, 'created').id
  }

  const bought = ({ productId, variationId, quantity, discount }: NewOrder['lines'][number]) => {
    const product = found(book.products.get(variationId ?? productId), `product ${variationId ?? productId}`)
    return newLine(book, { product, quantity, discount: cents(discount ?? '0') })
  }

  const refuseOverselling = (lines: NewOrder['lines']): void => {
    const pieces = new Map<number, number>()
    for (const { productId, variationId, quantity } of lines) {
      if (!Number.isInteger(quantity) || quantity <= 0) throw new RangeError(`${quantity} is not a whole number of pieces above 0`)
      const id = variationId ?? productId
      pieces.set(id, (pieces.get(id) ?? 0) + quantity)
    }
    for (const [id, quantity] of pieces) {
      const product = found(book.products.get(id), `product ${id}`)
      const left = buyable(book, product)
      if (quantity > left) throw new RangeError(`the simulated shop has ${left} of ${product.sku} left, not ${quantity}`)
    }
  }

  const refundLine = (order: Order) => (line: { lineId: number; quantity: number; amount: string }) => {
    const of = found(
      order.lines.find(({ id }) => id === line.lineId),
      `line ${line.lineId} in order ${order.id}`,
    )
    const gross: Cents = cents(line.amount)
    const tax = share(gross, of.totalTax, of.total + of.totalTax)
    return { lineId: line.lineId, quantity: line.quantity, total: gross - tax, tax }
  }

  return {
    addProduct: (wanted) => addProduct(book, { ...filled(blankProduct(book), wanted), name: wanted.name, slug: slugOf(wanted.name) }).id,
    addVariableProduct({ sku, name, variations }) {
      const blank = { ...blankProduct(book), type: 'variable' as const, sku, name, slug: slugOf(name) }
      const parent = addProduct(book, blank)
      const variationIds = variations.map((wanted) => {
        const attributes = Object.entries(wanted.attributes).map(([axis, option], index) => ({ id: index + 1, name: axis, option }))
        const label = `${name} - ${Object.values(wanted.attributes).join(', ')}`
        return addProduct(book, { ...filled(blankProduct(book, parent), wanted), name: label, slug: slugOf(label), attributes }).id
      })
      return { id: parent.id, variationIds }
    },

    placeOrder(wanted) {
      refuseOverselling(wanted.lines)
      const lines = wanted.lines.map(bought)
      const billing = withBilling(buyer, wanted.billing)
      const shipping = withShipping(withShipping(buyer, wanted.billing), wanted.shippingAddress)
      const blank = blankOrder(book, 'checkout')
      if (wanted.webhooks) announcer.handle(blank.id, wanted.webhooks)
      const order: Order = {
        ...blank,
        billing,
        shipping,
        customerId: wanted.customer === undefined ? 0 : register(wanted.customer, billing, shipping),
        customerNote: wanted.note ?? '',
        paymentMethod: wanted.unpaidStatus === 'on-hold' ? 'bacs' : 'card',
        paymentMethodTitle: wanted.unpaidStatus === 'on-hold' ? 'Direct bank transfer' : 'Card',
        lines,
        shippingLines: wanted.shipping === undefined ? [] : [shippingLine(book, cents(wanted.shipping))],
        couponLines: couponLines(book, lines),
        meta: withMeta(
          [],
          Object.entries(wanted.meta ?? {}).map(([key, value]) => ({ key, value })),
          () => book.nextId('meta'),
        ),
      }
      const placed = wanted.paid ? withPayment(book, order, `ch_${order.id}`) : withStatus(book, order, wanted.unpaidStatus ?? 'pending')
      return book.saveOrder(placed, 'created').id
    },
    payOrder(id, transactionId) {
      book.saveOrder(withPayment(book, orderOf(id), transactionId ?? `ch_${id}`), 'updated')
    },
    editOrder(id, edit) {
      const before = orderOf(id)
      const plain: Order = {
        ...before,
        billing: withBilling(before.billing, edit.billing),
        shipping: withShipping(before.shipping, edit.shippingAddress),
        customerNote: edit.note ?? before.customerNote,
      }
      const lines = (edit.lines ?? []).reduce(
        (current, { lineId, quantity }) => {
          const line = found(
            current.find((entry) => entry.id === lineId),
            `line ${lineId} in order ${id}`,
          )
          return quantity === 0
            ? current.filter((entry) => entry !== line)
            : current.map((entry) => (entry === line ? priced(book, { ...line, quantity }) : entry))
        },
        [...before.lines],
      )
      const after = edit.lines ? withLines(book, plain, lines) : plain
      book.saveOrder(edit.lines ? { ...after, couponLines: couponLines(book, after.lines, before.couponLines) } : after, 'updated')
    },
    cancelOrder(id) {
      book.saveOrder(withStatus(book, orderOf(id), 'cancelled'), 'updated')
    },
    completeOrder(id) {
      book.saveOrder(withStatus(book, orderOf(id), 'completed'), 'updated')
    },
    trashOrder(id) {
      const order = orderOf(id)
      book.trashOrder({ ...withStatus(book, order, 'trash'), statusBeforeTrash: order.status })
    },
    restoreOrder(id) {
      const { statusBeforeTrash, ...order } = orderOf(id)
      book.saveOrder({ ...order, status: statusBeforeTrash ?? 'pending' }, 'restored')
    },
    refundOrder(id, { amount, reason, lines, restock, throughGateway }) {
      const order = orderOf(id)
      return makeRefund(book, order, {
        amount: cents(amount),
        reason: reason ?? '',
        restock,
        throughGateway: throughGateway ?? true,
        lines: (lines ?? []).map(refundLine(order)),
      }).id
    },
    setStock(sku, pieces) {
      book.saveProduct(withStock(bySku(sku), pieces), 'updated')
    },
    setPrice(sku, price) {
      cents(price)
      book.saveProduct({ ...bySku(sku), regularPrice: price }, 'updated')
    },

    product: (id) => JSON.parse(book.productText(found(book.products.get(id), `product ${id}`), true)),
    order: (id) => JSON.parse(book.orderText(orderOf(id))),
    orders: () => [...book.orders.values()].map((order) => JSON.parse(book.orderText(order))),
    refundsOf: (id) => orderOf(id).refunds.map((refund) => JSON.parse(book.refundText(refund))),
    notesOf: (id) => book.notesOf(orderOf(id).id).map(({ note, forCustomer }) => ({ note, forCustomer })),
    stockOf: (sku) => bySku(sku).stock,
    left: (sku) => buyable(book, bySku(sku)),
  }
}
