import { sql } from 'kysely'
import type { Tx } from './database.ts'
import { inLists, type Reader } from './in-list.ts'
import { insertMany } from './insert-many.ts'
import type { DaySaleTable, ReportDayTable } from './tables-sales.ts'

/** A store and a business date (YYYY-MM-DD). */
export interface StoreDay {
  readonly store: string
  readonly day: string
}

export const daySalesOf = (read: Reader, tenant: string, type: string, keys: Iterable<string>): Promise<DaySaleTable[]> =>
  inLists(keys, (list) =>
    read.selectFrom('day_sale').selectAll().where('tenant', '=', tenant).where('type', '=', type).where('key', 'in', list).execute(),
  )

export const saveDaySales = (tx: Tx, rows: readonly DaySaleTable[]): Promise<number> =>
  insertMany(tx, 'day_sale', rows, {
    keys: ['tenant', 'type', 'key', 'product'],
    then: 'update',
    columns: ['store', 'day', 'currency', 'origin', 'quantity', 'returned', 'amount'],
  })

export async function deleteDaySales(tx: Tx, rows: readonly DaySaleTable[]): Promise<void> {
  for (const { tenant, type, key, product } of rows)
    await tx
      .deleteFrom('day_sale')
      .where('tenant', '=', tenant)
      .where('type', '=', type)
      .where('key', '=', key)
      .where('product', '=', product)
      .execute()
}

export async function reportDaysOf(read: Reader, tenant: string, days: readonly StoreDay[]): Promise<ReportDayTable[]> {
  const wanted = new Set(days.map(nameOfDay))
  const rows = await inLists(
    days.map(({ day }) => day),
    (list) => read.selectFrom('report_day').selectAll().where('tenant', '=', tenant).where('day', 'in', list).execute(),
  )
  return rows.filter((row) => wanted.has(nameOfDay(row)))
}

export const saveReportDays = (tx: Tx, rows: readonly ReportDayTable[]): Promise<number> =>
  insertMany(tx, 'report_day', rows, { keys: ['tenant', 'day', 'store', 'origin'], then: 'ignore' })

export async function deleteReportDays(tx: Tx, rows: readonly ReportDayTable[]): Promise<void> {
  for (const { tenant, day, store, origin } of rows)
    await tx
      .deleteFrom('report_day')
      .where('tenant', '=', tenant)
      .where('day', '=', day)
      .where('store', '=', store)
      .where('origin', '=', origin)
      .execute()
}

/** The day first, so that names sort as days do. */
export const nameOfDay = ({ store, day }: StoreDay): string => `${day}\0${store}`
export const namedDay = (name: string): StoreDay => {
  const at = name.indexOf('\0')
  return { day: at < 0 ? '' : name.slice(0, at), store: name.slice(at + 1) }
}

/** What orders, and what reports of one connection, say of a store and day. */
export interface DaySum {
  readonly type: string
  readonly origin: string
  readonly currency: string
  readonly quantity: bigint
  readonly amount: bigint
}

/** Units (less those that came back) and amounts of one store and day, by type of document, origin and currency. */
export async function daySums(read: Reader, tenant: string, { store, day }: StoreDay): Promise<DaySum[]> {
  const rows = await read
    .selectFrom('day_sale')
    .select(({ fn }) => [
      'type',
      'origin',
      'currency',
      fn.sum('quantity').as('quantity'),
      fn.sum('returned').as('returned'),
      fn.sum('amount').as('amount'),
    ])
    .where('tenant', '=', tenant)
    .where('day', '=', day)
    .where('store', '=', store)
    .groupBy(['type', 'origin', 'currency'])
    .orderBy('type')
    .orderBy('origin')
    .orderBy('currency')
    .execute()
  return rows.map((row) => ({
    type: row.type,
    origin: row.origin,
    currency: row.currency,
    quantity: BigInt(row.quantity ?? 0) - BigInt(row.returned ?? 0),
    amount: BigInt(row.amount ?? 0),
  }))
}

/** Names of stores and days of which there are, or are said to be, reports. */
export const reportDayNames: readonly ((read: Reader, tenant: string, after: string, limit: number) => Promise<string[]>)[] = (
  ['report_day', 'day_sale'] as const
).map((table) => async (read, tenant, after, limit) => {
  const { day, store } = namedDay(after)
  let rows = read.selectFrom(table).select(['day', 'store']).distinct().where('tenant', '=', tenant)
  if (table === 'day_sale') rows = rows.where(sql.ref('type'), '=', 'sales-report')
  const found = await rows
    .where((is) => is.or([is('day', '>', day), is.and([is('day', '=', day), is('store', '>', store)])]))
    .orderBy('day')
    .orderBy('store')
    .limit(limit)
    .execute()
  return found.map(nameOfDay)
})
