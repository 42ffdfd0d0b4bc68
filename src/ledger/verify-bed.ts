import { derivedTables } from '../store/derived-tables.ts'
import type { Tables } from '../store/tables.ts'
import { kitTenant, type LedgerKit } from './ledger-kit.ts'
import { mend, mendSold } from './mend.ts'
import { accountText } from './money/account.ts'
import type { Difference } from './verify/check.ts'
import { verify } from './verify.ts'

/** Tables that verification looks at row by row. */
export const tables = [...derivedTables, 'order_cost', 'deposit', 'deposit_order', 'deposit_payment', 'account', 'finding'] as const
export type Table = (typeof tables)[number]
export type Row = Readonly<Record<string, unknown>>

/** Columns that say nothing of the documents. */
export const free: ReadonlySet<string> = new Set([
  ...['tenant', 'changed_at', 'updated_at', 'opened_at', 'closed_at', 'owned_at', 'closed_by', 'accepted'],
  // who looks after a finding
  'finding.owner',
  // when it was decided, and whether it is to be looked at again
  ...['order_cost.decided_at', 'order_cost.due'],
  // since when there is a deposit only its row knows
  'deposit.since',
  // the id is made of the names, and what a person closed or wants to be left says nobody else
  ...['id', 'book', 'owner', 'party', 'kind', 'currency', 'floor', 'frozen'].map((column) => `account.${column}`),
])
export const isFree = (table: Table, column: string): boolean => free.has(column) || free.has(`${table}.${column}`)

export const names: Readonly<Record<Table, { readonly unique: readonly string[]; readonly text?: (row: Row) => string }>> = {
  reference: { unique: ['from_type', 'from_key', 'path'] },
  order_line: { unique: ['type', 'key', 'line'] },
  order_state: { unique: ['type', 'key'] },
  sale: { unique: ['key'] },
  aftersale: { unique: ['key'] },
  day_sale: { unique: ['type', 'key', 'product'] },
  replenishment: { unique: ['key'] },
  report_day: { unique: ['day', 'store', 'origin'] },
  invoice_line: { unique: ['key', 'line'] },
  invoice_allocation: { unique: ['key', 'line', 'part'] },
  invoice_match: { unique: ['key'] },
  reservation: { unique: ['product', 'order_key', 'line', 'part'] },
  stock: { unique: ['product', 'location', 'condition', 'owner', 'lot'] },
  movement: { unique: ['type', 'key', 'line', 'side'] },
  serial: { unique: ['type', 'key', 'line', 'side', 'serial'] },
  sold: { unique: ['connection', 'product'] },
  parcel: { unique: ['tracking'] },
  party_document: { unique: ['party', 'role', 'organisation', 'valid_from', 'type', 'key'] },
  promise_sum: { unique: ['product'] },
  payout: { unique: ['key'] },
  payout_line: { unique: ['position', 'key'] },
  settlement: { unique: ['key'] },
  price_entry: { unique: ['key'] },
  price_grant: { unique: ['type', 'key'] },
  list_use: { unique: ['type', 'key', 'list'] },
  payable_item: { unique: ['type', 'key', 'owner', 'party', 'currency'] },
  deposit_term: { unique: ['type', 'key'] },
  order_cost: { unique: ['line', 'key'], text: ({ key, line }) => `${key} ${line}` },
  deposit: { unique: ['party', 'currency'] },
  deposit_order: { unique: ['key'] },
  deposit_payment: { unique: ['key'] },
  account: {
    unique: ['id'],
    text: ({ book, owner, party, kind, currency }) =>
      accountText({ book: String(book), owner: String(owner), party: String(party), kind: String(kind), currency: String(currency) }),
  },
  finding: { unique: ['type', 'key', 'code', 'path'] },
}
/** How a difference of a row is named. */
export const nameOf = (table: Table, row: Row): string =>
  `${table} ${
    names[table].text?.(row) ??
    names[table].unique
      .map((name) => row[name])
      .join(' ')
      .trimEnd()
  }`

export async function rowsOf({ database }: LedgerKit, table: Table): Promise<readonly Row[]> {
  const rows: readonly object[] = await database.read
    .selectFrom(table as 'stock')
    .selectAll()
    .execute()
  return rows.map((row) => Object.fromEntries(Object.entries(row)))
}

/** Everything that verification looks at, as text. */
export async function dump(kit: LedgerKit): Promise<readonly string[]> {
  const all: string[] = []
  for (const table of tables)
    for (const row of await rowsOf(kit, table))
      if (table !== 'finding' || row.state === 'open')
        all.push(
          `${table} ${JSON.stringify(
            Object.entries(row)
              .filter(([column]) => !isFree(table, column))
              .map(([column, value]) => [column, value === null ? null : String(value)]),
          )}`,
        )
  return all.sort()
}

/** Writes one column of one row behind the ledger. */
export const damage = (kit: LedgerKit, table: Table, row: Row, column: string, value: unknown): Promise<void> =>
  kit.database.write(async (tx) => {
    let update = tx.updateTable(table as 'stock').set({ [column]: value } as Partial<Tables['stock']>)
    for (const name of names[table].unique) update = update.where(name as 'product', '=', row[name] as string)
    if ((await update.executeTakeFirst()).numUpdatedRows !== 1n) throw new Error(`${nameOf(table, row)} is not there`)
  })

export const differing = async (kit: LedgerKit): Promise<readonly Difference[]> => (await verify(kit.database, kitTenant)).differences

/** One round of repair. */
export async function repairOnce(kit: LedgerKit, found: readonly Difference[]): Promise<void> {
  let products: ReadonlySet<string> = new Set()
  await kit.work(
    async (books) => {
      products = await mend(books, found)
    },
    (books) => mendSold(books, products),
  )
}

export async function repair(kit: LedgerKit): Promise<void> {
  let found = await differing(kit)
  for (let round = 0; round < 3 && found.length > 0; round++) {
    await repairOnce(kit, found)
    found = await differing(kit)
  }
}
