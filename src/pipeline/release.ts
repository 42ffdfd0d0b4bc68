import { type NewLink, waitsForExternal, waitsForKey } from '../ledger/types.ts'
import type { Tx } from '../store/database.ts'
import { releaseAwaiting } from '../store/delivery.ts'
import { releaseEnvelopes } from '../store/envelope.ts'
import { readyLanes } from '../store/lane.ts'

/** Lanes and connections that have work again. */
export interface Released {
  readonly lanes: readonly number[]
  readonly connections: readonly string[]
}

/** New links free what was parked for them: records that name a thing by its key there, duties that need our thing's key there. */
export function release(tx: Tx, tenant: string, links: readonly NewLink[], now: number): Promise<Released> {
  const names = links.flatMap(({ type, connection, externalKey, key }) => [
    waitsForExternal(type, connection, externalKey),
    waitsForKey(type, connection, key),
  ])
  return releaseNames(tx, tenant, names, now)
}

export async function releaseNames(tx: Tx, tenant: string, names: readonly string[], now: number): Promise<Released> {
  if (names.length === 0) return { lanes: [], connections: [] }
  const lanes = await releaseEnvelopes(tx, tenant, names)
  await readyLanes(tx, tenant, 'ingest', lanes.map(String), now)
  const duties = await releaseAwaiting(tx, tenant, names, now)
  await readyLanes(tx, tenant, 'deliver', duties, now)
  return { lanes, connections: connectionsOf(duties) }
}

/** Connections of delivery lanes: `<connection>/<type>/<key>`. */
export const connectionsOf = (lanes: Iterable<string>): string[] => [...new Set([...lanes].map((lane) => lane.split('/', 1)[0] ?? ''))]
