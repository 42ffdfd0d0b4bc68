import { newToken } from '../model/id.ts'
import type { Database, Tx } from './database.ts'
import { inLists, type Reader } from './in-list.ts'
import { insertMany } from './insert-many.ts'
import { fenced } from './lane.ts'
import type { EventSubscriptionTable } from './tables.ts'

/** Receivers of one tenant: every effect is judged by the filter of each. */
export const mostSubscriptions = 100

/** What decides whether a receiver hears of a line; a paused one goes on collecting. Asked in every transaction that has an effect. */
export const listeners = (read: Reader, tenant: string): Promise<Pick<EventSubscriptionTable, 'id' | 'filter'>[]> =>
  read
    .selectFrom('event_subscription')
    .select(['id', 'filter'])
    .where('tenant', '=', tenant)
    .where('state', '<>', 'closed')
    .limit(mostSubscriptions)
    .execute()

export const listSubscriptions = (read: Reader, tenant: string, after = '', limit = mostSubscriptions): Promise<EventSubscriptionTable[]> =>
  read
    .selectFrom('event_subscription')
    .selectAll()
    .where('tenant', '=', tenant)
    .where('id', '>', after)
    .orderBy('id')
    .limit(limit)
    .execute()

export const findSubscription = (read: Reader, tenant: string, id: string): Promise<EventSubscriptionTable | undefined> =>
  read.selectFrom('event_subscription').selectAll().where('tenant', '=', tenant).where('id', '=', id).executeTakeFirst()

/** false: there is one of this name */
export const insertSubscription = async (tx: Tx, row: EventSubscriptionTable): Promise<boolean> =>
  (await insertMany(tx, 'event_subscription', [row], { keys: ['tenant', 'name'], then: 'ignore' })) === 1

export type SubscriptionChange = Partial<Omit<EventSubscriptionTable, 'tenant' | 'id'>>

/** false: there is none */
export async function changeSubscription(tx: Tx, tenant: string, id: string, change: SubscriptionChange): Promise<boolean> {
  const done = await tx.updateTable('event_subscription').set(change).where('tenant', '=', tenant).where('id', '=', id).executeTakeFirst()
  return done.numUpdatedRows === 1n
}

/** Messages that go with their receiver; retention removes what is left of it, which nobody sends any more. */
const mostRemoved = 5000

/** Removes a receiver with what was still to be told to it. false: there is none */
export async function removeSubscription(tx: Tx, tenant: string, id: string, most = mostRemoved): Promise<boolean> {
  const done = await tx.deleteFrom('event_subscription').where('tenant', '=', tenant).where('id', '=', id).executeTakeFirst()
  const rows = await tx
    .selectFrom('event_message')
    .select('event')
    .where('tenant', '=', tenant)
    .where('subscription', '=', id)
    .limit(most)
    .execute()
  await inLists(
    rows.map(({ event }) => event),
    (list) =>
      tx.deleteFrom('event_message').where('tenant', '=', tenant).where('subscription', '=', id).where('event', 'in', list).execute(),
  )
  return done.numDeletedRows === 1n
}

/** Receivers that may be sent to now and that something is due for. */
export async function dueSubscriptions(read: Reader, tenant: string, now: number): Promise<string[]> {
  const rows = await read
    .selectFrom('event_subscription')
    .select('id')
    .where('tenant', '=', tenant)
    .where('state', '=', 'active')
    .where('ready_at', '<=', now)
    .where('lease_until', '<=', now)
    .where((of) =>
      of.exists(
        of
          .selectFrom('event_message')
          .select('event_message.event')
          .whereRef('event_message.tenant', '=', 'event_subscription.tenant')
          .whereRef('event_message.subscription', '=', 'event_subscription.id')
          .where('event_message.state', '=', 'due')
          .where('event_message.due_at', '<=', now),
      ),
    )
    .limit(mostSubscriptions)
    .execute()
  return rows.map(({ id }) => id)
}

/** Takes the right to send to a receiver; undefined while another has it, and where nothing may be sent. */
export async function claimSubscription(
  database: Database,
  tenant: string,
  id: string,
  now: number,
  leaseMs: number,
): Promise<EventSubscriptionTable | undefined> {
  return database.write(async (tx) => {
    const token = newToken()
    const taken = await tx
      .updateTable('event_subscription')
      .set({ lease_until: now + leaseMs, lease_token: token })
      .where('tenant', '=', tenant)
      .where('id', '=', id)
      .where('state', '=', 'active')
      .where('ready_at', '<=', now)
      .where('lease_until', '<=', now)
      .executeTakeFirst()
    return taken.numUpdatedRows > 0n ? findSubscription(tx, tenant, id) : undefined
  })
}

/** The fence: first statement of every transaction of a sender. Answers the receiver as it is now. @throws HubError `fenced` when another sends by now */
export async function holdSubscription(
  tx: Tx,
  { tenant, id, lease_token }: Pick<EventSubscriptionTable, 'tenant' | 'id' | 'lease_token'>,
  until: number,
): Promise<EventSubscriptionTable> {
  const held = await tx
    .updateTable('event_subscription')
    .set({ lease_until: until })
    .where('tenant', '=', tenant)
    .where('id', '=', id)
    .where('lease_token', '=', lease_token)
    .executeTakeFirst()
  const row = held.numUpdatedRows === 1n ? await findSubscription(tx, tenant, id) : undefined
  if (row === undefined) throw fenced(`the event subscription ${id}`)
  return row
}

/** Gives the right to send back, if it is still ours. `readyAt`: nothing is sent before. */
export const releaseSubscription = (
  tx: Tx,
  { tenant, id, lease_token }: Pick<EventSubscriptionTable, 'tenant' | 'id' | 'lease_token'>,
  readyAt?: number,
): Promise<unknown> =>
  tx
    .updateTable('event_subscription')
    .set({ lease_until: 0, lease_token: null, ...(readyAt === undefined ? {} : { ready_at: readyAt }) })
    .where('tenant', '=', tenant)
    .where('id', '=', id)
    .where('lease_token', '=', lease_token)
    .execute()
