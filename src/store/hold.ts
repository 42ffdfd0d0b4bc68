import { SqliteAdapter, sql } from 'kysely'
import { sha256 } from '../model/id.ts'
import type { Tx } from './database.ts'
import { inLists, type Reader } from './in-list.ts'
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
  const rows = lanesOf(names).map(holdRow(tenant))
  await insertMany(tx, 'lane', rows, { keys: ['tenant', 'kind', 'lane'], then: 'ignore' })
}

const holdRow =
  (tenant: string) =>
  (lane: string): LaneTable => ({ tenant, kind: 'hold', lane, ready_at: null, lease_until: 0, lease_token: null, fails: 0 })

const lanesOf = (names: Iterable<string>): string[] => [...new Set([...names].map((name) => sha256(name).slice(0, digits)))].sort()

/**
 * The same for those who do not mind each other: they wait for whoever {@link holdNames} one of the names, and that one waits for all of them.
 */
export async function shareNames(tx: Tx, tenant: string, names: Iterable<string>): Promise<void> {
  if (!hasRivals(tx)) return
  const lanes = lanesOf(names)
  const shared = await inLists(lanes, (list) =>
    tx
      .selectFrom('lane')
      .select('lane')
      .where('tenant', '=', tenant)
      .where('kind', '=', 'hold')
      .where('lane', 'in', list)
      .orderBy('lane')
      .modifyEnd(sql`lock in share mode`)
      .execute(),
  )
  const there = new Set(shared.map(({ lane }) => lane))
  const missing = lanes.filter((lane) => !there.has(lane))
  const rows = missing.map(holdRow(tenant))
  await insertMany(tx, 'lane', rows, { keys: ['tenant', 'kind', 'lane'], then: 'ignore' })
}
