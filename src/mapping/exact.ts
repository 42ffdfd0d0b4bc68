import { divide as divideText, formatDecimal, isDecimal, parseDecimal, type Rounding, round as roundText } from '../model/decimal.ts'
import type { Json } from '../model/json.ts'

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
  if (typeof value === 'number') return Number.isSafeInteger(value) ? { units: value + 0, scale: 0 } : fromText(plainNumber(value))
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

/** Decimal text of a value, digits after the point as arithmetic gave them. */
export function formatExact(value: Exact): string {
  const { units, scale } = value
  if (typeof units === 'bigint') return formatDecimal({ units, scale })
  if (scale === 0) return String(units)
  const digits = String(Math.abs(units)).padStart(scale + 1, '0')
  const cut = digits.length - scale
  return `${units < 0 ? '-' : ''}${digits.slice(0, cut)}.${digits.slice(cut)}`
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

/** Exactly `digits` after the point. */
export const round = (a: MaybeExact, digits: number, rounding: Rounding = 'half-up'): MaybeExact =>
  a ? (a.scale === digits ? a : fromText(roundText(formatExact(a), digits, rounding))) : a

/** `a / b` with exactly `digits` after the point, half away from zero; undefined for a division by zero, which the caller reports. */
export const divide = (a: Exact, b: Exact, digits: number): Exact | null =>
  b.units === 0 ? null : fromText(divideText(formatExact(a), formatExact(b), digits, 'half-up'))

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
