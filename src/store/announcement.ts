import type { Tx } from './database.ts'
import type { Reader } from './in-list.ts'
import { insertMany } from './insert-many.ts'
import type { AnnouncementTable } from './tables.ts'

/** Writes one down, or that it was heard again. */
export const saveAnnouncement = (tx: Tx, row: AnnouncementTable): Promise<number> =>
  insertMany(tx, 'announcement', [row], { keys: ['tenant', 'connection', 'hash'], then: 'update', columns: ['told_by', 'seen_at'] })

/** Heard since a time; the soonest first, those without a date last. */
export async function announcementsSince(read: Reader, tenant: string, since: number): Promise<AnnouncementTable[]> {
  const rows = await read
    .selectFrom('announcement')
    .selectAll()
    .where('tenant', '=', tenant)
    .where('seen_at', '>=', since)
    .limit(most)
    .execute()
  return rows.sort((a, b) => (a.at ?? Number.MAX_SAFE_INTEGER) - (b.at ?? Number.MAX_SAFE_INTEGER) || a.first_at - b.first_at)
}
const most = 1000

/** Removes what a connection was told before a time, and not since. */
export async function forgetAnnouncements(tx: Tx, tenant: string, connection: string, before: number): Promise<void> {
  await tx
    .deleteFrom('announcement')
    .where('tenant', '=', tenant)
    .where('connection', '=', connection)
    .where('seen_at', '<', before)
    .execute()
}

/** How many others than this one a connection has. */
export async function countOtherAnnouncements(tx: Tx, tenant: string, connection: string, hash: string): Promise<number> {
  const row = await tx
    .selectFrom('announcement')
    .select((of) => of.fn.countAll<number>().as('count'))
    .where('tenant', '=', tenant)
    .where('connection', '=', connection)
    .where('hash', '!=', hash)
    .executeTakeFirst()
  return row?.count ?? 0
}
