import { findingsOf } from '../../store/finding.ts'
import type { Reader } from '../../store/in-list.ts'
import { openAtEnd } from '../findings.ts'
import { foot } from '../foot.ts'
import type { Books, LedgerDocument } from '../types.ts'

/**
 * The finding that holds the money of an order while it is open (canonical model, sections 1 and 5): what the order costs cannot be trusted, so nothing more is frozen for it. Facts are posted all the same: what left is captured, what
 * came back given back. A person who closes the finding frees the order.
 */
export const holdCode = 'does-not-foot'

/** Only of these the findings have to be read. */
const doubtful = (orders: readonly LedgerDocument[]): string[] =>
  orders.filter(({ body }) => foot(body).some(({ code }) => code === holdCode)).map(({ key }) => key)

/** Keys of those orders whose money is held when this unit of work ends. */
export async function heldOrders(books: Books, orders: readonly LedgerDocument[]): Promise<ReadonlySet<string>> {
  const keys = doubtful(orders)
  return keys.length === 0 ? new Set() : openAtEnd(books, 'sales-order', keys, holdCode)
}

/** The same as it is stored. */
export async function heldNow(read: Reader, tenant: string, orders: readonly LedgerDocument[]): Promise<ReadonlySet<string>> {
  const rows = await findingsOf(read, tenant, 'sales-order', doubtful(orders))
  return new Set(rows.flatMap(({ key, code, state }) => (code === holdCode && state === 'open' ? [key] : [])))
}
