import type { Json } from '../model/json.ts'

const offset = /\d\d:?\d\d.*?(?:[zZ]|[+-]\d\d(?::?\d\d)?)$/
const day = /^\d{4}-\d\d-\d\d/

/**
 * A moment as partners write it: ISO text (a blank instead of the T passes), whole seconds or milliseconds since 1970. A text without an offset is read in `zone`
 * (UTC when that is null); of a wall time that comes twice a year the earlier one, since too early is only read again. undefined for anything else.
 */
export function readTime(value: Json | undefined, zone: string | null): Temporal.Instant | undefined {
  if (typeof value === 'number') return ofNumber(value)
  if (typeof value !== 'string') return undefined
  const text = value.trim()
  if (/^\d{9,14}$/.test(text)) return ofNumber(Number(text))
  if (!day.test(text) || text.includes('[')) return undefined
  try {
    return offset.test(text.slice(10))
      ? Temporal.Instant.from(text)
      : Temporal.PlainDateTime.from(text)
          .toZonedDateTime(zone ?? 'UTC', { disambiguation: 'earlier' })
          .toInstant()
  } catch {
    return undefined
  }
}

/** Below this a number is seconds: 1e11 ms is 1973, 1e11 s is the year 5138. */
const secondsBelow = 1e11

function ofNumber(value: number): Temporal.Instant | undefined {
  if (!Number.isFinite(value) || value < 0 || value > 8e15) return undefined
  return Temporal.Instant.fromEpochMilliseconds(Math.floor(value < secondsBelow ? value * 1000 : value))
}

/** Whether the text is an IANA zone this machine knows. */
export function isZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name })
    return /^[A-Z]/i.test(name)
  } catch {
    return false
  }
}

/**
 * A moment as wall time of a zone, whole seconds, cut down. Where clocks went back between then and `now`, later rows carry earlier wall times: the earliest that
 * any row since then can carry is given.
 */
export function wallTime(ms: number, zone: string, now: number): string {
  let at = Temporal.Instant.fromEpochMilliseconds(ms).toZonedDateTimeISO(zone)
  let wall = at.toPlainDateTime()
  for (let step = 0; step < maxTransitions; step++) {
    const next = at.getTimeZoneTransition('next')
    if (next === null || next.epochMilliseconds > now) break
    const after = next.toPlainDateTime()
    if (Temporal.PlainDateTime.compare(after, wall) < 0) wall = after
    at = next
  }
  return wall.toString({ fractionalSecondDigits: 0, roundingMode: 'floor' })
}
/** Four changes reach back two years; before that no row is an hour off. */
const maxTransitions = 4
