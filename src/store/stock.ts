import type { Tx } from './database.ts'
import { inLists, type Reader } from './in-list.ts'
import { insertMany } from './insert-many.ts'
import type { StockTable } from './tables-ledger.ts'

/** Every row of products: all locations, owners, conditions and lots. */
export const stockOf = (read: Reader, tenant: string, products: Iterable<string>): Promise<StockTable[]> =>
  inLists(products, (list) => read.selectFrom('stock').selectAll().where('tenant', '=', tenant).where('product', 'in', list).execute())

/** What a list of stock is narrowed to; each field by equality. */
export type StockFilter = Partial<Pick<StockTable, 'product' | 'location' | 'owner' | 'condition' | 'lot'>>
export type StockPlace = readonly [product: string, location: string, owner: string, condition: string, lot: string]

/** Rows of stock in the order of their places, after one. */
/** Rows of stock that one page looks through for those that fit. */
export const mostStock = 10_000

/** The place that ends the part which a page after `after` looks through; undefined: all that is left is looked through. A product is looked up. */
export async function stockStretch(
  read: Reader,
  tenant: string,
  filter: StockFilter,
  after: StockPlace | undefined,
  most = mostStock,
): Promise<StockPlace | undefined> {
  if (filter.product !== undefined || Object.values(filter).every((one) => one === undefined)) return undefined
  let rows = read.selectFrom('stock').select(['product', 'location', 'owner', 'condition', 'lot']).where('tenant', '=', tenant)
  if (after !== undefined) {
    const [product, location, owner, condition, lot] = after
    rows = rows.where(({ eb, refTuple, tuple }) =>
      eb(refTuple('product', 'location', 'owner', 'condition', 'lot'), '>', tuple(product, location, owner, condition, lot)),
    )
  }
  const row = await rows
    .orderBy('product')
    .orderBy('location')
    .orderBy('owner')
    .orderBy('condition')
    .orderBy('lot')
    .limit(1)
    .offset(most - 1)
    .executeTakeFirst()
  return row && [row.product, row.location, row.owner, row.condition, row.lot]
}

export function stockPage(
  read: Reader,
  tenant: string,
  filter: StockFilter,
  after: StockPlace | undefined,
  limit: number,
  end?: StockPlace,
): Promise<StockTable[]> {
  let rows = read.selectFrom('stock').selectAll().where('tenant', '=', tenant)
  for (const name of ['product', 'location', 'owner', 'condition', 'lot'] as const) {
    const wanted = filter[name]
    if (wanted !== undefined) rows = rows.where(name, '=', wanted)
  }
  if (after !== undefined) {
    const [product, location, owner, condition, lot] = after
    rows = rows.where(({ eb, refTuple, tuple }) =>
      eb(refTuple('product', 'location', 'owner', 'condition', 'lot'), '>', tuple(product, location, owner, condition, lot)),
    )
  }
  if (end !== undefined) {
    const [product, location, owner, condition, lot] = end
    rows = rows.where(({ eb, refTuple, tuple }) =>
      eb(refTuple('product', 'location', 'owner', 'condition', 'lot'), '<=', tuple(product, location, owner, condition, lot)),
    )
  }
  return rows.orderBy('product').orderBy('location').orderBy('owner').orderBy('condition').orderBy('lot').limit(limit).execute()
}

export const saveStock = (tx: Tx, rows: readonly StockTable[]): Promise<number> =>
  insertMany(tx, 'stock', rows, {
    keys: ['tenant', 'product', 'location', 'owner', 'condition', 'lot'],
    then: 'update',
    columns: ['on_hand', 'as_of', 'source', 'reserved', 'in_transit', 'available', 'changed_at'],
  })

export async function deleteStock(tx: Tx, rows: readonly StockTable[]): Promise<void> {
  for (const { tenant, product, location, owner, condition, lot } of rows)
    await tx
      .deleteFrom('stock')
      .where('tenant', '=', tenant)
      .where('product', '=', product)
      .where('location', '=', location)
      .where('owner', '=', owner)
      .where('condition', '=', condition)
      .where('lot', '=', lot)
      .execute()
}
