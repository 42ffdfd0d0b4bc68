import type { Json } from '../model/json.ts'
import { decodeEntities, encodeEntities } from './entities.ts'
import { absolute, amountText, decimalText, type Exact, formatExact, negate, toExact } from './exact.ts'
import { fromEpoch, fromUtc, fromYmd, toDate, toEpoch, toLocal, toUtc, toYmd } from './times.ts'
import type { Listener, MapErrorCode } from './types.ts'

/**
 * One conversion of a value that is there; null when it cannot be converted. `argument` is what stands after the colon
 * (digits, the currency's code), `zone` the IANA name of the rule. What is worth knowing but no error the listener hears.
 */
export type Conversion = (value: Json, argument: string | undefined, zone: string | undefined, listener?: Listener) => Json | null

export interface Converter {
  readonly argument: 'none' | 'digits' | 'currency'
  readonly code: MapErrorCode
  readonly expected: string
  /** partner -> hub */
  readonly pull: Conversion
  /** hub -> partner, in a written push rule */
  readonly push: Conversion
  /** hub -> partner in a derived push: an inverse of `pull` */
  readonly back: Conversion
  readonly inverse: 'exact' | 'right-inverse'
}

/** Text of a text, a number or true/false; null of anything else. */
export const textOf = (value: Json): string | null =>
  typeof value === 'string' ? value : typeof value === 'number' ? decimalText(value) : typeof value === 'boolean' ? String(value) : null
const text: Conversion = textOf

const asIs: Conversion = (value) => value

/** A JSON number that stands for exactly this decimal; null when a double would alter it. */
function number(value: Json): number | null {
  const exact = toExact(value)
  if (exact === null) return null
  const result = Number(formatExact(exact))
  const again = Number.isFinite(result) ? toExact(result) : null
  if (again === null || (exact.scale === 0 && !Number.isSafeInteger(result))) return null
  return trimmed(again) === trimmed(exact) ? result : null
}
function trimmed(value: Exact): string {
  const digits = formatExact(value)
  return digits.includes('.') ? digits.replace(/\.?0+$/, '') : digits
}

const decimal: Conversion = (value, digits) => {
  if (digits === undefined) return decimalText(value)
  const exact = toExact(value)
  if (exact === null) return null
  const written = formatExact(exact)
  const scale = Number(digits)
  if (exact.scale === scale) return written
  if (exact.scale < scale) return (exact.scale === 0 ? `${written}.` : written) + '0'.repeat(scale - exact.scale)
  const lost = written.slice(written.length - (exact.scale - scale))
  return /^0+$/.test(lost) ? written.slice(0, written.length - lost.length - (scale === 0 ? 1 : 0)) : null
}

/**
 * The scale of an amount is its currency's, by ISO 4217 (kept in model/decimal.ts); up to 4 decimals more stay, because an amount
 * is copied and never rounded, and the listener hears of it.
 */
const amount: Conversion = (value, currency, _, listener) => amountText(value, currency, listener)

const signed =
  (operation: (value: Exact) => Exact | null | undefined): Conversion =>
  (value) => {
    const exact = toExact(value)
    const result = exact === null ? null : operation(exact)
    return result ? formatExact(result) : null
  }

const truth: ReadonlyMap<Json, boolean> = new Map<Json, boolean>([
  [true, true],
  [false, false],
  [1, true],
  [0, false],
  ['true', true],
  ['false', false],
  ['1', true],
  ['0', false],
  ['yes', true],
  ['no', false],
])

const list: Conversion = (value) => {
  if (typeof value !== 'string') return Array.isArray(value) && value.every((item) => typeof item === 'string') ? value : null
  const items: string[] = []
  for (let from = 0; from <= value.length; ) {
    const comma = value.indexOf(',', from)
    const to = comma < 0 ? value.length : comma
    const item = value.slice(from, to).trim()
    if (item !== '') items.push(item)
    from = to + 1
  }
  return items
}
const listText: Conversion = (value) => (Array.isArray(value) && value.every((item) => typeof item === 'string') ? value.join(', ') : null)

const changed =
  (change: (value: string) => string): Conversion =>
  (value) =>
    typeof value === 'string' ? change(value) : null

