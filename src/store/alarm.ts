import type { Tx } from './database.ts'
import type { Reader } from './in-list.ts'
import { insertMany } from './insert-many.ts'
import type { AlarmTable } from './tables.ts'

/** Opens an alarm; false: its subject has one already, which now says that it was seen again. */
export async function raiseAlarm(tx: Tx, row: AlarmTable): Promise<boolean> {
  const opened = await insertMany(tx, 'alarm', [row], { keys: ['tenant', 'open_subject'], then: 'ignore' })
  if (opened > 0) return true
  await tx
    .updateTable('alarm')
    .set((of) => ({ message: row.message, detail: row.detail, seen_at: row.seen_at, times: of('times', '+', 1) }))
    .where('tenant', '=', row.tenant)
    .where('open_subject', '=', row.subject)
    .execute()
  return false
}

/** Closes the open alarm of a subject and answers it; undefined: there is none. */
export async function closeAlarm(tx: Tx, tenant: string, subject: string, now: number): Promise<AlarmTable | undefined> {
  const found = await tx.selectFrom('alarm').selectAll().where('tenant', '=', tenant).where('open_subject', '=', subject).executeTakeFirst()
  if (found === undefined) return undefined
  const closed = await tx
    .updateTable('alarm')
    .set({ open_subject: null, closed_at: now })
    .where('tenant', '=', tenant)
    .where('id', '=', found.id)
    .where('open_subject', '=', subject)
    .executeTakeFirst()
  return closed.numUpdatedRows > 0n ? { ...found, open_subject: null, closed_at: now } : undefined
}

/** Every open alarm; there is one for each subject, so their number is bounded by what there is to watch. */
export const openAlarms = (read: Reader, tenant: string): Promise<AlarmTable[]> =>
  read
    .selectFrom('alarm')
    .selectAll()
    .where('tenant', '=', tenant)
    .where('open_subject', 'is not', null)
    .orderBy('id')
    .limit(maxOpen)
    .execute()
const maxOpen = 10_000

/** Newest first. */
export const listAlarms = (
  read: Reader,
  tenant: string,
  of: { readonly open?: boolean; readonly before?: string; readonly limit: number },
): Promise<AlarmTable[]> => {
  let query = read.selectFrom('alarm').selectAll().where('tenant', '=', tenant)
  if (of.open !== undefined) query = query.where('open_subject', of.open ? 'is not' : 'is', null)
  if (of.before !== undefined) query = query.where('id', '<', of.before)
  return query.orderBy('id', 'desc').limit(of.limit).execute()
}

export const findAlarm = (read: Reader, tenant: string, id: string): Promise<AlarmTable | undefined> =>
  read.selectFrom('alarm').selectAll().where('tenant', '=', tenant).where('id', '=', id).executeTakeFirst()
