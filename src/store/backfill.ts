import { newToken } from '../model/id.ts'
import type { Database, Tx } from './database.ts'
import type { Reader } from './in-list.ts'
import { insertMany } from './insert-many.ts'
import { extended, fenced } from './lane.ts'
import type { BackfillTable } from './tables.ts'

export const insertBackfill = (tx: Tx, row: BackfillTable): Promise<number> => insertMany(tx, 'backfill', [row])

export const findBackfill = (read: Reader, tenant: string, id: string): Promise<BackfillTable | undefined> =>
  read.selectFrom('backfill').selectAll().where('tenant', '=', tenant).where('id', '=', id).executeTakeFirst()

/** Newest first. */
export const listBackfills = (
  read: Reader,
  tenant: string,
  of: { readonly connection?: string; readonly state?: BackfillTable['state']; readonly before?: string; readonly limit: number },
): Promise<BackfillTable[]> => {
  let query = read.selectFrom('backfill').selectAll().where('tenant', '=', tenant)
  if (of.connection !== undefined) query = query.where('connection', '=', of.connection)
  if (of.state !== undefined) query = query.where('state', '=', of.state)
  if (of.before !== undefined) query = query.where('id', '<', of.before)
  return query.orderBy('id', 'desc').limit(of.limit).execute()
}

/** One of this kind that is not at its end. */
export const openBackfill = (
  read: Reader,
  tenant: string,
  of: Pick<BackfillTable, 'connection' | 'stream' | 'kind'>,
): Promise<BackfillTable | undefined> =>
  read
    .selectFrom('backfill')
    .selectAll()
    .where('tenant', '=', tenant)
    .where('connection', '=', of.connection)
    .where('stream', '=', of.stream)
    .where('kind', '=', of.kind)
    .where('state', 'in', ['open', 'paused'])
    .limit(1)
    .executeTakeFirst()

export async function dueBackfills(database: Database, tenant: string, now: number): Promise<string[]> {
  const rows = await database.read
    .selectFrom('backfill')
    .select('id')
    .where('tenant', '=', tenant)
    .where('state', '=', 'open')
    .where('next_at', '<=', now)
    .where('lease_until', '<=', now)
    .orderBy('next_at')
    .limit(100)
    .execute()
  return rows.map(({ id }) => id)
}

/** Claims a range that is due or whose worker died. */
export async function claimBackfill(
  database: Database,
  tenant: string,
  id: string,
  now: number,
  leaseMs: number,
): Promise<BackfillTable | undefined> {
  return database.write(async (tx) => {
    const token = newToken()
    const taken = await at(tx, tenant, id)
      .set({ lease_until: now + leaseMs, lease_token: token })
      .where('state', '=', 'open')
      .where('next_at', '<=', now)
      .where('lease_until', '<=', now)
      .executeTakeFirst()
    return taken.numUpdatedRows > 0n ? findBackfill(tx, tenant, id) : undefined
  })
}

/** The fence, first statement of every transaction of a run. @throws HubError `fenced` also when a person paused or cancelled it meanwhile */
export async function holdBackfill(tx: Tx, tenant: string, row: BackfillTable, until: number): Promise<void> {
  const held = await at(tx, tenant, row.id)
    .set({ lease_until: extended(until) })
    .where('lease_token', '=', row.lease_token)
    .executeTakeFirst()
  if (held.numUpdatedRows === 0n) throw fenced(`the range ${row.id} of ${row.connection} ${row.stream}`)
}

/** Writes what a run changed, in a transaction that holds it. */
export async function updateBackfill(
  tx: Tx,
  tenant: string,
  id: string,
  change: Partial<Omit<BackfillTable, 'tenant' | 'id' | 'connection' | 'stream'>>,
): Promise<void> {
  await at(tx, tenant, id).set(change).execute()
}

/** A person pauses, resumes or cancels a range that has not ended; whoever is at it writes nothing more. false: it is in none of the states `from`. */
export async function steerBackfill(
  tx: Tx,
  tenant: string,
  id: string,
  from: readonly BackfillTable['state'][],
  change: Pick<BackfillTable, 'state' | 'next_at' | 'ended_at'>,
): Promise<boolean> {
  const changed = await at(tx, tenant, id)
    .set({ ...change, lease_until: 0, lease_token: null, fails: 0 })
    .where('state', 'in', from)
    .executeTakeFirst()
  return changed.numUpdatedRows > 0n
}

const at = (tx: Tx, tenant: string, id: string) => tx.updateTable('backfill').where('tenant', '=', tenant).where('id', '=', id)
