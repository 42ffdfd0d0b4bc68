import type { Tx } from './database.ts'
import { insertMany } from './insert-many.ts'
import type { FallTable } from './tables-watch.ts'

/** Notes that a figure is about to fall; the first note of a document stays. */
export const noteFall = (tx: Tx, row: FallTable): Promise<number> =>
  insertMany(tx, 'fall', [row], { keys: ['tenant', 'route', 'key'], then: 'ignore' })

export const findFall = (tx: Tx, tenant: string, route: string, key: string): Promise<FallTable | undefined> =>
  tx.selectFrom('fall').selectAll().where('tenant', '=', tenant).where('route', '=', route).where('key', '=', key).executeTakeFirst()

/** Falls of a route that nobody released, at most `limit`. */
export async function countFalls(tx: Tx, tenant: string, route: string, limit: number): Promise<number> {
  const rows = await tx
    .selectFrom('fall')
    .select('key')
    .where('tenant', '=', tenant)
    .where('route', '=', route)
    .where('released', '=', 0)
    .limit(limit)
    .execute()
  return rows.length
}

/** Forgets what was noted before `before`. */
export async function forgetFalls(tx: Tx, tenant: string, route: string, before: number): Promise<void> {
  await tx.deleteFrom('fall').where('tenant', '=', tenant).where('route', '=', route).where('at', '<', before).execute()
}

/** A person let these go: they count no more and are sent. */
export async function releaseFalls(tx: Tx, tenant: string, route: string, now: number): Promise<void> {
  await tx.updateTable('fall').set({ released: 1, at: now }).where('tenant', '=', tenant).where('route', '=', route).execute()
}
