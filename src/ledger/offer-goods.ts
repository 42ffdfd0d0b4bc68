import { quantityScale } from '../model/decimal.ts'
import { grouped } from '../store/in-list.ts'
import { promisedOf } from '../store/promise.ts'
import { stockOf } from '../store/stock.ts'
import type { StockTable } from '../store/tables.ts'
import { productUnits } from './assemble.ts'
import { freeAt, type Offer, type OfferedGoods } from './offer.ts'
import { documentName, loadDocuments, loadFactors, type Shelf, textOf } from './shelf.ts'
import { shelfKey, stockPlace } from './stock-level.ts'
import type { LedgerDocument } from './types.ts'
import { saidBy, toBase } from './units.ts'

/** What of a product a channel brings to its shop in one place: the stock level that stands for it there, and the goods behind it. */
export interface OfferedPlace {
  readonly carrier: LedgerDocument
  readonly goods: OfferedGoods
}

/** Products that stock levels are of; their references must have been loaded. */
export const productsOf = (shelf: Shelf, documents: readonly LedgerDocument[]): readonly string[] =>
  documents.flatMap(({ type, body }) => (type === 'stock-level' ? (stockPlace(shelf, body)?.product ?? []) : []))

/**
 * What channels sell of products, by product. A channel that names locations sells their sum in one place, under the first stock level there is of them in its order; any other sells each location for itself.
 */
export async function offeredPlaces(shelf: Shelf, offer: Offer, products: Iterable<string>): Promise<Map<string, readonly OfferedPlace[]>> {
  const names = new Set(products)
  const rows = grouped(
    (await stockOf(shelf.read, shelf.tenant, names)).filter(({ condition }) => condition === 'sellable'),
    ({ product }) => product,
  )
  const promised = await promisedOf(shelf.read, shelf.tenant, names)
  await loadDocuments(
    shelf,
    [...names].flatMap((product) => [
      { type: 'product', key: product },
      ...[...(rows.get(product) ?? []), ...offer.locations.map((location) => ({ location }))].map(({ location }) => ({
        type: 'stock-level',
        key: shelfKey(location, product),
      })),
    ]),
  )
  await loadFactors(shelf, names)
  return new Map(
    [...names].map((product) => [product, placesOf(shelf, offer, product, rows.get(product) ?? [], promised.get(product) ?? 0n)]),
  )
}

function placesOf(shelf: Shelf, offer: Offer, product: string, rows: readonly StockTable[], promised: bigint): readonly OfferedPlace[] {
  const available = new Map<string, bigint>()
  for (const row of rows) available.set(row.location, (available.get(row.location) ?? 0n) + BigInt(row.available))
  const [first] = [...available.keys()].sort()
  // reservations of no order yet stand where orders do: at the first location
  if (first !== undefined) available.set(first, (available.get(first) ?? 0n) - promised)
  const free = freeAt(available)
  const levelAt = (location: string) => {
    const level = shelf.documents.get(documentName({ type: 'stock-level', key: shelfKey(location, product) }))
    return level === undefined || level.deleted ? [] : [level]
  }
  const goodsAt = (locations: readonly string[]): OfferedGoods => {
    const category = textOf(shelf.documents.get(documentName({ type: 'product', key: product }))?.body.category)
    return {
      product,
      ...(category === undefined ? {} : { category }),
      places: locations.map((location) => ({ location, free: free.get(location) ?? 0n })),
      step: stepOf(shelf, offer, product),
    }
  }
  if (offer.locations.length === 0)
    return [...free.keys()].flatMap((location) => levelAt(location).map((carrier) => ({ carrier, goods: goodsAt([location]) })))
  const [carrier] = offer.locations.flatMap(levelAt)
  return carrier === undefined ? [] : [{ carrier, goods: goodsAt(offer.locations) }]
}

const one = 10n ** BigInt(quantityScale)

/** A pack of the product where the shop sells packs and the product has them; else a piece, and of goods that are measured any quantity. */
function stepOf(shelf: Shelf, { pack, connection }: Offer, product: string): bigint {
  const units = productUnits(shelf, product)
  const document = shelf.documents.get(documentName({ type: 'product', key: product }))
  if (units === undefined || document === undefined) return one
  const packed = pack === undefined ? undefined : toBase('1', pack, units, { ...saidBy(document), connection })
  if (packed !== undefined && packed > 0n) return packed
  return units.baseUnit === 'EA' ? one : 1n
}
