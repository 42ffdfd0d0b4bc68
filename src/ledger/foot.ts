import {
  abs,
  add,
  compare,
  currencyDigits,
  divide,
  formatDecimal,
  fromScaled,
  isZero,
  multiply,
  parseDecimal,
  round,
  subtract,
  sum,
} from '../model/decimal.ts'
import { isObject, type Json, type JsonObject } from '../model/json.ts'

/** A figure that does not follow from the others. It hangs on the document and holds money postings, never fulfilment. */
export interface FootFinding {
  /** `too-many-digits`: more digits than ISO 4217 gives the currency; `expected` is then the amount rounded half up */
  readonly code: 'does-not-foot' | 'too-many-digits'
  /** JSON pointer to the figure */
  readonly path: string
  readonly expected: string
  readonly found: string
  /** found less expected */
  readonly difference: string
}

const amountFields: ReadonlySet<string> = new Set([
  'amount',
  'fee',
  'total',
  'taxableAmount',
  'lineAmount',
  'linesTotal',
  'discountTotal',
  'chargeTotal',
  'taxTotal',
  'roundingTotal',
  'grandTotal',
  'prepaidTotal',
  'dueTotal',
])

/**
 * Checks the arithmetic of a document that fits its schema (canonical model, section 5); the figures stay as they are.
 *
 * A line may differ by half a minor unit times max(1, quantity): partners round unit prices. Everything else is exact:
 * `linesTotal` is the sum of the lines; `grandTotal` is lines - discounts + charges + rounding, and + tax where the basis is
 * exclusive; `dueTotal` is grand total - prepaid; `taxTotal` is the sum of the taxes, if the document gives any.
 * A total that is absent counts as the sum of its entries; without entries as zero. What cannot be computed is not judged: a line
 * without price, priced in another unit or per zero units, in an unknown currency; a sum over lines without amounts.
 * Lines cancelled whole may be in or out of the partner's sum, partners differ.
 */
export function foot(document: JsonObject): readonly FootFinding[] {
  const digits = typeof document.currency === 'string' ? currencyDigits(document.currency) : undefined
  if (digits === undefined) return totalFindings(document)
  return [
    ...digitFindings(document, digits),
    ...objects(document.lines).flatMap((line, index) => lineFinding(line, digits, `/lines/${index}/lineAmount`)),
    ...totalFindings(document),
  ]
}

function differs(path: string, expected: string, found: string): readonly FootFinding[] {
  if (compare(expected, found) === 0) return []
  return [{ code: 'does-not-foot', path, expected, found, difference: subtract(found, expected) }]
}

/** Amounts of a document that have more digits than its currency. */
export function footDigits(document: JsonObject): readonly FootFinding[] {
  const digits = typeof document.currency === 'string' ? currencyDigits(document.currency) : undefined
  return digits === undefined ? [] : digitFindings(document, digits)
}

function digitFindings(document: JsonObject, digits: number): readonly FootFinding[] {
  const findings: FootFinding[] = []
  const walk = (value: Json | undefined, path: string): void => {
    if (typeof value !== 'object' || value === null) return
    if (Array.isArray(value)) {
      for (let index = 0; index < value.length; index++) walk(value[index], `${path}/${index}`)
      return
    }
    for (const [name, field] of Object.entries(value)) {
      if (typeof field === 'object') {
        if (name !== 'ext' && name !== 'findings') walk(field, `${path}/${name}`)
      } else if (typeof field === 'string' && amountFields.has(name) && digitsOf(field) > digits) {
        const found = shorten(field, digits)
        if (digitsOf(found) <= digits) continue
        const expected = round(found, digits, 'half-up')
        findings.push({ code: 'too-many-digits', path: `${path}/${name}`, expected, found, difference: subtract(found, expected) })
      }
    }
  }
  walk(document, '')
  return findings
}

/** Digits after the point. */
function digitsOf(decimal: string): number {
  const point = decimal.indexOf('.')
  return point < 0 ? 0 : decimal.length - point - 1
}

