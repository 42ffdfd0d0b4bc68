import type { OrderLineTable, ReservationTable } from '../../store/tables.ts'
import { soldUnits } from '../derive-orders.ts'
import { rowName } from '../rows.ts'

/**
 * What the rows of orders that differ would have to add to the sums that stock and sold figures are made of: those are compared with sums over the rows, each of which has been looked at, so that no page holds
 * more than its own orders.
 */
export interface Amends {
  /** by product, then by time of release ('' while open) */
  readonly held: Map<string, Map<string, bigint>>
  readonly inTransit: Map<string, bigint>
  /** by origin and product */
  readonly sold: Map<string, bigint>
}

export const noAmends = (): Amends => ({ held: new Map(), inTransit: new Map(), sold: new Map() })

const add = (sums: Map<string, bigint>, name: string, value: bigint) => sums.set(name, (sums.get(name) ?? 0n) + value)

export function amendLines({ inTransit, sold }: Amends, rows: readonly OrderLineTable[], sign: bigint): void {
  for (const row of rows) {
    if (row.product === null) continue
    if (row.type === 'purchase-order') add(inTransit, row.product, sign * BigInt(row.open))
    else add(sold, rowName(row.origin, row.product), sign * soldUnits(row))
  }
}

export function amendReservations({ held }: Amends, rows: readonly ReservationTable[], sign: bigint): void {
  for (const { product, released_at, quantity } of rows) {
    const times = held.get(product) ?? new Map<string, bigint>()
    held.set(product, times)
    add(times, released_at === null ? '' : String(released_at), sign * BigInt(quantity))
  }
}
