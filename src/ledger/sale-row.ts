import type { SaleTable } from '../store/tables.ts'
import type { OrderCase } from './order-case.ts'
import { refIn, textOf } from './shelf.ts'

export type SaleFigures = Omit<SaleTable, 'updated_at'>

/** What the list of sales orders finds an order by, beside its state: a pure function of the documents at rest. */
export function saleRow({ tenant, order, keyOf }: OrderCase): SaleFigures | undefined {
  if (order.type !== 'sales-order') return undefined
  const { body } = order
  return {
    tenant,
    key: order.key,
    placed_at: order.placedAt ?? 0,
    origin: order.origin,
    channel: textOf(body.channel) ?? null,
    client_source: textOf(body.clientSource) ?? null,
    placed_via: textOf(body.placedVia) ?? 'unknown',
    customer: keyOf(refIn(body.buyer)) ?? null,
    holds: Array.isArray(body.holds) ? body.holds.map(String).sort().join(' ') : '',
  }
}
