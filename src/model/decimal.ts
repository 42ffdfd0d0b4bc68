/**
 * Exact decimals as text. A decimal is `-?digits(.digits)?`; nothing here ever passes through a binary float.
 *
 * Normal form of every result: no plus sign, no leading zeros, no minus before zero (`-0.00` becomes `0.00`).
 * Digits after the point are kept as the operation gives them (`add('1.10', '2')` is `3.10`); only
 * {@link fromScaled} drops zeros at the end.
 */

import { HubError } from './errors.ts'

/** An exact number: `units` times ten to the power of minus `scale`. */
export interface Decimal {
  readonly units: bigint
  readonly scale: number
}

/** How digits are dropped: `half-up` is half away from zero, `half-even` is half to the even neighbour, `down` is towards zero. */
export type Rounding = 'half-up' | 'half-even' | 'down'

/** A text that is no decimal, or one that does not fit where it should go. Trying again cannot help: a reject. */
export class DecimalError extends HubError {
  /** The offending text, as it was given. */
  readonly text: string

  constructor(text: string, message: string) {
    super(message, { code: 'bad-decimal', recovery: 'reject' })
    this.text = text
  }
}

/** Digits after the point of an amount in SQL and in documents (canonical model, values). */
export const amountScale = 4
/** Digits after the point of a quantity. */
export const quantityScale = 6
/** Longest text that is read as a decimal, so that a hostile number cannot occupy a worker. */
export const maxDecimalLength = 200

const grammar = /^-?[0-9]+(?:\.[0-9]+)?$/
const int64Max = 9_223_372_036_854_775_807n
const int64Min = -9_223_372_036_854_775_808n

const powers: readonly bigint[] = Array.from({ length: 41 }, (_, exponent) => 10n ** BigInt(exponent))
const power = (exponent: number): bigint => powers[exponent] ?? 10n ** BigInt(exponent)

/** Whether the text is a decimal that {@link parseDecimal} reads. */
export function isDecimal(text: string): boolean {
  return text.length <= maxDecimalLength && grammar.test(text)
}

/**
 * Reads `-?digits(.digits)?` exactly; leading zeros are allowed, exponents, spaces, plus signs and group marks are not.
 * @throws DecimalError with the text.
 */
export function parseDecimal(text: string): Decimal {
  if (!isDecimal(text)) {
    const shown = text.length > 40 ? `${text.slice(0, 40)}…` : text
    throw new DecimalError(text, `'${shown}' is not a decimal number; write digits with an optional minus and point, like -12.50`)
  }
  const point = text.indexOf('.')
  if (point < 0) return { units: BigInt(text), scale: 0 }
  return {
    units: BigInt(text.slice(0, point) + text.slice(point + 1)),
    scale: text.length - point - 1,
  }
}

/** Writes a decimal in normal form with exactly `scale` digits after the point. */
export function formatDecimal({ units, scale }: Decimal): string {
  if (scale === 0) return units.toString()
  const negative = units < 0n
  const digits = (negative ? -units : units).toString().padStart(scale + 1, '0')
  const cut = digits.length - scale
  return `${negative ? '-' : ''}${digits.slice(0, cut)}.${digits.slice(cut)}`
}

/**
 * The integer that SQL stores: the text times ten to the power of `scale`.
 * @throws DecimalError when a digit other than zero would be lost, or the result leaves the range of a 64-bit integer.
 */
export function toScaled(text: string, scale: number): bigint {
  const value = parseDecimal(text)
  const units = rescaleExactly(text, value, scale)
  if (units > int64Max || units < int64Min) {
    throw new DecimalError(text, `${text} is too large: with ${scale} decimals it leaves the range of a 64-bit integer`)
  }
  return units
}

function rescaleExactly(text: string, value: Decimal, scale: number): bigint {
  if (value.scale <= scale) return value.units * power(scale - value.scale)
  const divisor = power(value.scale - scale)
  if (value.units % divisor !== 0n) {
    throw new DecimalError(text, `${text} has more than ${scale} decimals; digits would be lost`)
  }
  return value.units / divisor
}

/** The decimal text of a stored integer: zeros at the end are dropped down to `minDigits` digits after the point. */
export function fromScaled(units: bigint, scale: number, minDigits = 0): string {
  let left = units
  let digits = scale
  while (digits > minDigits && left % 10n === 0n) {
    left /= 10n
    digits -= 1
  }
  return digits < minDigits
    ? formatDecimal({
        units: left * power(minDigits - digits),
        scale: minDigits,
      })
    : formatDecimal({ units: left, scale: digits })
}

function aligned(a: string, b: string): { readonly left: bigint; readonly right: bigint; readonly scale: number } {
  const x = parseDecimal(a)
  const y = parseDecimal(b)
  const scale = Math.max(x.scale, y.scale)
  return {
    left: x.units * power(scale - x.scale),
    right: y.units * power(scale - y.scale),
    scale,
  }
}

/** `a + b`, with the digits of the finer of the two. */
export function add(a: string, b: string): string {
  const { left, right, scale } = aligned(a, b)
  return formatDecimal({ units: left + right, scale })
}

