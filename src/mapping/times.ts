import type { Listener } from './types.ts'

/**
 * Dates and times of partners, strict: what is not a real date in a known form gives null, nothing is guessed.
 * Times inside the hub are RFC 3339 UTC with milliseconds, dates are `YYYY-MM-DD`.
 */
export interface Parts {
  /** what was read */
  readonly text: string
  /** wall-clock time as if it were UTC, epoch ms */
  readonly wallMs: number
  readonly hasTime: boolean
  readonly offsetMinutes: number | undefined
  /** written as `Z`: the wall clock is nobody's */
  readonly isUtc: boolean
}

const maxText = 40
const [zero, nine, point, comma, colon, plus, minus, space, letterT, letterZ] = [48, 57, 46, 44, 58, 43, 45, 32, 84, 90]

/** Two digits as a number; NaN when they are none. */
function two(text: string, at: number): number {
  const a = text.charCodeAt(at)
  const b = text.charCodeAt(at + 1)
  return a >= zero && a <= nine && b >= zero && b <= nine ? a * 10 + b - 528 : Number.NaN
}

/**
 * Reads `YYYY-MM-DD`, with a time `Thh:mm[:ss[.fraction]]` (or a space before it), with a zone `Z`, `+hh`, `+hhmm`, `+hh:mm`. By hand, since
 * every order has several of them and a pattern takes five times as long.
 */
export function readTime(value: unknown): Parts | null {
  if (typeof value !== 'string' || value.length < 10 || value.length > maxText) return null
  const year = two(value, 0) * 100 + two(value, 2)
  const month = two(value, 5)
  const day = two(value, 8)
  if (value.charCodeAt(4) !== minus || value.charCodeAt(7) !== minus || !isDay(year, month, day)) return null
  const dayMs = daysBefore(year, month, day) * 86_400_000
  if (value.length === 10) return { text: value, wallMs: dayMs, hasTime: false, offsetMinutes: undefined, isUtc: false }
  const between = value.charCodeAt(10)
  const hour = two(value, 11)
  const minute = two(value, 14)
  if ((between !== letterT && between !== space) || value.charCodeAt(13) !== colon || !(hour <= 23) || !(minute <= 59)) return null
  let at = 16
  let ms = (hour * 60 + minute) * 60_000
  if (value.charCodeAt(at) === colon) {
    const second = two(value, 17)
    if (!(second <= 59)) return null
    ms += second * 1_000
    at = 19
    const mark = value.charCodeAt(at)
    if (mark === point || mark === comma) {
      const start = ++at
      for (let worth = 100; at < value.length; at++, worth /= 10) {
        const c = value.charCodeAt(at)
        if (!(c >= zero && c <= nine)) break
        if (worth >= 1) ms += (c - zero) * worth
      }
      if (at === start || at - start > 9) return null
    }
  }
  const wallMs = dayMs + ms
  if (at === value.length) return { text: value, wallMs, hasTime: true, offsetMinutes: undefined, isUtc: false }
  if (value.charCodeAt(at) === space) at++
  const sign = value.charCodeAt(at)
  if (sign === letterZ) return at + 1 === value.length ? { text: value, wallMs, hasTime: true, offsetMinutes: 0, isUtc: true } : null
  if (sign !== plus && sign !== minus) return null
  const hours = two(value, at + 1)
  let minutes = 0
  at += 3
  if (at !== value.length) {
    if (value.charCodeAt(at) === colon) at++
    minutes = two(value, at)
    at += 2
  }
  if (!(hours <= 18) || !(minutes <= 59) || at !== value.length) return null
  const offset = hours * 60 + minutes
  return { text: value, wallMs, hasTime: true, offsetMinutes: sign === minus ? -offset : offset, isUtc: false }
}

function isDay(year: number, month: number, day: number): boolean {
  if (!(year >= 1000 && month >= 1 && month <= 12 && day >= 1)) return false
  if (day <= 28) return true
  if (month === 2) return day === 29 && year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0)
  return day <= (month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31)
}

