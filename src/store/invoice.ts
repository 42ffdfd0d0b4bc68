import { sql } from 'kysely'
import type { Tx } from './database.ts'
import { grouped, inLists, type Reader } from './in-list.ts'
import { insertMany } from './insert-many.ts'
import type {
  InvoiceAcceptanceTable,
  InvoiceAllocationTable,
  InvoiceLineTable,
  InvoiceMatchTable,
  InvoiceToleranceTable,
} from './tables-invoice.ts'

type LineName = Pick<InvoiceLineTable, 'tenant' | 'key' | 'line'>

/** Lines of invoices that belong to these orders. */
export const invoiceLinesOfOrders = (read: Reader, tenant: string, orders: Iterable<string>): Promise<InvoiceLineTable[]> =>
  inLists(orders, (list) =>
    read.selectFrom('invoice_line').selectAll().where('tenant', '=', tenant).where('order_key', 'in', list).execute(),
  )

export const allocationsOfOrders = (read: Reader, tenant: string, orders: Iterable<string>): Promise<InvoiceAllocationTable[]> =>
  inLists(orders, (list) =>
    read.selectFrom('invoice_allocation').selectAll().where('tenant', '=', tenant).where('order_key', 'in', list).execute(),
  )

/** Lines of these invoices, with an order or without. */
export const invoiceLinesOf = (read: Reader, tenant: string, keys: Iterable<string>): Promise<InvoiceLineTable[]> =>
  inLists(keys, (list) => read.selectFrom('invoice_line').selectAll().where('tenant', '=', tenant).where('key', 'in', list).execute())

export const allocationsOf = (read: Reader, tenant: string, keys: Iterable<string>): Promise<InvoiceAllocationTable[]> =>
  inLists(keys, (list) => read.selectFrom('invoice_allocation').selectAll().where('tenant', '=', tenant).where('key', 'in', list).execute())

export const saveInvoiceLines = (tx: Tx, rows: readonly InvoiceLineTable[]): Promise<number> =>
  insertMany(tx, 'invoice_line', rows, {
    keys: ['tenant', 'key', 'line'],
    then: 'update',
    columns: [
      'kind',
      'order_key',
      'order_line',
      'currency',
      'quantity',
      'amount',
      'credited',
      'credited_amount',
      'covered',
      'waiting',
      'over',
      'expected',
      'quantity_variance',
      'verdict',
    ],
  })

export async function deleteInvoiceLines(tx: Tx, rows: readonly LineName[]): Promise<void> {
  for (const group of grouped(rows, ({ key }) => key).values()) {
    const [first] = group
    if (first === undefined) continue
    await inLists(
      group.map(({ line }) => line),
      (list) =>
        tx.deleteFrom('invoice_line').where('tenant', '=', first.tenant).where('key', '=', first.key).where('line', 'in', list).execute(),
    )
  }
}

/** Parts of lines of invoices, all those of these orders anew. */
export async function replaceAllocations(
  tx: Tx,
  tenant: string,
  orders: Iterable<string>,
  rows: readonly InvoiceAllocationTable[],
): Promise<void> {
  await inLists(orders, (list) => tx.deleteFrom('invoice_allocation').where('tenant', '=', tenant).where('order_key', 'in', list).execute())
  await insertMany(tx, 'invoice_allocation', rows, {
    keys: ['tenant', 'key', 'line', 'part'],
    then: 'update',
    columns: ['order_key', 'order_line', 'basis', 'receipt', 'receipt_line', 'against', 'against_line', 'quantity', 'amount'],
  })
}

export const invoiceMatchesOf = (read: Reader, tenant: string, keys: Iterable<string>): Promise<InvoiceMatchTable[]> =>
  inLists(keys, (list) => read.selectFrom('invoice_match').selectAll().where('tenant', '=', tenant).where('key', 'in', list).execute())

export const saveInvoiceMatches = (tx: Tx, rows: readonly InvoiceMatchTable[]): Promise<number> =>
  insertMany(tx, 'invoice_match', rows, {
    keys: ['tenant', 'key'],
    then: 'update',
    columns: [
      'kind',
      'status',
      'number',
      'issuer',
      'year',
      'issue_date',
      'due_date',
      'currency',
      'verdict',
      'total',
      'tax',
      'quantity_variance',
      'price_variance',
      'tax_scheme',
      'tax_code',
      'tax_number',
    ],
  })

export const deleteInvoiceMatches = (tx: Tx, tenant: string, keys: Iterable<string>): Promise<unknown> =>
  inLists(keys, (list) => tx.deleteFrom('invoice_match').where('tenant', '=', tenant).where('key', 'in', list).execute())

/** The natural name of an invoice, or that of its tax document. */
export type InvoiceGroup =
  | Pick<InvoiceMatchTable, 'kind' | 'issuer' | 'number' | 'year'>
  | Pick<InvoiceMatchTable, 'tax_scheme' | 'tax_code' | 'tax_number'>

