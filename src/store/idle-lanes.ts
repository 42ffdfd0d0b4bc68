import type { Tx } from './database.ts'
import { hasRivals } from './hold.ts'
import { inLists } from './in-list.ts'
import { insertMany } from './insert-many.ts'
import type { LaneKind } from './lane.ts'
import type { LaneTable } from './tables.ts'

/**
 * Of these lanes, those in which nothing waits and that nobody holds: their rows stay locked until the transaction ends, so that nobody claims one or makes it ready meanwhile. A lane that another
 * transaction is busy with is not among them.
 */
export async function lockIdleLanes(tx: Tx, tenant: string, kind: LaneKind, lanes: Iterable<string>): Promise<Set<string>> {
  const rows = await inLists([...lanes].sort(), (list) => {
    const query = tx
      .selectFrom('lane')
      .select(['lane', 'ready_at', 'lease_token'])
      .where('tenant', '=', tenant)
      .where('kind', '=', kind)
      .where('lane', 'in', list)
      .orderBy('lane')
    return (hasRivals(tx) ? query.forUpdate().skipLocked() : query).execute()
  })
  const idle = rows.filter(({ ready_at, lease_token }) => ready_at === null && lease_token === null).map(({ lane }) => lane)
  return new Set([...idle, ...(await newLanes(tx, tenant, kind, lanes, rows))])
}

/** Lanes that had no row are made, idle and locked, unless somebody makes one at the same moment; one that was only skipped has a row. */
async function newLanes(
  tx: Tx,
  tenant: string,
  kind: LaneKind,
  lanes: Iterable<string>,
  seen: readonly { readonly lane: string }[],
): Promise<readonly string[]> {
  const known = new Set(seen.map(({ lane }) => lane))
  const names = [...new Set(lanes)].filter((lane) => !known.has(lane)).sort()
  if (names.length === 0) return []
  const skipped = await inLists(names, (list) =>
    tx.selectFrom('lane').select('lane').where('tenant', '=', tenant).where('kind', '=', kind).where('lane', 'in', list).execute(),
  )
  const busy = new Set(skipped.map(({ lane }) => lane))
  const missing = names.filter((lane) => !busy.has(lane))
  const written = await insertMany(
    tx,
    'lane',
    missing.map((lane): LaneTable => ({ tenant, kind, lane, ready_at: null, lease_until: 0, lease_token: null, fails: 0 })),
    { keys: ['tenant', 'kind', 'lane'], then: 'ignore' },
  )
  return written === missing.length ? missing : []
}
