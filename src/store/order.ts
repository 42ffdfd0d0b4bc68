import type { Tx } from './database.ts'
import { grouped, inLists, type Reader } from './in-list.ts'
import { insertMany } from './insert-many.ts'
import type { OrderLineTable, OrderStateTable, ReservationTable, SoldTable } from './tables-ledger.ts'

export const orderLinesOf = (read: Reader, tenant: string, type: string, keys: Iterable<string>): Promise<OrderLineTable[]> =>
  inLists(keys, (list) =>
    read.selectFrom('order_line').selectAll().where('tenant', '=', tenant).where('type', '=', type).where('key', 'in', list).execute(),
  )

const lineFigures = [
  'number',
  'origin',
  'product',
  'quantity',
  'cancelled',
  'confirmed',
  'shipped',
  'received',
  'rejected',
  'invoiced',
  'restocked',
  'open',
] as const
export const saveOrderLines = (tx: Tx, rows: readonly OrderLineTable[]): Promise<number> =>
  insertMany(tx, 'order_line', rows, { keys: ['tenant', 'type', 'key', 'line'], then: 'update', columns: lineFigures })

export async function deleteOrderLines(tx: Tx, rows: readonly OrderLineTable[]): Promise<void> {
  for (const { tenant, type, key, line } of rows)
    await tx
      .deleteFrom('order_line')
      .where('tenant', '=', tenant)
      .where('type', '=', type)
      .where('key', '=', key)
      .where('line', '=', line)
      .execute()
}

/** Removes all derived rows of orders. */
export async function deleteOrders(
  tx: Tx,
  tenant: string,
  orders: readonly { readonly type: string; readonly key: string }[],
): Promise<void> {
  for (const { type, key } of orders) {
    for (const table of ['order_line', 'order_state'] as const)
      await tx.deleteFrom(table).where('tenant', '=', tenant).where('type', '=', type).where('key', '=', key).execute()
    if (type !== 'sales-order') continue
    await tx.deleteFrom('reservation').where('tenant', '=', tenant).where('order_key', '=', key).execute()
    await tx.deleteFrom('sale').where('tenant', '=', tenant).where('key', '=', key).execute()
  }
}

export const orderStatesOf = (read: Reader, tenant: string, type: string, keys: Iterable<string>): Promise<OrderStateTable[]> =>
  inLists(keys, (list) =>
    read.selectFrom('order_state').selectAll().where('tenant', '=', tenant).where('type', '=', type).where('key', 'in', list).execute(),
  )

const stateFigures = [
  'origin',
  'number',
  'status',
  'currency',
  'business_date',
  'payment',
  'fulfilment',
  'grand_total',
  'goods_total',
  'charge_total',
  'tax_total',
  'paid',
  'refunded',
] as const
export const saveOrderStates = (tx: Tx, rows: readonly OrderStateTable[]): Promise<number> =>
  insertMany(tx, 'order_state', rows, { keys: ['tenant', 'type', 'key'], then: 'update', columns: stateFigures })

export const reservationsOf = (read: Reader, tenant: string, orders: Iterable<string>): Promise<ReservationTable[]> =>
  inLists(orders, (list) =>
    read.selectFrom('reservation').selectAll().where('tenant', '=', tenant).where('order_key', 'in', list).execute(),
  )

export async function replaceReservations(
  tx: Tx,
  tenant: string,
  orders: Iterable<string>,
  rows: readonly ReservationTable[],
): Promise<void> {
  await inLists(orders, (list) => tx.deleteFrom('reservation').where('tenant', '=', tenant).where('order_key', 'in', list).execute())
  await insertMany(tx, 'reservation', rows)
}

/** Pieces of a product that left onHand at `released_at` (null: not yet). */
export interface Held {
  readonly product: string
  readonly released_at: number | null
  readonly quantity: bigint
}

/** What reduces the available figure of products: open reservations and those released after `since`, summed by the time of release. */
export async function heldOf(read: Reader, tenant: string, products: Iterable<string>, since: number): Promise<Held[]> {
  const names = [...products]
  const sums = read
    .selectFrom('reservation')
    .select(({ fn }) => ['product', 'released_at', fn.sum('quantity').as('quantity')])
    .where('tenant', '=', tenant)
    .groupBy(['product', 'released_at'])
  const open = await inLists(names, (list) => sums.where('product', 'in', list).where('released_at', 'is', null).execute())
  const later = await inLists(names, (list) => sums.where('product', 'in', list).where('released_at', '>', since).execute())
  return [...open, ...later].map(({ product, released_at, quantity }) => ({ product, released_at, quantity: BigInt(quantity ?? 0) }))
}

