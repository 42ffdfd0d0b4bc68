import { readAfresh } from '../books.ts'
import { type Meant, postMeantOf } from '../money/post-meant.ts'
import { payoutType } from '../payout-lines.ts'
import type { SettledOrder } from '../settle-order.ts'
import { documentName, loadDocuments, namedDocument } from '../shelf.ts'
import type { Books, LedgerDocument } from '../types.ts'
import { orderMeant, type Platforms, payoutMeant } from './meant.ts'

/** What moves by itself has no other author. */
const follows = 'ledger'

/** Orders and payouts that were settled, as they stand. */
export interface Settled {
  readonly orders: readonly { readonly order: LedgerDocument; readonly settled: SettledOrder }[]
  readonly payouts: ReadonlySet<string>
  readonly platforms: Platforms
}

/**
 * Makes the books of platforms say what settled orders and payouts mean now. They are held already; accounts are locked last of all, since every order of a platform moves the same. Orders of connections that are not watched
 * cost nothing, unless a payout names them or they were watched before.
 */
export async function derivePlatforms(books: Books, { orders, payouts, platforms }: Settled): Promise<void> {
  const { tx, tenant, now, newId, data } = books
  if (orders.length === 0 && payouts.size === 0) return
  const today = new Date(now).toISOString().slice(0, 10)
  const meant: Meant[] = []
  const looked = new Set([...data.settling].map((name) => namedDocument(name).key))
  for (const { order, settled } of orders) {
    if (!platforms.terms.has(order.origin) && !looked.has(order.key)) continue
    looked.add(order.key)
    meant.push(...orderMeant(order, settled, platforms, today))
  }
  if ([...payouts].some((key) => !data.drafts.has(documentName({ type: payoutType, key })))) readAfresh(books)
  const names = [...payouts].map((key) => ({ type: payoutType, key }))
  await loadDocuments(data.shelf, names)
  for (const name of names) {
    const payout = data.shelf.documents.get(documentName(name))
    if (payout !== undefined) meant.push(...payoutMeant(payout, platforms, today))
  }
  await postMeantOf(
    { tx, tenant, now, newId },
    [
      { type: 'sales-order', keys: [...looked] },
      { type: payoutType, keys: [...payouts] },
    ],
    meant,
    data.cause.author?.actor ?? follows,
  )
}
