import { holdNames } from '../store/hold.ts'
import { referencesTo } from '../store/reference.ts'
import type { KnownReferences } from './assemble.ts'
import { touchOrder } from './books.ts'
import { isOrderLink, linkedIn, loadLinksIn, longestLinks } from './order-links.ts'
import { documentName, loadDocuments, namedDocument } from './shelf.ts'
import type { Books } from './types.ts'

/** Whoever derives the same order waits until this unit of work ends. */
export const holdOrders = ({ tx, tenant }: Books, names: Iterable<string>): Promise<void> =>
  holdNames(
    tx,
    tenant,
    [...names].map((name) => `order:${name}`),
  )

/**
 * Touches the sales orders that hang together with one that appeared, went, or was split or merged: which of them count is decided for all of them at once. Answers what refers to the orders it looked at, unless there were others to
 * wait for, after which it may be more.
 */
export async function touchLinked(books: Books): Promise<KnownReferences | undefined> {
  const { shelf, orders, drafts } = books.data
  let next = [...books.data.relinked].filter((name) => orders.has(name))
  let known: KnownReferences | undefined
  for (let round = 0; round < longestLinks && next.length > 0; round++) {
    const names = next.map(namedDocument)
    await loadDocuments(shelf, names)
    const bodies = next.flatMap((name) => [shelf.documents.get(name), drafts.get(name)?.before].flatMap((one) => one ?? []))
    await loadLinksIn(shelf, bodies)
    const keys = names.map(({ key }) => key)
    const rows = await referencesTo(books.tx, books.tenant, 'sales-order', keys)
    const naming = rows.filter(isOrderLink).map(({ from_key }) => from_key)
    const linked = new Set(
      [...naming, ...bodies.flatMap((body) => linkedIn(shelf, body))].map((key) => documentName({ type: 'sales-order', key })),
    )
    next = [...linked].filter((name) => !orders.has(name))
    known = round === 0 && next.length === 0 ? { type: 'sales-order', keys: new Set(keys), rows } : undefined
    await holdOrders(books, next)
    for (const name of next) touchOrder(books, 'sales-order', namedDocument(name).key)
  }
  return known
}
