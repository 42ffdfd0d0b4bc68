import {
  currencyDigits,
  divide as divideText,
  formatDecimal,
  isDecimal,
  padAmount,
  parseDecimal,
  type Rounding,
  round as roundText,
} from '../model/decimal.ts'
import type { Json } from '../model/json.ts'
import type { Listener } from './types.ts'

/**
 * An exact decimal while an expression runs: `units` times ten to the power of minus `scale`. `units` is a number while it
 * is a safe integer and a bigint beyond that, so common amounts never pay for BigInt and none is ever rounded.
 */
export interface Exact {
  readonly units: number | bigint
  readonly scale: number
}

/** undefined is no value, null is a value that failed and was reported. */
export type MaybeExact = Exact | undefined | null

export const zero: Exact = { units: 0, scale: 0 }
const safe = Number.MAX_SAFE_INTEGER
const powers = Array.from({ length: 16 }, (_, n) => 10 ** n)

const make = (units: number | bigint, scale: number): Exact => ({
  units: typeof units === 'bigint' && units <= safe && units >= -safe ? Number(units) : units,
  scale,
})

/** Reads a number or decimal text; null for anything else (`1e3`, `12,50`, `+5`, full-width digits). */
export function toExact(value: Json | undefined): Exact | null {
  if (typeof value === 'number') return Number.isSafeInteger(value) ? { units: value + 0, scale: 0 } : fromDouble(value)
  return typeof value === 'string' ? fromText(value) : null
}

function fromText(text: string): Exact | null {
  const length = text.length
  if (length > 16) return isDecimal(text) ? fromParts(text) : null
  let i = text.charCodeAt(0) === 45 ? 1 : 0
  const negative = i === 1
  let units = 0
  let point = -1
  let digits = 0
  for (; i < length; i++) {
    const c = text.charCodeAt(i)
    if (c >= 48 && c <= 57) {
      units = units * 10 + (c - 48)
      digits++
    } else if (c === 46 && point < 0 && digits > 0) point = i
    else return null
  }
  if (digits === 0 || point === length - 1) return null
  if (units > safe) return fromParts(text)
  return { units: negative && units !== 0 ? -units : units, scale: point < 0 ? 0 : length - 1 - point }
}

function fromParts(text: string): Exact {
  const { units, scale } = parseDecimal(text)
  return make(units, scale)
}

/**
 * A double as the decimal that its shortest text says (`0.1` is 0.1). Up to 15 digits the quotient of two integers proves it: no
 * other decimal of so few digits is this double.
 */
function fromDouble(value: number): Exact | null {
  for (let scale = 1; scale <= 8; scale++) {
    const power = powers[scale] ?? 1
    const units = Math.round(value * power)
    if (units > 999_999_999_999_999 || units < -999_999_999_999_999) break
    if (units / power === value) return { units, scale }
  }
  return fromText(plainNumber(value))
}

/** Digits of a double without exponent: `1e-7` is `0.0000001`. Not finite gives a text that no decimal is. */
function plainNumber(value: number): string {
  const text = String(value)
  const parts = /^(-?)(\d)(?:\.(\d+))?e([+-]\d+)$/.exec(text)
  if (parts === null) return text
  const digits = `${parts[2]}${parts[3] ?? ''}`
  const point = Number(parts[4]) + 1
  if (point <= 0) return `${parts[1]}0.${'0'.repeat(-point)}${digits}`
  return `${parts[1]}${digits.padEnd(point, '0')}`
}

/** `.00` to `.99` and the like, by the digits after the point, of numbers up to 3. */
const tails: readonly (readonly string[])[] = [0, 1, 2, 3].map((scale) =>
  Array.from({ length: 10 ** scale }, (_, n) => `.${String(n).padStart(scale, '0')}`),
)

