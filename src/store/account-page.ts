import { sql } from 'kysely'
import { inLists, type Reader } from './in-list.ts'
import type { AccountTable, BookTable, EntryTable, TransferTable } from './tables-money.ts'

export interface AccountFilter {
  readonly book?: string
  readonly owner?: string
  readonly party?: string
  readonly kind?: string
  readonly currency?: string
}

/** A page of accounts in the order of their ids, after one. */
export function accountPage(read: Reader, tenant: string, filter: AccountFilter, after: string, limit: number): Promise<AccountTable[]> {
  let rows = read.selectFrom('account').selectAll().where('tenant', '=', tenant).where('id', '>', after)
  for (const column of ['book', 'owner', 'party', 'kind', 'currency'] as const) {
    const value = filter[column]
    if (value !== undefined) rows = rows.where(column, '=', value)
  }
  return rows.orderBy('id').limit(limit).execute()
}

/** Accounts that may stand beside each other: of one party ('' for those of the book) in the books of one owner, in one currency. */
export type BalanceGroup = Pick<AccountTable, 'party' | 'owner' | 'currency'>

/** Groups of accounts in the order of party, owner and currency, after one. */
export function balanceGroups(
  read: Reader,
  tenant: string,
  filter: Partial<BalanceGroup>,
  after: BalanceGroup | undefined,
  limit: number,
): Promise<BalanceGroup[]> {
  let query = read.selectFrom('account').select(['party', 'owner', 'currency']).distinct().where('tenant', '=', tenant)
  for (const name of ['party', 'owner', 'currency'] as const) {
    const wanted = filter[name]
    if (wanted !== undefined) query = query.where(name, '=', wanted)
  }
  if (after !== undefined)
    query = query.where(({ eb, or, and }) =>
      or([
        eb('party', '>', after.party),
        and([eb('party', '=', after.party), eb('owner', '>', after.owner)]),
        and([eb('party', '=', after.party), eb('owner', '=', after.owner), eb('currency', '>', after.currency)]),
      ]),
    )
  return query.orderBy('party').orderBy('owner').orderBy('currency').limit(limit).execute()
}

/** All accounts of the parties of these groups, also in other books and currencies. */
export const accountsOf = (read: Reader, tenant: string, groups: readonly BalanceGroup[]): Promise<AccountTable[]> =>
  inLists(
    groups.map(({ party }) => party),
    (list) => read.selectFrom('account').selectAll().where('tenant', '=', tenant).where('party', 'in', list).execute(),
  )

export interface EntryFilter {
  readonly period?: string
  /** entries before this number: the newest come first */
  readonly before?: number
}
export type EntryWithTransfer = EntryTable &
  Pick<TransferTable, 'debit' | 'credit' | 'ref_type' | 'ref_key' | 'ref_line' | 'reverses' | 'actor' | 'why'>

/** Entries of an account with what they are about, the newest first. */
export function entryPage(
  read: Reader,
  tenant: string,
  account: string,
  { period, before }: EntryFilter,
  limit: number,
): Promise<EntryWithTransfer[]> {
  let rows = read
    .selectFrom('entry')
    .innerJoin('transfer', (join) => join.onRef('transfer.tenant', '=', 'entry.tenant').onRef('transfer.id', '=', 'entry.transfer'))
    .selectAll('entry')
    .select(['debit', 'credit', 'ref_type', 'ref_key', 'ref_line', 'reverses', 'actor', 'why'])
    .where('entry.tenant', '=', tenant)
    .where('entry.account', '=', account)
  if (period !== undefined) rows = rows.where('entry.period', '=', period)
  if (before !== undefined) rows = rows.where('entry.seq', '<', before)
  return rows.orderBy('entry.seq', 'desc').limit(limit).execute()
}

/**
 * The last entry of an account that was posted by then (epoch ms); undefined: there was none. The entries are numbered in the order in which they were posted, so the number is found by halves: twenty looks at the primary key, in
 * one question, among a million entries.
 */
export async function lastEntryBy(read: Reader, tenant: string, account: string, at: number): Promise<EntryTable | undefined> {
  const { rows } = await sql<EntryTable>`
    with recursive span (low, high) as (
      select 0, entries from account where tenant = ${tenant} and id = ${account}
      union all
      select case when middle.at <= ${at} then middle.seq else span.low end, case when middle.at <= ${at} then span.high else middle.seq - 1 end
      from span join entry as middle on middle.tenant = ${tenant} and middle.account = ${account} and middle.seq = (span.low + span.high + 1) >> 1
      where span.low < span.high
    )
    select entry.* from span join entry on entry.tenant = ${tenant} and entry.account = ${account} and entry.seq = span.low
    where span.low = span.high`.execute(read)
  return rows[0]
}

