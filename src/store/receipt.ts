import { sql } from 'kysely'
import type { Database, Tx } from './database.ts'
import { inLists, type Reader } from './in-list.ts'
import { insertMany } from './insert-many.ts'
import { pack, unpack } from './packing.ts'
import type { ReceiptTable } from './tables.ts'

/** A receipt with its bytes as they came. */
export type Receipt = Omit<ReceiptTable, 'coding'>

export const insertReceipts = (tx: Tx, rows: readonly Receipt[]): Promise<number> => insertMany(tx, 'receipt', rows.map(packed))

function packed(row: Receipt): ReceiptTable {
  const { bytes, coding } = pack(row.body)
  return { ...row, body: bytes, coding }
}

export type ReceiptHead = Omit<ReceiptTable, 'body' | 'coding' | 'trace'>
/** Columns of a receipt without its bytes. */
export const receiptHead = [
  'tenant',
  'id',
  'connection',
  'stream',
  'kind',
  'topic',
  'event_id',
  'headers',
  'body_hash',
  'as_of',
  'baseline',
  'state',
  'received_at',
  'records',
] as const

/** States of what is not cut yet: webhooks that were answered, and pages that were read. */
const uncut = ['received', 'uncut'] as const

/** What is not cut yet, in the order it came; without its bytes. Each state is asked for by itself, so that an index has the order. */
export async function unsplitReceipts(tx: Tx, tenant: string, limit: number): Promise<ReceiptHead[]> {
  const found: ReceiptHead[] = []
  for (const state of uncut)
    found.push(
      ...(await tx
        .selectFrom('receipt')
        .select(receiptHead)
        .where('tenant', '=', tenant)
        .where('state', '=', state)
        .orderBy('id')
        .limit(limit)
        .execute()),
    )
  return found.sort((a, b) => (a.id < b.id ? -1 : 1)).slice(0, limit)
}

export async function countUnsplit(database: Database, tenant: string): Promise<number> {
  const row = await database.read
    .selectFrom('receipt')
    .select((of) => of.fn.countAll<number>().as('count'))
    .where('tenant', '=', tenant)
    .where('state', 'in', uncut)
    .executeTakeFirst()
  return row?.count ?? 0
}

/** Records in pages that are not cut yet. */
export async function countUncut(read: Reader, tenant: string): Promise<number> {
  const rows = await read.selectFrom('receipt').select('records').where('tenant', '=', tenant).where('state', '=', 'uncut').execute()
  return rows.reduce((sum, { records }) => sum + (records ?? 0), 0)
}

/** When the oldest of what is not cut yet was taken. */
export async function oldestUncut(read: Reader, tenant: string): Promise<number | undefined> {
  const times = []
  for (const state of uncut)
    times.push(
      ...(await read
        .selectFrom('receipt')
        .select('received_at')
        .where('tenant', '=', tenant)
        .where('state', '=', state)
        .orderBy('id')
        .limit(1)
        .execute()),
    )
  return times.length === 0 ? undefined : Math.min(...times.map((row) => row.received_at))
}

/** Whether something that came of a connection is not cut yet. */
export async function isUncut(read: Reader, tenant: string, connection: string): Promise<boolean> {
  const row = await read
    .selectFrom('receipt')
    .select('id')
    .where('tenant', '=', tenant)
    .where('state', 'in', uncut)
    .where('connection', '=', connection)
    .limit(1)
    .executeTakeFirst()
  return row !== undefined
}

/** Those of the receipts that no envelope stands on. */
export async function withoutEnvelopes(tx: Tx, tenant: string, receipts: readonly string[]): Promise<readonly string[]> {
  const rows = await inLists(receipts, (list) =>
    tx.selectFrom('envelope').select('receipt').distinct().where('tenant', '=', tenant).where('receipt', 'in', list).execute(),
  )
  const stood = new Set(rows.map(({ receipt }) => receipt))
  return receipts.filter((id) => !stood.has(id))
}

/** Lets pages go that brought nothing. */
export async function deleteReceipts(tx: Tx, tenant: string, ids: readonly string[]): Promise<void> {
  await inLists(ids, (list) => tx.deleteFrom('receipt').where('tenant', '=', tenant).where('id', 'in', list).execute())
}

export async function markSplit(tx: Tx, tenant: string, ids: readonly string[]): Promise<void> {
  await inLists(ids, (list) =>
    tx.updateTable('receipt').set({ state: 'split' }).where('tenant', '=', tenant).where('id', 'in', list).execute(),
  )
}

/** Traces of receipts that have one. */
export async function tracesOf(read: Reader, tenant: string, ids: readonly string[]): Promise<ReadonlyMap<string, string>> {
  const rows = await inLists([...new Set(ids)], (list) =>
    read
      .selectFrom('receipt')
      .select(['id', 'trace'])
      .where('tenant', '=', tenant)
      .where('id', 'in', list)
      .where('trace', 'is not', null)
      .execute(),
  )
  return new Map(rows.flatMap(({ id, trace }) => (trace === null ? [] : [[id, trace] as const])))
}

/** What reading an envelope's bytes needs; nothing of receipts whose bytes were removed. */
export interface ReceiptBody {
  readonly id: string
  readonly body: Uint8Array
}

/** How long the bytes of receipts are as they are kept, by id. */
export async function receiptSizes(tx: Reader, tenant: string, ids: readonly string[]): Promise<ReadonlyMap<string, number>> {
  const rows = await inLists(ids, (list) =>
    tx
      .selectFrom('receipt')
      .select(['id', sql<number>`length(body)`.as('bytes')])
      .where('tenant', '=', tenant)
      .where('id', 'in', list)
      .execute(),
  )
  return new Map(rows.map(({ id, bytes }) => [id, Number(bytes)]))
}

export async function receiptBodies(tx: Reader, tenant: string, ids: readonly string[]): Promise<ReceiptBody[]> {
  const rows = await inLists(ids, (list) =>
    tx
      .selectFrom('receipt')
      .select(['id', 'body', 'coding'])
      .where('tenant', '=', tenant)
      .where('id', 'in', list)
      .where('state', '!=', 'removed')
      .execute(),
  )
  return rows.map(({ id, body, coding }) => ({ id, body: unpack(body, coding) }))
}

/** One receipt with its bytes, for people and replay. */
export async function findReceipt(database: Database, tenant: string, id: string): Promise<Receipt | undefined> {
  const found = await database.read.selectFrom('receipt').selectAll().where('tenant', '=', tenant).where('id', '=', id).executeTakeFirst()
  if (found === undefined) return undefined
  const { coding, ...row } = found
  return { ...row, body: unpack(row.body, coding) }
}

/** A webhook, or a page that was stored before it was cut, that is to be cut once more; undefined: there is no such one. */
export async function reopenReceipt(tx: Tx, tenant: string, id: string): Promise<ReceiptHead | undefined> {
  const found = await tx
    .selectFrom('receipt')
    .select(receiptHead)
    .where('tenant', '=', tenant)
    .where('id', '=', id)
    .where((is) => is.or([is('kind', '=', 'webhook'), is('records', 'is not', null)]))
    .where('state', '!=', 'removed')
    .executeTakeFirst()
  if (found !== undefined)
    await tx
      .updateTable('receipt')
      .set({ state: found.kind === 'webhook' ? 'received' : 'uncut' })
      .where('tenant', '=', tenant)
      .where('id', '=', id)
      .execute()
  return found
}
