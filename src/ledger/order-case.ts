import { isObject, type Json, type JsonObject } from '../model/json.ts'
import { lineByNumber } from './links.ts'
import { listOf, refIn, textOf } from './shelf.ts'
import type { LedgerDocument } from './types.ts'
import { normalUnit, type ProductUnits, scaled, toBase } from './units.ts'

/** Everything that bears on one order, from several systems. Derivation is a pure function of it, so the order of arrival cannot matter. */
export interface OrderCase {
  readonly tenant: string
  readonly order: LedgerDocument
  /** documents that refer to the order and were not deleted, sorted by (type, key) */
  readonly related: readonly LedgerDocument[]
  /** hub key of a reference */
  readonly keyOf: (reference: Json | undefined) => string | undefined
  readonly product: (key: string) => ProductUnits | undefined
  /** our line for a line key at a connection */
  readonly linkedLine: (connection: string, externalLine: string) => string | undefined
}

/** One line of the order and how to count it. */
export interface CaseLine {
  readonly line: JsonObject
  readonly key: string
  /** JSON pointer into the order */
  readonly at: string
  readonly unit: string
  /** null while the product, or how to count it in its base unit, is not known: no stock effect then */
  readonly product: string | null
  readonly stocked: boolean
  /** the product is known, but not the unit */
  readonly unknownUnit: boolean
  readonly quantity: bigint
  /** another document's quantity in the unit this line is counted in, x 10^6 */
  readonly count: (quantity: Json | undefined, unit: Json | undefined) => bigint | undefined
}

export function caseLines(orderCase: OrderCase): CaseLine[] {
  return listOf(orderCase.order.body.lines).flatMap((line, index) => {
    const key = textOf(line.key)
    return key === undefined ? [] : [caseLine(orderCase, line, key, `/lines/${index}`)]
  })
}

function caseLine({ keyOf, product }: OrderCase, line: JsonObject, key: string, at: string): CaseLine {
  const unit = textOf(line.unit) ?? 'unknown'
  const productKey = keyOf(refIn(line.product))
  const units = productKey === undefined ? undefined : product(productKey)
  const quoted = textOf(line.quantity) ?? '0'
  const inBase = units && toBase(quoted, unit, units)
  const isCounted = units !== undefined && inBase !== undefined
  return {
    line,
    key,
    at,
    unit,
    product: isCounted && productKey !== undefined ? productKey : null,
    stocked: isCounted && units.stocked,
    unknownUnit: units !== undefined && inBase === undefined,
    quantity: inBase ?? scaled(quoted) ?? 0n,
    count: (quantity, given) => {
      const text = textOf(quantity)
      const from = textOf(given) ?? unit
      if (text === undefined) return undefined
      if (isCounted) return toBase(text, from, units)
      return normalUnit(from) === normalUnit(unit) ? scaled(text) : undefined
    },
  }
}

/** A line of another document that belongs to this order. `at`: JSON pointer to it there. */
export interface RelatedLine {
  readonly document: LedgerDocument
  readonly row: JsonObject
  readonly at: string
  readonly target: CaseLine | undefined
}

/** Lines of a document that belong to this order, by their own order reference or the document's. */
export function relatedLines(orderCase: OrderCase, lines: readonly CaseLine[], document: LedgerDocument): RelatedLine[] {
  const { order, keyOf } = orderCase
  return listOf(document.body.lines).flatMap((row, index) => {
    const reference = row.order ?? document.body.order
    if (!isObject(reference) || reference.type !== order.type || keyOf(reference) !== order.key) return []
    return [{ document, row, at: `/lines/${index}`, target: targetLine(orderCase, lines, document, row) }]
  })
}

/** The order's line that a row means: the one it names; a row that names none means the only line with its product. */
function targetLine(orderCase: OrderCase, lines: readonly CaseLine[], document: LedgerDocument, row: JsonObject): CaseLine | undefined {
  const { order, keyOf, linkedLine } = orderCase
  if (isObject(row.orderLine)) {
    const key = lineNamed(order, row.orderLine, document.origin, linkedLine)
    return lines.find((line) => line.key === key)
  }
  const product = keyOf(refIn(row.product))
  const [only, ...others] = product === undefined ? [] : lines.filter((line) => line.product === product)
  return others.length === 0 ? only : undefined
}

/**
 * Key of the order's line that a line reference names: by our key, by the partner's (at the order's own connection that is our key, elsewhere it is linked), by
 * number. `from`: the connection the reference came from, where it does not say.
 */
export function lineNamed(
  order: LedgerDocument,
  reference: JsonObject,
  from: string,
  linkedLine: OrderCase['linkedLine'],
): string | undefined {
  const known = (key: string | undefined) =>
    key === undefined ? undefined : textOf(listOf(order.body.lines).find((line) => line.key === key)?.key)
  const { number } = reference
  const connection = textOf(reference.connection) ?? from
  const external = textOf(reference.externalKey)
  return (
    known(textOf(reference.key)) ??
    (external === undefined ? undefined : known(connection === order.origin ? external : linkedLine(connection, external))) ??
    (typeof number === 'string' ? textOf(lineByNumber(order.body, number)?.key) : undefined)
  )
}
