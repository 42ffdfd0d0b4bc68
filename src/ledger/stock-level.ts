import type { JsonObject } from '../model/json.ts'
import { keyOf, refIn, type Shelf, textOf } from './shelf.ts'

/** Where a stock level stands; its references must have been loaded. */
export interface StockPlace {
  readonly product: string
  readonly location: string
  readonly condition: string
}

export function stockPlace(shelf: Shelf, body: JsonObject): StockPlace | undefined {
  const location = keyOf(shelf, refIn(body.location))
  const product = keyOf(shelf, refIn(body.product))
  return location === undefined || product === undefined
    ? undefined
    : { product, location, condition: textOf(body.condition) ?? 'sellable' }
}

/** `<location>/<product>`, with `/<condition>` where it is not sellable. */
export const stockLevelKey = ({ location, product, condition }: StockPlace): string =>
  `${location}/${product}${condition === 'sellable' ? '' : `/${condition}`}`

export function stockKey(shelf: Shelf, body: JsonObject): string | undefined {
  const place = stockPlace(shelf, body)
  return place === undefined ? undefined : stockLevelKey(place)
}
