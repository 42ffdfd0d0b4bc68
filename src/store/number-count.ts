import type { Tx } from './database.ts'
import { hasRivals } from './hold.ts'
import type { Reader } from './in-list.ts'
import { insertMany } from './insert-many.ts'
import { countStock, lockStock } from './number-stock.ts'
import type { Exact } from './tables.ts'
import type { NumberDecisionTable } from './tables-numbers.ts'

/** How many numbers are in each state; `amount` x 10^4. */
export interface NumberCounts {
  issued: number
  available: number
  locked: number
  consumed: number
  retired: number
  amount: bigint
}
export const noNumbers: Readonly<NumberCounts> = { issued: 0, available: 0, locked: 0, consumed: 0, retired: 0, amount: 0n }

/** Rows of one scheme. */
export const countShards = 16

export const insertCounts = (tx: Tx, tenant: string, scheme: string): Promise<number> =>
  insertMany(
    tx,
    'number_count',
    Array.from({ length: countShards }, (_, shard) => ({ tenant, scheme, shard, ...noNumbers })),
    { keys: ['tenant', 'scheme', 'shard'], then: 'ignore' },
  )

/** Adds to one row of the counts. It is the last thing a transaction does, because others may wait for the row. */
export const addCounts = (tx: Tx, tenant: string, scheme: string, shard: number, more: NumberCounts): Promise<unknown> =>
  tx
    .updateTable('number_count')
    .set((is) => ({
      issued: is('issued', '+', more.issued),
      available: is('available', '+', more.available),
      locked: is('locked', '+', more.locked),
      consumed: is('consumed', '+', more.consumed),
      retired: is('retired', '+', more.retired),
      amount: is('amount', '+', more.amount),
    }))
    .where('tenant', '=', tenant)
    .where('scheme', '=', scheme)
    .where('shard', '=', shard)
    .execute()

const rowsOf = (read: Reader, tenant: string, scheme: string) =>
  read.selectFrom('number_count').where('tenant', '=', tenant).where('scheme', '=', scheme)

/** The counts as they are kept. What was taken from a stretch of the stock is counted by the stretch until it ends, so that an allotment waits for no row of the counts. */
export async function countsOf(read: Reader, tenant: string, scheme: string): Promise<NumberCounts> {
  const drawn = read.selectFrom('number_stock').where('number_stock.tenant', '=', tenant).where('number_stock.scheme', '=', scheme)
  const { issued, available, locked, consumed, retired, amount, taken } = await rowsOf(read, tenant, scheme)
    .select(({ fn }) => [
      fn.sum<number | null>('issued').as('issued'),
      fn.sum<number | null>('available').as('available'),
      fn.sum<number | null>('locked').as('locked'),
      fn.sum<number | null>('consumed').as('consumed'),
      fn.sum<number | null>('retired').as('retired'),
      fn.sum<Exact | null>('amount').as('amount'),
      drawn.select((of) => of.fn.sum<number | null>('taken').as('sum')).as('taken'),
    ])
    .executeTakeFirstOrThrow()
  return {
    issued: Number(issued ?? 0),
    available: Number(available ?? 0) - Number(taken ?? 0),
    locked: Number(locked ?? 0) + Number(taken ?? 0),
    consumed: Number(consumed ?? 0),
    retired: Number(retired ?? 0),
    amount: BigInt(amount ?? 0),
  }
}

/** The counts as the book and the stock have them. */
export async function countedInBook(read: Reader, tenant: string, scheme: string): Promise<NumberCounts> {
  const rows = await read
    .selectFrom('order_number')
    .select((of) => ['state', of.fn.countAll<number>().as('count'), of.fn.sum('amount').as('amount')])
    .where('tenant', '=', tenant)
    .where('scheme', '=', scheme)
    .groupBy('state')
    .execute()
  const stock = await countStock(read, tenant, scheme)
  const sum = { ...noNumbers, issued: stock, available: stock }
  for (const { state, count, amount } of rows) {
    sum[state] += Number(count)
    sum.issued += Number(count)
    sum.amount += BigInt(amount ?? 0)
  }
  return sum
}

/** Counts a scheme anew. Whoever changes numbers now adds to the new figures when it ends: the stock and all rows of the counts are locked before the book is read. */
export async function recount(tx: Tx, tenant: string, scheme: string): Promise<void> {
  await insertCounts(tx, tenant, scheme)
  const taken = (await lockStock(tx, tenant, scheme, Number.POSITIVE_INFINITY, true)).reduce((sum, row) => sum + row.taken, 0)
  const query = rowsOf(tx, tenant, scheme).select('shard').orderBy('shard')
  const rows = await (hasRivals(tx) ? query.forUpdate() : query).execute()
  const counted = await countedInBook(tx, tenant, scheme)
  const kept = { ...counted, available: counted.available + taken, locked: counted.locked - taken }
  for (const { shard } of rows)
    await tx
      .updateTable('number_count')
      .set(shard === 0 ? kept : noNumbers)
      .where('tenant', '=', tenant)
      .where('scheme', '=', scheme)
      .where('shard', '=', shard)
      .execute()
}

export const insertDecision = (tx: Tx, row: NumberDecisionTable): Promise<number> => insertMany(tx, 'number_decision', [row])

/** Decisions about a scheme, the newest first. */
export function listDecisions(
  read: Reader,
  tenant: string,
  scheme: string,
  of: { readonly before?: string; readonly limit: number },
): Promise<NumberDecisionTable[]> {
  let query = read.selectFrom('number_decision').selectAll().where('tenant', '=', tenant).where('scheme', '=', scheme)
  if (of.before !== undefined) query = query.where('id', '<', of.before)
  return query.orderBy('id', 'desc').limit(of.limit).execute()
}
