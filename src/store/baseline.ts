import type { Tx } from './database.ts'
import type { Reader } from './in-list.ts'
import { insertMany } from './insert-many.ts'
import type { BaselineTable } from './tables-watch.ts'

interface Place {
  readonly connection: string
  readonly stream: string
}

/** Adds a page of the first whole read of a stream; `ended`: it was the last. */
export async function countBaseline(
  tx: Tx,
  tenant: string,
  { connection, stream }: Place,
  page: { readonly records: number; readonly ended: boolean; readonly at: number },
): Promise<void> {
  const found = await at(tx, tenant, { connection, stream }).executeTakeFirst()
  const row: BaselineTable = {
    tenant,
    connection,
    stream,
    pages: (found?.pages ?? 0) + 1,
    records: (found?.records ?? 0) + page.records,
    started_at: found?.started_at ?? page.at,
    ended_at: page.ended ? page.at : null,
    signed_at: null,
    signed_by: null,
    signed: null,
  }
  await insertMany(tx, 'baseline', [row], {
    keys: ['tenant', 'connection', 'stream'],
    then: 'update',
    columns: ['pages', 'records', 'ended_at', 'signed_at', 'signed_by', 'signed'],
  })
}

export const baselinesOf = (read: Reader, tenant: string, connection: string): Promise<BaselineTable[]> =>
  read.selectFrom('baseline').selectAll().where('tenant', '=', tenant).where('connection', '=', connection).execute()

/** The next whole read of a stream is a first one again. */
export async function forgetBaseline(tx: Tx, tenant: string, { connection, stream }: Place): Promise<void> {
  await tx.deleteFrom('baseline').where('tenant', '=', tenant).where('connection', '=', connection).where('stream', '=', stream).execute()
}

/** A person accepts the counts of an ended baseline; false: it has not ended. */
export async function signBaseline(
  tx: Tx,
  tenant: string,
  { connection, stream }: Place,
  by: { readonly who: string; readonly at: number; readonly counts: string },
): Promise<boolean> {
  const signed = await tx
    .updateTable('baseline')
    .set({ signed_at: by.at, signed_by: by.who, signed: by.counts })
    .where('tenant', '=', tenant)
    .where('connection', '=', connection)
    .where('stream', '=', stream)
    .where('ended_at', 'is not', null)
    .executeTakeFirst()
  return signed.numUpdatedRows > 0n
}

/** What became of the records of first reads, those of pages that are not cut yet among them; child records with their parents' stream. */
export interface BaselineCount {
  readonly stream: string
  readonly state: string
  readonly count: number
}
export async function countBaselineStates(read: Reader, tenant: string, connection: string): Promise<BaselineCount[]> {
  const cut = await read
    .selectFrom('envelope')
    .select((of) => ['stream', 'state', of.fn.countAll<number>().as('count')])
    .where('tenant', '=', tenant)
    .where('connection', '=', connection)
    .where('baseline', '=', 1)
    .groupBy(['stream', 'state'])
    .execute()
  const uncut = await read
    .selectFrom('receipt')
    .select(['stream', 'records'])
    .where('tenant', '=', tenant)
    .where('state', '=', 'uncut')
    .where('connection', '=', connection)
    .where('baseline', '=', 1)
    .execute()
  return [...cut, ...uncut.map(({ stream, records }) => ({ stream: stream ?? '', state: 'received', count: records ?? 0 }))]
}

const at = (tx: Tx, tenant: string, { connection, stream }: Place) =>
  tx.selectFrom('baseline').selectAll().where('tenant', '=', tenant).where('connection', '=', connection).where('stream', '=', stream)
