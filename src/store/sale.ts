import type { Tx } from './database.ts'
import { inLists, type Reader } from './in-list.ts'
import { insertMany } from './insert-many.ts'
import type { SaleTable } from './tables-ledger.ts'

export const salesOf = (read: Reader, tenant: string, keys: Iterable<string>): Promise<SaleTable[]> =>
  inLists(keys, (list) => read.selectFrom('sale').selectAll().where('tenant', '=', tenant).where('key', 'in', list).execute())

export const saveSales = (tx: Tx, rows: readonly SaleTable[]): Promise<number> =>
  insertMany(tx, 'sale', rows, {
    keys: ['tenant', 'key'],
    then: 'update',
    columns: ['placed_at', 'origin', 'channel', 'client_source', 'placed_via', 'customer', 'holds', 'updated_at'],
  })

/** What a list of sales orders may be asked for. Times in epoch ms, days as YYYY-MM-DD in the zone of the order. */
export interface SaleFilter {
  readonly number?: string
  readonly origins?: readonly string[]
  readonly channel?: string
  readonly clientSource?: string
  readonly placedVia?: string
  readonly customer?: string
  readonly hold?: string
  readonly funds?: 'awaiting_funds' | 'funded'
  readonly status?: string
  readonly payment?: string
  readonly fulfilment?: string
  readonly currency?: string
  readonly finding?: string
  readonly from?: string
  readonly to?: string
  readonly updatedSince?: number
  /** what changed later may not be whole yet */
  readonly updatedBefore?: number
  readonly placedSince?: number
  /** only these, where they are known */
  readonly keys?: readonly string[]
}

const listed = (read: Reader, tenant: string, filter: SaleFilter) => {
  let rows = read
    .selectFrom('sale')
    .innerJoin('order_state', (join) =>
      join.on('order_state.tenant', '=', tenant).on('order_state.type', '=', 'sales-order').onRef('order_state.key', '=', 'sale.key'),
    )
    .where('sale.tenant', '=', tenant)
  if (filter.origins !== undefined) rows = rows.where('sale.origin', 'in', filter.origins.length === 0 ? [''] : [...filter.origins])
  if (filter.keys !== undefined) rows = rows.where('sale.key', 'in', filter.keys.length === 0 ? [''] : [...filter.keys])
  if (filter.channel !== undefined) rows = rows.where('channel', '=', filter.channel)
  if (filter.clientSource !== undefined) rows = rows.where('client_source', '=', filter.clientSource)
  if (filter.placedVia !== undefined) rows = rows.where('placed_via', '=', filter.placedVia)
  if (filter.customer !== undefined) rows = rows.where('customer', '=', filter.customer)
  if (filter.hold !== undefined) rows = rows.where('holds', 'like', `%${filter.hold}%`)
  if (filter.status !== undefined) rows = rows.where('status', '=', filter.status)
  if (filter.payment !== undefined) rows = rows.where('payment', '=', filter.payment)
  if (filter.fulfilment !== undefined) rows = rows.where('fulfilment', '=', filter.fulfilment)
  if (filter.currency !== undefined) rows = rows.where('currency', '=', filter.currency)
  if (filter.from !== undefined) rows = rows.where('business_date', '>=', filter.from)
  if (filter.to !== undefined) rows = rows.where('business_date', '<=', filter.to)
  // a business date is a day of some zone: at most 14 hours from the same day in UTC
  if (filter.from !== undefined) rows = rows.where('placed_at', '>=', Date.parse(filter.from) - 86_400_000)
  if (filter.to !== undefined) rows = rows.where('placed_at', '<', Date.parse(filter.to) + 2 * 86_400_000)
  if (filter.placedSince !== undefined) rows = rows.where('placed_at', '>=', filter.placedSince)
  if (filter.updatedSince !== undefined) rows = rows.where('updated_at', '>=', filter.updatedSince)
  if (filter.updatedBefore !== undefined) rows = rows.where('updated_at', '<', filter.updatedBefore)
  if (filter.number !== undefined)
    rows = rows.where('sale.key', 'in', (from) =>
      from
        .selectFrom('document')
        .select('document.key')
        .where('document.tenant', '=', tenant)
        .where('document.type', '=', 'sales-order')
        .where('document.number', '=', filter.number ?? ''),
    )
  if (filter.funds !== undefined)
    rows = rows.where(({ exists, selectFrom }) =>
      exists(
        selectFrom('deposit_order')
          .select('deposit_order.key')
          .where('deposit_order.tenant', '=', tenant)
          .whereRef('deposit_order.key', '=', 'sale.key')
          .where('deposit_order.why', filter.funds === 'funded' ? '=' : '!=', ''),
      ),
    )
  if (filter.finding !== undefined)
    rows = rows.where(({ exists, selectFrom }) =>
      exists(
        selectFrom('finding')
          .select('finding.code')
          .where('finding.tenant', '=', tenant)
          .where('finding.type', '=', 'sales-order')
          .whereRef('finding.key', '=', 'sale.key')
          .where('finding.code', '=', filter.finding ?? '')
          .where('finding.state', '=', 'open'),
      ),
    )
  return rows
}

