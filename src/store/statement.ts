import { sql } from 'kysely'
import type { Tx } from './database.ts'
import type { Names } from './derived-names.ts'
import type { Reader } from './in-list.ts'
import { insertMany } from './insert-many.ts'
import type { AccountTable } from './tables-money.ts'
import type { StatementTable } from './tables-statement.ts'

/** Whose statements follow each other. */
export interface Chain {
  readonly book: string
  readonly owner: string
  readonly party: string
  readonly currency: string
}

const ofChain = (read: Reader, tenant: string, { book, owner, party, currency }: Chain) =>
  read
    .selectFrom('statement')
    .selectAll()
    .where('tenant', '=', tenant)
    .where('party', '=', party)
    .where('owner', '=', owner)
    .where('book', '=', book)
    .where('currency', '=', currency)

export const newestStatement = (read: Reader, tenant: string, chain: Chain): Promise<StatementTable | undefined> =>
  ofChain(read, tenant, chain).orderBy('place', 'desc').limit(1).executeTakeFirst()

export const statementBefore = (read: Reader, tenant: string, row: StatementTable): Promise<StatementTable | undefined> =>
  ofChain(read, tenant, row)
    .where('place', '=', row.place - 1)
    .executeTakeFirst()

export const statementOf = (read: Reader, tenant: string, key: string): Promise<StatementTable | undefined> =>
  read.selectFrom('statement').selectAll().where('tenant', '=', tenant).where('key', '=', key).executeTakeFirst()

export const saveStatement = (tx: Tx, row: StatementTable): Promise<number> =>
  insertMany(tx, 'statement', [row], {
    keys: ['tenant', 'key'],
    then: 'update',
    columns: [
      ...(['revision', 'status', 'opening', 'closing', 'line_count', 'totals', 'hash', 'confirmed_hash', 'disputes'] as const),
      ...(['made_at', 'made_by', 'changed_at'] as const),
    ],
  })

export const accountsOfChain = (read: Reader, tenant: string, { book, owner, party, currency }: Chain): Promise<AccountTable[]> =>
  read
    .selectFrom('account')
    .selectAll()
    .where('tenant', '=', tenant)
    .where('party', '=', party)
    .where('book', '=', book)
    .where('owner', '=', owner)
    .where('currency', '=', currency)
    .orderBy('id')
    .execute()

/** Entries of these accounts that no statement has. */
const unstated = (read: Reader, tenant: string, accounts: readonly string[]) =>
  read
    .selectFrom('entry')
    .leftJoin('statement_line', (join) =>
      join
        .onRef('statement_line.tenant', '=', 'entry.tenant')
        .onRef('statement_line.account', '=', 'entry.account')
        .onRef('statement_line.seq', '=', 'entry.seq'),
    )
    .where('entry.tenant', '=', tenant)
    .where('entry.account', 'in', accounts)
    .where('statement_line.seq', 'is', null)

/** Gives a statement all entries up to a day that no other has, in the order of their days, in one statement of SQL however many they are. */
export async function claimEntries(
  tx: Tx,
  tenant: string,
  { key, revision, line_count, until_date }: Pick<StatementTable, 'key' | 'revision' | 'line_count' | 'until_date'>,
  accounts: readonly string[],
): Promise<void> {
  if (accounts.length === 0) return
  await tx
    .insertInto('statement_line')
    .columns(['tenant', 'statement', 'line', 'revision', 'account', 'seq'])
    .expression(
      unstated(tx, tenant, accounts)
        .where('entry.business_date', '<=', until_date)
        .select([
          'entry.tenant',
          sql<string>`${key}`.as('statement'),
          sql<number>`${line_count} + row_number() over (order by ${sql.ref('entry.business_date')}, ${sql.ref('entry.transfer')}, ${sql.ref('entry.account')})`.as(
            'line',
          ),
          sql<number>`${revision}`.as('revision'),
          'entry.account',
          'entry.seq',
        ]),
    )
    .execute()
}

interface SumRow {
  readonly kind: string
  readonly count: number
  /** debits less credits, x 10^4 */
  readonly amount: bigint
}
const sumRows = (rows: readonly { kind: string; count: string | number | bigint; amount: string | number | bigint | null }[]): SumRow[] =>
  rows.map(({ kind, count, amount }) => ({ kind, count: Number(count), amount: BigInt(amount ?? 0) }))

