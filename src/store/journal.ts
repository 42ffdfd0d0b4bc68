import type { Tx } from './database.ts'
import { inLists, type Reader } from './in-list.ts'
import { insertMany } from './insert-many.ts'
import type { JournalTable } from './tables-ledger.ts'

export const insertJournal = (tx: Tx, rows: readonly JournalTable[]): Promise<number> => insertMany(tx, 'journal', rows)

/** What happened to one document, the first effect first. */
export const journalOf = (read: Reader, tenant: string, type: string, key: string, limit: number): Promise<JournalTable[]> =>
  read
    .selectFrom('journal')
    .selectAll()
    .where('tenant', '=', tenant)
    .where('type', '=', type)
    .where('key', '=', key)
    .orderBy('id')
    .limit(limit)
    .execute()

export const journalLines = (read: Reader, tenant: string, ids: Iterable<string>): Promise<JournalTable[]> =>
  inLists(ids, (list) => read.selectFrom('journal').selectAll().where('tenant', '=', tenant).where('id', 'in', list).execute())

/** Kinds of lines, and types of documents where only some are meant. */
export interface JournalSelection {
  readonly kinds: readonly string[]
  readonly documents?: readonly string[]
}

export interface JournalRange {
  /** one of these; all when left out */
  readonly selections?: readonly JournalSelection[]
  /** ids after this one, and before that one */
  readonly after?: string
  readonly before?: string
  /** the last id of it that is looked at, in its order */
  readonly last?: string
  readonly type?: string
  readonly key?: string
  readonly order: 'oldest' | 'newest'
  readonly limit: number
}

/** Lines of all documents by their ids, which sort by time. Ids of the last moments may belong to transactions that are not there yet. */
export function journalRange(read: Reader, tenant: string, of: JournalRange): Promise<JournalTable[]> {
  let query = read.selectFrom('journal').selectAll().where('tenant', '=', tenant)
  const { selections, after, before, last, type, key } = of
  if (after !== undefined) query = query.where('id', '>', after)
  if (before !== undefined) query = query.where('id', '<', before)
  if (last !== undefined) query = query.where('id', of.order === 'oldest' ? '<=' : '>=', last)
  if (type !== undefined) query = query.where('type', '=', type)
  if (key !== undefined) query = query.where('key', '=', key)
  if (selections !== undefined)
    query = query.where((or) =>
      or.or(
        selections.map(({ kinds, documents }) =>
          or.and([or('kind', 'in', kinds), ...(documents === undefined ? [] : [or('type', 'in', documents)])]),
        ),
      ),
    )
  return query
    .orderBy('id', of.order === 'oldest' ? 'asc' : 'desc')
    .limit(of.limit)
    .execute()
}

/** The id of the line that ends a stretch of so many lines, whatever they say; undefined: there are fewer. */
export async function journalStretch(
  read: Reader,
  tenant: string,
  { after, before, order }: Pick<JournalRange, 'after' | 'before' | 'order'>,
  lines: number,
): Promise<string | undefined> {
  let query = read.selectFrom('journal').select('id').where('tenant', '=', tenant)
  if (after !== undefined) query = query.where('id', '>', after)
  if (before !== undefined) query = query.where('id', '<', before)
  const row = await query
    .orderBy('id', order === 'oldest' ? 'asc' : 'desc')
    .limit(1)
    .offset(lines - 1)
    .executeTakeFirst()
  return row?.id
}
