import { loadTargets } from '../ledger/assemble.ts'
import type { Offer } from '../ledger/offer.ts'
import { offeredPlaces, productsOf } from '../ledger/offer-goods.ts'
import { documentName, loadDocuments, type Shelf } from '../ledger/shelf.ts'
import type { Change, LedgerDocument } from '../ledger/types.ts'
import type { Catalogue, ConnectionSetup, Route } from './context.ts'

/** Changes, and the routes that look at them as one connection's offer says; all others where there is none. */
export interface Leg {
  readonly changes: readonly Change[]
  readonly routes: readonly Route[]
  readonly offer?: Offer
}

/** A connection with an offer is told of stock under the stock levels that stand for it there, whichever location moved: what is promised at one is taken off the others. */
export async function legsOf(
  shelf: Shelf,
  catalogue: Catalogue,
  type: string,
  routes: readonly Route[],
  changes: readonly Change[],
): Promise<readonly Leg[]> {
  if (type !== 'stock-level') return [{ changes, routes }]
  const legs: Leg[] = []
  const byTo = Map.groupBy(routes, ({ to }) => catalogue.connections.get(to)?.offer)
  for (const [offer, own] of byTo) {
    if (offer === undefined) {
      legs.push({ changes, routes: own })
      continue
    }
    await loadDocuments(shelf, changes)
    const named = (change: Change) => shelf.documents.get(documentName(change))
    await loadTargets(
      shelf,
      changes.flatMap((change) => named(change) ?? []),
    )
    const causes = new Map<string, Change>()
    for (const change of changes)
      for (const product of productsOf(
        shelf,
        [named(change)].flatMap((document) => document ?? []),
      )) {
        const cause = causes.get(product)
        if (cause === undefined || cause.baseline) causes.set(product, change)
      }
    const places = await offeredPlaces(shelf, offer, causes.keys())
    const told = [...causes].flatMap(([product, { baseline }]) =>
      (places.get(product) ?? []).map(
        ({ carrier: { key, version } }): Change => ({ type, key, version, operation: 'upsert', baseline, placedAt: null }),
      ),
    )
    legs.push({ changes: told, routes: own, offer })
  }
  return legs
}

/** Whether a document is shown to a connection under its own key; its references must have been loaded. */
export async function isOffered(shelf: Shelf, { offer }: ConnectionSetup, document: LedgerDocument): Promise<boolean> {
  if (offer === undefined || document.type !== 'stock-level') return true
  await loadTargets(shelf, [document])
  const places = await offeredPlaces(shelf, offer, productsOf(shelf, [document]))
  return [...places.values()].flat().some(({ carrier }) => carrier.key === document.key)
}
