import { sql } from 'kysely'
import { retry } from '../model/errors.ts'
import type { Tx } from './database.ts'
import { hasRivals } from './hold.ts'
import { inLists, type Reader } from './in-list.ts'
import { insertMany } from './insert-many.ts'
import type { CodeListTable, CodeTable } from './tables-crosswalk.ts'

/** Kind of the row that stands for the whole crosswalk. */
const whole = ''

/** The state of every kind of code list that was ever saved. */
export const codeLists = (read: Reader, tenant: string): Promise<CodeListTable[]> =>
  read.selectFrom('code_list').selectAll().where('tenant', '=', tenant).where('kind', '!=', whole).orderBy('kind').execute()

/** Names the state of codes, packs and merged keys; another whenever one of them is saved. */
export async function crosswalkState(read: Reader, tenant: string): Promise<string> {
  const row = await read
    .selectFrom('code_list')
    .select('revision')
    .where('tenant', '=', tenant)
    .where('kind', '=', whole)
    .executeTakeFirst()
  return row?.revision ?? ''
}

/**
 * Who works with the crosswalk and who changes it may come at the same moment: from here to the end of the transaction nothing of it changes. Many transactions hold it so at once.
 * @throws HubError `crosswalk-race` (retry) when it changed since `state` was read
 */
export async function holdCrosswalk(tx: Tx, tenant: string, state: string): Promise<void> {
  if (!hasRivals(tx)) return
  const read = () =>
    sql<{ revision: string }>`select revision from code_list where tenant = ${tenant} and kind = ${whole} lock in share mode`.execute(tx)
  let [row] = (await read()).rows
  if (row === undefined) {
    await insertMany(tx, 'code_list', [{ tenant, kind: whole, revision: '' }], { keys: ['tenant', 'kind'], then: 'ignore' })
    row = (await read()).rows[0]
  }
  if ((row?.revision ?? '') !== state)
    throw retry('crosswalk-race', 'the crosswalk was changed meanwhile: nothing of this transaction is kept, run it again')
}

/** Waits for every unit of work that holds the crosswalk, and makes others wait: what they read before is written when this answers. */
export async function awaitUnitsOfWork(tx: Tx, tenant: string): Promise<void> {
  if (hasRivals(tx)) await sql`select revision from code_list where tenant = ${tenant} and kind = ${whole} for update`.execute(tx)
}

/** The codes of some kinds that hold now, the oldest first; as they were known at `knownAt` where that is given. */
export const codesOf = (read: Reader, tenant: string, kinds: Iterable<string>, knownAt?: number): Promise<CodeTable[]> =>
  inLists(kinds, (list) => {
    const rows = read.selectFrom('code').selectAll().where('tenant', '=', tenant).where('kind', 'in', list)
    return (
      knownAt === undefined
        ? rows.where('ended_at', 'is', null)
        : rows.where('saved_at', '<=', knownAt).where((is) => is.or([is('ended_at', 'is', null), is('ended_at', '>', knownAt)]))
    )
      .orderBy('id')
      .execute()
  })

/** The codes of one kind that hold now and have one of these words. */
export const codesNamed = (read: Reader, tenant: string, kind: string, codes: Iterable<string>): Promise<CodeTable[]> =>
  inLists(codes, (list) =>
    read
      .selectFrom('code')
      .selectAll()
      .where('tenant', '=', tenant)
      .where('kind', '=', kind)
      .where('code', 'in', list)
      .where('ended_at', 'is', null)
      .orderBy('id')
      .execute(),
  )

/** What is said of the packs of some products. */
export const codesOfProducts = (read: Reader, tenant: string, products: Iterable<string>, at?: number): Promise<CodeTable[]> =>
  inLists(products, (list) => {
    const rows = read.selectFrom('code').selectAll().where('tenant', '=', tenant).where('product', 'in', list)
    const held =
      at === undefined
        ? rows.where('ended_at', 'is', null)
        : rows.where('saved_at', '<=', at).where((is) => is.or([is('ended_at', 'is', null), is('ended_at', '>', at)]))
    return held.orderBy('id').execute()
  })

export const codeById = (read: Reader, tenant: string, id: string): Promise<CodeTable | undefined> =>
  read.selectFrom('code').selectAll().where('tenant', '=', tenant).where('id', '=', id).executeTakeFirst()

/** Makes everybody read some kinds anew after the commit, waits for all who work with the crosswalk now, and makes others wait. To be the first thing that a change of the crosswalk does. */
export async function renewCrosswalk(tx: Tx, tenant: string, kinds: Iterable<string>, newId: () => string): Promise<void> {
  const rows = [...new Set([whole, ...kinds])].sort().map((kind) => ({ tenant, kind, revision: newId() }))
  await insertMany(tx, 'code_list', rows, { keys: ['tenant', 'kind'], then: 'update', columns: ['revision'] })
}

export const insertCodes = (tx: Tx, rows: readonly CodeTable[]): Promise<number> => insertMany(tx, 'code', rows)

export async function endCodes(tx: Tx, tenant: string, ids: Iterable<string>, by: string, at: number): Promise<void> {
  await inLists(ids, (list) =>
    tx
      .updateTable('code')
      .set({ ended_at: at, ended_by: by })
      .where('tenant', '=', tenant)
      .where('id', 'in', list)
      .where('ended_at', 'is', null)
      .execute(),
  )
}

export interface CodeFilter {
  readonly kind?: string
  readonly connection?: string
  readonly code?: string
  readonly hub?: string
  readonly product?: string
  /** those that ended as well */
  readonly ended?: boolean
}

/** Codes in the order they were saved, after an id. */
export function codePage(read: Reader, tenant: string, filter: CodeFilter, after: string, limit: number): Promise<CodeTable[]> {
  let rows = read.selectFrom('code').selectAll().where('tenant', '=', tenant).where('id', '>', after)
  for (const column of ['kind', 'connection', 'code', 'hub', 'product'] as const) {
    const wanted = filter[column]
    if (wanted !== undefined) rows = rows.where(column, '=', wanted)
  }
  if (filter.ended !== true) rows = rows.where('ended_at', 'is', null)
  return rows.orderBy('id').limit(limit).execute()
}