/** Books by name and owner, after one. */
export const bookPage = (read: Reader, tenant: string, [book, owner]: readonly [string, string], limit: number): Promise<BookTable[]> =>
  read
    .selectFrom('book')
    .selectAll()
    .where('tenant', '=', tenant)
    .where((is) => is.or([is('book', '>', book), is.and([is('book', '=', book), is('owner', '>', owner)])]))
    .orderBy('book')
    .orderBy('owner')
    .limit(limit)
    .execute()

/** What the accounts of every book sum to, by owner and currency: zero, each of them. x 10^4 */
export async function bookSums(
  read: Reader,
  tenant: string,
): Promise<
  readonly { readonly book: string; readonly owner: string; readonly currency: string; readonly accounts: number; readonly sum: bigint }[]
> {
  const rows = await read
    .selectFrom('account')
    .select(({ fn }) => ['book', 'owner', 'currency', fn.countAll<number>().as('accounts'), fn.sum<number | bigint>('balance').as('sum')])
    .where('tenant', '=', tenant)
    .groupBy(['book', 'owner', 'currency'])
    .orderBy('book')
    .orderBy('owner')
    .orderBy('currency')
    .execute()
  return rows.map((row) => ({ ...row, accounts: Number(row.accounts), sum: BigInt(row.sum ?? 0) }))
}

/** What the entries of accounts say about them: how many, the last number, their sum, how many do not go on from the one before, and how many are not what their transfer says. x 10^4 */
export async function entrySums(
  read: Reader,
  tenant: string,
  accounts: readonly string[],
): Promise<
  ReadonlyMap<
    string,
    { readonly entries: number; readonly last: number; readonly sum: bigint; readonly torn: number; readonly stray: number }
  >
> {
  if (accounts.length === 0) return new Map()
  const sums = await read
    .selectFrom('entry')
    .select(({ fn }) => [
      'account',
      fn.countAll<number>().as('entries'),
      fn.max('seq').as('last'),
      fn.sum<number | bigint>('amount').as('sum'),
    ])
    .where('tenant', '=', tenant)
    .where('account', 'in', accounts)
    .groupBy('account')
    .execute()
  const torn = await read
    .selectFrom('entry')
    .leftJoin('entry as former', (join) =>
      join
        .onRef('former.tenant', '=', 'entry.tenant')
        .onRef('former.account', '=', 'entry.account')
        .on((is) => is('former.seq', '=', is('entry.seq', '-', 1))),
    )
    .select(({ fn }) => ['entry.account', fn.countAll<number>().as('torn')])
    .where('entry.tenant', '=', tenant)
    .where('entry.account', 'in', accounts)
    .where((is) => is('entry.balance', '!=', is(is.fn.coalesce('former.balance', is.lit(0)), '+', is.ref('entry.amount'))))
    .groupBy('entry.account')
    .execute()
  const stray = await read
    .selectFrom('entry')
    .leftJoin('transfer', (join) => join.onRef('transfer.tenant', '=', 'entry.tenant').onRef('transfer.id', '=', 'entry.transfer'))
    .select(({ fn }) => ['entry.account', fn.countAll<number>().as('stray')])
    .where('entry.tenant', '=', tenant)
    .where('entry.account', 'in', accounts)
    .where((is) =>
      is.or([
        is('transfer.id', 'is', null),
        is.and([is('transfer.debit', '!=', is.ref('entry.account')), is('transfer.credit', '!=', is.ref('entry.account'))]),
        is.and([is('transfer.debit', '=', is.ref('entry.account')), is('transfer.amount', '!=', is.ref('entry.amount'))]),
        is.and([is('transfer.credit', '=', is.ref('entry.account')), is(is('transfer.amount', '+', is.ref('entry.amount')), '!=', 0)]),
      ]),
    )
    .groupBy('entry.account')
    .execute()
  const strayOf = new Map(stray.map((row) => [row.account, Number(row.stray)]))
  const tornOf = new Map(torn.map((row) => [row.account, Number(row.torn)]))
  return new Map(
    sums.map((row) => [
      row.account,
      {
        entries: Number(row.entries),
        last: Number(row.last),
        sum: BigInt(row.sum ?? 0),
        torn: tornOf.get(row.account) ?? 0,
        stray: strayOf.get(row.account) ?? 0,
      },
    ]),
  )
}

/** Transfers, and entries: two of each. */
export async function countMoney(read: Reader, tenant: string): Promise<{ readonly transfers: number; readonly entries: number }> {
  const count = async (table: 'transfer' | 'entry') =>
    Number(
      (
        await read
          .selectFrom(table)
          .select(({ fn }) => fn.countAll<number>().as('rows'))
          .where('tenant', '=', tenant)
          .executeTakeFirstOrThrow()
      ).rows,
    )
  return { transfers: await count('transfer'), entries: await count('entry') }
}

export const accountIds = async (read: Reader, tenant: string, after: string, limit: number): Promise<string[]> =>
  (await accountPage(read, tenant, {}, after, limit)).map(({ id }) => id)