/** What a statement's entries come to, by kind. */
export const statedSums = async (read: Reader, tenant: string, key: string): Promise<readonly SumRow[]> =>
  sumRows(
    await read
      .selectFrom('statement_line')
      .innerJoin('entry', (join) =>
        join
          .onRef('entry.tenant', '=', 'statement_line.tenant')
          .onRef('entry.account', '=', 'statement_line.account')
          .onRef('entry.seq', '=', 'statement_line.seq'),
      )
      .select(({ fn }) => [
        'entry.kind',
        fn.countAll<string | number | bigint>().as('count'),
        fn.sum<string | number | bigint>('entry.amount').as('amount'),
      ])
      .where('statement_line.tenant', '=', tenant)
      .where('statement_line.statement', '=', key)
      .groupBy('entry.kind')
      .orderBy('entry.kind')
      .execute(),
  )

/** What entries of these accounts that no statement has come to, by kind. */
export const unstatedSums = async (read: Reader, tenant: string, accounts: readonly string[]): Promise<readonly SumRow[]> =>
  accounts.length === 0
    ? []
    : sumRows(
        await unstated(read, tenant, accounts)
          .select(({ fn }) => [
            'entry.kind',
            fn.countAll<string | number | bigint>().as('count'),
            fn.sum<string | number | bigint>('entry.amount').as('amount'),
          ])
          .groupBy('entry.kind')
          .execute(),
      )

/** The first day of an entry that no statement has; undefined: there is none. */
export async function firstUnstated(read: Reader, tenant: string, accounts: readonly string[]): Promise<string | undefined> {
  if (accounts.length === 0) return undefined
  const row = await unstated(read, tenant, accounts)
    .select(({ fn }) => fn.min('entry.business_date').as('day'))
    .executeTakeFirst()
  return row?.day ?? undefined
}

export type StatedEntry = Awaited<ReturnType<typeof statedPage>>[number]

/** Lines of a statement with their entries, after one of them. */
export const statedPage = (read: Reader, tenant: string, key: string, after: number, limit: number) =>
  read
    .selectFrom('statement_line')
    .innerJoin('entry', (join) =>
      join
        .onRef('entry.tenant', '=', 'statement_line.tenant')
        .onRef('entry.account', '=', 'statement_line.account')
        .onRef('entry.seq', '=', 'statement_line.seq'),
    )
    .innerJoin('transfer', (join) => join.onRef('transfer.tenant', '=', 'entry.tenant').onRef('transfer.id', '=', 'entry.transfer'))
    .innerJoin('account', (join) => join.onRef('account.tenant', '=', 'entry.tenant').onRef('account.id', '=', 'entry.account'))
    .select([
      'statement_line.line',
      'statement_line.revision',
      'entry.amount',
      'entry.kind',
      'entry.business_date',
      'entry.transfer',
      'account.kind as account_kind',
      'transfer.ref_type',
      'transfer.ref_key',
      'transfer.ref_line',
    ])
    .where('statement_line.tenant', '=', tenant)
    .where('statement_line.statement', '=', key)
    .where('statement_line.line', '>', after)
    .orderBy('statement_line.line')
    .limit(limit)
    .execute()

export interface StatementFilter extends Partial<Chain> {
  readonly kind?: string
  readonly status?: string
}

/** Statements in the order of their keys. */
export function statementPage(
  read: Reader,
  tenant: string,
  filter: StatementFilter,
  after: string,
  limit: number,
): Promise<StatementTable[]> {
  let query = read.selectFrom('statement').selectAll().where('tenant', '=', tenant).where('key', '>', after)
  for (const name of ['kind', 'status', 'owner', 'party', 'currency', 'book'] as const) {
    const wanted = filter[name]
    if (wanted !== undefined) query = query.where(name, '=', wanted)
  }
  return query.orderBy('key').limit(limit).execute()
}

/** Chains of accounts of a book with entries, for the statements of a period: after one, in order. */
export function chainsOf(read: Reader, tenant: string, book: string, after: Chain | undefined, limit: number): Promise<Chain[]> {
  let query = read
    .selectFrom('account')
    .select(['book', 'owner', 'party', 'currency'])
    .distinct()
    .where('tenant', '=', tenant)
    .where('book', '=', book)
    .where('party', '!=', '')
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

export const statementNames: readonly Names[] = [
  async (read, tenant, after, limit) => (await statementPage(read, tenant, {}, after, limit)).map(({ key }) => key),
]
