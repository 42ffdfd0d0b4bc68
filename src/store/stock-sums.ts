import { type ExpressionBuilder, sql } from 'kysely'
import type { Reader } from './in-list.ts'
import type { Tables } from './tables.ts'

export const stockBy = ['product', 'location', 'owner', 'supplier'] as const
export type StockBy = (typeof stockBy)[number]

/** What stock is summed up. `locations`: only these. `today`: day for which suppliers hold. */
export interface StockFilter {
  readonly product?: string
  readonly supplier?: string
  readonly owner?: string
  readonly condition: string
  readonly locations?: readonly string[]
  readonly today: string
}

type Stock = ExpressionBuilder<Tables, 'stock'>

const suppliers = (is: Stock, tenant: string, today: string) =>
  is
    .selectFrom('party_document')
    .where('party_document.tenant', '=', tenant)
    .where('party_document.type', '=', 'product')
    .where('party_document.role', '=', 'supplier')
    .whereRef('party_document.key', '=', 'stock.product')
    .where('party_document.valid_from', '<=', today)
    .where((on) => on.or([on('party_document.valid_to', 'is', null), on('party_document.valid_to', '>=', today)]))

function stockRows(read: Reader, tenant: string, { product, supplier, owner, condition, locations, today }: StockFilter) {
  let rows = read.selectFrom('stock').where('stock.tenant', '=', tenant).where('stock.condition', '=', condition)
  if (product !== undefined) rows = rows.where('stock.product', '=', product)
  if (owner !== undefined) rows = rows.where('stock.owner', '=', owner)
  if (locations !== undefined) rows = rows.where('stock.location', 'in', locations.length === 0 ? [''] : [...locations])
  if (supplier !== undefined)
    rows = rows.where((is) =>
      is.exists(suppliers(is, tenant, today).select('party_document.party').where('party_document.party', '=', supplier)),
    )
  return rows
}

/** Figures of one name, x 10^6 each in its product's base unit; `asOf`: of the oldest figure in them, epoch ms. */
export interface StockSum {
  readonly name: string
  readonly products: number
  readonly onHand: bigint
  readonly reserved: bigint
  readonly inTransit: bigint
  readonly available: bigint
  readonly asOf: number
  readonly sources: readonly string[]
}

const sums = (is: Stock) =>
  [
    is.fn.count<number | bigint>('stock.product').distinct().as('products'),
    is.fn.sum<number | bigint>('stock.on_hand').as('on_hand'),
    is.fn.sum<number | bigint>('stock.reserved').as('reserved'),
    is.fn.sum<number | bigint>('stock.in_transit').as('in_transit'),
    is.fn.sum<number | bigint>('stock.available').as('available'),
    is.fn.min('stock.as_of').as('as_of'),
    sql<string>`group_concat(distinct ${sql.ref('stock.source')})`.as('sources'),
  ] as const

type Summed = Readonly<Record<'products' | 'on_hand' | 'reserved' | 'in_transit' | 'available' | 'as_of', number | bigint | null>> & {
  readonly sources: string | null
}
const shown = (name: string, row: Summed): StockSum => ({
  name,
  products: Number(row.products ?? 0),
  onHand: BigInt(row.on_hand ?? 0),
  reserved: BigInt(row.reserved ?? 0),
  inTransit: BigInt(row.in_transit ?? 0),
  available: BigInt(row.available ?? 0),
  asOf: Number(row.as_of ?? 0),
  sources: (row.sources ?? '')
    .split(',')
    .filter((source) => source !== '')
    .sort(),
})

/** A page of sums in the order of their names, after one. A product of several suppliers counts for the first of them by key. */
export async function stockPage(
  read: Reader,
  tenant: string,
  filter: StockFilter,
  { by, after, limit }: { readonly by: StockBy; readonly after?: string; readonly limit: number },
): Promise<readonly StockSum[]> {
  const name = (is: Stock) =>
    by === 'supplier'
      ? is.fn.coalesce(
          suppliers(is, tenant, filter.today).select(({ fn }) => fn.min('party_document.party').as('party')),
          sql.lit(''),
        )
      : is.ref(`stock.${by}`)
  let rows = stockRows(read, tenant, filter)
    .select((is) => [name(is).as('name'), ...sums(is)])
    .groupBy('name')
  if (after !== undefined) rows = rows.having(sql.ref('name'), '>', after)
  const found = await rows.orderBy('name').limit(limit).execute()
  return found.map((row) => shown(String(row.name ?? ''), row))
}

/** The same over everything the pages would hold. */
export async function stockTotal(read: Reader, tenant: string, filter: StockFilter): Promise<StockSum> {
  const row = await stockRows(read, tenant, filter)
    .select((is) => sums(is))
    .executeTakeFirstOrThrow()
  return shown('', row)
}
