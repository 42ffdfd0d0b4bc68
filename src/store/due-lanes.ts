import type { Database } from './database.ts'
import { isDue, laneKinds } from './lane.ts'

/** Lanes that are due, or whose worker died, oldest first. */
export async function dueLanes(
  database: Database,
  tenant: string,
  now: number,
  limit: number,
): Promise<{ kind: string; lane: string; fails: number }[]> {
  return (
    database.read
      .selectFrom('lane')
      .select(['kind', 'lane', 'fails'])
      .where('tenant', '=', tenant)
      // not the rows that names are held by (store/hold.ts), of which there are 65,536
      .where('kind', 'in', laneKinds)
      .where('lease_until', '<=', now)
      .where(isDue(now))
      .orderBy('ready_at')
      .limit(limit)
      .execute()
  )
}

/** Lanes of a kind that hold work or a lease. */
export async function countLanes(database: Database, tenant: string): Promise<{ readonly kind: string; readonly count: number }[]> {
  return database.read
    .selectFrom('lane')
    .select((of) => ['kind', of.fn.countAll<number>().as('count')])
    .where('tenant', '=', tenant)
    .where('kind', 'in', laneKinds)
    .where((or) => or.or([or('ready_at', 'is not', null), or('lease_token', 'is not', null)]))
    .groupBy('kind')
    .execute()
}
