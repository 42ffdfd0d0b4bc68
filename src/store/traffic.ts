import type { Tx } from './database.ts'
import { inLists, type Reader } from './in-list.ts'
import { insertMany } from './insert-many.ts'
import type { TrafficTable } from './tables.ts'

export const hourMs = 3_600_000

/** Webhooks whose ids lie between two, in their order. */
export const webhookTimes = (
  read: Reader,
  tenant: string,
  of: { readonly after: string; readonly before: string; readonly limit: number },
): Promise<{ id: string; connection: string; topic: string | null; received_at: number }[]> =>
  read
    .selectFrom('receipt')
    .select(['id', 'connection', 'topic', 'received_at'])
    .where('tenant', '=', tenant)
    .where('id', '>', of.after)
    .where('id', '<', of.before)
    .where('kind', '=', 'webhook')
    .orderBy('id')
    .limit(of.limit)
    .execute()

/** Sets the counts of hours anew. */
export const saveTraffic = (tx: Tx, rows: readonly TrafficTable[]): Promise<number> =>
  insertMany(tx, 'traffic', rows, {
    keys: ['tenant', 'connection', 'topic', 'hour'],
    then: 'update',
    columns: ['events', 'last_at'],
  })

/** Counts of some hours, of every topic. */
export const trafficOfHours = (read: Reader, tenant: string, hours: readonly number[]): Promise<TrafficTable[]> =>
  inLists(hours, (list) => read.selectFrom('traffic').selectAll().where('tenant', '=', tenant).where('hour', 'in', list).execute())

/** Every hour of one topic in which something came. */
export const trafficOf = (read: Reader, tenant: string, connection: string, topic: string): Promise<TrafficTable[]> =>
  read
    .selectFrom('traffic')
    .selectAll()
    .where('tenant', '=', tenant)
    .where('connection', '=', connection)
    .where('topic', '=', topic)
    .orderBy('hour')
    .execute()

/** Forgets what is older than anything is learned from. */
export async function forgetTraffic(tx: Tx, tenant: string, before: number): Promise<void> {
  await tx.deleteFrom('traffic').where('tenant', '=', tenant).where('hour', '<', before).execute()
}
