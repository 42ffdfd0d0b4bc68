import type { Tx } from './database.ts'
import { inLists, type Reader } from './in-list.ts'
import { insertMany } from './insert-many.ts'
import type { DepositOrderTable, DepositPaymentTable, DepositTable, DepositTermTable } from './tables-deposits.ts'
import type { AccountTable } from './tables-money.ts'

export const depositsOf = (read: Reader, tenant: string, parties: Iterable<string>): Promise<DepositTable[]> =>
  inLists(parties, (list) => read.selectFrom('deposit').selectAll().where('tenant', '=', tenant).where('party', 'in', list).execute())

export const saveDeposits = (tx: Tx, rows: readonly DepositTable[]): Promise<number> =>
  insertMany(tx, 'deposit', rows, {
    keys: ['tenant', 'party', 'currency'],
    then: 'update',
    columns: ['owner', 'low_below', 'credit', 'low', 'next_day', 'changed_at'],
  })

/** A page of deposits after a place, by merchant and currency. */
export function depositPage(
  read: Reader,
  tenant: string,
  {
    party,
    low,
    after,
    limit,
  }: { readonly party?: string; readonly low?: boolean; readonly after?: readonly [string, string]; readonly limit: number },
): Promise<DepositTable[]> {
  let rows = read.selectFrom('deposit').selectAll().where('tenant', '=', tenant)
  if (party !== undefined) rows = rows.where('party', '=', party)
  if (low !== undefined) rows = rows.where('low', '=', low ? 1 : 0)
  if (after !== undefined)
    rows = rows.where('party', '>=', after[0]).where((is) => is.or([is('party', '>', after[0]), is('currency', '>', after[1])]))
  return rows.orderBy('party').orderBy('currency').limit(limit).execute()
}

export const lowDeposits = (read: Reader, tenant: string, limit: number): Promise<DepositTable[]> =>
  read
    .selectFrom('deposit')
    .selectAll()
    .where('tenant', '=', tenant)
    .where('low', '=', 1)
    .orderBy('party')
    .orderBy('currency')
    .limit(limit)
    .execute()

/** Merchants whose terms say something else from this day on. */
export const movingDeposits = async (read: Reader, tenant: string, today: string, limit: number): Promise<string[]> =>
  (
    await read
      .selectFrom('deposit')
      .select('party')
      .distinct()
      .where('tenant', '=', tenant)
      .where('next_day', '<=', today)
      .limit(limit)
      .execute()
  ).map(({ party }) => party)

export const termsOfParties = (read: Reader, tenant: string, parties: Iterable<string>): Promise<DepositTermTable[]> =>
  inLists(parties, (list) => read.selectFrom('deposit_term').selectAll().where('tenant', '=', tenant).where('party', 'in', list).execute())

export const termsNamed = (read: Reader, tenant: string, type: string, keys: Iterable<string>): Promise<DepositTermTable[]> =>
  inLists(keys, (list) =>
    read.selectFrom('deposit_term').selectAll().where('tenant', '=', tenant).where('type', '=', type).where('key', 'in', list).execute(),
  )

export const saveTerms = (tx: Tx, rows: readonly DepositTermTable[]): Promise<number> =>
  insertMany(tx, 'deposit_term', rows, {
    keys: ['tenant', 'type', 'key'],
    then: 'update',
    columns: ['party', 'currency', 'owner', 'kind', 'low_below', 'credit', 'valid_from', 'valid_to', 'at'],
  })

export async function deleteTerms(tx: Tx, rows: readonly Pick<DepositTermTable, 'tenant' | 'type' | 'key'>[]): Promise<void> {
  for (const { tenant, type, key } of rows)
    await tx.deleteFrom('deposit_term').where('tenant', '=', tenant).where('type', '=', type).where('key', '=', key).execute()
}

export const depositOrdersOf = (read: Reader, tenant: string, keys: Iterable<string>): Promise<DepositOrderTable[]> =>
  inLists(keys, (list) => read.selectFrom('deposit_order').selectAll().where('tenant', '=', tenant).where('key', 'in', list).execute())

export const saveDepositOrders = (tx: Tx, rows: readonly DepositOrderTable[]): Promise<number> =>
  insertMany(tx, 'deposit_order', rows, {
    keys: ['tenant', 'key'],
    then: 'update',
    columns: ['party', 'owner', 'currency', 'placed_at', 'need', 'frozen', 'captured', 'refunded', 'given', 'why', 'posts'],
  })

/** Orders of a merchant that wait for money, the longest placed first, after one of them. */
export function waitingOrders(
  read: Reader,
  tenant: string,
  {
    party,
    currency,
    after,
    limit,
  }: { readonly party: string; readonly currency: string; readonly after?: DepositOrderTable; readonly limit: number },
): Promise<DepositOrderTable[]> {
  let rows = read
    .selectFrom('deposit_order')
    .selectAll()
    .where('tenant', '=', tenant)
    .where('party', '=', party)
    .where('why', '=', 'funds')
    .where('currency', '=', currency)
  if (after !== undefined)
    rows = rows
      .where('placed_at', '>=', after.placed_at)
      .where((is) => is.or([is('placed_at', '>', after.placed_at), is('key', '>', after.key)]))
  return rows.orderBy('placed_at').orderBy('key').limit(limit).execute()
}

