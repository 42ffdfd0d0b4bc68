import { bug, reject } from '../model/errors.ts'
import { at, type Json } from '../model/json.ts'
import type { Checkpoint } from './access.ts'
import { isZone, readTime, wallTime } from './time.ts'
import type { CounterCursor, TimeCursor } from './types.ts'

/** A stream's cursor, ready for one connection. Times are epoch ms by the partner's clock, cut down; a counter is its number. */
export interface CursorReader {
  readonly counts: boolean
  /** undefined: the record has none that can be read */
  readonly value: (record: Json) => number | undefined
  /** as it stands in a call; `now` settles wall times that came twice */
  readonly render: (ms: number, now: number) => Json
  /** how far the order of rows may step back where clocks went back */
  readonly toleranceMs: number
  /** a value for people */
  readonly shown: (value: number) => string
}

/** @throws HubError `bad-zone` (bug) when the zone is no IANA name, `no-zone` when wall times have none. */
export function openCursor(cursor: TimeCursor, zone: string | null): CursorReader {
  const { format, paths } = cursor
  if (zone !== null && !isZone(zone)) throw bug('bad-zone', `"${zone}" is no time zone; write an IANA name such as Europe/Berlin`)
  const isWall = format === 'local' || format === 'local-space'
  if (isWall && zone === null) throw bug('no-zone', 'a cursor of wall times needs a zone')
  const decode = (value: Json): number | undefined => {
    if (typeof format === 'object') return decoded(format.decode, value)
    if (format === 'seconds' || format === 'millis') return ofCount(value, format === 'seconds' ? 1000 : 1)
    return readTime(value, zone)?.epochMilliseconds
  }
  return {
    counts: false,
    shown: (ms) => new Date(ms).toISOString(),
    value: (record) => {
      for (const path of paths) {
        const found = at(record, path)
        const ms = found === undefined || found === null ? undefined : decode(found)
        if (ms !== undefined) return ms
      }
      return undefined
    },
    render: (ms, now) => {
      if (typeof format === 'object') return format.encode(new Date(ms))
      if (format === 'seconds') return Math.floor(ms / 1000)
      if (format === 'millis') return ms
      if (format === 'iso') return new Date(ms).toISOString()
      const wall = wallTime(ms, zone ?? 'UTC', now)
      return format === 'local' ? wall : wall.replace('T', ' ')
    },
    toleranceMs: isWall && zone !== 'UTC' ? 3_600_000 : 0,
  }
}

/** @throws HubError `bad-counter` (reject) for a number that a double does not hold: it could not be compared */
export function openCounter({ paths }: CounterCursor): CursorReader {
  return {
    counts: true,
    shown: String,
    value: (record) => {
      const found = paths.map((path) => at(record, path)).find((value) => value !== undefined && value !== null)
      const text = found === undefined ? '' : String(found)
      if (!/^\d{1,30}$/.test(text)) return undefined
      if (!Number.isSafeInteger(Number(text)))
        throw reject('bad-counter', `${text} at ${paths.join(' or ')} is larger than any row version can be; nothing was read`)
      return Number(text)
    },
    render: (value) => value,
    toleranceMs: 0,
  }
}

function decoded(decode: (value: Json) => Date, value: Json): number | undefined {
  try {
    const ms = Math.floor(decode(value).getTime())
    return Number.isNaN(ms) ? undefined : ms
  } catch {
    return undefined
  }
}

function ofCount(value: Json, unit: number): number | undefined {
  const count =
    typeof value === 'number' ? value : typeof value === 'string' && /^\d{1,15}(\.\d{1,9})?$/.test(value) ? Number(value) : Number.NaN
  return Number.isFinite(count) ? Math.floor(count * unit) : undefined
}

/** One query of a read: from (undefined: everything) up to, both by the partner's clock. */
export interface Window {
  readonly since: number | undefined
  readonly until: number
  readonly last: boolean
}

/**
 * The queries that cover a stream from its checkpoint, less the look-back, up to `upper`.
 * @throws HubError `no-first` (bug) when the span of a query is limited and nothing says where a first read begins.
 */
export function windowsOf(
  cursor: Pick<TimeCursor, 'first' | 'windowMs'>,
  from: Checkpoint | null,
  lookbackMs: number,
  upper: number,
): readonly Window[] {
  const first = cursor.first === undefined ? undefined : Date.parse(cursor.first)
  if (first !== undefined && Number.isNaN(first)) throw bug('bad-first', `"${cursor.first}", where a first read begins, is no ISO time`)
  const since = from?.time === undefined || from.time === null ? first : Date.parse(from.time) - lookbackMs
  if (cursor.windowMs === undefined) return [{ since, until: Math.max(upper, since ?? upper), last: true }]
  if (since === undefined) throw bug('no-first', 'a cursor with windowMs needs "first", the time where a first read begins')
  const windows: Window[] = []
  for (let start = since; start < upper; start += cursor.windowMs) {
    const until = Math.min(start + cursor.windowMs, upper)
    windows.push({ since: start, until, last: until >= upper })
    if (windows.length > maxWindows)
      throw bug('too-many-windows', `more than ${maxWindows} queries would cover the stream; raise windowMs or "first"`)
  }
  return windows.length > 0 ? windows : [{ since, until: since, last: true }]
}
const maxWindows = 10_000

/**
 * Where a stream may be taken up again: never behind where it stood, never past what this read can have seen. Rows written while it ran carry times after `asOf`,
 * and a query that was bounded has seen nothing after its bound.
 */
export function checkpointAt(reached: number, from: Checkpoint | null, asOf: number, until: number): Checkpoint {
  const stood = from?.time === undefined || from.time === null ? Number.NEGATIVE_INFINITY : Date.parse(from.time)
  return { time: new Date(Math.max(stood, Math.min(reached, asOf, until))).toISOString() }
}

/** The one query of a list that is counted: everything from its checkpoint on, less the look-back. */
export const countedFrom = ({ first, lookback }: CounterCursor, from: Checkpoint | null): Window => ({
  since: from?.counter === undefined ? first : Math.max(first, from.counter - lookback),
  until: Number.MAX_SAFE_INTEGER,
  last: true,
})

/** Never behind where it stood. `time`: when the read began, for people; the number alone says where it goes on. */
export const countedAt = (reached: number, from: Checkpoint | null, asOf: number): Checkpoint => ({
  time: new Date(asOf).toISOString(),
  counter: Math.max(from?.counter ?? reached, reached),
})
