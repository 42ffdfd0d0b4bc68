import { sql } from 'kysely'
import { inLists, type Reader } from './in-list.ts'
import type { OrderStateTable } from './tables-ledger.ts'

export interface PurchaseFilter {
  readonly status?: string
  readonly fulfilment?: string
  readonly payment?: string
  readonly number?: string
  /** key of the party that sells */
  readonly seller?: string
  /** business dates, both included */
  readonly from?: string
  readonly to?: string
  /** something happened to it at or after this time, epoch ms */
  readonly since?: number
  /** the last key that is looked at */
  readonly until?: string
}

/** Orders that one page looks through for those that something happened to. */
export const mostPurchases = 5000

/** The key that ends the part of the list which a page after `after` looks through; undefined: all that is left is looked through. */
export async function purchaseStretch(read: Reader, tenant: string, after: string, most = mostPurchases): Promise<string | undefined> {
  const row = await read
    .selectFrom('order_state')
    .select('key')
    .where('tenant', '=', tenant)
    .where('type', '=', 'purchase-order')
    .where('key', '>', after)
    .orderBy('key')
    .limit(1)
    .offset(most - 1)
    .executeTakeFirst()
  return row?.key
}

/** Purchase orders in the order of their keys, after one. */
export function purchasePage(
  read: Reader,
  tenant: string,
  filter: PurchaseFilter,
  after: string,
  limit: number,
): Promise<OrderStateTable[]> {
  const { seller, since } = filter
  let rows = read
    .selectFrom('order_state')
    .selectAll()
    .where('tenant', '=', tenant)
    .where('type', '=', 'purchase-order')
    .where('key', '>', after)
  if (filter.until !== undefined) rows = rows.where('key', '<=', filter.until)
  if (filter.status !== undefined) rows = rows.where('status', '=', filter.status)
  if (filter.fulfilment !== undefined) rows = rows.where('fulfilment', '=', filter.fulfilment)
  if (filter.payment !== undefined) rows = rows.where('payment', '=', filter.payment)
  if (filter.number !== undefined)
    rows = rows.where('key', 'in', (from) =>
      from
        .selectFrom('document')
        .select('document.key')
        .where('document.tenant', '=', tenant)
        .where('document.type', '=', 'purchase-order')
        .where('document.number', '=', filter.number ?? ''),
    )
  if (filter.from !== undefined) rows = rows.where('business_date', '>=', filter.from)
  if (filter.to !== undefined) rows = rows.where('business_date', '<=', filter.to)
  if (seller !== undefined)
    rows = rows.where((is) =>
      is.exists(
        is
          .selectFrom('reference')
          .select(sql`1`.as('one'))
          .whereRef('reference.tenant', '=', 'order_state.tenant')
          .where('reference.from_type', '=', 'purchase-order')
          .whereRef('reference.from_key', '=', 'order_state.key')
          .where('reference.path', '=', 'seller.ref')
          .where('reference.to_key', '=', seller),
      ),
    )
  if (since !== undefined)
    rows = rows.where((is) =>
      is.exists(
        is
          .selectFrom('journal')
          .select(sql`1`.as('one'))
          .whereRef('journal.tenant', '=', 'order_state.tenant')
          .where('journal.type', '=', 'purchase-order')
          .whereRef('journal.key', '=', 'order_state.key')
          .where('journal.at', '>=', since),
      ),
    )
  return rows.orderBy('key').limit(limit).execute()
}

/** When something last happened to documents of one type, epoch ms, by their keys. */
export async function lastHappened(
  read: Reader,
  tenant: string,
  type: string,
  keys: Iterable<string>,
): Promise<ReadonlyMap<string, number>> {
  const rows = await inLists(keys, (list) =>
    read
      .selectFrom('journal')
      .select(({ fn }) => ['key', fn.max('at').as('at')])
      .where('tenant', '=', tenant)
      .where('type', '=', type)
      .where('key', 'in', list)
      .groupBy('key')
      .execute(),
  )
  return new Map(rows.map(({ key, at }) => [key, Number(at)]))
}