/** What the orders of a merchant have, by currency. */
export async function orderSums(read: Reader, tenant: string, parties: Iterable<string>) {
  const rows = await inLists(parties, (list) =>
    read
      .selectFrom('deposit_order')
      .select(['party', 'currency', 'owner', 'why'])
      .select(({ fn }) => [
        fn.countAll().as('orders'),
        fn.sum('need').as('need'),
        fn.sum('frozen').as('frozen'),
        fn.sum('captured').as('captured'),
      ])
      .where('tenant', '=', tenant)
      .where('party', 'in', list)
      .groupBy(['party', 'currency', 'owner', 'why'])
      .execute(),
  )
  return rows.map((row) => ({
    ...row,
    orders: Number(row.orders),
    need: BigInt(row.need ?? 0),
    frozen: BigInt(row.frozen ?? 0),
    captured: BigInt(row.captured ?? 0),
  }))
}

/** Accounts of merchants in the books of deposits. */
export const depositAccounts = (read: Reader, tenant: string, parties: Iterable<string>): Promise<AccountTable[]> =>
  inLists(parties, (list) =>
    read.selectFrom('account').selectAll().where('tenant', '=', tenant).where('book', '=', 'deposit').where('party', 'in', list).execute(),
  )

export const depositPaymentsOf = (read: Reader, tenant: string, keys: Iterable<string>): Promise<DepositPaymentTable[]> =>
  inLists(keys, (list) => read.selectFrom('deposit_payment').selectAll().where('tenant', '=', tenant).where('key', 'in', list).execute())

export const depositPaymentsByReference = (read: Reader, tenant: string, references: Iterable<string>): Promise<DepositPaymentTable[]> =>
  inLists(references, (list) =>
    read.selectFrom('deposit_payment').selectAll().where('tenant', '=', tenant).where('reference', 'in', list).execute(),
  )

/** Payments of a merchant that were of nobody with a deposit when they came. */
export const unknownPayments = (read: Reader, tenant: string, parties: Iterable<string>): Promise<DepositPaymentTable[]> =>
  inLists(parties, (list) =>
    read
      .selectFrom('deposit_payment')
      .selectAll()
      .where('tenant', '=', tenant)
      .where('party', 'in', list)
      .where('state', '=', 'unknown')
      .execute(),
  )

export const saveDepositPayments = (tx: Tx, rows: readonly DepositPaymentTable[]): Promise<number> =>
  insertMany(tx, 'deposit_payment', rows, {
    keys: ['tenant', 'key'],
    then: 'update',
    columns: ['party', 'owner', 'currency', 'reference', 'amount', 'posted', 'state', 'posts'],
  })

/** Orders whose money moved are told to whoever reads on by when they changed. */
export const touchSales = (tx: Tx, tenant: string, keys: Iterable<string>, now: number): Promise<unknown> =>
  inLists(keys, (list) => tx.updateTable('sale').set({ updated_at: now }).where('tenant', '=', tenant).where('key', 'in', list).execute())

/** Entries of one account in the order in which they happened, after a place; with what each was for. */
export function accountEntries(
  read: Reader,
  tenant: string,
  {
    account,
    from,
    until,
    after,
    newest,
    limit,
  }: {
    readonly account: string
    /** business days, both included */
    readonly from?: string
    readonly until?: string
    readonly after?: number
    readonly newest: boolean
    readonly limit: number
  },
) {
  let rows = read
    .selectFrom('entry')
    .innerJoin('transfer', (join) => join.on('transfer.tenant', '=', tenant).onRef('transfer.id', '=', 'entry.transfer'))
    .select([
      'entry.seq',
      'entry.amount',
      'entry.balance',
      'entry.kind',
      'entry.business_date',
      'entry.period',
      'entry.at',
      'entry.transfer',
    ])
    .select(['transfer.ref_type', 'transfer.ref_key', 'transfer.actor', 'transfer.why'])
    .where('entry.tenant', '=', tenant)
    .where('entry.account', '=', account)
  if (from !== undefined) rows = rows.where('entry.business_date', '>=', from)
  if (until !== undefined) rows = rows.where('entry.business_date', '<=', until)
  if (after !== undefined) rows = rows.where('entry.seq', newest ? '<' : '>', after)
  return rows
    .orderBy('entry.seq', newest ? 'desc' : 'asc')
    .limit(limit)
    .execute()
}

/** Orders that wait, and how the others stand, for a list of them. */
export const fundsOf = async (read: Reader, tenant: string, keys: Iterable<string>): Promise<ReadonlyMap<string, DepositOrderTable>> =>
  new Map((await depositOrdersOf(read, tenant, keys)).map((row) => [row.key, row]))

export async function deleteDepositOrders(tx: Tx, tenant: string, keys: readonly string[]): Promise<void> {
  if (keys.length > 0) await tx.deleteFrom('deposit_order').where('tenant', '=', tenant).where('key', 'in', keys).execute()
}

export async function deleteDepositPayments(tx: Tx, tenant: string, keys: readonly string[]): Promise<void> {
  if (keys.length > 0) await tx.deleteFrom('deposit_payment').where('tenant', '=', tenant).where('key', 'in', keys).execute()
}

export async function deleteDeposits(tx: Tx, tenant: string, names: readonly Pick<DepositTable, 'party' | 'currency'>[]): Promise<void> {
  for (const { party, currency } of names)
    await tx.deleteFrom('deposit').where('tenant', '=', tenant).where('party', '=', party).where('currency', '=', currency).execute()
}

/** Merchants whose orders wait for money. */
export const waitingParties = async (read: Reader, tenant: string, after: string, limit: number): Promise<string[]> =>
  (
    await read
      .selectFrom('deposit_order')
      .select('party')
      .distinct()
      .where('tenant', '=', tenant)
      .where('why', '=', 'funds')
      .where('party', '>', after)
      .orderBy('party')
      .limit(limit)
      .execute()
  ).map(({ party }) => party)
