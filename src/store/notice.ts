import { newToken } from '../model/id.ts'
import type { Database, Tx } from './database.ts'
import type { Reader } from './in-list.ts'
import { insertMany } from './insert-many.ts'
import type { NoticeTable } from './tables.ts'

/** Writes messages to be sent; one that was made already is left alone. */
export const insertNotices = (tx: Tx, rows: readonly NoticeTable[]): Promise<number> =>
  insertMany(tx, 'notice', rows, { keys: ['tenant', 'alarm', 'channel', 'event'], then: 'ignore' })

export async function hasDueNotices(database: Database, tenant: string, now: number): Promise<boolean> {
  const row = await due(database.read, tenant, now).limit(1).executeTakeFirst()
  return row !== undefined
}

/** Messages made for a channel since a time. */
export async function countNotices(tx: Tx, tenant: string, channel: string, since: number): Promise<number> {
  const row = await tx
    .selectFrom('notice')
    .select((of) => of.fn.countAll<number>().as('count'))
    .where('tenant', '=', tenant)
    .where('channel', '=', channel)
    .where('created_at', '>', since)
    .executeTakeFirst()
  return row?.count ?? 0
}

/** Claims messages that are due or whose sender died, oldest first. */
export async function claimNotices(
  database: Database,
  tenant: string,
  now: number,
  leaseMs: number,
  limit: number,
): Promise<NoticeTable[]> {
  return database.write(async (tx) => {
    const token = newToken()
    const claimed: NoticeTable[] = []
    for (const row of await due(tx, tenant, now).orderBy('due_at').limit(limit).execute()) {
      const taken = await tx
        .updateTable('notice')
        .set({ lease_until: now + leaseMs, lease_token: token })
        .where('tenant', '=', tenant)
        .where('id', '=', row.id)
        .where('lease_until', '<=', now)
        .executeTakeFirst()
      if (taken.numUpdatedRows > 0n) claimed.push({ ...row, lease_token: token })
    }
    return claimed
  })
}

/** Settles a claimed message; one that another took over keeps its row. */
export async function settleNotice(
  tx: Tx,
  tenant: string,
  row: NoticeTable,
  change: Pick<NoticeTable, 'state' | 'due_at' | 'attempts' | 'last_error' | 'ended_at'>,
): Promise<void> {
  await tx
    .updateTable('notice')
    .set({ ...change, lease_until: 0, lease_token: null })
    .where('tenant', '=', tenant)
    .where('id', '=', row.id)
    .where('lease_token', '=', row.lease_token)
    .execute()
}

/** Messages about alarms, in the order they were made. */
export const noticesOf = (read: Reader, tenant: string, alarms: readonly string[]): Promise<NoticeTable[]> =>
  alarms.length === 0
    ? Promise.resolve([])
    : read.selectFrom('notice').selectAll().where('tenant', '=', tenant).where('alarm', 'in', alarms).orderBy('id').execute()

const due = (read: Reader, tenant: string, now: number) =>
  read
    .selectFrom('notice')
    .selectAll()
    .where('tenant', '=', tenant)
    .where('state', '=', 'due')
    .where('due_at', '<=', now)
    .where('lease_until', '<=', now)