/** Open pieces of purchases by product: confirmed and not yet arrived. */
export async function inTransitOf(read: Reader, tenant: string, products: Iterable<string>): Promise<Map<string, bigint>> {
  const rows = await inLists(products, (list) =>
    read
      .selectFrom('order_line')
      .select(({ fn }) => ['product', fn.sum('open').as('open')])
      .where('tenant', '=', tenant)
      .where('product', 'in', list)
      .where('type', '=', 'purchase-order')
      .groupBy('product')
      .execute(),
  )
  return new Map(rows.flatMap(({ product, open }) => (product === null ? [] : [[product, BigInt(open ?? 0)] as const])))
}

export async function soldOf(
  read: Reader,
  tenant: string,
  wanted: Iterable<{ readonly connection: string; readonly product: string }>,
): Promise<SoldTable[]> {
  const rows: SoldTable[] = []
  for (const [connection, group] of grouped(wanted, (each) => each.connection))
    rows.push(
      ...(await inLists(
        group.map(({ product }) => product),
        (list) =>
          read
            .selectFrom('sold')
            .selectAll()
            .where('tenant', '=', tenant)
            .where('connection', '=', connection)
            .where('product', 'in', list)
            .execute(),
      )),
    )
  return rows
}

/** Rows of nothing sold are not kept. */
export async function saveSold(tx: Tx, rows: readonly SoldTable[]): Promise<void> {
  await insertMany(
    tx,
    'sold',
    rows.filter(({ quantity }) => BigInt(quantity) !== 0n),
    { keys: ['tenant', 'connection', 'product'], then: 'update', columns: ['quantity'] },
  )
  for (const { tenant, connection, product, quantity } of rows)
    if (BigInt(quantity) === 0n)
      await tx.deleteFrom('sold').where('tenant', '=', tenant).where('connection', '=', connection).where('product', '=', product).execute()
}

/** Rows of units sold in the order of their names, after one. */
export const soldPage = (
  read: Reader,
  tenant: string,
  after: { readonly connection: string; readonly product: string },
  limit: number,
): Promise<SoldTable[]> =>
  read
    .selectFrom('sold')
    .selectAll()
    .where('tenant', '=', tenant)
    .where((is) =>
      is.or([
        is('connection', '>', after.connection),
        is.and([is('connection', '=', after.connection), is('product', '>', after.product)]),
      ]),
    )
    .orderBy('connection')
    .orderBy('product')
    .limit(limit)
    .execute()

/** Every shop's row of these products. */
export async function soldOfProducts(read: Reader, tenant: string, products: Iterable<string>): Promise<SoldTable[]> {
  const shops = await read.selectFrom('sold').select('connection').distinct().where('tenant', '=', tenant).execute()
  const wanted = [...products]
  return soldOf(
    read,
    tenant,
    shops.flatMap(({ connection }) => wanted.map((product) => ({ connection, product }))),
  )
}

/** Units that the lines of sales took, by shop and product. */
export async function soldSums(
  read: Reader,
  tenant: string,
  products: Iterable<string>,
): Promise<{ readonly connection: string; readonly product: string; readonly quantity: bigint }[]> {
  const rows = await inLists(products, (list) =>
    read
      .selectFrom('order_line')
      .select(({ fn }) => [
        'origin',
        'product',
        fn.sum('quantity').as('quantity'),
        fn.sum('cancelled').as('cancelled'),
        fn.sum('restocked').as('restocked'),
      ])
      .where('tenant', '=', tenant)
      .where('product', 'in', list)
      .where('type', '=', 'sales-order')
      .groupBy(['origin', 'product'])
      .execute(),
  )
  return rows.flatMap(({ origin, product, quantity, cancelled, restocked }) =>
    product === null
      ? []
      : [{ connection: origin, product, quantity: BigInt(quantity ?? 0) - BigInt(cancelled ?? 0) - BigInt(restocked ?? 0) }],
  )
}
