import type { Resolved } from '../graphql/operation.ts'
import {
  type Book,
  type Fulfilment,
  fulfilledOf,
  type Level,
  linePriced,
  type Order,
  priced,
  shippingPriced,
  totalOf,
  type Variant,
} from './book.ts'

type View = { readonly [name: string]: Resolved }

const empty = ['company', 'streetLine2', 'province'] as const
const nobody = Object.fromEntries(
  [...empty, 'fullName', 'streetLine1', 'city', 'postalCode', 'country', 'countryCode', 'phoneNumber'].map((name) => [name, null]),
)

/** The objects of the Admin API as far as connectors read them, made anew for every question. */
export function views(book: Book) {
  const variantView = (variant: Variant): View => ({
    __typename: 'ProductVariant',
    id: String(variant.id),
    sku: variant.sku,
    name: variant.name,
    enabled: true,
    currencyCode: book.currency,
    price: priced(variant.price, book.taxRate, book).net,
    priceWithTax: priced(variant.price, book.taxRate, book).gross,
    createdAt: variant.createdAt,
    updatedAt: variant.updatedAt,
    product: { id: String(variant.id), name: variant.name },
    stockLevels: [...book.levels.values()].filter((level) => level.variant === variant.id).map(levelView),
  })
  const levelView = (level: Level): View => ({
    id: String(level.id),
    stockLocationId: String(level.location),
    stockOnHand: level.onHand,
    stockAllocated: level.allocated,
    updatedAt: level.updatedAt,
  })
  const fulfilmentView = (one: Fulfilment): View => ({
    __typename: 'Fulfillment',
    id: String(one.id),
    state: one.state,
    method: one.method,
    trackingCode: one.tracking,
    createdAt: one.createdAt,
    updatedAt: one.updatedAt,
    lines: one.lines.map(({ line, quantity }) => ({ orderLineId: String(line), quantity })),
  })
  const refundView = (refund: Order['refunds'][number]): View => ({
    id: String(refund.id),
    state: refund.state,
    total: refund.total,
    reason: refund.reason,
    method: 'card',
    transactionId: refund.state === 'Settled' ? `refund-${refund.id}` : null,
    createdAt: refund.createdAt,
    updatedAt: refund.updatedAt,
    lines: refund.lines.map(({ line, quantity }) => ({ orderLineId: String(line), quantity })),
  })
  const orderView = (order: Order): View => {
    const lines = order.lines.map((line) => {
      const variant = book.variants.get(line.variant)
      const unit = priced(variant?.price ?? 0, book.taxRate, book)
      const { full, paid } = linePriced(line, book)
      const off = { amount: paid.net - full.net, amountWithTax: paid.gross - full.gross }
      return {
        ...paid,
        view: {
          id: String(line.id),
          quantity: line.quantity,
          orderPlacedQuantity: line.placed,
          productVariant: { id: String(line.variant), sku: variant?.sku ?? '', name: variant?.name ?? '' },
          unitPrice: unit.net,
          unitPriceWithTax: unit.gross,
          linePrice: full.net,
          linePriceWithTax: full.gross,
          proratedLinePrice: paid.net,
          proratedLinePriceWithTax: paid.gross,
          taxRate: book.taxRate,
          taxLines: [{ description: `VAT ${book.taxRate}`, taxRate: book.taxRate }],
          discounts: off.amountWithTax === 0 ? [] : [{ description: 'Offer', ...off }],
          fulfillmentLines: order.fulfilments.flatMap((one) =>
            one.lines.filter((row) => row.line === line.id).map(({ quantity }) => ({ quantity, fulfillment: fulfilmentView(one) })),
          ),
        },
      }
    })
    const sum = (name: 'net' | 'gross') => lines.reduce((all, line) => all + line[name], 0)
    const shipping = shippingPriced(order, book)
    const total = totalOf(order, book)
    const { firstName, lastName, email } = order.buyer
    return {
      __typename: 'Order',
      id: String(order.id),
      code: order.code,
      state: order.state,
      type: 'Regular',
      active: false,
      createdAt: order.createdAt,
      updatedAt: order.updatedAt,
      orderPlacedAt: order.placedAt,
      currencyCode: book.currency,
      couponCodes: [],
      customer: { id: String(order.id), firstName, lastName, emailAddress: email, phoneNumber: null },
      shippingAddress: { ...nobody, ...order.shippingAddress },
      billingAddress: nobody,
      lines: lines.map(({ view }) => view),
      surcharges: [],
      shippingLines: [
        {
          id: String(order.id),
          shippingMethod: { code: 'std', name: 'Standard' },
          discountedPrice: shipping.net,
          discountedPriceWithTax: shipping.gross,
        },
      ],
      subTotal: sum('net'),
      subTotalWithTax: sum('gross'),
      shipping: shipping.net,
      shippingWithTax: shipping.gross,
      total: total.net,
      totalWithTax: total.gross,
      taxSummary: [{ description: `VAT ${book.taxRate}`, taxRate: book.taxRate, taxBase: sum('net'), taxTotal: sum('gross') - sum('net') }],
      payments: order.payments.map((payment) => ({
        id: String(payment.id),
        method: 'card',
        amount: payment.amount,
        state: payment.state,
        transactionId: `card-${payment.id}`,
        createdAt: payment.createdAt,
        updatedAt: payment.updatedAt,
        refunds: payment.state === 'Settled' ? order.refunds.map(refundView) : [],
      })),
      fulfillments: order.fulfilments.map(fulfilmentView),
      modifications: [],
    }
  }
  const open = (order: Order, line: number): number => (order.lines.find(({ id }) => id === line)?.quantity ?? 0) - fulfilledOf(order, line)
  return { variantView, levelView, fulfilmentView, orderView, open }
}
export type Views = ReturnType<typeof views>
