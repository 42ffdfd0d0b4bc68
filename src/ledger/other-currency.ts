import { isObject } from '../model/json.ts'
import type { Note } from './findings.ts'
import type { OrderCase } from './order-case.ts'
import { listOf, textOf } from './shelf.ts'

/** Payments and refunds of an order in another currency: they are kept and count for nothing in the order, since nobody says at what rate. */
export function otherCurrency({ order, related, keyOf }: OrderCase): Note[] {
  const currency = textOf(order.body.currency)
  if (currency === undefined) return []
  return related.flatMap(({ type, key, body, status }): Note[] => {
    const paid = textOf(body.currency)
    if ((type !== 'payment' && type !== 'refund') || paid === undefined || paid === currency) return []
    if (status === 'failed' || status === 'cancelled') return []
    const part = listOf(body.allocations).find(({ ref }) => isObject(ref) && ref.type === order.type && keyOf(ref) === order.key)
    const detail = { order: order.key, ordered: currency, currency: paid, amount: part?.amount ?? body.amount ?? null }
    return [{ type, key, code: 'currency-differs', path: '/currency', detail }]
  })
}
