import { type ExpressionBuilder, sql } from 'kysely'
import type { Reader } from './in-list.ts'
import type { Tables } from './tables.ts'

/** What sales are asked for. Days as YYYY-MM-DD, both included. */
export interface SalesFilter {
  readonly from: string
  readonly until: string
  readonly product?: string
  /** key of a party: only goods that it supplied on the day of the sale */
  readonly supplier?: string
  readonly store?: string
  /** key of a location: only orders of which a shipment left from there */
  readonly warehouse?: string
  /** connections whose reports are for comparison only and never count */
  readonly compared: readonly string[]
}
export const salesBy = ['day', 'store', 'product', 'supplier'] as const
export type SalesBy = (typeof salesBy)[number]

type Sale = ExpressionBuilder<Tables, 'day_sale'>

/**
 * What counts: the reports of a store and day where there are any, else its orders. So nothing counts twice. What a connection sends for comparison only is as if it were not there.
 */
const counts = (is: Sale, tenant: string, compared: readonly string[]) => {
  const silent = compared.length === 0 ? [''] : [...compared]
  return is.or([
    is.and([is('day_sale.type', '=', 'sales-report'), is('day_sale.origin', 'not in', silent)]),
    is.and([
      is('day_sale.type', '=', 'sales-order'),
      is.not(
        is.exists(
          is
            .selectFrom('report_day')
            .select('report_day.origin')
            .where('report_day.tenant', '=', tenant)
            .whereRef('report_day.day', '=', 'day_sale.day')
            .whereRef('report_day.store', '=', 'day_sale.store')
            .where('report_day.origin', 'not in', silent),
        ),
      ),
    ]),
  ])
}

/** Who supplied the product of a sale on its day. */
const suppliers = (is: Sale, tenant: string) =>
  is
    .selectFrom('party_document')
    .where('party_document.tenant', '=', tenant)
    .where('party_document.type', '=', 'product')
    .where('party_document.role', '=', 'supplier')
    .whereRef('party_document.key', '=', 'day_sale.product')
    .whereRef('party_document.valid_from', '<=', 'day_sale.day')
    .where((on) => on.or([on('party_document.valid_to', 'is', null), on('party_document.valid_to', '>=', on.ref('day_sale.day'))]))

export function countedSales(read: Reader, tenant: string, filter: SalesFilter) {
  let rows = read
    .selectFrom('day_sale')
    .where('day_sale.tenant', '=', tenant)
    .where('day_sale.day', '>=', filter.from)
    .where('day_sale.day', '<=', filter.until)
    .where((is) => counts(is, tenant, filter.compared))
  const { product, store, supplier, warehouse } = filter
  if (product !== undefined) rows = rows.where('day_sale.product', '=', product)
  if (store !== undefined) rows = rows.where('day_sale.store', '=', store)
  if (supplier !== undefined)
    rows = rows.where((is) => is.exists(suppliers(is, tenant).select('party_document.party').where('party_document.party', '=', supplier)))
  if (warehouse !== undefined)
    rows = rows.where('day_sale.type', '=', 'sales-order').where('day_sale.key', 'in', (from) =>
      from
        .selectFrom('reference as about')
        .innerJoin('reference as left', (join) =>
          join
            .onRef('left.tenant', '=', 'about.tenant')
            .onRef('left.from_type', '=', 'about.from_type')
            .onRef('left.from_key', '=', 'about.from_key'),
        )
        .select('about.to_key')
        .where('about.tenant', '=', tenant)
        .where('about.to_type', '=', 'sales-order')
        .where('about.from_type', '=', 'shipment')
        .where('about.to_key', 'is not', null)
        .where('left.path', '=', 'from.ref')
        .where('left.to_key', '=', warehouse)
        .$castTo<{ to_key: string }>(),
    )
  return rows
}

/** Sums of one name (a day, store, product or supplier, '' where none is known) and currency, quantities x 10^6, amounts x 10^4. */
export interface SalesSum {
  readonly name: string
  readonly currency: string
  readonly quantity: bigint
  readonly returned: bigint
  /** part of the quantity that reports told */
  readonly reported: bigint
  readonly amount: bigint | null
}

/**
 * A page of sums in the order of their names, after one. A product of several suppliers counts for the first of them by key. `ownAmounts`: amounts of the party's own documents only, null where it has none.
 */
export async function salesPage(
  read: Reader,
  tenant: string,
  filter: SalesFilter,
  {
    by,
    after,
    limit,
    ownAmounts,
  }: {
    readonly by: SalesBy
    readonly after?: { readonly name: string; readonly currency: string }
    readonly limit: number
    readonly ownAmounts: boolean
  },
): Promise<readonly SalesSum[]> {
  const name = (is: Sale) =>
    by === 'supplier'
      ? is.fn.coalesce(
          suppliers(is, tenant).select(({ fn }) => fn.min('party_document.party').as('party')),
          sql.lit(''),
        )
      : is.ref(`day_sale.${by}`)
  let rows = countedSales(read, tenant, filter)
    .select((is) => [
      name(is).as('name'),
      'day_sale.currency as currency',
      is.fn.sum('day_sale.quantity').as('quantity'),
      is.fn.sum('day_sale.returned').as('returned'),
      is.fn
        .sum(
          is
            .case()
            .when('day_sale.type', '=', 'sales-report')
            .then(is('day_sale.quantity', '-', is.ref('day_sale.returned')))
            .else(0)
            .end(),
        )
        .as('reported'),
      ownAmounts
        ? is.fn
            .sum(
              is
                .case()
                .when(
                  is.exists(
                    is
                      .selectFrom('party_document')
                      .select('party_document.party')
                      .where('party_document.tenant', '=', tenant)
                      .whereRef('party_document.type', '=', 'day_sale.type')
                      .whereRef('party_document.key', '=', 'day_sale.key'),
                  ),
                )
                .then(is.ref('day_sale.amount'))
                .end(),
            )
            .as('amount')
        : is.fn.sum('day_sale.amount').as('amount'),
    ])
    .groupBy(['name', 'currency'])
  if (after !== undefined) {
    if (by !== 'supplier') rows = rows.where(`day_sale.${by}`, '>=', after.name)
    rows = rows.having((is) =>
      is.or([
        is(sql.ref('name'), '>', after.name),
        is.and([is(sql.ref('name'), '=', after.name), is(sql.ref('currency'), '>', after.currency)]),
      ]),
    )
  }
  const found = await rows.orderBy('name').orderBy('currency').limit(limit).execute()
  return found.map((row) => ({
    name: String(row.name ?? ''),
    currency: row.currency,
    quantity: BigInt(row.quantity ?? 0) - BigInt(row.returned ?? 0),
    returned: BigInt(row.returned ?? 0),
    reported: BigInt((row.reported as number | bigint | null) ?? 0),
    amount: row.amount === null ? null : BigInt(row.amount as number | bigint),
  }))
}
