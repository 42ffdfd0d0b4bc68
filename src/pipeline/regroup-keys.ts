import { merge, type Regrouped, split } from '../ledger/merge.ts'
import type { Books } from '../ledger/types.ts'
import { renewCrosswalk } from '../store/code.ts'
import type { Tx } from '../store/database.ts'
import { closeDeliveries, unsentStates } from '../store/delivery.ts'
import type { Context } from './context.ts'
import { reopenRecords } from './derive-again.ts'
import { writeLedger } from './ledger-write.ts'
import { release } from './release.ts'

export interface RegroupedKeys extends Regrouped {
  readonly ring: () => void
}

/** {@link merge} with everything that follows in the same transaction: what waited for the links goes on, and what was to be pushed for the old key is not sent any more. */
export function mergeKeys(tx: Tx, hub: Context, asked: Parameters<typeof merge>[1]): Promise<RegroupedKeys> {
  return regroup(tx, hub, asked.type, asked.into, asked.from, (books) => merge(books, asked))
}

/** {@link split} with everything that follows: the records of the moved links are read once more, so that a document that they write says what they say now. */
export function splitKeys(tx: Tx, hub: Context, asked: Parameters<typeof split>[1]): Promise<RegroupedKeys> {
  return regroup(tx, hub, asked.type, asked.to, undefined, (books) => split(books, asked))
}

async function regroup(
  tx: Tx,
  hub: Context,
  type: string,
  to: string,
  retired: string | undefined,
  work: (books: Books) => Promise<Regrouped>,
): Promise<RegroupedKeys> {
  const { tenant, bell } = hub
  await renewCrosswalk(tx, tenant, [], hub.newId)
  const now = await hub.database.now()
  const { result, ring } = await writeLedger(tx, hub, work)
  const links = result.moved.links
    .filter(({ connection }) => connection !== '')
    .map(({ connection, external_key }) => ({ type, connection, externalKey: external_key, key: to }))
  const released = await release(tx, tenant, links, now)
  const again = retired === undefined ? await reopenRecords(tx, tenant, recordsOf(hub, type, links), now) : []
  if (retired !== undefined) await closeDeliveries(tx, tenant, await unsentStates(tx, tenant, type, retired), 'superseded', 'merged', now)
  return {
    ...result,
    ring: () => {
      ring()
      for (const lane of new Set([...released.lanes, ...again])) bell.ring({ kind: 'ingest', lane })
      for (const connection of released.connections) bell.ring({ kind: 'deliver', connection })
    },
  }
}

/** Records that are documents of this type under these keys. */
function recordsOf(hub: Context, type: string, links: readonly { readonly connection: string; readonly externalKey: string }[]) {
  const { connections } = hub.catalogue()
  return links.flatMap(({ connection, externalKey }) =>
    Object.entries(connections.get(connection)?.connector.streams ?? {})
      .filter(([, { parts }]) => parts.some((part) => !('link' in part) && part.document === type && part.identity.kind !== 'fact'))
      .map(([stream]) => ({ connection, stream, key: externalKey })),
  )
}