/** Days from 1970-01-01 to a day of the proleptic Gregorian calendar, counted in eras of 400 years from a first of March. */
function daysBefore(year: number, month: number, day: number): number {
  const y = month <= 2 ? year - 1 : year
  const era = Math.floor(y / 400)
  const yearOfEra = y - era * 400
  const dayOfYear = Math.floor((153 * (month + (month > 2 ? -3 : 9)) + 2) / 5) + day - 1
  return era * 146_097 + yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear - 719_468
}

const pairs: readonly string[] = Array.from({ length: 60 }, (_, n) => String(n).padStart(2, '0'))
const milliseconds: readonly string[] = Array.from({ length: 1_000 }, (_, n) => `.${String(n).padStart(3, '0')}Z`)

/** UTC text of an instant; where its day is the one that was written, the text of the day is used again. */
function utcText(ms: number, parts: Parts): string {
  const inDay = ms - Math.floor(parts.wallMs / 86_400_000) * 86_400_000
  if (inDay < 0 || inDay >= 86_400_000) return new Date(ms).toISOString()
  const minutes = Math.floor(inDay / 60_000)
  const rest = inDay - minutes * 60_000
  const seconds = Math.floor(rest / 1_000)
  const hours = Math.floor(minutes / 60)
  return `${parts.text.slice(0, 10)}T${pairs[hours] ?? ''}:${pairs[minutes - hours * 60] ?? ''}:${pairs[seconds] ?? ''}${milliseconds[rest - seconds * 1_000] ?? ''}`
}

/** Whether the text is an IANA zone name that this machine knows. */
export function isZone(zone: string): boolean {
  if (/^[+-]/.test(zone)) return false
  try {
    new Intl.DateTimeFormat('en', { timeZone: zone })
    return true
  } catch {
    return false
  }
}

const isUtcName = (zone: string): boolean => zone === 'UTC' || zone === 'Etc/UTC'

/**
 * The instant of a wall clock. A time that is skipped (clocks go forward) is read with the offset before the change, so later
 * by the gap; of one that is there twice (clocks go back) the earlier is taken. Temporal and java.time call this `compatible`.
 */
function inZone(wallMs: number, zone: string, listener: Listener | undefined): number | null {
  if (isUtcName(zone)) return wallMs
  try {
    const wall = Temporal.PlainDateTime.from(new Date(wallMs).toISOString().slice(0, 23))
    const earlier = wall.toZonedDateTime(zone, { disambiguation: 'earlier' })
    const later = wall.toZonedDateTime(zone, { disambiguation: 'later' })
    if (earlier.epochMilliseconds === later.epochMilliseconds) return earlier.epochMilliseconds
    const isGap = !earlier.toPlainDateTime().equals(wall)
    if (listener !== undefined) listener.heard = isGap ? 'ZONE_GAP' : 'ZONE_OVERLAP'
    return (isGap ? later : earlier).epochMilliseconds
  } catch {
    return null
  }
}

function instantOf(parts: Parts, zone: string | undefined, listener?: Listener): number | null {
  if (parts.offsetMinutes !== undefined) return parts.wallMs - parts.offsetMinutes * 60_000
  return zone === undefined ? null : inZone(parts.wallMs, zone, listener)
}

/** UTC time of a date-time. One without an offset (or a mere date, its midnight) needs a zone. */
export function toUtc(value: unknown, zone: string | undefined, listener?: Listener): string | null {
  const parts = readTime(value)
  return parts === null ? null : utcOf(parts, zone, listener)
}

/** {@link toUtc} of what has been read already. */
export function utcOf(parts: Parts, zone: string | undefined, listener?: Listener): string | null {
  const ms = instantOf(parts, zone, listener)
  return ms === null ? null : utcText(ms, parts)
}

/**
 * Business date. With a zone it is the date there. Without, it is the date as written, which `…Z` does not have:
 * a UTC cut is never a business date.
 */
