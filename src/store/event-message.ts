import type { Of, Removed } from './aged.ts'
import type { Tx } from './database.ts'
import { grouped, inLists, type Reader } from './in-list.ts'
import { insertMany } from './insert-many.ts'
import type { EventMessageTable, JournalTable } from './tables.ts'

/** Writes what is to be told; an event that a receiver has, or had, is left as it is. Answers how many are new. */
export const insertMessages = (tx: Tx, rows: readonly EventMessageTable[]): Promise<number> =>
  insertMany(tx, 'event_message', rows, { keys: ['tenant', 'subscription', 'event'], then: 'ignore' })

/** Writes what is to be told again, from the first try on, whether it arrived before or not. */
export const repeatMessages = (tx: Tx, rows: readonly EventMessageTable[]): Promise<number> =>
  insertMany(tx, 'event_message', rows, {
    keys: ['tenant', 'subscription', 'event'],
    then: 'update',
    columns: ['state', 'due_at', 'attempts', 'last_error', 'created_at', 'ended_at'],
  })

const candidates = 256
const atOnce = 512

/** Open messages of up to 256 rows' subjects that something is due for, each subject's in the order of its events. What waits behind a message that is not due yet comes too. */
export async function openMessages(
  read: Reader,
  tenant: string,
  subscription: string,
  now: number,
): Promise<ReadonlyMap<string, readonly EventMessageTable[]>> {
  const of = () =>
    read.selectFrom('event_message').where('tenant', '=', tenant).where('subscription', '=', subscription).where('state', '=', 'due')
  const due = await of().select('subject').where('due_at', '<=', now).orderBy('due_at').limit(candidates).execute()
  const rows = await inLists(
    due.map(({ subject }) => subject),
    (list) => of().selectAll().where('subject', 'in', list).orderBy('event').limit(atOnce).execute(),
  )
  return grouped(rows, ({ subject }) => subject)
}

/** Sets what is due of a subject, and what follows in it, off to a later time. */
export const delaySubject = (tx: Tx, tenant: string, subscription: string, subject: string, until: number): Promise<unknown> =>
  tx
    .updateTable('event_message')
    .set({ due_at: until })
    .where('tenant', '=', tenant)
    .where('subscription', '=', subscription)
    .where('subject', '=', subject)
    .where('state', '=', 'due')
    .where('due_at', '<', until)
    .execute()

export const settleMessage = (
  tx: Tx,
  { tenant, subscription, event }: EventMessageTable,
  change: Partial<Pick<EventMessageTable, 'state' | 'due_at' | 'attempts' | 'last_error' | 'ended_at'>>,
): Promise<unknown> =>
  tx
    .updateTable('event_message')
    .set(change)
    .where('tenant', '=', tenant)
    .where('subscription', '=', subscription)
    .where('event', '=', event)
    .where('state', '=', 'due')
    .execute()

/** Messages that one command hurries: those behind them come by their own time. */
const mostHurried = 10_000

/** What was tried for a receiver or put off begins anew, what is due longest first; what was never tried is due as it stands. */
export async function hurryMessages(tx: Tx, tenant: string, subscription: string, now: number, most = mostHurried): Promise<void> {
  const waiting = tx
    .selectFrom('event_message')
    .select(['event', 'attempts'])
    .where('tenant', '=', tenant)
    .where('subscription', '=', subscription)
    .where('state', '=', 'due')
    .orderBy('due_at')
    .limit(most)
  const tried = (await waiting.where('due_at', '<=', now).execute()).filter(({ attempts }) => attempts > 0)
  const later = await waiting.where('due_at', '>', now).execute()
  await inLists(
    [...tried, ...later].map(({ event }) => event),
    (list) =>
      tx
        .updateTable('event_message')
        .set({ due_at: now, attempts: 0 })
        .where('tenant', '=', tenant)
        .where('subscription', '=', subscription)
        .where('event', 'in', list)
        .execute(),
  )
}

/** Messages of a receiver in the order of their events, newest first. */
export function listMessages(
  read: Reader,
  tenant: string,
  subscription: string,
  of: { readonly state?: EventMessageTable['state']; readonly before?: string; readonly limit: number },
): Promise<EventMessageTable[]> {
  let query = read.selectFrom('event_message').selectAll().where('tenant', '=', tenant).where('subscription', '=', subscription)
  if (of.state !== undefined) query = query.where('state', '=', of.state)
  if (of.before !== undefined) query = query.where('event', '<', of.before)
  return query.orderBy('event', 'desc').limit(of.limit).execute()
}

