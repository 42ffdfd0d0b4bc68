import { hubOrigin } from '../model/hub-origin.ts'
import { sha256 } from '../model/id.ts'
import type { JsonObject } from '../model/json.ts'
import { keyOf, refIn, type Shelf, textOf } from './shelf.ts'
import type { LedgerDocument } from './types.ts'

/** Where goods stand: one place of one owner in one condition and lot. */
export interface StockPlace {
  readonly product: string
  readonly location: string
  /** key of a party; '' for goods of the house */
  readonly owner: string
  readonly condition: string
  /** as it was stated; '' where none was */
  readonly lot: string
}

/** Longest text of a key column. */
const maxKey = 191
/** A text from outside that has to stand in a key. */
export const keyText = (text: string): string => (text.length > maxKey ? sha256(text) : text)

/** Where a stock level stands; its references must have been loaded. */
export function stockPlace(shelf: Shelf, body: JsonObject): StockPlace | undefined {
  const location = keyOf(shelf, refIn(body.location))
  const product = keyOf(shelf, refIn(body.product))
  if (location === undefined || product === undefined) return undefined
  const owner = keyOf(shelf, refIn(body.owner)) ?? ''
  return { product, location, owner, condition: textOf(body.condition) ?? 'sellable', lot: keyText(textOf(body.lot) ?? '') }
}

/** `<location>/<product>`, with `/owner:<key>`, `/lot:<lot>` and `/<condition>` where there is an owner, a lot, and where it is not sellable. */
export const stockLevelKey = ({ location, product, owner, lot, condition }: StockPlace): string =>
  `${location}/${product}${owner === '' ? '' : `/owner:${owner}`}${lot === '' ? '' : `/lot:${lot}`}${condition === 'sellable' ? '' : `/${condition}`}`

/** Key of the stock level that stands for all that may be sold of a product at a location. */
export const shelfKey = (location: string, product: string): string =>
  stockLevelKey({ location, product, owner: '', lot: '', condition: 'sellable' })

export function stockKey(shelf: Shelf, body: JsonObject): string | undefined {
  const place = stockPlace(shelf, body)
  return place === undefined ? undefined : stockLevelKey(place)
}

/**
 * A stock level that only says that a place is there: its figures come from movements. The hub makes it, so that routes have something to bring to partners, and whoever counts the place takes it over.
 */
export const isAnchor = ({ type, origin, body }: Pick<LedgerDocument, 'type' | 'origin' | 'body'>): boolean =>
  type === 'stock-level' && origin === hubOrigin && body.method === 'movement'
