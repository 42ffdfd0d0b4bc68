import { add, amountScale, DecimalError, toScaled } from '../model/decimal.ts'
import { isObject, type Json } from '../model/json.ts'
import type { OrderLineTable, OrderStateTable } from '../store/tables.ts'
import type { OrderCase } from './order-case.ts'
import { sum } from './sales-lines.ts'
import { listOf, textOf } from './shelf.ts'
import type { LedgerDocument } from './types.ts'

/**
 * Money and progress of an order. Its status is `split` or `merged` while others count in its place. goods_total is after discounts; totals a document lacks are those of its lines. Payments count what they allocate to the order
 * in its own currency once captured; refunds once done.
 */
export function orderState(orderCase: OrderCase, lines: readonly OrderLineTable[]): OrderStateTable {
  const { tenant, order, related, keyOf } = orderCase
  const { body } = order
  const currency = textOf(body.currency) ?? ''
  const inCurrency = related.filter((document) => document.body.currency === currency)
  const paid = sum(
    inCurrency
      .filter(isCaptured)
      .flatMap(({ body: payment }) => listOf(payment.allocations))
      .filter(({ ref }) => isObject(ref) && ref.type === order.type && keyOf(ref) === order.key)
      .map(({ amount }) => money(amount)),
  )
  const refunded = sum(
    inCurrency
      .filter((document) => isRefunded(document) && keyOf(document.body.order) === order.key)
      .map(({ body: refund }) => money(refund.amount)),
  )
  const totals = isObject(body.totals) ? body.totals : {}
  const linesTotal =
    textOf(totals.linesTotal) ?? listOf(body.lines).reduce((total, line) => add(total, textOf(line.lineAmount) ?? '0'), '0')
  const grandTotal = money(textOf(totals.grandTotal) ?? linesTotal)
  return {
    tenant,
    type: order.type,
    key: order.key,
    origin: order.origin,
    number: order.number,
    status: order.deleted ? 'deleted' : (orderCase.links?.how ?? order.status ?? 'unknown'),
    currency,
    business_date: order.businessDate ?? '',
    payment: paymentOf(paid, refunded, grandTotal),
    fulfilment: fulfilmentOf(order, lines),
    grand_total: grandTotal,
    goods_total: money(linesTotal) - money(totals.discountTotal),
    charge_total: money(totals.chargeTotal),
    tax_total: money(totals.taxTotal),
    paid,
    refunded,
  }
}

/** A payment whose money is there. */
export const isCaptured = ({ type, status, body }: LedgerDocument): boolean =>
  type === 'payment' &&
  (body.kind === 'payment' || body.kind === 'prepayment') &&
  (status === 'captured' || status === 'settled' || (status === null && body.paidAt !== undefined))
/** A refund whose money is back. An after-sale document asks for money, and gives none back: the refund does. */
export const isRefunded = ({ type, status, body }: LedgerDocument): boolean =>
  type === 'refund' && (status === 'done' || (status === null && body.refundedAt !== undefined))

/** An amount x 10^4; what is absent, or beyond the range of SQL, is none. */
export function money(value: Json | undefined): bigint {
  if (typeof value !== 'string') return 0n
  try {
    return toScaled(value, amountScale)
  } catch (error) {
    if (error instanceof DecimalError) return 0n
    throw error
  }
}

function paymentOf(paid: bigint, refunded: bigint, grandTotal: bigint): 'none' | 'part' | 'paid' | 'refunded' {
  if (paid <= 0n) return 'none'
  if (refunded >= paid) return 'refunded'
  return paid < grandTotal ? 'part' : 'paid'
}

function fulfilmentOf(order: LedgerDocument, lines: readonly OrderLineTable[]): 'none' | 'part' | 'shipped' | 'received' | 'returned' {
  const total = (column: 'shipped' | 'received' | 'restocked' | 'open') => sum(lines.map((line) => BigInt(line[column])))
  const isPurchase = order.type === 'purchase-order'
  const done = isPurchase ? total('received') : total('shipped')
  if (done === 0n) return 'none'
  if (isPurchase)
    return lines.every((line) => BigInt(line.received) + BigInt(line.cancelled) >= BigInt(line.quantity)) ? 'received' : 'part'
  if (total('open') > 0n) return 'part'
  return total('restocked') >= done ? 'returned' : 'shipped'
}
