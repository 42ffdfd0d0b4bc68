import { SqliteAdapter } from 'kysely'
import type { Tx } from './database.ts'
import { insertMany } from './insert-many.ts'
import type { LaneTable } from './tables.ts'

/** Whether other transactions may write while this one runs. SQLite has one writer, so nothing has to be held there. */
export const hasRivals = (tx: Tx): boolean => !(tx.getExecutor().adapter instanceof SqliteAdapter)

/**
 * Makes every other transaction that holds one of the same names wait until this one ends: figures computed from several documents must see all of them. The rows
 * are gone again with the commit. Names are taken in order, so that two transactions cannot wait for each other.
 */
export async function holdNames(tx: Tx, tenant: string, names: Iterable<string>): Promise<void> {
  if (!hasRivals(tx)) return
  const lanes = [...new Set(names)].sort()
  const rows = lanes.map((lane): LaneTable => ({ tenant, kind: 'hold', lane, ready_at: null, lease_until: 0, lease_token: null, fails: 0 }))
  await insertMany(tx, 'lane', rows, { keys: ['tenant', 'kind', 'lane'], then: 'update', columns: ['fails'] })
  if (lanes.length > 0)
    await tx.deleteFrom('lane').where('tenant', '=', tenant).where('kind', '=', 'hold').where('lane', 'in', lanes).execute()
}
