import type { Tx } from './database.ts'
import { inLists, type Reader } from './in-list.ts'
import { insertMany } from './insert-many.ts'
import type { ListUseTable, PriceEntryTable, PriceGrantTable } from './tables-prices.ts'

export const pricesOf = (read: Reader, tenant: string, keys: Iterable<string>): Promise<PriceEntryTable[]> =>
  inLists(keys, (list) => read.selectFrom('price_entry').selectAll().where('tenant', '=', tenant).where('key', 'in', list).execute())

export const savePrices = (tx: Tx, rows: readonly PriceEntryTable[]): Promise<number> =>
  insertMany(tx, 'price_entry', rows, {
    keys: ['tenant', 'key'],
    then: 'update',
    columns: ['version', 'list', 'kind', 'product', 'currency', 'tax_basis', 'zone', 'status', 'base_unit', 'factors', 'steps'],
  })

export const deletePrices = (tx: Tx, tenant: string, keys: Iterable<string>): Promise<unknown> =>
  inLists(keys, (list) => tx.deleteFrom('price_entry').where('tenant', '=', tenant).where('key', 'in', list).execute())

/** Prices of products in these lists, and in every base list. */
export async function pricesIn(
  read: Reader,
  tenant: string,
  products: Iterable<string>,
  lists: readonly string[],
): Promise<PriceEntryTable[]> {
  const wanted = [...products]
  const named =
    lists.length === 0 ? [] : await inLists(lists, (some) => ofProducts(read, tenant, wanted).where('list', 'in', some).execute())
  const base = await ofProducts(read, tenant, wanted).where('kind', '=', 'base').execute()
  return [...new Map([...named, ...base].map((row) => [row.key, row])).values()]
}

const ofProducts = (read: Reader, tenant: string, products: readonly string[]) =>
  read.selectFrom('price_entry').selectAll().where('tenant', '=', tenant).where('product', 'in', products)

/** Whether any base list says any price. */
export const hasBasePrices = async (read: Reader, tenant: string): Promise<boolean> =>
  (await read
    .selectFrom('price_entry')
    .select('key')
    .where('tenant', '=', tenant)
    .where('kind', '=', 'base')
    .limit(1)
    .executeTakeFirst()) !== undefined

/** Prices of one product in one list. */
export const pricesAt = (read: Reader, tenant: string, list: string, product: string): Promise<PriceEntryTable[]> =>
  read
    .selectFrom('price_entry')
    .selectAll()
    .where('tenant', '=', tenant)
    .where('product', '=', product)
    .where('list', '=', list)
    .orderBy('key')
    .execute()

export interface PriceFilter {
  readonly list?: string
  readonly product?: string
  readonly kind?: string
}

/** A page of prices after a key. */
export function pricePage(read: Reader, tenant: string, filter: PriceFilter, after: string, limit: number): Promise<PriceEntryTable[]> {
  let rows = read.selectFrom('price_entry').selectAll().where('tenant', '=', tenant).where('key', '>', after)
  for (const name of ['list', 'product', 'kind'] as const) {
    const wanted = filter[name]
    if (wanted !== undefined) rows = rows.where(name, '=', wanted)
  }
  return rows.orderBy('key').limit(limit).execute()
}

export const grantsOf = (read: Reader, tenant: string, type: string, keys: Iterable<string>): Promise<PriceGrantTable[]> =>
  inLists(keys, (list) =>
    read.selectFrom('price_grant').selectAll().where('tenant', '=', tenant).where('type', '=', type).where('key', 'in', list).execute(),
  )

export const grantsTo = (read: Reader, tenant: string, parties: Iterable<string>): Promise<PriceGrantTable[]> =>
  inLists(parties, (list) => read.selectFrom('price_grant').selectAll().where('tenant', '=', tenant).where('party', 'in', list).execute())

export const saveGrants = (tx: Tx, rows: readonly PriceGrantTable[]): Promise<number> =>
  insertMany(tx, 'price_grant', rows, {
    keys: ['tenant', 'type', 'key'],
    then: 'update',
    columns: ['party', 'version', 'holder', 'valid_from', 'valid_to', 'ended_at', 'suspended', 'zone'],
  })

export const deleteGrants = (tx: Tx, tenant: string, type: string, keys: Iterable<string>): Promise<unknown> =>
  inLists(keys, (list) =>
    tx.deleteFrom('price_grant').where('tenant', '=', tenant).where('type', '=', type).where('key', 'in', list).execute(),
  )

/** Merchants to whom the lists of these contracts or tiers hold, at most `limit`. */
export async function partiesUnder(read: Reader, tenant: string, holders: Iterable<string>, limit: number): Promise<string[]> {
  const rows = await inLists(holders, (list) =>
    read
      .selectFrom('price_grant')
      .select('party')
      .distinct()
      .where('tenant', '=', tenant)
      .where('holder', 'in', list)
      .limit(limit)
      .execute(),
  )
  return [...new Set(rows.map(({ party }) => party))]
}

/** Types that rows of grants and lists have. */
export async function grantingTypes(read: Reader, tenant: string): Promise<readonly string[]> {
  const types = new Set<string>()
  for (const table of ['price_grant', 'list_use'] as const)
    for (const { type } of await read.selectFrom(table).select('type').distinct().where('tenant', '=', tenant).execute()) types.add(type)
  return [...types]
}

export const usesOf = (
  read: Reader,
  tenant: string,
  keys: Iterable<string>,
  types: readonly string[] = ['contract', 'tier'],
): Promise<ListUseTable[]> =>
  inLists(keys, (list) =>
    read.selectFrom('list_use').selectAll().where('tenant', '=', tenant).where('type', 'in', types).where('key', 'in', list).execute(),
  )

/** Writes the lists of contracts and tiers anew. */
export async function replaceUses(
  tx: Tx,
  tenant: string,
  type: string,
  keys: readonly string[],
  rows: readonly ListUseTable[],
): Promise<void> {
  await inLists(keys, (list) =>
    tx.deleteFrom('list_use').where('tenant', '=', tenant).where('type', '=', type).where('key', 'in', list).execute(),
  )
  await insertMany(tx, 'list_use', rows)
}

/** Every price of a product. */
export const pricesOfProduct = (read: Reader, tenant: string, product: string): Promise<PriceEntryTable[]> =>
  ofProducts(read, tenant, [product]).orderBy('key').execute()

/** Documents of some types that name a party as the one they are about. */
export async function namingParty(
  read: Reader,
  tenant: string,
  party: string,
  types: readonly string[],
): Promise<{ readonly type: string; readonly key: string }[]> {
  const rows = await read
    .selectFrom('reference')
    .select(['from_type', 'from_key'])
    .where('tenant', '=', tenant)
    .where('from_type', 'in', types)
    .where('path', '=', 'party')
    .where('to_type', '=', 'party')
    .where('to_key', '=', party)
    .orderBy('from_type')
    .orderBy('from_key')
    .limit(mostNaming)
    .execute()
  return rows.map(({ from_type: type, from_key: key }) => ({ type, key }))
}
const mostNaming = 1000
