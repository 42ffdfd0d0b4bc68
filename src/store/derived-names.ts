import { accountIds } from './account-page.ts'
import { inLists, type Reader } from './in-list.ts'
import { invoicedOrders } from './invoice-names.ts'
import { listSchemes } from './order-number.ts'
import { paidOrders, settledOrders } from './payout-names.ts'
import { transferNames } from './transfer-names.ts'

export type Names = (read: Reader, tenant: string, after: string, limit: number) => Promise<string[]>

const bytes = (a: string, b: string): number => Buffer.compare(Buffer.from(a), Buffer.from(b))

/**
 * A page of names that several tables have, after one, in the order of their bytes: whatever has a row in one of them comes once. `last` is where the next page begins; undefined: that was all.
 */
export async function pageOfNames(
  sources: readonly Names[],
  read: Reader,
  tenant: string,
  after: string,
  limit: number,
): Promise<{ readonly names: readonly string[]; readonly last: string | undefined }> {
  const found: string[][] = []
  for (const names of sources) found.push(await names(read, tenant, after, limit))
  const last = found
    .flatMap((names) => (names.length === limit ? [names.at(-1) ?? ''] : []))
    .sort(bytes)
    .at(0)
  const all = [...new Set(found.flat())].sort(bytes)
  return { names: last === undefined ? all : all.filter((name) => bytes(name, last) <= 0), last }
}

/** Keys of orders of one type: those that are documents, and those that only derived rows know. */
export const orderNames = (type: string): readonly Names[] => [
  (read, tenant, after, limit) => keysOf(read, 'document', tenant, type, after, limit),
  (read, tenant, after, limit) => keysOf(read, 'order_line', tenant, type, after, limit),
  (read, tenant, after, limit) => keysOf(read, 'order_state', tenant, type, after, limit),
  ...(type === 'purchase-order' ? [invoicedOrders('invoice_line'), invoicedOrders('invoice_allocation')] : []),
  ...(type === 'sales-order' ? [reservedOrders, listedOrders, soldOrders, settledOrders, paidOrders, transferNames(type)] : []),
]

async function keysOf(
  read: Reader,
  table: 'day_sale' | 'document' | 'movement' | 'order_line' | 'order_state' | 'party_document' | 'payable_item' | 'serial',
  tenant: string,
  type: string,
  after: string,
  limit: number,
): Promise<string[]> {
  const rows = await read
    .selectFrom(table)
    .select('key')
    .distinct()
    .where('tenant', '=', tenant)
    .where('type', '=', type)
    .where('key', '>', after)
    .orderBy('key')
    .limit(limit)
    .execute()
  return rows.map(({ key }) => key)
}

const reservedOrders: Names = async (read, tenant, after, limit) => {
  const rows = await read
    .selectFrom('reservation')
    .select('order_key')
    .distinct()
    .where('tenant', '=', tenant)
    .where('order_key', '>', after)
    .orderBy('order_key')
    .limit(limit)
    .execute()
  return rows.map(({ order_key }) => order_key)
}

/** Types that derived rows of orders have: `known` ones, and whatever else stands there. */
export async function derivedOrderTypes(read: Reader, tenant: string, known: Iterable<string>): Promise<readonly string[]> {
  const types = new Set(known)
  for (const table of ['order_line', 'order_state'] as const)
    for (const { type } of await read.selectFrom(table).select('type').distinct().where('tenant', '=', tenant).execute()) types.add(type)
  return [...types]
}

/** Accounts of the books of money. */
export const accountNames: readonly Names[] = [accountIds]

/** Products that have stock rows, and those that anything refers to. */
export const productNames: readonly Names[] = [
  (read, tenant, after, limit) => productsIn(read, 'stock', tenant, after, limit),
  (read, tenant, after, limit) => targetsOf(read, tenant, 'product', after, limit),
  (read, tenant, after, limit) => productsIn(read, 'movement', tenant, after, limit),
  (read, tenant, after, limit) => productsIn(read, 'promise', tenant, after, limit),
  (read, tenant, after, limit) => productsIn(read, 'promise_sum', tenant, after, limit),
]

