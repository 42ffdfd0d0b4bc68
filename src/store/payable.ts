import type { Tx } from './database.ts'
import { inLists, type Reader } from './in-list.ts'
import { insertMany } from './insert-many.ts'
import type { AccountTable } from './tables-money.ts'
import type { PayableItemTable } from './tables-payable.ts'

export const payableItemsOf = (read: Reader, tenant: string, type: string, keys: Iterable<string>): Promise<PayableItemTable[]> =>
  inLists(keys, (list) =>
    read.selectFrom('payable_item').selectAll().where('tenant', '=', tenant).where('type', '=', type).where('key', 'in', list).execute(),
  )

export async function deletePayableItems(tx: Tx, tenant: string, type: string, keys: Iterable<string>): Promise<void> {
  await inLists(keys, (list) =>
    tx.deleteFrom('payable_item').where('tenant', '=', tenant).where('type', '=', type).where('key', 'in', list).execute(),
  )
}

export const insertPayableItems = (tx: Tx, rows: readonly PayableItemTable[]): Promise<number> => insertMany(tx, 'payable_item', rows)

/** A current account: what one party of our own and one supplier have with each other, in one currency. */
export interface CurrentAccount {
  readonly owner: string
  readonly party: string
  readonly currency: string
}

/** Accounts of suppliers, all kinds of one current account together, in the order of party, owner and currency. */
export async function currentAccounts(
  read: Reader,
  tenant: string,
  filter: Partial<CurrentAccount>,
  after: CurrentAccount | undefined,
  limit: number,
): Promise<readonly CurrentAccount[]> {
  let query = read
    .selectFrom('account')
    .select(['owner', 'party', 'currency'])
    .distinct()
    .where('tenant', '=', tenant)
    .where('book', '=', 'payable')
    .where('party', '!=', '')
  for (const name of ['owner', 'party', 'currency'] as const) {
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

/** All accounts of these parties in a book. */
export const accountsOfParties = (read: Reader, tenant: string, book: string, parties: Iterable<string>): Promise<AccountTable[]> =>
  inLists(parties, (list) =>
    read
      .selectFrom('account')
      .selectAll()
      .where('tenant', '=', tenant)
      .where('party', 'in', list)
      .where('book', '=', book)
      .orderBy('id')
      .execute(),
  )

/** What goods made us owe to these parties, by the days that it follows from: sums x 10^4. */
export const owedByDay = async (read: Reader, tenant: string, parties: Iterable<string>) =>
  (
    await inLists(parties, (list) =>
      read
        .selectFrom('payable_item')
        .select(({ fn }) => [
          'owner',
          'party',
          'currency',
          'business_date',
          'due_date',
          fn.sum<string | number | bigint>('amount').as('amount'),
        ])
        .where('tenant', '=', tenant)
        .where('party', 'in', list)
        .groupBy(['owner', 'party', 'currency', 'business_date', 'due_date'])
        .execute(),
    )
  ).map((row) => ({ ...row, amount: BigInt(row.amount) }))

export interface EntryFilter {
  readonly kind?: string
  /** business dates, both inside */
  readonly from?: string
  readonly until?: string
}

/** Entries of one account with their transfers, the newest first, before a place in it. */
export async function entriesBack(read: Reader, tenant: string, account: string, filter: EntryFilter, before: number, limit: number) {
  let query = read
    .selectFrom('entry')
    .innerJoin('transfer', (join) => join.onRef('transfer.tenant', '=', 'entry.tenant').onRef('transfer.id', '=', 'entry.transfer'))
    .select([
      'entry.account',
      'entry.seq',
      'entry.transfer',
      'entry.amount',
      'entry.balance',
      'entry.kind',
      'entry.business_date',
      'entry.period',
      'entry.at',
      'transfer.ref_type',
      'transfer.ref_key',
      'transfer.ref_line',
    ])
    .where('entry.tenant', '=', tenant)
    .where('entry.account', '=', account)
    .where('entry.seq', '<', before)
  if (filter.kind !== undefined) query = query.where('entry.kind', '=', filter.kind)
  if (filter.from !== undefined) query = query.where('entry.business_date', '>=', filter.from)
  if (filter.until !== undefined) query = query.where('entry.business_date', '<=', filter.until)
  return query.orderBy('entry.seq', 'desc').limit(limit).execute()
}
