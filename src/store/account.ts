import { sql } from 'kysely'
import { retry } from '../model/errors.ts'
import type { Tx } from './database.ts'
import { hasRivals } from './hold.ts'
import { inLists, type Reader } from './in-list.ts'
import { insertMany } from './insert-many.ts'
import type { AccountTable, BookTable, EntryTable, TransferTable } from './tables-money.ts'

const bookOf = (read: Reader, tenant: string, owners: readonly string[]) =>
  read.selectFrom('book').selectAll().where('tenant', '=', tenant).where('owner', 'in', owners).orderBy('book').orderBy('owner')

/** Books of these parties, which nobody closes until the transaction ends. */
export const shareBooks = (tx: Tx, tenant: string, owners: Iterable<string>): Promise<BookTable[]> =>
  inLists(owners, (list) => {
    const read = bookOf(tx, tenant, list)
    return (hasRivals(tx) ? read.modifyEnd(sql`lock in share mode`) : read).execute()
  })

/** A book that nobody posts into until the transaction ends. */
export function lockBook(tx: Tx, tenant: string, book: string, owner: string): Promise<BookTable | undefined> {
  const read = bookOf(tx, tenant, [owner]).where('book', '=', book)
  return (hasRivals(tx) ? read.forUpdate() : read).executeTakeFirst()
}

export const saveBook = (tx: Tx, row: BookTable): Promise<number> =>
  insertMany(tx, 'book', [row], {
    keys: ['tenant', 'book', 'owner'],
    then: 'update',
    columns: ['zone', 'closed_until', 'changed_at', 'changed_by'],
  })

/** Accounts, locked in one order until the transaction ends. Those that are missing are made first as they are given, so that two who open one meet at its row. */
export const lockAccounts = async (tx: Tx, tenant: string, wanted: readonly AccountTable[]): Promise<Map<string, AccountTable>> =>
  (await openAccounts(tx, tenant, wanted)).accounts

/** The same, with the ids of those that this transaction made: what it does not use of them goes by {@link dropAccounts}. */
export async function openAccounts(
  tx: Tx,
  tenant: string,
  wanted: readonly AccountTable[],
): Promise<{ readonly accounts: Map<string, AccountTable>; readonly opened: readonly string[] }> {
  const ids = wanted.map(({ id }) => id).sort()
  const accounts = new Map((await locking(tx, tenant, ids)).map((row) => [row.id, row]))
  const missing = wanted.filter(({ id }) => !accounts.has(id)).sort((a, b) => (a.id < b.id ? -1 : 1))
  if (missing.length === 0) return { accounts, opened: [] }
  const made = await insertMany(tx, 'account', missing, { keys: ['tenant', 'id'], then: 'ignore' })
  const names = missing.map(({ id }) => id)
  for (const row of await locking(tx, tenant, names)) accounts.set(row.id, row)
  // of several that were opened while somebody else did, nobody knows whose is which: they stay
  return { accounts, opened: made === missing.length ? names : [] }
}

export const dropAccounts = async (tx: Tx, tenant: string, ids: readonly string[]): Promise<void> => {
  if (ids.length > 0) await tx.deleteFrom('account').where('tenant', '=', tenant).where('id', 'in', ids).execute()
}

const locking = (tx: Tx, tenant: string, ids: readonly string[]): Promise<AccountTable[]> =>
  inLists(ids, (list) => {
    const read = tx.selectFrom('account').selectAll().where('tenant', '=', tenant).where('id', 'in', list).orderBy('id')
    return (hasRivals(tx) ? read.forUpdate() : read).execute()
  })

export const saveAccounts = (tx: Tx, rows: readonly AccountTable[]): Promise<number> =>
  insertMany(tx, 'account', rows, {
    keys: ['tenant', 'id'],
    then: 'update',
    columns: ['balance', 'entries', 'floor', 'frozen', 'changed_at'],
  })

export const findAccounts = (read: Reader, tenant: string, ids: Iterable<string>): Promise<AccountTable[]> =>
  inLists(ids, (list) => read.selectFrom('account').selectAll().where('tenant', '=', tenant).where('id', 'in', list).execute())

export const transfersByKey = (read: Reader, tenant: string, keys: Iterable<string>): Promise<TransferTable[]> =>
  inLists(keys, (list) => read.selectFrom('transfer').selectAll().where('tenant', '=', tenant).where('key', 'in', list).execute())

/** Transfers about documents of one type, in the order in which they were posted. */
export const transfersAbout = async (read: Reader, tenant: string, type: string, keys: Iterable<string>): Promise<TransferTable[]> =>
  (
    await inLists(keys, (list) =>
      read
        .selectFrom('transfer')
        .selectAll()
        .where('tenant', '=', tenant)
        .where('ref_key', 'in', list)
        .where('ref_type', '=', type)
        .execute(),
    )
  ).sort((a, b) => (a.id < b.id ? -1 : 1))

/** @throws HubError `transfer-race` (retry) when another transaction was quicker with one of the keys: run again, this one sees what stands under it */
export const insertTransfers = async (tx: Tx, transfers: readonly TransferTable[], entries: readonly EntryTable[]): Promise<void> => {
  if ((await insertMany(tx, 'transfer', transfers, { keys: ['tenant', 'key'], then: 'ignore' })) < transfers.length)
    throw retry(
      'transfer-race',
      'another transaction posted a transfer with the same key meanwhile: nothing of this one is kept, run it again',
    )
  await insertMany(tx, 'entry', entries)
}

export const transferById = (read: Reader, tenant: string, id: string): Promise<TransferTable | undefined> =>
  read.selectFrom('transfer').selectAll().where('tenant', '=', tenant).where('id', '=', id).executeTakeFirst()

export const transferReversing = (read: Reader, tenant: string, id: string): Promise<TransferTable | undefined> =>
  read.selectFrom('transfer').selectAll().where('tenant', '=', tenant).where('reverses', '=', id).executeTakeFirst()
