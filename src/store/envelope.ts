import { sql } from 'kysely'
import type { EnvelopeReason, EnvelopeState } from '../model/envelope.ts'
import type { Database, Tx } from './database.ts'
import { filled, inLists, type Reader } from './in-list.ts'
import { insertMany } from './insert-many.ts'
import { isUncut } from './receipt.ts'
import type { EnvelopeTable } from './tables.ts'
import { through } from './through.ts'

export const insertEnvelopes = (tx: Tx, rows: readonly EnvelopeTable[]): Promise<number> => insertMany(tx, 'envelope', rows)

/**
 * Next envelopes of some lanes, oldest first. Which index serves is said, for MariaDB takes the primary key at times, and reads all that was ever applied: of several lanes the list of what waits is gone through, in
 * whatever lane it is, of one lane its own.
 */
export async function takeEnvelopes(tx: Tx, tenant: string, lanes: readonly number[], limit: number): Promise<EnvelopeTable[]> {
  const from = through(tx, 'envelope', lanes.length > 1 ? 'envelope_by_state_id' : 'envelope_by_lane_state_id')
  const { rows } = await sql<EnvelopeTable>`
    select * from ${from} where tenant = ${tenant} and lane in (${sql.join(filled([...lanes]))})
    and state = 'received' order by id limit ${limit}`.execute(tx)
  return rows
}

/** Whether more than `limit` envelopes wait in these lanes. */
export async function areBusy(read: Reader, tenant: string, lanes: readonly number[], limit: number): Promise<boolean> {
  const from = through(read, 'envelope', 'envelope_by_lane_state_id')
  const { rows } = await sql`
    select id from ${from} where tenant = ${tenant} and lane in (${sql.join(lanes)}) and state = 'received' limit 1 offset ${limit}`.execute(
    read,
  )
  return rows.length > 0
}

export interface Settlement {
  readonly id: string
  readonly state: EnvelopeState
  readonly reason: EnvelopeReason | null
  readonly detail: string | null
  readonly waitsFor: string | null
}

/** Writes how envelopes were settled: one statement for all that share state and reason, one for each that has a detail. */
export async function settleEnvelopes(
  tx: Tx,
  tenant: string,
  settlements: readonly Settlement[],
  revision: string,
  at: number,
): Promise<void> {
  const alike = new Map<string, Settlement[]>()
  for (const one of settlements) {
    const name = one.detail === null && one.waitsFor === null ? `${one.state}/${one.reason ?? ''}` : one.id
    const group = alike.get(name)
    if (group) group.push(one)
    else alike.set(name, [one])
  }
  for (const group of alike.values()) {
    const [first] = group
    if (!first) continue
    await inLists(
      group.map(({ id }) => id),
      (list) =>
        tx
          .updateTable('envelope')
          .set({ state: first.state, reason: first.reason, detail: first.detail, waits_for: first.waitsFor, revision, settled_at: at })
          .where('tenant', '=', tenant)
          .where('id', 'in', list)
          .execute(),
    )
  }
}

/** Counts that a worker is about to try this one; written before the work, so that a record that kills the process is found out. */
export async function countCrash(tx: Tx, tenant: string, id: string): Promise<void> {
  await tx
    .updateTable('envelope')
    .set((to) => ({ crashes: to('crashes', '+', 1) }))
    .where('tenant', '=', tenant)
    .where('id', '=', id)
    .execute()
}

/** Parked envelopes that wait for one of these names become received again. Answers their ingest lanes. */
export async function releaseEnvelopes(tx: Tx, tenant: string, names: readonly string[]): Promise<number[]> {
  const waiting = await inLists(names, (list) =>
    tx
      .selectFrom('envelope')
      .select(['id', 'lane'])
      .where('tenant', '=', tenant)
      .where('waits_for', 'in', list)
      .where('state', '=', 'parked')
      .execute(),
  )
  await reopenEnvelopes(
    tx,
    tenant,
    waiting.map(({ id }) => id),
  )
  return [...new Set(waiting.map(({ lane }) => lane))]
}

