import type { Database } from '../store/database.ts'
import { oldestUncut } from '../store/receipt.ts'
import { removedCounts } from '../store/retention.ts'

/** Counts that people and monitoring ask for; each is one grouped statement. Those that only grow have what retention removed in them. */

/** Receipts ever taken; a page counts when it is cut, for one that says nothing new leaves none. */
export async function countReceipts(database: Database, tenant: string): Promise<number> {
  const row = await database.read
    .selectFrom('receipt')
    .select((of) => of.fn.countAll<number>().as('count'))
    .where('tenant', '=', tenant)
    .where('state', '!=', 'uncut')
    .executeTakeFirst()
  return (row?.count ?? 0) + ((await removedCounts(database.read, tenant)).get('receipts') ?? 0)
}

/** Tries ever made, by outcome. */
export async function countAttempts(
  database: Database,
  tenant: string,
): Promise<readonly { readonly outcome: string | null; readonly count: number }[]> {
  const rows = await database.read
    .selectFrom('attempt')
    .select((of) => ['outcome', of.fn.countAll<number>().as('count')])
    .where('tenant', '=', tenant)
    .groupBy('outcome')
    .orderBy('outcome')
    .execute()
  const counts = new Map(rows.map(({ outcome, count }) => [outcome, count]))
  for (const [name, count] of await removedCounts(database.read, tenant)) {
    const outcome = /^attempts\/(.+)$/.exec(name)?.[1]
    if (outcome !== undefined) counts.set(outcome, (counts.get(outcome) ?? 0) + count)
  }
  return [...counts].map(([outcome, count]) => ({ outcome, count }))
}

export const countFindings = (database: Database, tenant: string): Promise<readonly { readonly code: string; readonly count: number }[]> =>
  database.read
    .selectFrom('finding')
    .select((of) => ['code', of.fn.countAll<number>().as('count')])
    .where('tenant', '=', tenant)
    .where('state', '=', 'open')
    .groupBy('code')
    .orderBy('code')
    .execute()

export const countDocuments = (database: Database, tenant: string): Promise<readonly { readonly type: string; readonly count: number }[]> =>
  database.read
    .selectFrom('document')
    .select((of) => ['type', of.fn.countAll<number>().as('count')])
    .where('tenant', '=', tenant)
    .where('deleted', '=', 0)
    .groupBy('type')
    .orderBy('type')
    .execute()

export interface Ages {
  /** of the lane of each kind that has been ready longest */
  readonly lanes: readonly { readonly kind: string; readonly ageMs: number }[]
  /** of the oldest envelope that waits to be worked on, or of what is not even cut; 0: none waits */
  readonly lagMs: number
}

export async function ages(database: Database, tenant: string, now: number): Promise<Ages> {
  const lanes = await database.read
    .selectFrom('lane')
    .select((of) => ['kind', of.fn.min('ready_at').as('ready')])
    .where('tenant', '=', tenant)
    .where('ready_at', '<=', now)
    .groupBy('kind')
    .execute()
  const waiting = await database.read
    .selectFrom('envelope')
    .select('received_at')
    .where('tenant', '=', tenant)
    .where('state', '=', 'received')
    .orderBy('id')
    .limit(1)
    .executeTakeFirst()
  const uncut = await oldestUncut(database.read, tenant)
  const oldest = Math.min(waiting?.received_at ?? now, uncut ?? now)
  return {
    lanes: lanes.map(({ kind, ready }) => ({ kind, ageMs: Math.max(0, now - Number(ready ?? now)) })),
    lagMs: now - oldest,
  }
}

export const countDeliveriesByRoute = (
  database: Database,
  tenant: string,
): Promise<readonly { readonly route: string; readonly state: string; readonly shadow: 0 | 1; readonly count: number }[]> =>
  database.read
    .selectFrom('delivery')
    .select((of) => ['route', 'state', 'shadow', of.fn.countAll<number>().as('count')])
    .where('tenant', '=', tenant)
    .groupBy(['route', 'state', 'shadow'])
    .execute()

/** Tries of deliveries after the first. */
export async function countRetries(database: Database, tenant: string): Promise<number> {
  const row = await database.read
    .selectFrom('attempt')
    .select((of) => of.fn.countAll<number>().as('count'))
    .where('tenant', '=', tenant)
    .where('n', '>', 1)
    .executeTakeFirst()
  return (row?.count ?? 0) + ((await removedCounts(database.read, tenant)).get('retries') ?? 0)
}
