import type { Reader } from './in-list.ts'

const exact = (value: string | number | bigint | null): bigint => BigInt(value ?? 0)

export interface LineSums {
  readonly quantity: bigint
  readonly cancelled: bigint
  readonly confirmed: bigint
  readonly shipped: bigint
  readonly received: bigint
  readonly rejected: bigint
  readonly invoiced: bigint
  readonly restocked: bigint
  readonly open: bigint
}

/** Sums of order lines whose product is known, by order type, x 10^6. */
export async function lineSums(read: Reader, tenant: string): Promise<Map<string, LineSums>> {
  const rows = await read
    .selectFrom('order_line')
    .select(({ fn }) => [
      'type',
      fn.sum('quantity').as('quantity'),
      fn.sum('cancelled').as('cancelled'),
      fn.sum('confirmed').as('confirmed'),
      fn.sum('shipped').as('shipped'),
      fn.sum('received').as('received'),
      fn.sum('rejected').as('rejected'),
      fn.sum('invoiced').as('invoiced'),
      fn.sum('restocked').as('restocked'),
      fn.sum('open').as('open'),
    ])
    .where('tenant', '=', tenant)
    .where('product', 'is not', null)
    .groupBy('type')
    .execute()
  return new Map(
    rows.map((row) => [
      row.type,
      {
        quantity: exact(row.quantity),
        cancelled: exact(row.cancelled),
        confirmed: exact(row.confirmed),
        shipped: exact(row.shipped),
        received: exact(row.received),
        rejected: exact(row.rejected),
        invoiced: exact(row.invoiced),
        restocked: exact(row.restocked),
        open: exact(row.open),
      },
    ]),
  )
}

export interface OrderSums {
  readonly type: string
  readonly origin: string
  readonly currency: string
  readonly status: string
  readonly fulfilment: string
  readonly orders: number
  readonly goods: bigint
  readonly charges: bigint
  readonly tax: bigint
  readonly placed: bigint
  readonly paid: bigint
  readonly refunded: bigint
}

/** Sums of placed orders (drafts left out, and those that others count in the place of, of which money came and went) by origin, currency, status and fulfilment, x 10^4. */
export async function orderSums(read: Reader, tenant: string): Promise<OrderSums[]> {
  const rows = await read
    .selectFrom('order_state')
    .select(({ fn }) => [
      'type',
      'origin',
      'currency',
      'status',
      'fulfilment',
      fn.countAll().as('orders'),
      fn.sum('goods_total').as('goods'),
      fn.sum('charge_total').as('charges'),
      fn.sum('tax_total').as('tax'),
      fn.sum('grand_total').as('placed'),
      fn.sum('paid').as('paid'),
      fn.sum('refunded').as('refunded'),
    ])
    .where('tenant', '=', tenant)
    .where('status', '!=', 'draft')
    .groupBy(['type', 'origin', 'currency', 'status', 'fulfilment'])
    .execute()
  return rows.map((row) => ({
    ...row,
    orders: Number(row.orders),
    goods: exact(row.goods),
    charges: exact(row.charges),
    tax: exact(row.tax),
    placed: exact(row.placed),
    paid: exact(row.paid),
    refunded: exact(row.refunded),
  }))
}

/** Sellable stock, x 10^6. */
export async function stockSums(
  read: Reader,
  tenant: string,
): Promise<{
  readonly onHand: bigint
  readonly reserved: bigint
  readonly inTransit: bigint
  readonly available: bigint
  readonly pushable: bigint
}> {
  const sellable = read.selectFrom('stock').where('tenant', '=', tenant).where('condition', '=', 'sellable')
  const all = await sellable
    .select(({ fn }) => [
      fn.sum('on_hand').as('onHand'),
      fn.sum('reserved').as('reserved'),
      fn.sum('in_transit').as('inTransit'),
      fn.sum('available').as('available'),
    ])
    .executeTakeFirst()
  const positive = await sellable
    .where('available', '>', 0)
    .select(({ fn }) => fn.sum('available').as('pushable'))
    .executeTakeFirst()
  return {
    onHand: exact(all?.onHand ?? 0),
    reserved: exact(all?.reserved ?? 0),
    inTransit: exact(all?.inTransit ?? 0),
    available: exact(all?.available ?? 0),
    pushable: exact(positive?.pushable ?? 0),
  }
}

/** How many sales have units that came back. */
export async function returnedOrders(read: Reader, tenant: string): Promise<number> {
  const row = await read
    .selectFrom('order_line')
    .select(({ fn }) => fn.count('key').distinct().as('orders'))
    .where('tenant', '=', tenant)
    .where('type', '=', 'sales-order')
    .where('restocked', '>', 0)
    .executeTakeFirst()
  return Number(row?.orders ?? 0)
}

export async function documentCounts(
  read: Reader,
  tenant: string,
): Promise<readonly { readonly type: string; readonly origin: string; readonly status: string | null; readonly count: number }[]> {
  const rows = await read
    .selectFrom('document')
    .select(({ fn }) => ['type', 'origin', 'status', fn.countAll().as('count')])
    .where('tenant', '=', tenant)
    .groupBy(['type', 'origin', 'status'])
    .orderBy('type')
    .orderBy('origin')
    .orderBy('status')
    .execute()
  return rows.map((row) => ({ ...row, count: Number(row.count) }))
}

export async function findingCounts(read: Reader, tenant: string): Promise<readonly { readonly code: string; readonly count: number }[]> {
  const rows = await read
    .selectFrom('finding')
    .select(({ fn }) => ['code', fn.countAll().as('count')])
    .where('tenant', '=', tenant)
    .where('state', '=', 'open')
    .groupBy('code')
    .orderBy('code')
    .execute()
  return rows.map((row) => ({ code: row.code, count: Number(row.count) }))
}