export function toDate(value: unknown, zone: string | undefined): string | null {
  const parts = readTime(value)
  return parts === null ? null : dateOf(parts, zone)
}

/** {@link toDate} of what has been read already. */
export function dateOf(parts: Parts, zone: string | undefined): string | null {
  if (!parts.hasTime || parts.offsetMinutes === undefined) return parts.text.slice(0, 10)
  if (zone === undefined) return parts.isUtc ? null : parts.text.slice(0, 10)
  return localText(parts.wallMs - parts.offsetMinutes * 60_000, zone)?.slice(0, 10) ?? null
}

/** Wall-clock text with offset (`2026-11-23T09:30:00.000+08:00`) of a UTC time in a zone. */
export function fromUtc(value: unknown, zone: string | undefined): string | null {
  const parts = readTime(value)
  if (parts === null || parts.offsetMinutes === undefined) return null
  const ms = parts.wallMs - parts.offsetMinutes * 60_000
  return zone === undefined ? utcText(ms, parts) : localText(ms, zone)
}

/** The offset that a date-time is written with (`-05:00`), as a zone; undefined where it has none, or is in `Z`. */
export function offsetIn(value: unknown): string | undefined {
  const parts = readTime(value)
  const minutes = parts?.offsetMinutes
  if (parts === null || minutes === undefined || parts.isUtc) return undefined
  const size = Math.abs(minutes)
  return `${minutes < 0 ? '-' : '+'}${pairs[Math.floor(size / 60)] ?? ''}:${pairs[size % 60] ?? ''}`
}

/** Wall-clock text without offset (`2026-11-23 09:30:00`) of a UTC time in a zone; the listener hears of one that the zone has twice. */
export function toLocal(value: unknown, zone: string | undefined, listener?: Listener): string | null {
  const text = zone === undefined ? null : fromUtc(value, zone)
  if (text === null || zone === undefined) return null
  const local = `${text.slice(0, 10)} ${text.slice(11, 19)}`
  if (listener !== undefined) instantOf({ ...noTime, wallMs: Date.parse(`${local.replace(' ', 'T')}Z`) }, zone, listener)
  return local
}
const noTime: Parts = { text: '', wallMs: 0, hasTime: true, offsetMinutes: undefined, isUtc: false }

function localText(ms: number, zone: string): string | null {
  if (isUtcName(zone)) return new Date(ms).toISOString()
  try {
    const local = Temporal.Instant.fromEpochMilliseconds(ms).toZonedDateTimeISO(zone)
    return local.toString({ timeZoneName: 'never', fractionalSecondDigits: 3 })
  } catch {
    return null
  }
}

/** `20261123` -> `2026-11-23`. */
export function fromYmd(value: unknown): string | null {
  const text = typeof value === 'number' ? String(value) : value
  if (typeof text !== 'string' || !/^\d{8}$/.test(text)) return null
  const date = `${text.slice(0, 4)}-${text.slice(4, 6)}-${text.slice(6)}`
  return readTime(date) === null ? null : date
}

/** `2026-11-23` -> `20261123`. */
export function toYmd(value: unknown): string | null {
  const parts = readTime(value)
  return parts === null || parts.hasTime ? null : parts.text.replaceAll('-', '')
}

const maxMs = 253_402_300_799_999

/** Epoch count (seconds or ms, by `unitMs`) -> UTC time; integers only. */
export function fromEpoch(value: unknown, unitMs: number): string | null {
  const count = typeof value === 'string' && /^-?\d{1,15}$/.test(value) ? Number(value) : value
  if (typeof count !== 'number' || !Number.isSafeInteger(count)) return null
  const ms = count * unitMs
  return Math.abs(ms) > maxMs ? null : new Date(ms).toISOString()
}

/** UTC time -> epoch count; a time between two seconds is rounded down. */
export function toEpoch(value: unknown, unitMs: number): number | null {
  const parts = readTime(value)
  if (parts === null || parts.offsetMinutes === undefined) return null
  return Math.floor((parts.wallMs - parts.offsetMinutes * 60_000) / unitMs)
}