/** The first posted invoices of a group, by issue date and key. */
export function firstOfGroup(read: Reader, tenant: string, group: InvoiceGroup, limit: number): Promise<InvoiceMatchTable[]> {
  const rows = read.selectFrom('invoice_match').selectAll().where('tenant', '=', tenant).where('status', '=', 'posted')
  const same =
    'issuer' in group
      ? rows
          .where('issuer', '=', group.issuer)
          .where('number', '=', group.number)
          .where('year', '=', group.year)
          .where('kind', '=', group.kind)
      : rows.where('tax_number', '=', group.tax_number).where('tax_code', '=', group.tax_code).where('tax_scheme', '=', group.tax_scheme)
  return same.orderBy('issue_date').orderBy('key').limit(limit).execute()
}

export const tolerancesOf = (read: Reader, tenant: string, keys: Iterable<string>): Promise<InvoiceToleranceTable[]> =>
  inLists(keys, (list) => read.selectFrom('invoice_tolerance').selectAll().where('tenant', '=', tenant).where('key', 'in', list).execute())

export const saveTolerances = (tx: Tx, rows: readonly InvoiceToleranceTable[]): Promise<number> =>
  insertMany(tx, 'invoice_tolerance', rows, { keys: ['tenant', 'key'], then: 'update', columns: ['issuer', 'tolerance', 'at'] })

export const acceptanceOf = (read: Reader, tenant: string, key: string): Promise<InvoiceAcceptanceTable | undefined> =>
  read.selectFrom('invoice_acceptance').selectAll().where('tenant', '=', tenant).where('key', '=', key).executeTakeFirst()

export const saveAcceptance = (tx: Tx, row: InvoiceAcceptanceTable): Promise<number> =>
  insertMany(tx, 'invoice_acceptance', [row], {
    keys: ['tenant', 'key'],
    then: 'update',
    columns: ['findings', 'asked_by', 'asked_at', 'why'],
  })

export const deleteAcceptance = (tx: Tx, tenant: string, key: string): Promise<unknown> =>
  tx.deleteFrom('invoice_acceptance').where('tenant', '=', tenant).where('key', '=', key).execute()

export interface InvoiceFilter {
  /** key of the party that issued it */
  readonly supplier?: string
  readonly match?: string
  readonly kind?: string
  readonly status?: string
  readonly number?: string
  readonly taxNumber?: string
  readonly taxCode?: string
  /** business dates; the due date lies before, the issue date within */
  readonly dueBefore?: string
  readonly from?: string
  readonly to?: string
  /** one of these codes is open */
  readonly held?: { readonly is: boolean; readonly codes: readonly string[] }
}

const columns = {
  supplier: 'issuer',
  match: 'verdict',
  kind: 'kind',
  status: 'status',
  number: 'number',
  taxNumber: 'tax_number',
  taxCode: 'tax_code',
} as const

/** Invoices in the order of their keys, after one. */
export function invoicePage(
  read: Reader,
  tenant: string,
  filter: InvoiceFilter,
  after: string,
  limit: number,
): Promise<InvoiceMatchTable[]> {
  let rows = read.selectFrom('invoice_match').selectAll().where('tenant', '=', tenant).where('key', '>', after)
  for (const [name, column] of Object.entries(columns) as [keyof typeof columns, (typeof columns)[keyof typeof columns]][]) {
    const wanted = filter[name]
    if (wanted !== undefined) rows = rows.where(column, '=', wanted)
  }
  if (filter.dueBefore !== undefined) rows = rows.where('due_date', '<', filter.dueBefore)
  if (filter.from !== undefined) rows = rows.where('issue_date', '>=', filter.from)
  if (filter.to !== undefined) rows = rows.where('issue_date', '<=', filter.to)
  const { held } = filter
  if (held !== undefined)
    rows = rows.where((is) => {
      const holding = is.exists(
        is
          .selectFrom('finding')
          .select(sql`1`.as('one'))
          .whereRef('finding.tenant', '=', 'invoice_match.tenant')
          .where('finding.type', '=', 'invoice')
          .whereRef('finding.key', '=', 'invoice_match.key')
          .where('finding.state', '=', 'open')
          .where('finding.code', 'in', held.codes),
      )
      return held.is ? holding : is.not(holding)
    })
  return rows.orderBy('key').limit(limit).execute()
}

/** Open codes of invoices, by key. */
export async function openCodesOf(
  read: Reader,
  tenant: string,
  keys: Iterable<string>,
  codes: readonly string[],
): Promise<ReadonlyMap<string, readonly string[]>> {
  const rows = await inLists(keys, (list) =>
    read
      .selectFrom('finding')
      .select(['key', 'code'])
      .distinct()
      .where('tenant', '=', tenant)
      .where('type', '=', 'invoice')
      .where('key', 'in', list)
      .where('state', '=', 'open')
      .where('code', 'in', codes)
      .orderBy('code')
      .execute(),
  )
  return new Map([...grouped(rows, ({ key }) => key)].map(([key, group]) => [key, group.map(({ code }) => code)]))
}

/** Parts of credit notes against lines of these invoices. */
export const creditsAgainst = (read: Reader, tenant: string, keys: Iterable<string>): Promise<InvoiceAllocationTable[]> =>
  inLists(keys, (list) =>
    read
      .selectFrom('invoice_allocation')
      .selectAll()
      .where('tenant', '=', tenant)
      .where('against', 'in', list)
      .where('basis', '=', 'credit')
      .execute(),
  )
