import type { Json } from '../model/json.ts'
import { textOf } from './converters.ts'
import { type Exact, formatExact } from './exact.ts'

/*
 * Values that are made only to be compared: where one would be the text it is compared with, it is that text, and nothing is made.
 */

/** Whether a text is what {@link formatExact} gives, without making it. */
export function isFormatOf(value: Exact, text: unknown): text is string {
  const { units, scale } = value
  if (typeof text !== 'string') return false
  const { length } = text
  if (typeof units === 'bigint' || length > 16) return formatExact(value) === text
  const start = units < 0 ? 1 : 0
  const end = scale === 0 ? length : length - 1 - scale
  if (end <= start || (end > start + 1 && text.charCodeAt(start) === 48)) return false
  if ((start === 1 && text.charCodeAt(0) !== 45) || (scale > 0 && text.charCodeAt(end) !== 46)) return false
  const size = start === 1 ? -units : units
  return length > 9 ? areDigits(text, start, end, size) : areFewDigits(text, start, end, size)
}

/** Whether a text from `start` on, without what stands at `point`, is the digits of a number. */
function areDigits(text: string, start: number, point: number, size: number): boolean {
  let made = 0
  for (let i = start; i < text.length; i++) {
    if (i === point) continue
    const digit = text.charCodeAt(i) - 48
    if (digit < 0 || digit > 9) return false
    made = made * 10 + digit
  }
  return made === size
}

/** The same for at most nine digits, which an engine adds up in half the time. */
function areFewDigits(text: string, start: number, point: number, size: number): boolean {
  let made = 0
  for (let i = start; i < text.length; i++) {
    if (i === point) continue
    const digit = text.charCodeAt(i) - 48
    if (digit < 0 || digit > 9) return false
    made = (made * 10 + digit) | 0
  }
  return made === size
}

/** {@link textOf}, which is often `like`. */
export const textLike = (value: Json, like: unknown): string | null =>
  typeof value === 'number' && Number.isSafeInteger(value) && isFormatOf({ units: value, scale: 0 }, like) ? like : textOf(value)

/** Two texts with the separator between them where both are there; they are often `like`. */
export function joinLike(
  separator: string,
  a: string | null | undefined,
  b: string | null | undefined,
  like: unknown,
): string | null | undefined {
  if (a === null || b === null) return null
  if (a === undefined || b === undefined) return a ?? b
  if (typeof like !== 'string') return a + separator + b
  const isLike =
    like.length === a.length + separator.length + b.length && like.startsWith(a) && like.startsWith(separator, a.length) && like.endsWith(b)
  return isLike ? like : a + separator + b
}
