import type { Tx } from './database.ts'
import { inLists, type Reader } from './in-list.ts'
import { insertMany } from './insert-many.ts'
import { countedSales } from './sales-page.ts'
import type { ReplenishmentTable } from './tables-sales.ts'

export const replenishmentsOf = (read: Reader, tenant: string, keys: Iterable<string>): Promise<ReplenishmentTable[]> =>
  inLists(keys, (list) => read.selectFrom('replenishment').selectAll().where('tenant', '=', tenant).where('key', 'in', list).execute())

export const saveReplenishments = (tx: Tx, rows: readonly ReplenishmentTable[]): Promise<number> =>
  insertMany(tx, 'replenishment', rows, {
    keys: ['tenant', 'key'],
    then: 'update',
    columns: ['product', 'location', 'supplier', 'status', 'quantity', 'order_key', 'order_line', 'decided_at'],
  })

export const deleteReplenishments = (tx: Tx, tenant: string, keys: Iterable<string>): Promise<unknown> =>
  inLists(keys, (list) => tx.deleteFrom('replenishment').where('tenant', '=', tenant).where('key', 'in', list).execute())

/** Suggestions of products that are not over, and those refused since a time. */
export const openReplenishments = (
  read: Reader,
  tenant: string,
  products: Iterable<string>,
  refusedSince: number,
): Promise<ReplenishmentTable[]> =>
  inLists(products, (list) =>
    read
      .selectFrom('replenishment')
      .selectAll()
      .where('tenant', '=', tenant)
      .where('product', 'in', list)
      .where((is) =>
        is.or([
          is('status', 'in', ['suggested', 'approved', 'ordered']),
          is.and([is('status', '=', 'rejected'), is('decided_at', '>', refusedSince)]),
        ]),
      )
      .execute(),
  )

export interface ReplenishmentFilter {
  readonly status?: string
  readonly supplier?: string
  readonly product?: string
  readonly location?: string
}

/** A page of suggestions after a key, by key: the oldest first. */
export function replenishmentPage(
  read: Reader,
  tenant: string,
  filter: ReplenishmentFilter,
  after: string,
  limit: number,
): Promise<ReplenishmentTable[]> {
  let rows = read.selectFrom('replenishment').selectAll().where('tenant', '=', tenant).where('key', '>', after)
  for (const name of ['status', 'supplier', 'product', 'location'] as const) {
    const wanted = filter[name]
    if (wanted !== undefined) rows = rows.where(name, '=', wanted)
  }
  return rows.orderBy('key').limit(limit).execute()
}

/** Products that were sold since a day, after one; and those of which there are suggestions that are not over. */
export const replenishedNames = (
  since: string,
): readonly ((read: Reader, tenant: string, after: string, limit: number) => Promise<string[]>)[] => [
  async (read, tenant, after, limit) =>
    (
      await read
        .selectFrom('day_sale')
        .select('product')
        .distinct()
        .where('tenant', '=', tenant)
        .where('product', '>', after)
        .where('day', '>=', since)
        .orderBy('product')
        .limit(limit)
        .execute()
    ).map(({ product }) => product),
  async (read, tenant, after, limit) =>
    (
      await read
        .selectFrom('replenishment')
        .select('product')
        .distinct()
        .where('tenant', '=', tenant)
        .where('product', '>', after)
        .where('status', 'in', ['suggested', 'ordered'])
        .orderBy('product')
        .limit(limit)
        .execute()
    ).map(({ product }) => product),
]

/** Units that count as sold, by product, store and day. */
export async function dailySales(
  read: Reader,
  tenant: string,
  products: readonly string[],
  span: { readonly from: string; readonly until: string; readonly compared: readonly string[] },
) {
  const rows = await inLists(products, (list) =>
    countedSales(read, tenant, span)
      .where('day_sale.product', 'in', list)
      .select(({ fn }) => [
        'day_sale.product',
        'day_sale.store',
        'day_sale.day',
        fn.sum('day_sale.quantity').as('quantity'),
        fn.sum('day_sale.returned').as('returned'),
      ])
      .groupBy(['day_sale.product', 'day_sale.store', 'day_sale.day'])
      .execute(),
  )
  return rows.map(({ product, store, day, quantity, returned }) => ({
    product,
    store,
    day,
    units: BigInt(quantity ?? 0) - BigInt(returned ?? 0),
  }))
}

/** Lines of purchases of these products that are ordered and unanswered, with their orders and what those are. */
export const unansweredLines = (read: Reader, tenant: string, products: readonly string[]) =>
  inLists(products, (list) =>
    read
      .selectFrom('order_line')
      .innerJoin('order_state', (join) =>
        join
          .onRef('order_state.tenant', '=', 'order_line.tenant')
          .onRef('order_state.type', '=', 'order_line.type')
          .onRef('order_state.key', '=', 'order_line.key'),
      )
      .select(['order_line.key', 'order_line.line', 'order_line.product', 'order_line.quantity', 'order_line.received'])
      .where('order_line.tenant', '=', tenant)
      .where('order_line.type', '=', 'purchase-order')
      .where('order_line.product', 'in', list)
      .where('order_line.confirmed', '=', 0)
      .where('order_line.cancelled', '=', 0)
      .where('order_state.status', '=', 'issued')
      .execute(),
  )

/** How the available figure of shelves moved since a time, the oldest first: keys of stock levels, and the detail of the journal. */
export const shelfMoves = (read: Reader, tenant: string, keys: readonly string[], since: number) =>
  inLists(keys, (list) =>
    read
      .selectFrom('journal')
      .select(['key', 'at', 'id', 'detail'])
      .where('tenant', '=', tenant)
      .where('type', '=', 'stock-level')
      .where('key', 'in', list)
      .where('kind', '=', 'stock-changed')
      .where('at', '>=', since)
      .execute(),
  )