/** Where some envelopes stand. */
export const envelopesById = (
  read: Reader,
  tenant: string,
  ids: Iterable<string>,
): Promise<Pick<EnvelopeTable, 'id' | 'lane' | 'connection' | 'stream' | 'key'>[]> =>
  inLists(ids, (list) =>
    read
      .selectFrom('envelope')
      .select(['id', 'lane', 'connection', 'stream', 'key'])
      .where('tenant', '=', tenant)
      .where('id', 'in', list)
      .orderBy('id')
      .execute(),
  )

/** Back to `received`, to be worked on again in its old place. */
export async function reopenEnvelopes(tx: Tx, tenant: string, ids: readonly string[]): Promise<void> {
  await inLists(ids, (list) =>
    tx
      .updateTable('envelope')
      .set({ state: 'received', reason: null, detail: null, waits_for: null, crashes: 0, settled_at: null })
      .where('tenant', '=', tenant)
      .where('id', 'in', list)
      .execute(),
  )
}

/** The first receipt that each of these stands on; of deletes, which need no bytes, none. */
export const receiptsUnder = (read: Reader, tenant: string, ids: readonly string[]): Promise<{ id: string; receipt: string }[]> =>
  inLists(ids, (list) =>
    read
      .selectFrom('envelope')
      .select(['id', 'receipt'])
      .where('tenant', '=', tenant)
      .where('id', 'in', list)
      .where('op', '=', 'upsert')
      .orderBy('id')
      .execute(),
  )

export async function findEnvelope(tx: Tx, tenant: string, id: string): Promise<EnvelopeTable | undefined> {
  return tx.selectFrom('envelope').selectAll().where('tenant', '=', tenant).where('id', '=', id).executeTakeFirst()
}

export interface EnvelopeRange {
  readonly connection: string
  readonly stream?: string
  readonly key?: string
  /** settled as one of these; all settled ones when left out */
  readonly states?: readonly EnvelopeState[]
  readonly reason?: string
  /** received_at, both inclusive */
  readonly from?: number
  readonly to?: number
}

/** Ids and lanes of a range, oldest first, at most `limit`. Pokes and duplicates say nothing of their own and are left out. */
export async function envelopesIn(tx: Tx, tenant: string, range: EnvelopeRange, limit: number): Promise<{ id: string; lane: number }[]> {
  let query = tx
    .selectFrom('envelope')
    .select(['id', 'lane'])
    .where('tenant', '=', tenant)
    .where('connection', '=', range.connection)
    .where('stream', range.stream === undefined ? 'is not' : '=', range.stream ?? null)
  query = query.where('state', 'in', range.states ?? ['applied', 'unchanged', 'stale', 'parked', 'dead', 'ignored'])
  query = query.where((or) => or.or([or('reason', 'is', null), or('reason', 'not in', ['refetch', 'unknown-topic', 'unparseable'])]))
  if (range.reason !== undefined) query = query.where('reason', '=', range.reason)
  if (range.key !== undefined) query = query.where('key', '=', range.key)
  if (range.from !== undefined) query = query.where('received_at', '>=', range.from)
  if (range.to !== undefined) query = query.where('received_at', '<=', range.to)
  return query.orderBy('id').limit(limit).execute()
}

/** The last envelope of a record that has not come to rest in the ledger: it waits, is parked, or is dead. */
export async function unsettledEnvelope(
  read: Reader,
  tenant: string,
  of: Pick<EnvelopeTable, 'connection' | 'stream' | 'key'>,
): Promise<Pick<EnvelopeTable, 'id' | 'state'> | undefined> {
  return read
    .selectFrom('envelope')
    .select(['id', 'state'])
    .where('tenant', '=', tenant)
    .where('connection', '=', of.connection)
    .where('stream', '=', of.stream)
    .where('key', '=', of.key)
    .where('state', 'in', ['received', 'parked', 'dead'])
    .orderBy('id', 'desc')
    .limit(1)
    .executeTakeFirst()
}

