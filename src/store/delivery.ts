import type { DeliveryState } from '../model/delivery.ts'
import type { Database, Tx } from './database.ts'
import { hasRivals } from './hold.ts'
import { inLists, type Reader } from './in-list.ts'
import { insertMany } from './insert-many.ts'
import type { DeliveryTable } from './tables.ts'

/** Duties whose effect key exists already are left out: they were made before. */
export const insertDeliveries = (tx: Tx, rows: readonly DeliveryTable[]): Promise<number> =>
  insertMany(tx, 'delivery', rows, { keys: ['tenant', 'effect_key'], then: 'ignore' })

/** All duties ever made for these documents of one type except states that are settled, oldest first. */
export async function dutiesOf(tx: Tx, tenant: string, type: string, keys: readonly string[]): Promise<DeliveryTable[]> {
  const rows = await inLists(keys, (list) =>
    tx
      .selectFrom('delivery')
      .selectAll()
      .where('tenant', '=', tenant)
      .where('type', '=', type)
      .where('key', 'in', list)
      .where((or) => or.or([or('op', '!=', 'state'), or('state', 'in', ['due', 'sending', 'waiting', 'parked'])]))
      .execute(),
  )
  return rows.sort((a, b) => (a.id < b.id ? -1 : 1))
}

/** The latest duties made for a document, newest first, without what they send. */
export const deliveriesOf = (
  read: Reader,
  tenant: string,
  { type, key }: { readonly type: string; readonly key: string },
  limit: number,
): Promise<Omit<DeliveryTable, 'body'>[]> =>
  read
    .selectFrom('delivery')
    .select(['tenant', 'id', 'route', 'connection', 'action', 'op', 'type', 'key', 'document_version', 'effect_key', 'generation'])
    .select(['lane', 'state', 'reason', 'waits_for', 'partner_key', 'attempts', 'due_at', 'ambiguous', 'shadow', 'revision'])
    .select(['created_at', 'settled_at', 'trace'])
    .where('tenant', '=', tenant)
    .where('type', '=', type)
    .where('key', '=', key)
    .orderBy('id', 'desc')
    .limit(limit)
    .execute()

/**
 * What a lane holds, oldest first: open duties, and dead commands, which may block it. They are held from here on: what a sender renders then has every change that renewed one of them, and a change that comes
 * later finds the duty begun.
 */
export async function dutiesInLane(tx: Tx, tenant: string, lane: string, limit: number): Promise<DeliveryTable[]> {
  const found = await tx
    .selectFrom('delivery')
    .selectAll()
    .where('tenant', '=', tenant)
    .where('lane', '=', lane)
    .where('state', 'in', inLane)
    .where((or) => or.or([or('state', '!=', 'dead'), or('op', '!=', 'state')]))
    .orderBy('id')
    .limit(limit)
    .execute()
  if (!hasRivals(tx)) return found
  // held by their ids alone: a search would hold, or wait for, whatever it passes on its way
  const ids = found.map(({ id }) => id)
  const held = await inLists(ids, (list) =>
    tx.selectFrom('delivery').selectAll().where('tenant', '=', tenant).where('id', 'in', list).orderBy('id').forUpdate().execute(),
  )
  return held.filter(({ state }) => inLane.some((one) => one === state))
}

const inLane = ['due', 'sending', 'waiting', 'parked', 'dead'] as const

export async function findDelivery(tx: Tx, tenant: string, id: string): Promise<DeliveryTable | undefined> {
  return tx.selectFrom('delivery').selectAll().where('tenant', '=', tenant).where('id', '=', id).executeTakeFirst()
}

type Changes = Partial<Omit<DeliveryTable, 'tenant' | 'id' | 'route' | 'connection' | 'type' | 'key' | 'lane' | 'created_at'>>

/** Changes a delivery that is in one of `from`; false: it is not, somebody else was first. */
export async function changeDelivery(
  tx: Tx,
  tenant: string,
  id: string,
  from: readonly DeliveryState[],
  changes: Changes,
): Promise<boolean> {
  const changed = await tx
    .updateTable('delivery')
    .set(changes)
    .where('tenant', '=', tenant)
    .where('id', '=', id)
    .where('state', 'in', from)
    .executeTakeFirst()
  return changed.numUpdatedRows > 0n
}

/** Settles duties without a try. */
export async function closeDeliveries(
  tx: Tx,
  tenant: string,
  ids: readonly string[],
  state: 'superseded' | 'cancelled',
  reason: string,
  at: number,
): Promise<void> {
  await inLists(ids, (list) =>
    tx
      .updateTable('delivery')
      .set({ state, reason, waits_for: null, settled_at: at })
      .where('tenant', '=', tenant)
      .where('id', 'in', list)
      .where('state', 'in', ['due', 'waiting', 'parked', 'sending'])
      .execute(),
  )
}