const seconds = 1_000
const dateTime = 'a date-time with offset (without one the rule needs "zone")'

type Row = Partial<Converter> & Pick<Converter, 'expected' | 'pull'>
const row = (given: Row): Converter => ({
  argument: 'none',
  code: 'TYPE',
  push: given.pull,
  back: asIs,
  inverse: 'exact',
  ...given,
})

/** The closed list of converters (docs/mapping.md). */
export const converters: ReadonlyMap<string, Converter> = new Map<string, Converter>([
  ['text', row({ expected: 'text, a number or true/false', pull: text })],
  ['number', row({ code: 'DECIMAL', expected: 'a number that JSON keeps exactly', pull: number, back: text })],
  ['decimal', row({ argument: 'digits', code: 'DECIMAL', expected: 'decimal', pull: decimal })],
  [
    'amount',
    row({ argument: 'currency', code: 'DECIMAL', expected: 'an amount with at most 4 decimals in a known currency', pull: amount }),
  ],
  ['abs', row({ code: 'DECIMAL', expected: 'decimal', pull: signed(absolute), inverse: 'right-inverse' })],
  ['negate', row({ code: 'DECIMAL', expected: 'decimal', pull: signed(negate), back: signed(negate) })],
  ['boolean', row({ expected: 'true or false', pull: (value) => truth.get(value) ?? null })],
  ['lower', row({ expected: 'text', pull: changed((value) => value.toLowerCase()), inverse: 'right-inverse' })],
  ['upper', row({ expected: 'text', pull: changed((value) => value.toUpperCase()), inverse: 'right-inverse' })],
  [
    'html',
    row({
      expected: 'text',
      pull: changed(decodeEntities),
      push: changed(encodeEntities),
      back: changed(encodeEntities),
      inverse: 'right-inverse',
    }),
  ],
  ['list', row({ expected: 'text with commas', pull: list, push: listText, back: listText, inverse: 'right-inverse' })],
  [
    'utc',
    row({
      code: 'DATE',
      expected: dateTime,
      pull: (v, _, zone, listener) => toUtc(v, zone, listener),
      push: (v, _, zone) => fromUtc(v, zone),
      back: (v, _, zone) => fromUtc(v, zone),
      inverse: 'right-inverse',
    }),
  ],
  [
    'local',
    row({
      code: 'DATE',
      expected: 'a date-time, and "zone" on the rule',
      pull: (v, _, zone, listener) => (zone === undefined ? null : toUtc(v, zone, listener)),
      push: (v, _, zone, listener) => toLocal(v, zone, listener),
      back: (v, _, zone, listener) => toLocal(v, zone, listener),
      inverse: 'right-inverse',
    }),
  ],
  [
    'date',
    row({
      code: 'DATE',
      expected: 'a date, or a date-time (one in UTC needs "zone")',
      pull: (v, _, zone) => toDate(v, zone),
      back: dateBack,
      inverse: 'right-inverse',
    }),
  ],
  ['ymd', row({ code: 'DATE', expected: 'a date', pull: fromYmd, push: toYmd, back: toYmd })],
  [
    'seconds',
    row({
      code: 'DATE',
      expected: 'seconds since 1970',
      pull: (v) => fromEpoch(v, seconds),
      push: (v) => toEpoch(v, seconds),
      back: (v) => toEpoch(v, seconds),
    }),
  ],
  [
    'millis',
    row({
      code: 'DATE',
      expected: 'milliseconds since 1970',
      pull: (v) => fromEpoch(v, 1),
      push: (v) => toEpoch(v, 1),
      back: (v) => toEpoch(v, 1),
    }),
  ],
])

/** A date goes back as the start of that day: with the zone's offset, or bare where the rule has no zone. */
function dateBack(value: Json, _: string | undefined, zone: string | undefined): Json | null {
  const date = toDate(value, undefined)
  if (date === null) return null
  return zone === undefined ? `${date}T00:00:00` : fromUtc(toUtc(date, zone), zone)
}

/** Converters that may have something to tell besides their result. */
export const telling: ReadonlySet<string> = new Set(['utc', 'local', 'amount'])
/** Converters that read the rule's `zone`. */
export const zoned: ReadonlySet<string> = new Set(['utc', 'local', 'date'])
