import { openBooks } from '../ledger/books.ts'
import { finish } from '../ledger/finish.ts'
import type { Books } from '../ledger/types.ts'
import type { Tx } from '../store/database.ts'
import type { Context } from './context.ts'
import { release } from './release.ts'
import { route } from './route.ts'

export interface Written<T> {
  readonly result: T
  /** wakes what has work now; to be called after the commit */
  readonly ring: () => void
}

/**
 * One unit of work on the ledger that no record of a partner asked for (a command, a line of the crosswalk), with everything that follows: derived rows, duties of routes, and what waited for a
 * new link. `work` opens and changes; what it throws ends the transaction.
 */
export async function writeLedger<T>(tx: Tx, hub: Context, work: (books: Books) => Promise<T>): Promise<Written<T>> {
  const { tenant, newId, bell } = hub
  const now = await hub.database.now()
  const catalogue = hub.catalogue()
  const { revision, matching } = catalogue
  const books = await openBooks(tx, { tenant, now, newId, revision, matching, zone: hub.settings.timeZone })
  const result = await work(books)
  const finished = await finish(books)
  const routed = await route(hub, books, catalogue, finished.changes)
  const released = await release(tx, tenant, finished.links, now)
  return {
    result,
    ring: () => {
      for (const lane of released.lanes) bell.ring({ kind: 'ingest', lane })
      for (const connection of new Set([...routed.connections, ...released.connections])) bell.ring({ kind: 'deliver', connection })
      for (const subscription of new Set([...finished.told, ...routed.told])) bell.ring({ kind: 'events', subscription })
    },
  }
}
