import type { Tx } from './database.ts'
import { hasRivals } from './hold.ts'
import { inLists, type Reader } from './in-list.ts'
import { insertMany } from './insert-many.ts'
import type { NumberStockTable } from './tables-numbers.ts'

export const insertStock = (tx: Tx, rows: readonly NumberStockTable[]): Promise<number> => insertMany(tx, 'number_stock', rows)

const stockOf = (read: Reader, tenant: string, scheme: string) =>
  read.selectFrom('number_stock').where('tenant', '=', tenant).where('scheme', '=', scheme)

/** What is left of the numbers that were made, the oldest first. */
export const listStock = (read: Reader, tenant: string, scheme: string): Promise<NumberStockTable[]> =>
  stockOf(read, tenant, scheme).selectAll().orderBy('place').execute()

export async function countStock(read: Reader, tenant: string, scheme: string): Promise<number> {
  const { size, taken } = await stockOf(read, tenant, scheme)
    .select(({ fn }) => [fn.sum<number | null>('size').as('size'), fn.sum<number | null>('taken').as('taken')])
    .executeTakeFirstOrThrow()
  return Number(size ?? 0) - Number(taken ?? 0)
}

/** The oldest rows that have so many numbers together, locked until the transaction ends. `wait: false`: those that another transaction holds are passed over. */
export async function lockStock(tx: Tx, tenant: string, scheme: string, count: number, wait: boolean): Promise<NumberStockTable[]> {
  const rows: NumberStockTable[] = []
  for (let left = count; left > 0; ) {
    // one row is enough mostly, and the others are left to others
    const limit = rows.length === 0 ? 1 : further
    const query = stockOf(tx, tenant, scheme)
      .selectAll()
      .where('place', '>', rows.at(-1)?.place ?? 0)
      .orderBy('place')
      .limit(limit)
    const page = await (hasRivals(tx) ? (wait ? query.forUpdate() : query.forUpdate().skipLocked()) : query).execute()
    rows.push(...page)
    left -= page.reduce((sum, { size, taken }) => sum + size - taken, 0)
    if (page.length < limit) break
  }
  return rows
}
const further = 8

/** Takes further numbers from a row that this transaction has locked. True: they were the last ones, and the row is gone. */
export async function drawStock(tx: Tx, { tenant, scheme, place, size, taken }: NumberStockTable, count: number): Promise<boolean> {
  const isLast = taken + count === size
  if (isLast)
    await tx.deleteFrom('number_stock').where('tenant', '=', tenant).where('scheme', '=', scheme).where('place', '=', place).execute()
  else
    await tx
      .updateTable('number_stock')
      .set({ taken: taken + count })
      .where('tenant', '=', tenant)
      .where('scheme', '=', scheme)
      .where('place', '=', place)
      .execute()
  return isLast
}

/** Those of some numbers that have a row in the book. */
export async function numbersInBook(read: Reader, tenant: string, scheme: string, numbers: Iterable<string>): Promise<ReadonlySet<string>> {
  const rows = await inLists(numbers, (list) =>
    read
      .selectFrom('order_number')
      .select('number')
      .where('tenant', '=', tenant)
      .where('scheme', '=', scheme)
      .where('number', 'in', list)
      .execute(),
  )
  return new Set(rows.map(({ number }) => number))
}
