import { orderTotals } from './json.ts'
import { type Cents, money, sum } from './money.ts'
import type { ShopBook } from './shop-book.ts'
import { adjustStock, reduceStock, restoreStock } from './stock.ts'
import type { Order, OrderLine, OrderStatus, Refund } from './types.ts'

const names: Record<OrderStatus, string> = {
  pending: 'Pending payment',
  processing: 'Processing',
  'on-hold': 'On hold',
  completed: 'Completed',
  cancelled: 'Cancelled',
  refunded: 'Refunded',
  failed: 'Failed',
  trash: 'Trash',
}

/**
 * Gives an order another status with all that follows in WooCommerce: stock taken (processing, on hold, completed) or put back (cancelled,
 * pending), the dates of payment and completion set once, and a system note. Does not store the order. Same status: nothing happens.
 */
export const withStatus = (book: ShopBook, order: Order, status: OrderStatus): Order => {
  if (order.status === status) return order
  const at = book.stamp()
  const paying = status === 'processing' || status === 'completed'
  const reducing = paying || status === 'on-hold'
  const restoring = status === 'cancelled' || status === 'pending'
  const stocked = reducing ? reduceStock(book, order) : restoring ? restoreStock(book, order) : order
  book.addNote({
    orderId: order.id,
    author: 'system',
    forCustomer: false,
    note: `Order status changed from ${names[order.status]} to ${names[status]}.`,
  })
  return {
    ...stocked,
    status,
    ...(paying && order.paidAt === undefined ? { paidAt: at } : {}),
    ...(status === 'completed' && order.completedAt === undefined ? { completedAt: at } : {}),
  }
}

/** Payment came in: dates, transaction, and from an open status to processing. */
export const withPayment = (book: ShopBook, order: Order, transactionId: string): Order => {
  const open = ['pending', 'on-hold', 'failed', 'cancelled'].includes(order.status)
  const paid: Order = { ...order, transactionId: transactionId || order.transactionId, paidAt: order.paidAt ?? book.stamp() }
  return open ? withStatus(book, paid, 'processing') : paid
}

/** Replaces the lines of an order and, where its stock is reduced already, moves the difference in pieces. */
export const withLines = (book: ShopBook, order: Order, lines: readonly OrderLine[]): Order => {
  for (const before of order.lines) {
    const after = lines.find(({ id }) => id === before.id)
    adjustStock(book, order, before, before.quantity - (after?.quantity ?? 0))
  }
  for (const added of lines) {
    if (!order.lines.some(({ id }) => id === added.id)) adjustStock(book, order, added, -added.quantity)
  }
  return { ...order, lines }
}

/** What has not been refunded yet. */
export const refundable = (order: Order): Cents => orderTotals(order).total - sum(order.refunds.map(({ amount }) => amount))

export type WantedRefund = {
  readonly amount: Cents
  readonly reason: string
  readonly throughGateway: boolean
  readonly restock: boolean
  /** `total` without tax, `tax` beside it, both positive. */
  readonly lines: readonly { readonly lineId: number; readonly quantity: number; readonly total: Cents; readonly tax: Cents }[]
  readonly meta?: Refund['meta']
}

const refundLine = (
  book: ShopBook,
  order: Order,
  { lineId, quantity, total, tax }: WantedRefund['lines'][number],
): Refund['lines'][number] => {
  const of = order.lines.find(({ id }) => id === lineId)
  if (!of) throw new RangeError(`order ${order.id} has no line ${lineId}: take the ids from its line_items`)
  const refunded = order.refunds.flatMap(({ lines }) => lines).filter((line) => line.of.id === lineId)
  const left = of.quantity - refunded.reduce((pieces, line) => pieces + line.quantity, 0)
  if (quantity > left) throw new RangeError(`line ${lineId} of order ${order.id} has ${left} pieces left to refund, not ${quantity}`)
  return { id: book.nextId('item'), of, quantity, total, tax, metaId: book.nextId('meta') }
}

/**
 * Makes a refund: restocks its pieces if asked, hangs it on the order, makes the order `refunded` when nothing is left to give back, stores
 * both and announces the order. Throws a RangeError when the amount is not positive or more than is left, or a line does not fit.
 */
export const makeRefund = (book: ShopBook, order: Order, wanted: WantedRefund): Refund => {
  const left = refundable(order)
  if (wanted.amount <= 0n || wanted.amount > left) {
    throw new RangeError(`order ${order.id} has ${money(left)} left to refund, not ${money(wanted.amount)}`)
  }
  const lines = wanted.lines.map((line) => refundLine(book, order, line))
  const at = book.stamp()
  const refund: Refund = {
    id: book.nextId('post'),
    orderId: order.id,
    createdAt: at,
    modifiedAt: at,
    amount: wanted.amount,
    reason: wanted.reason,
    throughGateway: wanted.throughGateway,
    lines,
    meta: wanted.meta ?? [],
  }
  if (wanted.restock) for (const { of, quantity } of lines) adjustStock(book, order, of, quantity)
  book.saveRefund(refund)
  const refunded: Order = { ...order, refunds: [refund, ...order.refunds] }
  book.saveOrder(wanted.amount === left ? withStatus(book, refunded, 'refunded') : refunded, 'updated')
  return refund
}
