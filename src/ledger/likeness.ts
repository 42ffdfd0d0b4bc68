import { distance } from 'fastest-levenshtein'
import { isObject, type JsonObject } from '../model/json.ts'
import { isValidIdentifier } from './check-digit.ts'
import { listOf, textOf } from './shelf.ts'

/** What tells an article, a party or a place from others. GTINs padded to 14. */
export interface Traits {
  readonly gtins: readonly string[]
  readonly skus: readonly string[]
  readonly supplierSkus: readonly string[]
  readonly name: string
}

export type LikenessReason = 'gtin' | 'sku' | 'supplier-sku' | 'name'
export interface Likeness {
  readonly reason: LikenessReason
  /** the value that both have; of names that of the candidate */
  readonly value: string
  /** 0 to 1 */
  readonly score: number
}

/** Traits of a document's body, of an item that refers to one, or of what a mapping made of a record that could not be named. */
export function traitsOf(body: JsonObject, more: readonly string[] = []): Traits {
  const gtins = [...(Array.isArray(body.gtins) ? body.gtins : []), body.gtin, body.gln].flatMap((one) =>
    typeof one === 'string' && isValidIdentifier('gtin', one) ? [one.padStart(14, '0')] : [],
  )
  const skus = [body.sku, body.code, body.number, ...more].flatMap((one) => (typeof one === 'string' && one !== '' ? [one] : []))
  const supplierSkus = [body.sellerSku, ...listOf(body.supplierItems).map(({ sku }) => sku)].flatMap((one) =>
    typeof one === 'string' && one !== '' ? [one] : [],
  )
  return { gtins, skus: [...new Set(skus)], supplierSkus, name: textOf(body.name) ?? '' }
}

/** Least likeness of two names that is told. */
const leastName = 0.6

/** The strongest that two have in common; undefined: nothing. A name alone is never certain. */
export function likeness(wanted: Traits, candidate: Traits): Likeness | undefined {
  const gtin = wanted.gtins.find((one) => candidate.gtins.includes(one))
  if (gtin !== undefined) return { reason: 'gtin', value: gtin, score: 1 }
  const sku = wanted.skus.find((one) => candidate.skus.includes(one))
  if (sku !== undefined) return { reason: 'sku', value: sku, score: 0.95 }
  const loose = wanted.skus.find((one) => candidate.skus.some((other) => plain(other) === plain(one)))
  if (loose !== undefined) return { reason: 'sku', value: loose, score: 0.85 }
  const ours = [...wanted.skus, ...wanted.supplierSkus]
  const supplier =
    ours.find((one) => candidate.supplierSkus.some((other) => plain(other) === plain(one))) ??
    wanted.supplierSkus.find((one) => candidate.skus.some((other) => plain(other) === plain(one)))
  if (supplier !== undefined) return { reason: 'supplier-sku', value: supplier, score: 0.8 }
  const score = nameLikeness(wanted.name, candidate.name)
  return score < leastName ? undefined : { reason: 'name', value: candidate.name, score: Math.round(score * 75) / 100 }
}

const plain = (text: string): string => text.toLowerCase().replace(/[\s\-_./]/g, '')

const longestName = 120
/** 0 to 1: the words of both in one order, by the letters that have to change. */
export function nameLikeness(a: string, b: string): number {
  const [one, two] = [wordsOf(a), wordsOf(b)]
  if (one === '' || two === '') return 0
  return 1 - distance(one, two) / Math.max(one.length, two.length)
}

const wordsOf = (name: string): string =>
  name
    .slice(0, longestName)
    .toLowerCase()
    .split(/[^\p{L}\p{N}]+/u)
    .filter((word) => word !== '')
    .sort()
    .join(' ')

/** The object that holds a reference: `lines.0.product.ref` names the product of a line. */
export function holderOf(body: JsonObject, path: string): JsonObject | undefined {
  let here: unknown = body
  for (const step of path.split('.').slice(0, -1)) {
    if (Array.isArray(here)) here = here[Number(step)]
    else if (isObject(here as never)) here = (here as JsonObject)[step]
    else return undefined
  }
  return isObject(here as never) ? (here as JsonObject) : undefined
}
