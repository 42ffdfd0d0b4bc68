import type { Tx } from './database.ts'
import { inLists, type Reader } from './in-list.ts'
import { insertMany } from './insert-many.ts'
import type { StockTable } from './tables-ledger.ts'

/** Every row of products: all locations and conditions. */
export const stockOf = (read: Reader, tenant: string, products: Iterable<string>): Promise<StockTable[]> =>
  inLists(products, (list) => read.selectFrom('stock').selectAll().where('tenant', '=', tenant).where('product', 'in', list).execute())

export const saveStock = (tx: Tx, rows: readonly StockTable[]): Promise<number> =>
  insertMany(tx, 'stock', rows, {
    keys: ['tenant', 'product', 'location', 'condition'],
    then: 'update',
    columns: ['on_hand', 'as_of', 'source', 'reserved', 'in_transit', 'available', 'changed_at'],
  })

export async function deleteStock(tx: Tx, rows: readonly StockTable[]): Promise<void> {
  for (const { tenant, product, location, condition } of rows)
    await tx
      .deleteFrom('stock')
      .where('tenant', '=', tenant)
      .where('product', '=', product)
      .where('location', '=', location)
      .where('condition', '=', condition)
      .execute()
}