const columnsOf = (rows: ReturnType<typeof listed>) =>
  rows.selectAll('order_state').select(['placed_at', 'channel', 'client_source', 'placed_via', 'customer', 'holds', 'updated_at'])

/** A place in the list: the time it is sorted by, and the key. */
export interface SalePlace {
  readonly at: number
  readonly key: string
}
export type SaleListRow = Awaited<ReturnType<typeof salePage>>[number]

/**
 * A page of sales orders after a place. The newest first by when they were placed, which never moves; with `updatedSince` the longest unchanged first, so that one which changes while pages are read comes again, and none is missed: `updatedBefore` keeps away from what a slower transaction may still bring.
 */
export function salePage(read: Reader, tenant: string, filter: SaleFilter, after: SalePlace | undefined, limit: number, end?: SalePlace) {
  let rows = columnsOf(listed(read, tenant, filter))
  // what is looked through ends before the rest is read
  if (end !== undefined)
    rows =
      filter.updatedSince === undefined
        ? rows.where('placed_at', '>=', end.at).where((is) => is.or([is('placed_at', '>', end.at), is('sale.key', '>=', end.key)]))
        : rows.where('updated_at', '<=', end.at).where((is) => is.or([is('updated_at', '<', end.at), is('sale.key', '<=', end.key)]))
  if (filter.updatedSince !== undefined) {
    const later =
      after === undefined
        ? rows
        : rows.where('updated_at', '>=', after.at).where((is) => is.or([is('updated_at', '>', after.at), is('sale.key', '>', after.key)]))
    return later.orderBy('updated_at').orderBy('sale.key').limit(limit).execute()
  }
  const older =
    after === undefined
      ? rows
      : rows.where('placed_at', '<=', after.at).where((is) => is.or([is('placed_at', '<', after.at), is('sale.key', '<', after.key)]))
  return older.orderBy('placed_at', 'desc').orderBy('sale.key', 'desc').limit(limit).execute()
}

/** Rows of the list that one page looks through for those that fit, whatever they are asked for. */
export const mostLooked = 20_000

/**
 * The place that ends the part of the list which a page after `after` looks through; undefined: all that is left is looked through. Where an index answers the whole question nothing is looked through.
 */
export async function saleStretch(
  read: Reader,
  tenant: string,
  filter: SaleFilter,
  after: SalePlace | undefined,
  most = mostLooked,
): Promise<SalePlace | undefined> {
  const { number, origins, customer, from: _from, to: _to, updatedSince, updatedBefore: _before, ...residual } = filter
  const one = origins?.length === 1 ? origins[0] : undefined
  const byIndex = origins === undefined || (one !== undefined && customer === undefined)
  if (number !== undefined || (byIndex && Object.keys(residual).length === 0)) return undefined
  const column = updatedSince === undefined ? 'placed_at' : 'updated_at'
  let rows = read
    .selectFrom('sale')
    .select(['sale.key', `sale.${column} as at`])
    .where('tenant', '=', tenant)
  if (updatedSince === undefined) {
    if (one !== undefined) rows = rows.where('origin', '=', one)
    else if (customer !== undefined) rows = rows.where('customer', '=', customer)
    const bounds = after ?? (filter.to === undefined ? undefined : { at: Date.parse(filter.to) + 2 * 86_400_000, key: '' })
    if (bounds !== undefined) rows = rows.where('placed_at', '<=', bounds.at)
    if (after !== undefined) rows = rows.where((is) => is.or([is('placed_at', '<', after.at), is('sale.key', '<', after.key)]))
  } else {
    rows = rows.where('updated_at', '>=', after?.at ?? updatedSince)
    if (after !== undefined) rows = rows.where((is) => is.or([is('updated_at', '>', after.at), is('sale.key', '>', after.key)]))
  }
  const way = updatedSince === undefined ? 'desc' : 'asc'
  return await rows
    .orderBy(column, way)
    .orderBy('sale.key', way)
    .limit(1)
    .offset(most - 1)
    .executeTakeFirst()
}

/** Sums by currency over at most `limit` orders of the list, the newest first; `counted` says whether those were all. Orders that others count in the place of, and drafts, add no total. */
export async function saleTotals(read: Reader, tenant: string, filter: SaleFilter, limit: number) {
  const within = listed(read, tenant, filter)
    .select(['currency', 'grand_total', 'paid', 'refunded', 'status'])
    .orderBy('placed_at', 'desc')
    .orderBy('sale.key', 'desc')
    .limit(limit)
  const sums = await read
    .selectFrom(within.as('listed'))
    .select(({ fn, eb }) => [
      'currency',
      fn.countAll().as('orders'),
      fn.sum(eb.case().when('status', 'in', ['split', 'merged', 'draft']).then(0).else(eb.ref('grand_total')).end()).as('total'),
      fn.sum('paid').as('paid'),
      fn.sum('refunded').as('refunded'),
    ])
    .groupBy('currency')
    .orderBy('currency')
    .execute()
  return sums.map((row) => ({
    currency: row.currency,
    orders: Number(row.orders),
    total: BigInt(row.total ?? 0),
    paid: BigInt(row.paid ?? 0),
    refunded: BigInt(row.refunded ?? 0),
  }))
}