/** Decimal text of a value, digits after the point as arithmetic gave them. */
export function formatExact(value: Exact): string {
  const { units, scale } = value
  if (typeof units === 'bigint') return formatDecimal({ units, scale })
  if (scale === 0) return String(units)
  const tail = tails[scale]
  if (tail !== undefined) {
    const size = units < 0 ? -units : units
    const power = powers[scale] ?? 1
    const whole = Math.floor(size / power)
    const text = whole + (tail[size - whole * power] ?? '')
    return units < 0 ? `-${text}` : text
  }
  const digits = String(Math.abs(units)).padStart(scale + 1, '0')
  const cut = digits.length - scale
  return `${units < 0 ? '-' : ''}${digits.slice(0, cut)}.${digits.slice(cut)}`
}

/**
 * Decimal text of a number or decimal text, as {@link formatExact} of {@link toExact} gives it; null for anything else. Text that is
 * already in that form is not made anew.
 */
export function decimalText(value: Json | undefined): string | null {
  if (typeof value === 'string' && decimalsOf(value) >= 0) return value
  if (typeof value === 'number' && Number.isSafeInteger(value)) return String(value)
  const exact = toExact(value)
  return exact === null ? null : formatExact(exact)
}

/** {@link decimalText} of a value that has been read already; text in normal form is not made anew. */
export function exactText(value: Json | undefined, exact: Exact): string {
  if (typeof value !== 'string' || value.length > 15) return formatExact(exact)
  const first = value.charCodeAt(0)
  const isNormal = first !== 45 && (first !== 48 || value.length === 1 || value.charCodeAt(1) === 46)
  return isNormal ? value : formatExact(exact)
}

/**
 * The digits behind the point of a decimal text in normal form, at most 15 characters long; -1 for any other text, which may still
 * be a decimal (`007`, `-0.0`, a long one).
 */
function decimalsOf(text: string): number {
  const { length } = text
  if (length === 0 || length > 15) return -1
  const first = text.charCodeAt(0)
  if (first < 48 || first > 57) return -1
  if (first === 48 && length > 1 && text.charCodeAt(1) !== 46) return -1
  let point = -1
  for (let i = 1; i < length; i++) {
    const c = text.charCodeAt(i)
    if (c >= 48 && c <= 57) continue
    if (c !== 46 || point >= 0) return -1
    point = i
  }
  return point < 0 ? 0 : point === length - 1 ? -1 : length - 1 - point
}

/**
 * A number or decimal text as an amount of a currency: padded to its ISO 4217 digits, more decimals (at most 4) kept; null for what
 * is none. The listener hears of more decimals than the currency has.
 */
export function amountText(value: Json | undefined, currency: string | undefined, listener?: Listener): string | null {
  const digits = currency === undefined ? undefined : currencyDigits(currency)
  if (digits === undefined || currency === undefined) return null
  if (typeof value === 'string' && decimalsOf(value) === digits) return value
  const written = decimalText(value)
  if (written === null) return null
  try {
    const padded = padAmount(written, currency)
    const point = padded.indexOf('.')
    if (listener !== undefined && point >= 0 && padded.length - 1 - point > digits) listener.heard = 'AMOUNT_SCALE'
    return padded
  } catch {
    return null
  }
}

function rescaled(value: Exact, scale: number): number | bigint {
  const by = scale - value.scale
  if (by === 0) return value.units
  if (typeof value.units === 'number' && by < 16) {
    const units = value.units * (powers[by] ?? 1)
    if (units <= safe && units >= -safe) return units
  }
  return BigInt(value.units) * 10n ** BigInt(by)
}

function plus(a: Exact, b: Exact, direction: 1 | -1): Exact {
  const scale = a.scale > b.scale ? a.scale : b.scale
  const x = rescaled(a, scale)
  const y = rescaled(b, scale)
  if (typeof x === 'number' && typeof y === 'number') {
    const units = x + direction * y
    if (units <= safe && units >= -safe) return { units: units + 0, scale }
  }
  return make(BigInt(x) + BigInt(direction) * BigInt(y), scale)
}

const none = (a: MaybeExact, b: MaybeExact): undefined | null => (a === null || b === null ? null : undefined)

