import type { Tx } from './database.ts'
import { inLists, type Reader } from './in-list.ts'
import { insertMany } from './insert-many.ts'
import type { OrderCostTable } from './tables-prices.ts'

export const costsOf = (read: Reader, tenant: string, keys: Iterable<string>): Promise<OrderCostTable[]> =>
  inLists(keys, (list) => read.selectFrom('order_cost').selectAll().where('tenant', '=', tenant).where('key', 'in', list).execute())

export const saveCosts = (tx: Tx, rows: readonly OrderCostTable[]): Promise<number> =>
  insertMany(tx, 'order_cost', rows, {
    keys: ['tenant', 'key', 'line'],
    then: 'update',
    columns: [
      'party',
      'product',
      'state',
      'quantity',
      'currency',
      'amount',
      'level',
      'tier',
      'list',
      'entry',
      'version',
      'price',
      'per',
      'unit',
      'tax_basis',
      'placed_at',
      'decided_at',
      'due',
      'body',
    ],
  })

export async function deleteCosts(tx: Tx, rows: readonly OrderCostTable[]): Promise<void> {
  for (const { tenant, key, line } of rows)
    await tx.deleteFrom('order_cost').where('tenant', '=', tenant).where('key', '=', key).where('line', '=', line).execute()
}

/** Marks what waits for a price of these products as due: something came that may be one. */
export const dueProducts = (tx: Tx, tenant: string, products: Iterable<string>): Promise<unknown> =>
  inLists(products, (list) =>
    tx
      .updateTable('order_cost')
      .set({ due: 1 })
      .where('tenant', '=', tenant)
      .where('state', '=', 'waiting')
      .where('product', 'in', list)
      .execute(),
  )

/** The same for what waits for a price of these merchants. */
export const dueParties = (tx: Tx, tenant: string, parties: Iterable<string>): Promise<unknown> =>
  inLists(parties, (list) =>
    tx
      .updateTable('order_cost')
      .set({ due: 1 })
      .where('tenant', '=', tenant)
      .where('state', '=', 'waiting')
      .where('party', 'in', list)
      .execute(),
  )

/** Orders with lines that are due, in the order of their keys. */
export async function dueOrders(read: Reader, tenant: string, limit: number): Promise<string[]> {
  const rows = await read
    .selectFrom('order_cost')
    .select('key')
    .distinct()
    .where('tenant', '=', tenant)
    .where('due', '=', 1)
    .orderBy('key')
    .limit(limit)
    .execute()
  return rows.map(({ key }) => key)
}

/** Whether a line waits for a price of one of these products or merchants. */
export async function anyWaiting(read: Reader, tenant: string): Promise<boolean> {
  const row = await read
    .selectFrom('order_cost')
    .select('key')
    .where('tenant', '=', tenant)
    .where('state', '=', 'waiting')
    .limit(1)
    .executeTakeFirst()
  return row !== undefined
}

/** Keys of orders that have costs, after one. */
export async function costNames(read: Reader, tenant: string, after: string, limit: number): Promise<string[]> {
  const rows = await read
    .selectFrom('order_cost')
    .select('key')
    .distinct()
    .where('tenant', '=', tenant)
    .where('key', '>', after)
    .orderBy('key')
    .limit(limit)
    .execute()
  return rows.map(({ key }) => key)
}