/** How many messages of a receiver are in each state. */
export async function countMessages(read: Reader, tenant: string, subscription: string): Promise<ReadonlyMap<string, number>> {
  const rows = await read
    .selectFrom('event_message')
    .select((of) => ['state', of.fn.countAll<number>().as('count')])
    .where('tenant', '=', tenant)
    .where('subscription', '=', subscription)
    .groupBy('state')
    .execute()
  return new Map(rows.map(({ state, count }) => [state, Number(count)]))
}

/** Whether more than `most` messages wait for a receiver. */
export async function waitMoreThan(read: Reader, tenant: string, subscription: string, most: number): Promise<boolean> {
  const row = await read
    .selectFrom('event_message')
    .select('event')
    .where('tenant', '=', tenant)
    .where('subscription', '=', subscription)
    .where('state', '=', 'due')
    .offset(most)
    .limit(1)
    .executeTakeFirst()
  return row !== undefined
}

/** Deletes messages that arrived or were given up before a time, and those of receivers that are no more. */
export async function removeEventMessages(tx: Tx, tenant: string, { before, limit }: Of): Promise<Removed> {
  const receivers = await tx.selectFrom('event_subscription').select('id').where('tenant', '=', tenant).execute()
  let rows = 0
  for (const { id } of receivers)
    for (const state of ['sent', 'dead'] as const) {
      if (rows >= limit) return { rows, next: '' }
      rows += await removeThese(
        tx,
        tenant,
        await tx
          .selectFrom('event_message')
          .select(['subscription', 'event'])
          .where('tenant', '=', tenant)
          .where('subscription', '=', id)
          .where('state', '=', state)
          .where('due_at', '<', before)
          .limit(limit)
          .execute(),
      )
    }
  let left = tx.selectFrom('event_message').select(['subscription', 'event']).where('tenant', '=', tenant)
  if (receivers.length > 0)
    left = left.where(
      'subscription',
      'not in',
      receivers.map(({ id }) => id),
    )
  rows += await removeThese(tx, tenant, await left.limit(limit).execute())
  return { rows, next: rows >= limit ? '' : undefined }
}

async function removeThese(tx: Tx, tenant: string, rows: readonly Pick<EventMessageTable, 'subscription' | 'event'>[]): Promise<number> {
  for (const [subscription, group] of grouped(rows, (row) => row.subscription))
    await inLists(
      group.map(({ event }) => event),
      (list) =>
        tx
          .deleteFrom('event_message')
          .where('tenant', '=', tenant)
          .where('subscription', '=', subscription)
          .where('event', 'in', list)
          .execute(),
    )
  return rows.length
}

/** Connections that keep documents, by `type\0key`; documents that are not here are left out. */
export async function originsOf(
  read: Reader,
  tenant: string,
  lines: readonly Pick<JournalTable, 'type' | 'key'>[],
): Promise<ReadonlyMap<string, string>> {
  const origins = new Map<string, string>()
  for (const [type, group] of grouped(lines, (line) => line.type)) {
    const rows = await inLists(
      group.map(({ key }) => key),
      (list) =>
        read
          .selectFrom('document')
          .select(['key', 'origin'])
          .where('tenant', '=', tenant)
          .where('type', '=', type)
          .where('key', 'in', list)
          .execute(),
    )
    for (const { key, origin } of rows) origins.set(`${type}\0${key}`, origin)
  }
  return origins
}

/** Messages that were given up begin anew, the oldest first; answers how many. */
export async function repeatDead(tx: Tx, tenant: string, subscription: string, now: number, limit: number): Promise<number> {
  const rows = await tx
    .selectFrom('event_message')
    .selectAll()
    .where('tenant', '=', tenant)
    .where('subscription', '=', subscription)
    .where('state', '=', 'dead')
    .orderBy('event')
    .limit(limit)
    .execute()
  await repeatMessages(
    tx,
    rows.map((row) => ({ ...row, state: 'due', due_at: now, attempts: 0, last_error: null, created_at: now, ended_at: null })),
  )
  return rows.length
}