function lineFinding(line: JsonObject, digits: number, path: string): readonly FootFinding[] {
  const { lineAmount, quantity, unitPrice } = line
  const per = typeof line.priceQuantity === 'string' ? line.priceQuantity : '1'
  if (typeof lineAmount !== 'string' || typeof quantity !== 'string' || typeof unitPrice !== 'string' || isZero(per)) return []
  if (line.priceUnit !== undefined && line.priceUnit !== line.unit) return []
  const adjusted = subtract(sum(amounts(line.charges)), sum(amounts(line.discounts)))
  const gap = subtract(multiply(subtract(lineAmount, adjusted), per), multiply(quantity, unitPrice))
  const count = abs(quantity)
  const halfUnit = formatDecimal({ units: 5n, scale: digits + 1 })
  const tolerance = multiply(multiply(halfUnit, compare(count, '1') > 0 ? count : '1'), abs(per))
  if (compare(abs(gap), tolerance) <= 0) return []
  const expected = add(divide(multiply(quantity, unitPrice), per, 8, 'half-up'), adjusted)
  return differs(path, shorten(expected, digits), lineAmount)
}

function totalFindings(document: JsonObject): readonly FootFinding[] {
  const totals = isObject(document.totals) ? document.totals : {}
  const findings: FootFinding[] = []
  const lines = lineSums(document)
  const [asWritten] = lines
  if (
    typeof totals.linesTotal === 'string' &&
    asWritten !== undefined &&
    !lines.some((each) => compare(each, text(totals.linesTotal)) === 0)
  ) {
    findings.push(...differs('/totals/linesTotal', asWritten, totals.linesTotal))
  }
  const taxes = amounts(document.taxes)
  if (typeof totals.taxTotal === 'string' && taxes.length > 0) findings.push(...differs('/totals/taxTotal', sum(taxes), totals.taxTotal))
  const { grandTotal } = totals
  if (typeof grandTotal !== 'string') return findings
  const bases = typeof totals.linesTotal === 'string' ? [totals.linesTotal] : lines
  const [expected, ...others] = bases.map((base) => grandTotalOf(base, document, totals))
  if (expected !== undefined && isKnownBasis(document.taxBasis) && !others.some((other) => compare(other, grandTotal) === 0)) {
    findings.push(...differs('/totals/grandTotal', expected, grandTotal))
  }
  if (typeof totals.dueTotal === 'string')
    findings.push(...differs('/totals/dueTotal', subtract(grandTotal, text(totals.prepaidTotal)), totals.dueTotal))
  return findings
}

function grandTotalOf(linesTotal: string, document: JsonObject, totals: JsonObject): string {
  const discounts = typeof totals.discountTotal === 'string' ? totals.discountTotal : sum(amounts(document.discounts))
  const charges = typeof totals.chargeTotal === 'string' ? totals.chargeTotal : sum(amounts(document.charges))
  const taxes = typeof totals.taxTotal === 'string' ? totals.taxTotal : sum(amounts(document.taxes))
  const net = add(add(subtract(linesTotal, discounts), charges), text(totals.roundingTotal))
  return document.taxBasis === 'exclusive' ? add(net, taxes) : net
}

/** The sum of all lines, and that without the lines cancelled whole where it is another; none when a line has no amount or there are no lines. */
function lineSums(document: JsonObject): readonly string[] {
  const lines = objects(document.lines)
  if (lines.length === 0 || lines.some((line) => typeof line.lineAmount !== 'string')) return []
  const kept = lines.filter((line) => !isCancelled(line))
  const every = sum(lines.map((line) => text(line.lineAmount)))
  return kept.length === lines.length ? [every] : [every, sum(kept.map((line) => text(line.lineAmount)))]
}

function isCancelled(line: JsonObject): boolean {
  if (line.status === 'cancelled') return true
  return (
    typeof line.cancelled === 'string' &&
    typeof line.quantity === 'string' &&
    !isZero(line.cancelled) &&
    compare(line.cancelled, line.quantity) >= 0
  )
}

const isKnownBasis = (basis: Json | undefined): boolean => basis === 'exclusive' || basis === 'inclusive' || basis === 'none'
const objects = (value: Json | undefined): readonly JsonObject[] => (Array.isArray(value) ? value.filter(isObject) : [])
const amounts = (value: Json | undefined): readonly string[] => objects(value).map((entry) => text(entry.amount))
const text = (value: Json | undefined): string => (typeof value === 'string' ? value : '0')

function shorten(decimal: string, digits: number): string {
  const { units, scale } = parseDecimal(decimal)
  return fromScaled(units, scale, digits)
}
