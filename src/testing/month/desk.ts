import type { JsonObject } from '../../model/json.ts'
import { shelfOf } from './books.ts'
import type { Platform } from './cast.ts'
import type { Month } from './month.ts'

/** What people write into the hub: documents of its own, each by a key that they give, so that a command that is repeated is the same one. */
export const put = async ({ hub }: Month, type: string, key: string, document: JsonObject): Promise<unknown> =>
  hub.send('PUT', `/v1/documents/${type}/one`, { key, document })

export const productRef = (code: string) => ({ ref: { type: 'product', key: code }, sku: code })
export const partyRef = (key: string) => ({ ref: { type: 'party', key }, name: key })
export const placeRef = (key: string) => ({ ref: { type: 'location', key }, code: key })

/** Parties, warehouses and articles, as the back office enters them before the month begins. */
export async function enterMasterData(month: Month): Promise<void> {
  const { merchants, suppliers, warehouses, articles } = month.cast
  await put(month, 'party', 'PLATFORM', { name: 'Aggregation platform', roles: ['own', 'buyer'], status: 'active' })
  for (const { key } of merchants)
    await put(month, 'party', key, { number: key, name: `Merchant ${key}`, roles: ['merchant'], status: 'active' })
  for (const key of suppliers)
    await put(month, 'party', key, { number: key, name: `Supplier ${key}`, roles: ['supplier'], status: 'active' })
  for (const key of warehouses)
    await put(month, 'location', key, { code: key, name: `Warehouse ${key}`, kind: 'warehouse', zone: 'UTC', status: 'active' })
  for (const { code, name, ean, supplier } of articles)
    await put(month, 'product', code, {
      sku: code,
      name,
      baseUnit: 'EA',
      gtins: [ean],
      packs: [{ unit: 'XCS', factor: '12' }],
      kind: 'goods',
      status: 'active',
      supplierItems: [{ supplier: { ref: { type: 'party', key: supplier } }, sku: `${supplier}-${code}` }],
    })
}

/** What lies on the shelves when the month begins. */
export async function enterOpeningStock(month: Month): Promise<void> {
  const { hub, cast, books } = month
  const rows = cast.articles.map(({ code, warehouse, opening }) => ({
    product: code,
    location: warehouse,
    quantity: String(opening),
    unit: 'EA',
  }))
  await hub.send('POST', '/v1/stock/snapshots', { why: 'opening stock', rows })
  for (const { code, opening } of cast.articles) shelfOf(books, { code }).sellable = opening
}

/** Number that a shop of this kind gives its one place of stock; WooCommerce has none. */
const places: Readonly<Partial<Record<Platform, string>>> = { shopify: '655441491', jushuitan: '12124122' }

/** The integrator says which warehouse stands behind the one place of each shop. */
export async function enterCrosswalk({ hub, cast }: Month): Promise<void> {
  for (const { connection, platform, warehouse: key } of cast.merchants) {
    const externalKey = places[platform]
    if (externalKey !== undefined) await hub.send('PUT', '/v1/crosswalk', { type: 'location', connection, externalKey, key })
  }
}

/** Every supplier and merchant has a key of its own and answers by itself; a second person approves what the first one wrote. */
export async function giveKeys({ hub, cast, keys }: Month): Promise<void> {
  for (const party of [...cast.suppliers, ...cast.merchants.map((merchant) => merchant.key)]) {
    const { key } = await hub.send('POST', '/v1/keys', { name: `party ${party}`, scopes: ['read', 'write'], party })
    keys.set(party, String(key))
  }
  const { key } = await hub.send('POST', '/v1/keys', { name: 'checker', scopes: ['read', 'write'] })
  keys.set('checker', String(key))
}
