import { SqliteAdapter } from 'kysely'
import { sha256 } from '../model/id.ts'
import type { Tx } from './database.ts'
import type { Reader } from './in-list.ts'
import { insertMany } from './insert-many.ts'
import type { LaneTable } from './tables.ts'

/** Whether other transactions may write at the same time. SQLite has one writer, so nothing has to be held there. */
export const hasRivals = (on: Reader): boolean => !(on.getExecutor().adapter instanceof SqliteAdapter)

/** Hexadecimal digits of a name's place among the rows that stand for all names: 65,536 of them. */
const digits = 4

/**
 * Makes every other transaction that holds one of the same names wait until this one ends: figures computed from several documents must see all of them. A name is held through one of a fixed number of rows, which stay:
 * rows that come and go make neighbours wait for each other. They are taken in order, so that two transactions do not wait for each other.
 */
export async function holdNames(tx: Tx, tenant: string, names: Iterable<string>): Promise<void> {
  if (!hasRivals(tx)) return
  const lanes = [...new Set([...names].map((name) => sha256(name).slice(0, digits)))].sort()
  const rows = lanes.map((lane): LaneTable => ({ tenant, kind: 'hold', lane, ready_at: null, lease_until: 0, lease_token: null, fails: 0 }))
  await insertMany(tx, 'lane', rows, { keys: ['tenant', 'kind', 'lane'], then: 'ignore' })
}
