import type { Resolved } from '../graphql/operation.ts'
import { type Book, type Fulfilment, fulfilledOf, type Level, type Order, type Variant, withTax } from './book.ts'

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
    price: variant.price,
    priceWithTax: withTax(variant.price, book),
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
  const orderView = (order: Order): View => {
    const lines = order.lines.map((line) => {
      const variant = book.variants.get(line.variant)
      const price = variant?.price ?? 0
      const [net, gross] = [price * line.quantity, withTax(price * line.quantity, book)]
      return {
        net,
        gross,
        view: {
          id: String(line.id),
          quantity: line.quantity,
          orderPlacedQuantity: line.placed,
          productVariant: { id: String(line.variant), sku: variant?.sku ?? '', name: variant?.name ?? '' },
          unitPrice: price,
          unitPriceWithTax: withTax(price, book),
          linePrice: net,
          linePriceWithTax: gross,
          proratedLinePrice: net,
          proratedLinePriceWithTax: gross,
          taxRate: book.taxRate,
          taxLines: [{ description: `VAT ${book.taxRate}`, taxRate: book.taxRate }],
          discounts: [],
          fulfillmentLines: order.fulfilments.flatMap((one) =>
            one.lines.filter((row) => row.line === line.id).map(({ quantity }) => ({ quantity, fulfillment: fulfilmentView(one) })),
          ),
        },
      }
    })
    const sum = (name: 'net' | 'gross') => lines.reduce((all, line) => all + line[name], 0)
    const shippingWithTax = withTax(order.shipping, book)
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
      shippingAddress: {
        ...nobody,
        fullName: `${firstName} ${lastName}`,
        streetLine1: '1 High St',
        city: 'Leeds',
        postalCode: 'LS1 1AA',
        country: 'United Kingdom',
        countryCode: 'GB',
      },
      billingAddress: nobody,
      lines: lines.map(({ view }) => view),
      surcharges: [],
      shippingLines: [
        {
          id: String(order.id),
          shippingMethod: { code: 'std', name: 'Standard' },
          discountedPrice: order.shipping,
          discountedPriceWithTax: shippingWithTax,
        },
      ],
      subTotal: sum('net'),
      subTotalWithTax: sum('gross'),
      shipping: order.shipping,
      shippingWithTax,
      total: sum('net') + order.shipping,
      totalWithTax: sum('gross') + shippingWithTax,
      taxSummary: [{ description: `VAT ${book.taxRate}`, taxRate: book.taxRate, taxBase: sum('net'), taxTotal: sum('gross') - sum('net') }],
      payments: [
        {
          id: String(order.payment.id),
          method: 'card',
          amount: order.payment.amount,
          state: 'Settled',
          transactionId: `card-${order.payment.id}`,
          createdAt: order.payment.createdAt,
          updatedAt: order.payment.createdAt,
          refunds: order.refunds.map((refund) => ({
            id: String(refund.id),
            state: refund.state,
            total: refund.total,
            reason: refund.reason,
            method: 'card',
            transactionId: refund.state === 'Settled' ? `refund-${refund.id}` : null,
            createdAt: refund.createdAt,
            updatedAt: refund.updatedAt,
            lines: [],
          })),
        },
      ],
      fulfillments: order.fulfilments.map(fulfilmentView),
      modifications: [],
    }
  }
  const open = (order: Order, line: number): number => (order.lines.find(({ id }) => id === line)?.quantity ?? 0) - fulfilledOf(order, line)
  return { variantView, levelView, fulfilmentView, orderView, open }
}
export type Views = ReturnType<typeof views>
