import { isObject, type Json, type JsonObject } from '../model/json.ts'
import { lineByNumber } from './links.ts'
import type { Tolerance } from './match/tolerance.ts'
import type { OrderLinks } from './order-links.ts'
import type { PayoutLine } from './payout-lines.ts'
import { listOf, refIn, textOf } from './shelf.ts'
import type { LedgerDocument } from './types.ts'
import { normalUnit, type ProductUnits, saidBy, scaled, toBase } from './units.ts'

/** Everything that bears on one order, from several systems. Derivation is a pure function of it, so the order of arrival cannot matter. */
export interface OrderCase {
  readonly tenant: string
  readonly order: LedgerDocument
  /** documents that refer to the order and were not deleted, sorted by (type, key) */
  readonly related: readonly LedgerDocument[]
  /** how a sales order hangs together with others; undefined for purchases */
  readonly links: OrderLinks | undefined
  /** lines of payouts that name a sales order, in no order */
  readonly payouts: readonly PlacedLine[]
  /** hub key of a reference */
  readonly keyOf: (reference: Json | undefined) => string | undefined
  readonly product: (key: string) => ProductUnits | undefined
  /** by which an invoice is judged */
  readonly toleranceOf: (invoice: LedgerDocument) => Tolerance
  /** our line for a line key at a connection */
  readonly linkedLine: (connection: string, externalLine: string) => string | undefined
}

/** A line of a payout with the document it stands in. */
export interface PlacedLine {
  readonly payout: LedgerDocument
  readonly line: PayoutLine
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
  /** a quantity that the order, or another document, says, in the unit this line is counted in, x 10^6 */
  readonly count: (quantity: Json | undefined, unit: Json | undefined, by?: LedgerDocument) => bigint | undefined
}

export function caseLines(orderCase: OrderCase): CaseLine[] {
  return listOf(orderCase.order.body.lines).flatMap((line, index) => {
    const key = textOf(line.key)
    return key === undefined ? [] : [caseLine(orderCase, line, key, `/lines/${index}`)]
  })
}

function caseLine({ order, keyOf, product }: OrderCase, line: JsonObject, key: string, at: string): CaseLine {
  const unit = textOf(line.unit) ?? 'unknown'
  const productKey = keyOf(refIn(line.product))
  const units = productKey === undefined ? undefined : product(productKey)
  const quoted = textOf(line.quantity) ?? '0'
  const inBase = units && toBase(quoted, unit, units, saidBy(order))
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
    count: (quantity, given, by = order) => {
      const text = textOf(quantity)
      const from = textOf(given) ?? unit
      if (text === undefined) return undefined
      if (isCounted) return toBase(text, from, units, saidBy(given === undefined ? order : by))
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

/** Lines of a document that belong to this order, by their own order reference or the document's; of an invoice that names none, by the receipt or the invoice that it names. */
export function relatedLines(orderCase: OrderCase, lines: readonly CaseLine[], document: LedgerDocument): RelatedLine[] {
  const { order, keyOf } = orderCase
  return listOf(document.body.lines).flatMap((row, index): RelatedLine[] => {
    const at = `/lines/${index}`
    const reference = row.order ?? document.body.order
    if (reference === undefined && document.type === 'invoice' && order.type === 'purchase-order') {
      const target = namedBehind(orderCase, lines, document, row)
      return target === undefined ? [] : [{ document, row, at, target }]
    }
    if (!isObject(reference) || reference.type !== order.type || keyOf(reference) !== order.key) return []
    const target = targetLine(orderCase, lines, document, row) ?? namedBehind(orderCase, lines, document, row)
    return [{ document, row, at, target }]
  })
}

/** The order's line behind the line of a receipt, or of an invoice, that a row of an invoice names. */
function namedBehind(orderCase: OrderCase, lines: readonly CaseLine[], document: LedgerDocument, row: JsonObject): CaseLine | undefined {
  if (document.type !== 'invoice') return undefined
  for (const type of ['goods-receipt', 'invoice'] as const) {
    const named = namedIn(orderCase, document, row, type)
    const other = named && orderCase.related.find((one) => one.type === type && one.key === named.key)
    if (named === undefined || other === undefined || (type === 'invoice' && !takesFrom(document, other))) continue
    const theirs = linesOnce(orderCase, lines, other).filter(({ at }) => named.line === undefined || at === named.line)
    const targets = new Set(theirs.flatMap(({ target }) => target ?? []))
    const product = orderCase.keyOf(refIn(row.product))
    const [only, ...others] = product === undefined ? [...targets] : [...targets].filter((line) => line.product === product)
    if (only !== undefined && others.length === 0) return only
  }
  return undefined
}

/** A credit note takes from an invoice, and nothing takes from a credit note: so names lead nowhere in a circle. */
const takesFrom = ({ body }: LedgerDocument, other: LedgerDocument): boolean =>
  body.kind === 'credit-note' && other.body.kind !== 'credit-note'

const looked = new WeakMap<OrderCase, Map<LedgerDocument, readonly RelatedLine[]>>()

/** The same lines for all rows that ask for them. */
function linesOnce(orderCase: OrderCase, lines: readonly CaseLine[], document: LedgerDocument): readonly RelatedLine[] {
  const known = looked.get(orderCase) ?? new Map<LedgerDocument, readonly RelatedLine[]>()
  looked.set(orderCase, known)
  const found = known.get(document) ?? relatedLines(orderCase, lines, document)
  known.set(document, found)
  return found
}

/** The receipt, or the invoice, that a row of an invoice names; `line`: JSON pointer into it, undefined where no line is named or none of it is meant. */
export function namedIn(
  { keyOf, related }: OrderCase,
  { origin, body }: LedgerDocument,
  row: JsonObject,
  type: 'goods-receipt' | 'invoice',
): { readonly key: string; readonly line: string | undefined } | undefined {
  const key = keyOf(type === 'invoice' ? (row.invoice ?? body.invoice) : row.receipt)
  if (key === undefined) return undefined
  const line = type === 'invoice' ? row.invoiceLine : row.receiptLine
  const other = related.find((one) => one.type === type && one.key === key)
  if (!isObject(line) || other === undefined) return { key, line: undefined }
  const external = (textOf(line.connection) ?? origin) === other.origin ? textOf(line.externalKey) : undefined
  const place = listOf(other.body.lines).findIndex(
    (one) =>
      (typeof line.key === 'string' && one.key === line.key) ||
      (external !== undefined && one.key === external) ||
      (typeof line.number === 'string' && one.number === line.number),
  )
  return { key, line: place < 0 ? undefined : `/lines/${place}` }
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
