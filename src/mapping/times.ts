/**
 * Dates and times of partners, strict: what is not a real date in a known form gives null, nothing is guessed.
 * Times inside the hub are RFC 3339 UTC with milliseconds, dates are `YYYY-MM-DD`.
 */
const form = /^(\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d)(?:[.,](\d{1,9}))?)?(?: ?(Z|[+-]\d\d(?::?\d\d)?))?)?$/

interface Parts {
  /** `YYYY-MM-DD` */
  readonly date: string
  /** wall-clock time as if it were UTC, epoch ms */
  readonly wallMs: number
  readonly hasTime: boolean
  readonly offsetMinutes: number | undefined
  /** written as `Z`: the wall clock is nobody's */
  readonly isUtc: boolean
}

function read(value: unknown): Parts | null {
  if (typeof value !== 'string' || value.length > 40) return null
  const m = form.exec(value)
  if (m === null) return null
  const [year, month, day] = [Number(m[1]), Number(m[2]), Number(m[3])]
  const [hour, minute, second] = [Number(m[4] ?? 0), Number(m[5] ?? 0), Number(m[6] ?? 0)]
  if (hour > 23 || minute > 59 || second > 59 || !isDay(year, month, day)) return null
  const ms = Number((m[7] ?? '').padEnd(3, '0').slice(0, 3))
  const zone = m[8]
  const offsetMinutes = zone === undefined ? undefined : offsetOf(zone)
  if (offsetMinutes === null) return null
  const wallMs = Date.UTC(year, month - 1, day, hour, minute, second, ms)
  return { date: value.slice(0, 10), wallMs, hasTime: m[4] !== undefined, offsetMinutes, isUtc: zone === 'Z' }
}

function isDay(year: number, month: number, day: number): boolean {
  if (year < 1000 || month < 1 || month > 12 || day < 1) return false
  return day <= 28 || day <= new Date(Date.UTC(year, month, 0)).getUTCDate()
}

function offsetOf(zone: string): number | null {
  if (zone === 'Z') return 0
  const hours = Number(zone.slice(1, 3))
  const minutes = Number(zone.slice(3).replace(':', '') || 0)
  if (hours > 18 || minutes > 59) return null
  return (zone.startsWith('-') ? -1 : 1) * (hours * 60 + minutes)
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

function inZone(date: string, wallMs: number, zone: string): number | null {
  if (isUtcName(zone)) return wallMs
  try {
    const wall = Temporal.PlainDateTime.from(`${date}T${new Date(wallMs).toISOString().slice(11, 23)}`)
    return wall.toZonedDateTime(zone, { disambiguation: 'compatible' }).epochMilliseconds
  } catch {
    return null
  }
}

function instantOf(parts: Parts, zone: string | undefined): number | null {
  if (parts.offsetMinutes !== undefined) return parts.wallMs - parts.offsetMinutes * 60_000
  return zone === undefined ? null : inZone(parts.date, parts.wallMs, zone)
}

/** UTC time of a date-time. One without an offset (or a mere date, its midnight) needs a zone. */
export function toUtc(value: unknown, zone: string | undefined): string | null {
  const parts = read(value)
  if (parts === null) return null
  const ms = instantOf(parts, zone)
  return ms === null ? null : new Date(ms).toISOString()
}

/**
 * Business date. With a zone it is the date there. Without, it is the date as written, which `…Z` does not have:
 * a UTC cut is never a business date.
 */
export function toDate(value: unknown, zone: string | undefined): string | null {
  const parts = read(value)
  if (parts === null) return null
  if (!parts.hasTime || parts.offsetMinutes === undefined) return parts.date
  if (zone === undefined) return parts.isUtc ? null : parts.date
  return localText(parts.wallMs - parts.offsetMinutes * 60_000, zone)?.slice(0, 10) ?? null
}

/** Wall-clock text with offset (`2026-11-23T09:30:00.000+08:00`) of a UTC time in a zone. */
export function fromUtc(value: unknown, zone: string | undefined): string | null {
  const parts = read(value)
  if (parts === null || parts.offsetMinutes === undefined) return null
  const ms = parts.wallMs - parts.offsetMinutes * 60_000
  return zone === undefined ? new Date(ms).toISOString() : localText(ms, zone)
}

/** Wall-clock text without offset (`2026-11-23 09:30:00`) of a UTC time in a zone. */
export function toLocal(value: unknown, zone: string | undefined): string | null {
  const text = zone === undefined ? null : fromUtc(value, zone)
  return text === null ? null : `${text.slice(0, 10)} ${text.slice(11, 19)}`
}

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
  return read(date) === null ? null : date
}

/** `2026-11-23` -> `20261123`. */
export function toYmd(value: unknown): string | null {
  const parts = read(value)
  return parts === null || parts.hasTime ? null : parts.date.replaceAll('-', '')
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
  const parts = read(value)
  if (parts === null || parts.offsetMinutes === undefined) return null
  return Math.floor((parts.wallMs - parts.offsetMinutes * 60_000) / unitMs)
}