async function productsIn(
  read: Reader,
  table: 'movement' | 'promise' | 'promise_sum' | 'stock',
  tenant: string,
  after: string,
  limit: number,
): Promise<string[]> {
  const rows = await read
    .selectFrom(table)
    .select('product')
    .distinct()
    .where('tenant', '=', tenant)
    .where('product', '>', after)
    .orderBy('product')
    .limit(limit)
    .execute()
  return rows.map(({ product }) => product)
}

/** Documents of one type that money of suppliers may follow from, and those that only the books and what falls due know. */
export const payableNames = (type: string): readonly Names[] => [
  (read, tenant, after, limit) => keysOf(read, 'document', tenant, type, after, limit),
  (read, tenant, after, limit) => keysOf(read, 'payable_item', tenant, type, after, limit),
  transferNames(type),
]

/** Documents of one type that may move stock, and those that only movements know. */
export const movementNames = (type: string): readonly Names[] => [
  (read, tenant, after, limit) => keysOf(read, 'document', tenant, type, after, limit),
  (read, tenant, after, limit) => keysOf(read, 'movement', tenant, type, after, limit),
  (read, tenant, after, limit) => keysOf(read, 'serial', tenant, type, after, limit),
]

/** Types that movements have: `known` ones, and whatever else stands there. */
export async function movementTypes(read: Reader, tenant: string, known: Iterable<string>): Promise<readonly string[]> {
  const types = new Set(known)
  for (const table of ['movement', 'serial'] as const)
    for (const { type } of await read.selectFrom(table).select('type').distinct().where('tenant', '=', tenant).execute()) types.add(type)
  return [...types]
}

/** Types that rows of what falls due have: `known` ones, and whatever else stands there. */
export async function payableTypesIn(read: Reader, tenant: string, known: Iterable<string>): Promise<readonly string[]> {
  const rows = await read.selectFrom('payable_item').select('type').distinct().where('tenant', '=', tenant).execute()
  return [...new Set([...known, ...rows.map(({ type }) => type)])]
}

/** Products that order lines count. */
export const soldNames: readonly Names[] = [
  async (read, tenant, after, limit) => {
    const rows = await read
      .selectFrom('order_line')
      .select('product')
      .distinct()
      .where('tenant', '=', tenant)
      .where('product', '>', after)
      .orderBy('product')
      .limit(limit)
      .execute()
    return rows.flatMap(({ product }) => product ?? [])
  },
]

/** Parcels that are stored, and parcels that documents name. */
export const parcelNames: readonly Names[] = [
  async (read, tenant, after, limit) => {
    const rows = await read
      .selectFrom('parcel')
      .select('tracking')
      .where('tenant', '=', tenant)
      .where('tracking', '>', after)
      .orderBy('tracking')
      .limit(limit)
      .execute()
    return rows.map(({ tracking }) => tracking)
  },
  (read, tenant, after, limit) => targetsOf(read, tenant, 'parcel', after, limit),
  (read, tenant, after, limit) => keysOf(read, 'party_document', tenant, 'parcel', after, limit),
]

async function targetsOf(read: Reader, tenant: string, type: string, after: string, limit: number): Promise<string[]> {
  const rows = await read
    .selectFrom('reference')
    .select('to_key')
    .distinct()
    .where('tenant', '=', tenant)
    .where('to_type', '=', type)
    .where('to_key', '>', after)
    .orderBy('to_key')
    .limit(limit)
    .execute()
  return rows.flatMap(({ to_key }) => to_key ?? [])
}

