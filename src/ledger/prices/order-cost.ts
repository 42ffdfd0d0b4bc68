import type { Reader } from '../../store/in-list.ts'
import { costsOf } from '../../store/order-cost.ts'
import type { OrderCostTable } from '../../store/tables.ts'
import { costBody, type WaitingWhy } from './cost.ts'
import { totalsOf } from './cost-words.ts'

export interface OrderCost {
  /** every line has its price: what depends on the whole cost may go on. false: it has to wait for those in `waiting` */
  readonly complete: boolean
  /** key of the merchant that is charged */
  readonly party: string
  /** what the priced lines cost, by currency: decimals in the currency's digits, '0.00' where all was called off */
  readonly totals: Readonly<Record<string, string>>
  readonly waiting: readonly { readonly line: string; readonly why: WaitingWhy }[]
}

/**
 * What a sales order costs its merchant (R123), as it was frozen when the order came: goods only, without what was cancelled; freight is not in it. undefined: it costs nobody anything, because its seller is no merchant of whom the
 * hub decides costs, or because it is a draft or came with a baseline load. `read`: a transaction sees what it wrote itself, once `finish` has run; one lookup by the key of the order.
 */
export async function orderCost(read: Reader, tenant: string, order: string): Promise<OrderCost | undefined> {
  return (await orderCosts(read, tenant, [order])).get(order)
}

/** The same of many orders, by their keys. */
export async function orderCosts(read: Reader, tenant: string, orders: Iterable<string>): Promise<ReadonlyMap<string, OrderCost>> {
  const rows = Map.groupBy(await costsOf(read, tenant, orders), ({ key }) => key)
  return new Map([...rows].map(([key, of]) => [key, costIn(of)]))
}

export function costIn(rows: readonly OrderCostTable[]): OrderCost {
  const waiting = rows.filter(({ state }) => state === 'waiting').map((row) => ({ line: row.line, why: costBody(row).why ?? 'no-price' }))
  // of lines that were taken out of the order the last buyer may be another one
  const [charged] = [...rows].sort((a, b) => b.decided_at - a.decided_at)
  return { complete: waiting.length === 0, party: charged?.party ?? '', totals: totalsOf(rows) as Record<string, string>, waiting }
}
