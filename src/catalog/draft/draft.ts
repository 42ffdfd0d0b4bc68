import type { JsonObject, JsonSchema } from '../../model/json.ts'

/** A manifest made from a vendor's own description, and what that description does not say. */
export interface Draft {
  /** `connectors/<name>/connector.json`, without `$schema` */
  readonly manifest: JsonObject
  /** schemas of records, by the name of their stream */
  readonly schemas: Readonly<Record<string, JsonSchema>>
  /** streams that were drafted, and what each was taken from: `orders: GET /orders` */
  readonly taken: readonly string[]
  /** what could not be known, each with the place in the manifest that waits for the answer */
  readonly questions: readonly string[]
}

export interface DraftOptions {
  readonly name: string
  /** only lists of these names; all when left out */
  readonly only?: readonly string[]
}

/** A description that cannot be drafted from; `message` says why and what to do. */
export class DraftError extends Error {
  override readonly name = 'DraftError'
}

/** Lists of one draft: who needs more names them. */
export const maxStreams = 30

/** `SalesOrders`, `sales_orders` -> `salesOrders`: a name that a stream may have. */
export function streamName(text: string): string {
  const words = text.split(/[^A-Za-z0-9]+/).filter((word) => word !== '')
  const joined = words.map((word, place) => (place === 0 ? word : word.charAt(0).toUpperCase() + word.slice(1))).join('')
  const name = joined.charAt(0).toLowerCase() + joined.slice(1)
  return /^[a-z]/.test(name) ? name : `list${name}`
}

/** Names that vendors give the time of the last change. */
export const modifiedName =
  /^(date_?|time_?)?(last_?)?(updated?|modified|modification|changed?|edited)(_?(at|on|date|time|date_?time|time_?stamp|gmt|utc))*$/i

/** Documents whose name is like a list's: offered in a question, never written down. */
export function likelyDocument(stream: string): string | undefined {
  const words: readonly (readonly [RegExp, string])[] = [
    [/purchase.*order/i, 'purchase-order'],
    [/order/i, 'sales-order'],
    [/product|item|article|variant|sku/i, 'product'],
    [/shipment|deliver|parcel|tracker|fulfil/i, 'shipment'],
    [/refund|return/i, 'refund'],
    [/invoice|bill/i, 'invoice'],
    [/stock|inventor|level/i, 'stock-level'],
    [/customer|vendor|supplier|partner|contact|part(y|ies)/i, 'party'],
    [/location|warehouse|store/i, 'location'],
    [/payment|transaction/i, 'payment'],
  ]
  return words.find(([pattern]) => pattern.test(stream))?.[1]
}

export const documentQuestion = (place: string, stream: string): string => {
  const likely = likelyDocument(stream)
  return `${place}.parts: which document does a record become, by which mapping, and who owns it?${likely === undefined ? '' : ` Perhaps ${likely}.`}`
}

export const unknownBlindSpots: readonly string[] = ['not yet known: whether deletes, and changes of lines, show']
