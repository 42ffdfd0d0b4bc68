import { isObject, type Json, type JsonObject } from '../model/json.ts'
import { textOf } from './shelf.ts'

/** Identifier schemes whose last digit follows from the others (GS1 General Specifications, section 7.9), and how many digits they have. */
const digits: ReadonlyMap<string, readonly number[]> = new Map([
  ['gtin', [8, 12, 13, 14]],
  ['gln', [13]],
  ['sscc', [18]],
])

/** Fields of documents that hold them. */
const schemes: ReadonlyMap<string, string> = new Map([
  ['gtin', 'gtin'],
  ['gtins', 'gtin'],
  ['gln', 'gln'],
  ['sscc', 'sscc'],
])

/**
 * Whether a value can be an identifier of its scheme. A GTIN, GLN or SSCC needs the right length and check digit, and is not all zeros, which partners send for "none";
 * values of other schemes always can.
 */
export function isValidIdentifier(scheme: string, value: string): boolean {
  const lengths = digits.get(scheme)
  if (lengths === undefined) return true
  return (
    lengths.includes(value.length) && /^[0-9]+$/.test(value) && !/^0+$/.test(value) && checkDigit(value.slice(0, -1)) === value.slice(-1)
  )
}

/** The GS1 check digit behind digits: from the right they weigh 3, 1, 3 … and the sum with it is a multiple of ten. */
export function checkDigit(body: string): string {
  let sum = 0
  for (let i = 0; i < body.length; i++) sum += Number(body[body.length - 1 - i]) * (i % 2 === 0 ? 3 : 1)
  return String((10 - (sum % 10)) % 10)
}

/** An identifier that cannot be one. */
export interface WrongIdentifier {
  /** JSON pointer */
  readonly path: string
  readonly scheme: string
  readonly found: string
}

/** Most that one document is told of. */
export const maxWrong = 20
const deepest = 12

/**
 * GTINs, GLNs and SSCCs of a document that cannot be right, the first {@link maxWrong}; what a partner sent beside the model (`ext`) is not searched. A barcode of 12 to 14
 * digits is meant to be a GTIN; other barcodes are whatever they are.
 */
export function wrongIdentifiers(body: JsonObject): readonly WrongIdentifier[] {
  const wrong: WrongIdentifier[] = []
  const judge = (scheme: string, value: Json | undefined, path: string) => {
    if (typeof value === 'string' && wrong.length < maxWrong && !isValidIdentifier(scheme, value))
      wrong.push({ path, scheme, found: value })
  }
  const walk = (value: Json | undefined, path: string, depth: number): void => {
    if (typeof value !== 'object' || value === null || depth > deepest) return
    if (Array.isArray(value)) {
      for (const [index, item] of value.entries()) walk(item, `${path}/${index}`, depth + 1)
      return
    }
    if (!isObject(value)) return
    for (const name in value) {
      if (name === 'ext' || name === 'findings') continue
      const field = value[name]
      const scheme = schemes.get(name)
      if (scheme === undefined) walk(field, `${path}/${name}`, depth + 1)
      else if (Array.isArray(field)) for (const [index, item] of field.entries()) judge(scheme, item, `${path}/${name}/${index}`)
      else judge(scheme, field, `${path}/${name}`)
    }
  }
  walk(body, '', 0)
  const barcode = textOf(body.barcode)
  if (barcode !== undefined && /^[0-9]{12,14}$/.test(barcode)) judge('gtin', barcode, '/barcode')
  return wrong
}

/**
 * A product as it is kept: the first code among its `gtins` that is no GTIN becomes its `barcode`, unless it has one (canonical model, section 2). Nothing is dropped: further
 * ones stay where they are, and are not used to match either.
 */
export function withBarcode(type: string, body: JsonObject): JsonObject {
  if (type !== 'product' || !Array.isArray(body.gtins) || textOf(body.barcode) !== undefined) return body
  const gtins: readonly Json[] = body.gtins
  const place = gtins.findIndex((gtin) => typeof gtin === 'string' && !isValidIdentifier('gtin', gtin))
  return place < 0 ? body : { ...body, gtins: gtins.filter((_, index) => index !== place), barcode: gtins[place] }
}