/** Documents of one type, and those that only references or parties know. */
export const documentNames = (type: string): readonly Names[] => [
  (read, tenant, after, limit) => keysOf(read, 'party_document', tenant, type, after, limit),
  (read, tenant, after, limit) => keysOf(read, 'document', tenant, type, after, limit),
  async (read, tenant, after, limit) => {
    const rows = await read
      .selectFrom('reference')
      .select('from_key')
      .distinct()
      .where('tenant', '=', tenant)
      .where('from_type', '=', type)
      .where('from_key', '>', after)
      .orderBy('from_key')
      .limit(limit)
      .execute()
    return rows.map(({ from_key }) => from_key)
  },
]

/** Keys of suggestions to order, and those that only the list knows. */
export const replenishmentNames: readonly Names[] = [
  (read, tenant, after, limit) => keysOf(read, 'document', tenant, 'replenishment', after, limit),
  (read, tenant, after, limit) => listedIn(read, 'replenishment', tenant, after, limit),
]

/** Keys of sales reports, and those that only their figures know. */
export const salesReportNames = (type: string): readonly Names[] => [
  (read, tenant, after, limit) => keysOf(read, 'document', tenant, type, after, limit),
  (read, tenant, after, limit) => keysOf(read, 'day_sale', tenant, type, after, limit),
]

/** Types that sales beside those of orders have: reports, and whatever else stands there. */
export async function salesReportTypes(read: Reader, tenant: string): Promise<readonly string[]> {
  const rows = await read.selectFrom('day_sale').select('type').distinct().where('tenant', '=', tenant).execute()
  return [...new Set(['sales-report', ...rows.map(({ type }) => type)])].filter((type) => type !== 'sales-order')
}

/** Keys of after-sale documents, and those that only the list knows. */
export const returnNames: readonly Names[] = [
  (read, tenant, after, limit) => keysOf(read, 'document', tenant, 'return', after, limit),
  (read, tenant, after, limit) => listedIn(read, 'aftersale', tenant, after, limit),
]

const soldOrders: Names = (read, tenant, after, limit) => keysOf(read, 'day_sale', tenant, 'sales-order', after, limit)

const listedOrders: Names = (read, tenant, after, limit) => listedIn(read, 'sale', tenant, after, limit)

async function listedIn(
  read: Reader,
  table: 'aftersale' | 'replenishment' | 'sale',
  tenant: string,
  after: string,
  limit: number,
): Promise<string[]> {
  const rows = await read
    .selectFrom(table)
    .select('key')
    .where('tenant', '=', tenant)
    .where('key', '>', after)
    .orderBy('key')
    .limit(limit)
    .execute()
  return rows.map(({ key }) => key)
}

/** Types of documents that are there, that references come from, or of which parties have any. */
export async function documentTypes(read: Reader, tenant: string): Promise<readonly string[]> {
  const documents = await read.selectFrom('document').select('type').distinct().where('tenant', '=', tenant).execute()
  const references = await read.selectFrom('reference').select('from_type as type').distinct().where('tenant', '=', tenant).execute()
  const parties = await read
    .selectFrom('party_document')
    .select('type')
    .distinct()
    .where('tenant', '=', tenant)
    .where('type', 'not in', ['parcel', 'statement'])
    .execute()
  return [...new Set([...documents, ...references, ...parties].map(({ type }) => type))].sort()
}

/** Keys of the stock levels that refer to products. */
export async function levelsOf(read: Reader, tenant: string, products: readonly string[]): Promise<string[]> {
  const rows = await inLists(products, (list) =>
    read
      .selectFrom('reference')
      .select('from_key')
      .distinct()
      .where('tenant', '=', tenant)
      .where('to_type', '=', 'product')
      .where('to_key', 'in', list)
      .where('from_type', '=', 'stock-level')
      .execute(),
  )
  return rows.map(({ from_key }) => from_key)
}

/** Number schemes. */
export const schemeNames: readonly Names[] = [
  async (read, tenant, after, limit) => (await listSchemes(read, tenant, after, limit)).map(({ name }) => name),
]
