import { grouped } from '../store/in-list.ts'
import { orderLinesOf } from '../store/order.ts'
import type { OrderLineTable } from '../store/tables.ts'
import { orderTypes } from './assemble.ts'
import { documentName, listOf, textOf } from './shelf.ts'
import type { Books, LedgerDocument } from './types.ts'
import { scaled } from './units.ts'

/**
 * Orders that their origin deleted when all of their goods had moved: some ERPs delete an order with its last posting (Business Central). That is housekeeping, so nobody is told that they were called off. Where
 * something had not come, or not left, a delete calls off the rest.
 */
export async function doneAndGone({ tx, tenant }: Books, documents: readonly LedgerDocument[]): Promise<ReadonlySet<string>> {
  const gone = documents.filter(({ type, deleted, status }) => deleted && status !== 'cancelled' && orderTypes.has(type))
  const done = new Set<string>()
  for (const [type, orders] of grouped(gone, (order) => order.type)) {
    const rows = await orderLinesOf(
      tx,
      tenant,
      type,
      orders.map(({ key }) => key),
    )
    const lines = grouped(rows, ({ key }) => key)
    for (const order of orders) {
      const own = lines.get(order.key) ?? []
      if (own.length > 0 && own.every((line) => hasMoved(order, line))) done.add(documentName(order))
    }
  }
  return done
}

function hasMoved({ type, body }: LedgerDocument, line: OrderLineTable): boolean {
  const [quantity, confirmed, received] = [BigInt(line.quantity), BigInt(line.confirmed), BigInt(line.received)]
  if (type === 'purchase-order') return received >= quantity || (confirmed > 0n && received >= confirmed)
  const own = listOf(body.lines).find(({ key }) => key === line.line)
  const [stated, whole] = [scaled(textOf(own?.cancelled) ?? '0') ?? 0n, scaled(textOf(own?.quantity) ?? '0') ?? 0n]
  // what the origin cancelled is told in the unit of the order, what left in base units
  return BigInt(line.shipped) + (whole === 0n ? 0n : (stated * quantity) / whole) >= quantity
}
