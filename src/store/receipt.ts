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
] as const

/** Webhooks that were answered but not cut yet, in the order they came; without their bytes. */
export async function unsplitReceipts(tx: Tx, tenant: string, limit: number): Promise<ReceiptHead[]> {
  return tx
    .selectFrom('receipt')
    .select(receiptHead)
    .where('tenant', '=', tenant)
    .where('state', '=', 'received')
    .orderBy('id')
    .limit(limit)
    .execute()
}

export async function countUnsplit(database: Database, tenant: string): Promise<number> {
  const row = await database.read
    .selectFrom('receipt')
    .select((of) => of.fn.countAll<number>().as('count'))
    .where('tenant', '=', tenant)
    .where('state', '=', 'received')
    .executeTakeFirst()
  return row?.count ?? 0
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

/** A webhook that is to be cut once more; undefined: there is no such one. */
export async function reopenReceipt(tx: Tx, tenant: string, id: string): Promise<ReceiptHead | undefined> {
  const found = await tx
    .selectFrom('receipt')
    .select(receiptHead)
    .where('tenant', '=', tenant)
    .where('id', '=', id)
    .where('kind', '=', 'webhook')
    .where('state', '!=', 'removed')
    .executeTakeFirst()
  if (found !== undefined)
    await tx.updateTable('receipt').set({ state: 'received' }).where('tenant', '=', tenant).where('id', '=', id).execute()
  return found
}
