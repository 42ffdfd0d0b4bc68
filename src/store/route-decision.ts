import type { Tx } from './database.ts'
import { inLists, type Reader } from './in-list.ts'
import { insertMany } from './insert-many.ts'
import type { RouteDecisionTable } from './tables-ledger.ts'

/** Every decision about orders, the oldest first. */
export async function decisionsOf(read: Reader, tenant: string, keys: Iterable<string>): Promise<RouteDecisionTable[]> {
  const rows = await inLists(keys, (list) =>
    read.selectFrom('route_decision').selectAll().where('tenant', '=', tenant).where('key', 'in', list).execute(),
  )
  return rows.sort((a, b) => (a.id < b.id ? -1 : 1))
}

/** The decision that holds, by the key of its order. */
export const currentDecisions = async (
  read: Reader,
  tenant: string,
  keys: Iterable<string>,
): Promise<ReadonlyMap<string, RouteDecisionTable>> => new Map((await decisionsOf(read, tenant, keys)).map((row) => [row.key, row]))

export const insertDecisions = (tx: Tx, rows: readonly RouteDecisionTable[]): Promise<number> => insertMany(tx, 'route_decision', rows)
