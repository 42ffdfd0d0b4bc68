import type { Resolved } from '../graphql/operation.ts'
import {
  type Book,
  fulfilmentOf,
  goodsOf,
  type Item,
  type Level,
  type Line,
  type Order,
  type Parcel,
  type Person,
  paymentOf,
  type Refund,
  taxOf,
  totalOf,
} from './book.ts'
import { connection, type Listed } from './connection.ts'
import { returnView } from './returns.ts'

type View = { readonly [name: string]: Resolved }

export const gid = (type: string, id: number): string => `gid://shopify/${type}/${id}`
export const idOf = (value: unknown): number => Number(/(\d+)(?:\?.*)?$/.exec(String(value))?.[1] ?? Number.NaN)

/** The objects of the Admin API as far as connectors read them, made anew for every question. */
export function views(book: Book) {
  const money = (cents: number): View => ({
    shopMoney: { amount: (cents / 100).toFixed(2).replace(/0$/, ''), currencyCode: book.currency },
  })
  const named = (type: string, id: number): View => ({ id: gid(type, id), legacyResourceId: String(id) })
  const location: View = {
    ...named('Location', book.location),
    name: book.locationName,
    isActive: true,
    updatedAt: '2026-01-01T00:00:00Z',
    address: { city: 'Ottawa', countryCode: 'CA' },
  }
  const levelView = (level: Level): View => ({
    updatedAt: level.updatedAt,
    item: { ...named('InventoryItem', level.item), sku: book.items.get(level.item)?.sku ?? null },
    location,
    quantities: [{ name: 'available', quantity: level.available }],
  })
  const variantView = (item: Item): View => ({
    sku: item.sku,
    barcode: item.barcode,
    title: 'Default Title',
    updatedAt: item.updatedAt,
    inventoryItem: named('InventoryItem', item.id),
    product: { title: item.name },
  })
  const taxLines = (tax: number): readonly View[] =>
    book.taxes === undefined || tax === 0
      ? []
      : [{ title: book.taxes.title, ratePercentage: Number(book.taxes.percent), priceSet: money(tax) }]
  const personView = (person: Person | undefined): View | null =>
    person === undefined ? null : { ...person, company: null, address2: null, provinceCode: person.province, phone: null }
  const lineView = (line: Line): View => {
    const item = book.items.get(line.item)
    return {
      __typename: 'LineItem',
      id: gid('LineItem', line.id),
      sku: item?.sku ?? null,
      name: item?.name ?? '-',
      quantity: line.quantity,
      currentQuantity: line.quantity - line.refunded,
      variant: item === undefined ? null : { inventoryItem: named('InventoryItem', item.id) },
      originalUnitPriceSet: money(line.price),
      originalTotalSet: money(line.price * line.quantity),
      discountAllocations: line.discount === 0 ? [] : [{ allocatedAmountSet: money(line.discount) }],
      taxLines: taxLines(line.tax),
    }
  }
  const listed = (rows: readonly { readonly id: number }[], node: (row: never) => Resolved): readonly Listed[] =>
    rows.map((row) => ({ id: row.id, node: node(row as never) }))
  const lineOf = (order: Order, id: number): View => {
    const line = order.lines.find((one) => one.id === id)
    return line === undefined ? {} : lineView(line)
  }
  const parcelView = (order: Order, parcel: Parcel): View => ({
    ...named('Fulfillment', parcel.id),
    name: `${order.name}-F${order.parcels.indexOf(parcel) + 1}`,
    status: parcel.shown === 'CANCELED' ? 'CANCELLED' : 'SUCCESS',
    displayStatus: parcel.shown,
    createdAt: parcel.createdAt,
    updatedAt: parcel.updatedAt,
    order: named('Order', order.id),
    location,
    trackingInfo: parcel.tracking.number === null ? [] : [{ ...parcel.tracking }],
    fulfillmentLineItems: (args) =>
      connection(
        parcel.lines.map(({ line, quantity }) => ({
          id: line,
          node: { id: gid('FulfillmentLineItem', line), quantity, lineItem: lineOf(order, line) },
        })),
        args,
      ),
  })
  const refundView = (order: Order, refund: Refund): View => ({
    ...named('Refund', refund.id),
    processedAt: refund.at,
    updatedAt: refund.at,
    note: refund.note,
    order: named('Order', order.id),
    totalRefundedSet: money(refund.amount),
    refundLineItems: (args) =>
      connection(
        refund.lines.map(({ line, quantity, amount }) => ({
          id: line,
          node: {
            quantity,
            restockType: refund.restocked ? 'RETURN' : 'NO_RESTOCK',
            lineItem: lineOf(order, line),
            subtotalSet: money(amount),
          },
        })),
        args,
      ),
  })
  const openView = (order: Order): View => ({
    id: gid('FulfillmentOrder', order.fulfilmentOrder),
    status: fulfilmentOf(order) === 'FULFILLED' ? 'CLOSED' : 'OPEN',
    lineItems: (args) =>
      connection(
        order.lines.map((line) => ({
          id: line.id,
          node: { id: gid('FulfillmentOrderLineItem', line.id), remainingQuantity: line.open, lineItem: lineView(line) },
        })),
        args,
      ),
  })
  const orderView = (order: Order): View => ({
    __typename: 'Order',
    ...named('Order', order.id),
    name: order.name,
    createdAt: order.createdAt,
    updatedAt: order.updatedAt,
    processedAt: order.createdAt,
    cancelledAt: order.cancelledAt,
    closedAt: null,
    displayFinancialStatus: paymentOf(order, book),
    displayFulfillmentStatus: fulfilmentOf(order),
    currencyCode: book.currency,
    taxesIncluded: book.taxes?.included ?? true,
    sourceName: 'web',
    note: order.note,
    email: order.buyer?.email ?? 'ada@example.com',
    phone: null,
    billingAddress: personView(order.buyer),
    shippingAddress: personView(order.shipTo ?? order.buyer),
    subtotalPriceSet: money(goodsOf(order)),
    totalTaxSet: money(taxOf(order)),
    totalTipReceivedSet: money(0),
    totalPriceSet: money(totalOf(order, book)),
    shippingLines: (args) =>
      connection(
        order.shipping === 0
          ? []
          : [
              {
                id: 1,
                node: {
                  __typename: 'ShippingLine',
                  title: 'Standard',
                  code: 'STD',
                  discountedPriceSet: money(order.shipping),
                  taxLines: taxLines(order.shippingTax),
                },
              },
            ],
        args,
      ),
    lineItems: (args) => connection(listed(order.lines, lineView), args),
    refunds: order.refunds.map((refund) => refundView(order, refund)),
    returns: (args) =>
      connection(
        order.returns.map((one) => ({ id: one.id, node: returnView(order, one, { money, lineOf }) })),
        args,
      ),
    fulfillments: order.parcels.map((parcel) => parcelView(order, parcel)),
    fulfillmentOrders: (args) =>
      connection([{ id: order.fulfilmentOrder, terms: { status: String(openView(order).status) }, node: openView(order) }], args),
  })
  return { location, levelView, variantView, orderView, parcelView }
}
export type Views = ReturnType<typeof views>
