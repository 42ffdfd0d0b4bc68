import { isZero } from '../../model/decimal.ts'
import { isObject } from '../../model/json.ts'
import type { OrderLineTable } from '../../store/tables.ts'
import { caseLines, type OrderCase, relatedLines } from '../order-case.ts'
import { money } from '../order-state.ts'
import { listOf, textOf } from '../shelf.ts'
import type { LedgerDocument } from '../types.ts'
import { type OrderCost, whole } from './cost.ts'

/** What an order means for the deposit of its merchant, x 10^4: what it costs, and what of that was sent and given back. */
export interface OrderNeed {
  readonly currency: string
  readonly need: bigint
  readonly captured: bigint
  readonly refunded: bigint
  /** documents ask for more back than was captured */
  readonly beyond: bigint
  /** it cannot be known what it costs: a line has no price, or its parts are in several currencies */
  readonly why: '' | 'cost' | 'currency'
}

interface Part {
  readonly amount: bigint
  /** what is left of the line, what was sent and what came back, x 10^6 */
  readonly quantity: bigint
  readonly sent: bigint
  readonly back: bigint
}

/**
 * A pure function of the documents at rest and the cost of the lines. Each line is captured in proportion to what was sent of it, down to what the currency has, the rest with its last unit; freight in proportion to the goods, the rest with
 * the last of them. What came back, or was refunded by quantity, gives its share of the line's cost back; a refund that names no quantity gives back the share that it is of the order's total. Freight is given back by such a refund only.
 */
export function orderNeed(orderCase: OrderCase, rows: readonly OrderLineTable[], cost: OrderCost): OrderNeed {
  const { order } = orderCase
  const { currency } = cost
  const parts = partsOf(orderCase, rows, cost)
  const goods = total(parts, ({ amount }) => amount)
  const sent = parts.some((part) => part.sent > 0n)
  const isOff = (order.deleted || order.status === 'cancelled' || goods === 0n || parts.every(({ quantity }) => quantity === 0n)) && !sent
  const freight = isOff || parts.length === 0 ? 0n : cost.freight
  const need = goods + freight
  const sentWhole = sent && parts.every((part) => part.sent >= part.quantity)
  const goodsSent = total(parts, (part) => share(part.amount, part.sent, part.quantity, currency))
  const freightSent = sentWhole ? freight : goods > 0n ? whole((freight * goodsSent) / goods, currency) : 0n
  const captured = goodsSent + freightSent
  const asked = total(parts, (part) => share(part.amount, part.back, part.quantity, currency)) + byAmount(orderCase, captured, currency)
  const refunded = asked < captured ? asked : captured
  const why = cost.mixed !== undefined && need > 0n ? 'currency' : cost.lines.some(({ amount }) => amount === undefined) ? 'cost' : ''
  return { currency, need, captured, refunded, beyond: asked - refunded, why }
}

const total = (parts: readonly Part[], of: (part: Part) => bigint): bigint => parts.reduce((sum, part) => sum + of(part), 0n)

const share = (amount: bigint, some: bigint, all: bigint, currency: string): bigint =>
  all <= 0n || some <= 0n ? 0n : some >= all ? amount : whole((amount * some) / all, currency)

function partsOf(orderCase: OrderCase, rows: readonly OrderLineTable[], { lines }: OrderCost): Part[] {
  const counted = new Map(rows.map((row) => [row.line, row]))
  const known = new Map(caseLines(orderCase).map((line) => [line.key, line]))
  const refunded = refundedByQuantity(orderCase)
  const figures = lines.flatMap(({ line: key, amount = 0n }) => {
    const row = counted.get(key)
    const line = known.get(key)
    if (row === undefined || line === undefined) return []
    const quantity = BigInt(row.quantity) - BigInt(row.cancelled)
    const back = most(BigInt(row.restocked), refunded.get(key) ?? 0n)
    const bundled = caseLines(orderCase).filter((one) => one.line.bundleOf === key)
    const sent =
      bundled.length === 0
        ? BigInt(row.shipped)
        : sentOfBundle(
            quantity,
            bundled.flatMap((one) => counted.get(one.key) ?? []),
          )
    return [{ amount, quantity: quantity > 0n ? quantity : 0n, sent, back, goes: line.product === null || line.stocked }]
  })
  // services are never shipped: they go with the last of the goods, or with the end of an order that has none
  const goods = figures.filter(({ goes }) => goes)
  const gone =
    goods.length === 0
      ? orderCase.order.status === 'closed'
      : goods.some(({ sent }) => sent > 0n) && goods.every((one) => one.sent >= one.quantity)
  return figures.map(({ goes, ...part }) => (goes || !gone ? part : { ...part, sent: part.quantity }))
}

/** As much of a bundle as every part of it was sent. */
function sentOfBundle(quantity: bigint, parts: readonly OrderLineTable[]): bigint {
  const sent = parts.flatMap((row) => {
    const left = BigInt(row.quantity) - BigInt(row.cancelled)
    return left <= 0n ? [] : [(quantity * most(BigInt(row.shipped), 0n)) / left]
  })
  return sent.length === 0 ? 0n : sent.reduce((least, one) => (one < least ? one : least))
}

const isDone = ({ type, status, body }: LedgerDocument): boolean =>
  type === 'refund' && (status === 'done' || (status === null && body.refundedAt !== undefined))

/** Units that refunds name, by line, x 10^6. */
function refundedByQuantity(orderCase: OrderCase): ReadonlyMap<string, bigint> {
  const lines = caseLines(orderCase)
  const units = new Map<string, bigint>()
  for (const document of orderCase.related.filter(isDone))
    for (const { target, row } of relatedLines(orderCase, lines, document)) {
      const count = target?.count(row.quantity, row.unit, document) ?? 0n
      if (target !== undefined && count > 0n) units.set(target.key, (units.get(target.key) ?? 0n) + count)
    }
  return units
}

/** Refunds that name no quantity of any line: their share of the order's total, of what was captured. */
function byAmount(orderCase: OrderCase, captured: bigint, currency: string): bigint {
  const { order, related, keyOf } = orderCase
  const totals = isObject(order.body.totals) ? order.body.totals : {}
  const grand = money(textOf(totals.grandTotal) ?? textOf(totals.linesTotal))
  if (grand <= 0n || captured === 0n) return 0n
  const amount = related
    .filter((document) => isDone(document) && keyOf(document.body.order) === order.key && document.body.currency === order.body.currency)
    .filter(({ body }) => listOf(body.lines).every(({ quantity }) => isZero(textOf(quantity) ?? '0')))
    .reduce((sum, { body }) => sum + money(body.amount), 0n)
  return whole((amount * captured) / grand, currency)
}

const most = (a: bigint, b: bigint): bigint => (a > b ? a : b)