/** Pushes of a document's state that no sender works on. */
export const unsentStates = async (tx: Tx, tenant: string, type: string, key: string): Promise<string[]> =>
  (
    await tx
      .selectFrom('delivery')
      .select('id')
      .where('tenant', '=', tenant)
      .where('type', '=', type)
      .where('key', '=', key)
      .where('op', '=', 'state')
      .where('state', 'in', ['due', 'waiting', 'parked'])
      .execute()
  ).map(({ id }) => id)

/** Changes a duty that no sender ever began; false: one did, so it may have reached the partner. */
export async function changeUnsent(tx: Tx, tenant: string, id: string, changes: Changes): Promise<boolean> {
  const changed = await tx
    .updateTable('delivery')
    .set(changes)
    .where('tenant', '=', tenant)
    .where('id', '=', id)
    .where('attempts', '=', 0)
    .where('state', 'in', ['due', 'waiting', 'parked'])
    .executeTakeFirst()
  return changed.numUpdatedRows > 0n
}

/** Parked duties that wait for one of these names become due. Answers their lanes. */
export async function releaseAwaiting(tx: Tx, tenant: string, names: readonly string[], now: number): Promise<string[]> {
  return release(tx, tenant, now, await inLists(names, (list) => parkedRows(tx, tenant).where('waits_for', 'in', list).execute()))
}

/** Parked duties of a connection with this reason become due. Answers their lanes. */
export async function releaseParked(tx: Tx, tenant: string, connection: string, reason: string, now: number): Promise<string[]> {
  return release(tx, tenant, now, await parkedRows(tx, tenant).where('connection', '=', connection).where('reason', '=', reason).execute())
}

/** These parked duties become due. Answers their lanes. */
export async function releaseThese(tx: Tx, tenant: string, ids: readonly string[], now: number): Promise<string[]> {
  return release(tx, tenant, now, await inLists(ids, (list) => parkedRows(tx, tenant).where('id', 'in', list).execute()))
}

const parkedRows = (tx: Tx, tenant: string) =>
  tx.selectFrom('delivery').select(['id', 'lane']).where('tenant', '=', tenant).where('state', '=', 'parked')

async function release(
  tx: Tx,
  tenant: string,
  now: number,
  parked: readonly { readonly id: string; readonly lane: string }[],
): Promise<string[]> {
  await inLists(
    parked.map(({ id }) => id),
    (list) =>
      tx
        .updateTable('delivery')
        .set({ state: 'due', reason: null, waits_for: null, due_at: now })
        .where('tenant', '=', tenant)
        .where('id', 'in', list)
        .where('state', '=', 'parked')
        .execute(),
  )
  return [...new Set(parked.map(({ lane }) => lane))]
}

/** The last create or change of a document that the partner took over. */
export async function lastTaken(
  tx: Tx,
  tenant: string,
  of: Pick<DeliveryTable, 'connection' | 'action' | 'type' | 'key'>,
): Promise<DeliveryTable | undefined> {
  return tx
    .selectFrom('delivery')
    .selectAll()
    .where('tenant', '=', tenant)
    .where('type', '=', of.type)
    .where('key', '=', of.key)
    .where('connection', '=', of.connection)
    .where('action', '=', of.action)
    .where('op', 'in', ['create', 'change'])
    .where('state', '=', 'delivered')
    .orderBy('id', 'desc')
    .limit(1)
    .executeTakeFirst()
}

export interface ParkedDelivery {
  readonly id: string
  readonly connection: string
  readonly route: string
  readonly type: string
  readonly key: string
  readonly reason: string | null
  readonly waits_for: string | null
  readonly created_at: number
}

/** Parked duties after an id, oldest first. */
export async function parkedDeliveries(database: Database, tenant: string, after: string, limit: number): Promise<ParkedDelivery[]> {
  return database.read
    .selectFrom('delivery')
    .select(['id', 'connection', 'route', 'type', 'key', 'reason', 'waits_for', 'created_at'])
    .where('tenant', '=', tenant)
    .where('state', '=', 'parked')
    .where('id', '>', after)
    .orderBy('id')
    .limit(limit)
    .execute()
}

export interface DeliveryCount {
  readonly connection: string
  readonly state: string
  readonly reason: string | null
  readonly count: number
}

export async function countDeliveries(database: Database, tenant: string): Promise<DeliveryCount[]> {
  return database.read
    .selectFrom('delivery')
    .select((of) => ['connection', 'state', 'reason', of.fn.countAll<number>().as('count')])
    .where('tenant', '=', tenant)
    .groupBy(['connection', 'state', 'reason'])
    .execute()
}

/** When the oldest open duty of each connection and state was made. */
export async function oldestDeliveries(
  database: Database,
  tenant: string,
): Promise<{ readonly connection: string; readonly state: string; readonly createdAt: number }[]> {
  const rows = await database.read
    .selectFrom('delivery')
    .select((of) => ['connection', 'state', of.fn.min('created_at').as('created')])
    .where('tenant', '=', tenant)
    .where('state', 'in', ['due', 'sending', 'waiting', 'parked'])
    .groupBy(['connection', 'state'])
    .execute()
  return rows.map(({ connection, state, created }) => ({ connection, state, createdAt: Number(created) }))
}
