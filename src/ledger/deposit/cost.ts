import { amountScale, currencyDigits } from '../../model/decimal.ts'
import type { Reader } from '../../store/in-list.ts'
import { costsOf } from '../../store/order-cost.ts'
import type { OrderCostTable, OrderLineTable } from '../../store/tables.ts'
import type { Costing } from '../books.ts'
import { caseLines, type OrderCase } from '../order-case.ts'
import { money } from '../order-state.ts'
import { listOf, textOf } from '../shelf.ts'

/** What a line of an order costs its merchant, x 10^4, without what was cancelled of it. undefined: nobody knows yet. */
export interface LineCost {
  readonly line: string
  readonly amount: bigint | undefined
}
export interface OrderCost {
  readonly currency: string
  readonly lines: readonly LineCost[]
  /** x 10^4 */
  readonly freight: bigint
  /** currencies that would have to be added up, where there is more than one */
  readonly mixed?: readonly string[]
}

/** Down to what a currency has. */
export function whole(amount: bigint, currency: string): bigint {
  const unit = 10n ** BigInt(amountScale - Math.min(currencyDigits(currency) ?? 2, amountScale))
  return amount - (amount % unit)
}

/** Charges of the order that are for shipping it, x 10^4. */
export const freightOf = ({ order }: OrderCase): bigint =>
  listOf(order.body.charges)
    .filter(({ kind }) => kind === 'shipping')
    .reduce((sum, { amount }) => sum + money(amount), 0n)

/** What the order itself says: the amounts of its lines, for what is left of them. Parts of a bundle have theirs in the bundle's line. */
export function statedCost(orderCase: OrderCase, rows: readonly OrderLineTable[]): OrderCost {
  const currency = textOf(orderCase.order.body.currency) ?? ''
  const counted = new Map(rows.map((row) => [row.line, row]))
  return {
    currency,
    freight: freightOf(orderCase),
    lines: caseLines(orderCase).flatMap(({ key, line }) => {
      const row = counted.get(key)
      if (row === undefined || line.bundleOf !== undefined) return []
      const [quantity, left] = [BigInt(row.quantity), BigInt(row.quantity) - BigInt(row.cancelled)]
      const amount = money(line.lineAmount)
      return [{ line: key, amount: left <= 0n ? 0n : left >= quantity ? amount : whole((amount * left) / quantity, currency) }]
    }),
  }
}

/** What the lines of these orders cost: what was frozen for them by the price lists of their merchant; where no list names the merchant, what they say themselves. By key. */
export async function orderCosts(
  read: Reader,
  tenant: string,
  orders: readonly Pick<Costing, 'orderCase' | 'lines'>[],
): Promise<ReadonlyMap<string, OrderCost>> {
  const rows = await costsOf(
    read,
    tenant,
    orders.map(({ orderCase }) => orderCase.order.key),
  )
  const frozen = Map.groupBy(rows, ({ key }) => key)
  return new Map(
    orders.map(({ orderCase, lines }) => {
      const { key } = orderCase.order
      const own = frozen.get(key)
      return [key, own === undefined ? statedCost(orderCase, lines) : frozenCost(orderCase, own)]
    }),
  )
}

function frozenCost(orderCase: OrderCase, rows: readonly OrderCostTable[]): OrderCost {
  const freight = freightOf(orderCase)
  const ofOrder = textOf(orderCase.order.body.currency) ?? ''
  const currencies = [...new Set([...rows.map(({ currency }) => currency), ...(freight > 0n ? [ofOrder] : [])])].sort()
  return {
    currency: rows[0]?.currency ?? ofOrder,
    freight,
    lines: rows.map(({ line, state, amount }) => ({ line, amount: state === 'frozen' ? BigInt(amount) : undefined })),
    ...(currencies.length > 1 ? { mixed: currencies } : {}),
  }
}