/** `a - b`, with the digits of the finer of the two. */
export function subtract(a: string, b: string): string {
  const { left, right, scale } = aligned(a, b)
  return formatDecimal({ units: left - right, scale })
}

/** `a * b`, exact: the digits of both add up. */
export function multiply(a: string, b: string): string {
  const x = parseDecimal(a)
  const y = parseDecimal(b)
  return formatDecimal({ units: x.units * y.units, scale: x.scale + y.scale })
}

export function negate(text: string): string {
  const { units, scale } = parseDecimal(text)
  return formatDecimal({ units: -units, scale })
}

export function abs(text: string): string {
  const { units, scale } = parseDecimal(text)
  return formatDecimal({ units: units < 0n ? -units : units, scale })
}

/** Order by value: `1.0` and `1.00` compare as 0. */
export function compare(a: string, b: string): -1 | 0 | 1 {
  const { left, right } = aligned(a, b)
  if (left === right) return 0
  return left < right ? -1 : 1
}

export function isZero(text: string): boolean {
  return parseDecimal(text).units === 0n
}

/** Sum of a list; of an empty one `0`. */
export function sum(texts: readonly string[]): string {
  return texts.reduce(add, '0')
}

function divideUnits(numerator: bigint, denominator: bigint, mode: Rounding): bigint {
  const negative = numerator < 0n !== denominator < 0n
  const top = numerator < 0n ? -numerator : numerator
  const bottom = denominator < 0n ? -denominator : denominator
  const quotient = top / bottom
  const twice = (top % bottom) * 2n
  const up = mode !== 'down' && (twice > bottom || (twice === bottom && (mode === 'half-up' || quotient % 2n === 1n)))
  const size = up ? quotient + 1n : quotient
  return negative ? -size : size
}

/** The text with exactly `scale` digits after the point. */
export function round(text: string, scale: number, mode: Rounding): string {
  const value = parseDecimal(text)
  const units = value.scale <= scale ? value.units * power(scale - value.scale) : divideUnits(value.units, power(value.scale - scale), mode)
  return formatDecimal({ units, scale })
}

/**
 * `a / b` with exactly `scale` digits after the point.
 * @throws DecimalError when `b` is zero.
 */
export function divide(a: string, b: string, scale: number, mode: Rounding): string {
  const x = parseDecimal(a)
  const y = parseDecimal(b)
  if (y.units === 0n) throw new DecimalError(b, `${a} cannot be divided by zero`)
  const numerator = x.units * power(scale + y.scale)
  const denominator = y.units * power(x.scale)
  return formatDecimal({
    units: divideUnits(numerator, denominator, mode),
    scale,
  })
}

/** ISO 4217 minor units that are not 2. */
const minorUnitExceptions: Readonly<Record<string, number>> = {
  BIF: 0,
  CLP: 0,
  DJF: 0,
  GNF: 0,
  ISK: 0,
  JPY: 0,
  KMF: 0,
  KRW: 0,
  PYG: 0,
  RWF: 0,
  UGX: 0,
  UYI: 0,
  VND: 0,
  VUV: 0,
  XAF: 0,
  XOF: 0,
  XPF: 0,
  BHD: 3,
  IQD: 3,
  JOD: 3,
  KWD: 3,
  LYD: 3,
  OMR: 3,
  TND: 3,
  CLF: 4,
  UYW: 4,
}
/** Active ISO 4217 codes that Intl does not list: funds codes and the newest ones. */
const notInIntl = ['BOV', 'CHE', 'CHW', 'COU', 'MXV', 'USN', 'VED', 'XAD']
/** Codes without a minor unit in ISO 4217: metals, bond units, drawing rights, testing. No document is kept in them. */
const withoutMinorUnit = new Set(['XAG', 'XAU', 'XBA', 'XBB', 'XBC', 'XBD', 'XDR', 'XPD', 'XPT', 'XSU', 'XTS', 'XUA', 'XXX'])
const currencies: ReadonlySet<string> = new Set(
  [...Intl.supportedValuesOf('currency'), ...Object.keys(minorUnitExceptions), ...notInIntl].filter((code) => !withoutMinorUnit.has(code)),
)

/** ISO 4217 minor units of a currency code (`JPY` 0, `CNY` 2, `KWD` 3); undefined for a code we do not know. Codes are bytes: `usd` is unknown. */
export function currencyDigits(code: string): number | undefined {
  return currencies.has(code) ? (minorUnitExceptions[code] ?? 2) : undefined
}

/**
 * An amount as documents hold it: padded to the currency's digits (`0.9` USD is `0.90`), zeros beyond them dropped.
 * Further digits stay, for a finding; they are never rounded away.
 * @throws DecimalError for an unknown currency, more than 4 decimals, or an amount beyond the range of SQL.
 */
export function padAmount(text: string, currency: string): string {
  const digits = currencyDigits(currency)
  if (digits === undefined)
    throw new DecimalError(text, `currency '${currency}' is no ISO 4217 code we know, so ${text} cannot be written as an amount`)
  return fromScaled(toScaled(text, amountScale), amountScale, digits)
}