/** `a + b`; without a value when one of them has none. */
export const add = (a: MaybeExact, b: MaybeExact): MaybeExact => (a && b ? plus(a, b, 1) : none(a, b))
/** `a - b`; without a value when one of them has none. */
export const subtract = (a: MaybeExact, b: MaybeExact): MaybeExact => (a && b ? plus(a, b, -1) : none(a, b))
/** `a * b`, exact; without a value when one of them has none. */
export function multiply(a: MaybeExact, b: MaybeExact): MaybeExact {
  if (!a || !b) return none(a, b)
  const scale = a.scale + b.scale
  if (typeof a.units === 'number' && typeof b.units === 'number') {
    const units = a.units * b.units
    if (units <= safe && units >= -safe) return { units: units + 0, scale }
  }
  return make(BigInt(a.units) * BigInt(b.units), scale)
}
export const negate = (a: MaybeExact): MaybeExact => (a ? make(typeof a.units === 'number' ? 0 - a.units : -a.units, a.scale) : a)
export const absolute = (a: MaybeExact): MaybeExact => (a && a.units < 0 ? negate(a) : a)

/** Order by value: `1.0` and `1.00` are equal. */
export function compareExact(a: Exact, b: Exact): number {
  const scale = Math.max(a.scale, b.scale)
  const x = rescaled(a, scale)
  const y = rescaled(b, scale)
  return x < y ? -1 : x > y ? 1 : 0
}

/** The quotient of two whole numbers, rounded; undefined where they are no safe integers. */
function divideUnits(top: number, bottom: number, rounding: Rounding): number | undefined {
  if (!(top <= safe && top >= -safe && bottom <= safe && bottom >= -safe)) return undefined
  const size = Math.abs(top)
  const by = Math.abs(bottom)
  let quotient = Math.floor(size / by)
  let rest = size - quotient * by
  if (rest < 0) {
    quotient--
    rest += by
  } else if (rest >= by) {
    quotient++
    rest -= by
  }
  const twice = rest - (by - rest)
  if (rounding !== 'down' && (twice > 0 || (twice === 0 && (rounding === 'half-up' || quotient % 2 === 1)))) quotient++
  return top < 0 === bottom < 0 ? quotient : 0 - quotient
}

/** Exactly `digits` after the point. */
export function round(a: MaybeExact, digits: number, rounding: Rounding = 'half-up'): MaybeExact {
  if (!a || a.scale === digits) return a
  const power = powers[a.scale - digits]
  if (typeof a.units === 'number' && a.scale > digits && power !== undefined) {
    const units = divideUnits(a.units, power, rounding)
    if (units !== undefined) return { units, scale: digits }
  }
  return fromText(roundText(formatExact(a), digits, rounding))
}

/** `a / b` with exactly `digits` after the point, half away from zero; null for a division by zero, which the caller reports. */
export function divide(a: Exact, b: Exact, digits: number): Exact | null {
  if (b.units === 0) return null
  const by = digits + b.scale - a.scale
  if (typeof a.units === 'number' && typeof b.units === 'number' && by > -16 && by < 16) {
    const top = by < 0 ? a.units : a.units * (powers[by] ?? 1)
    const bottom = by < 0 ? b.units * (powers[-by] ?? 1) : b.units
    const units = divideUnits(top, bottom, 'half-up')
    if (units !== undefined) return { units, scale: digits }
  }
  return fromText(divideText(formatExact(a), formatExact(b), digits, 'half-up'))
}

/** A fraction as percent, without zeros at the end: `0.190` is `19`. */
export function percent(a: MaybeExact): MaybeExact {
  const value = multiply(a, { units: 100, scale: 0 })
  if (!value || value.scale === 0) return value
  const text = formatExact(value).replace(/\.?0+$/, '')
  return fromText(text)
}

/** The smallest (`order` -1) or largest (1) of those that have a value. */
export function extreme(order: 1 | -1, values: readonly MaybeExact[]): MaybeExact {
  let best: MaybeExact
  for (const value of values) {
    if (value === null) return null
    if (value !== undefined && (!best || compareExact(value, best) === order)) best = value
  }
  return best
}