/** What reading the record of an envelope needs. */
export type EnvelopeRecord = Pick<EnvelopeTable, 'id' | 'connection' | 'stream' | 'key' | 'slices'>

/** Records of some streams, the newest first: those received since `from` and before the envelope `before`. Pokes, deletes and duplicates bring no record and are left out. */
export async function recordsBack(
  read: Reader,
  tenant: string,
  which: {
    readonly streams: readonly { readonly connection: string; readonly stream: string }[]
    readonly from?: number
    readonly before?: string
  },
  limit: number,
): Promise<EnvelopeRecord[]> {
  let query = read
    .selectFrom('envelope')
    .select(['id', 'connection', 'stream', 'key', 'slices'])
    .where('tenant', '=', tenant)
    .where((is) =>
      is.or(which.streams.map(({ connection, stream }) => is.and([is('connection', '=', connection), is('stream', '=', stream)]))),
    )
    .where('op', '=', 'upsert')
    .where('state', '!=', 'duplicate')
    .where((is) => is.or([is('reason', 'is', null), is('reason', 'not in', ['refetch', 'unknown-topic', 'unparseable'])]))
  if (which.from !== undefined) query = query.where('received_at', '>=', which.from)
  if (which.before !== undefined) query = query.where('id', '<', which.before)
  return query.orderBy('id', 'desc').limit(limit).execute()
}

export interface EnvelopeCount {
  readonly connection: string
  readonly state: string
  readonly reason: string | null
  readonly count: number
}

/** Sums of all envelopes by connection, state and reason (invariant 10). */
export async function countEnvelopes(database: Database, tenant: string): Promise<EnvelopeCount[]> {
  return database.read
    .selectFrom('envelope')
    .select((of) => ['connection', 'state', 'reason', of.fn.countAll<number>().as('count')])
    .where('tenant', '=', tenant)
    .groupBy(['connection', 'state', 'reason'])
    .execute()
}

export async function countReceived(read: Reader, tenant: string, connection?: string): Promise<number> {
  let query = read
    .selectFrom('envelope')
    .select((of) => of.fn.countAll<number>().as('count'))
    .where('tenant', '=', tenant)
    .where('state', '=', 'received')
  if (connection !== undefined) query = query.where('connection', '=', connection)
  return (await query.executeTakeFirst())?.count ?? 0
}

/** Parked envelopes after an id, oldest first. */
export async function parkedEnvelopes(
  database: Database,
  tenant: string,
  after: string,
  limit: number,
): Promise<Pick<EnvelopeTable, 'id' | 'waits_for' | 'connection' | 'stream' | 'key' | 'reason' | 'received_at'>[]> {
  return database.read
    .selectFrom('envelope')
    .select(['id', 'waits_for', 'connection', 'stream', 'key', 'reason', 'received_at'])
    .where('tenant', '=', tenant)
    .where('state', '=', 'parked')
    .where('id', '>', after)
    .orderBy('id')
    .limit(limit)
    .execute()
}

/** Whether records of these streams came and were not applied yet, or something of their connection was not even cut. */
export async function isWaiting(read: Reader, tenant: string, connection: string, streams: readonly string[]): Promise<boolean> {
  if (streams.length === 0) return false
  if (await isUncut(read, tenant, connection)) return true
  const row = await read
    .selectFrom('envelope')
    .select('id')
    .where('tenant', '=', tenant)
    .where('connection', '=', connection)
    .where('stream', 'in', streams)
    .where('state', '=', 'received')
    .limit(1)
    .executeTakeFirst()
  return row !== undefined
}

/** Where envelopes came from; those that retention has let go are left out. */
export async function envelopeSources(
  read: Reader,
  tenant: string,
  ids: Iterable<string>,
): Promise<ReadonlyMap<string, { readonly connection: string; readonly stream: string }>> {
  const rows = await inLists(ids, (list) =>
    read.selectFrom('envelope').select(['id', 'connection', 'stream']).where('tenant', '=', tenant).where('id', 'in', list).execute(),
  )
  return new Map(rows.map(({ id, connection, stream }) => [id, { connection, stream }]))
}
