import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { expectedAtLeast, expectedIn, type HourCount, silenceOf } from './silence.ts'

const hourMs = 3_600_000
/** A Monday, 00:00 UTC. */
const monday = Date.parse('2026-09-07T00:00:00Z')
const hourOf = (ms: number) => Math.floor(ms / hourMs)

/** Counts of `weeks` weeks before `end`, as `rate` says of (hour of the week by UTC, week). */
function history(weeks: number, end: number, rate: (hour: number, week: number) => number): HourCount[] {
  const rows: HourCount[] = []
  for (let hour = hourOf(end) - weeks * 168; hour < hourOf(end); hour++) {
    const events = rate((((hour - hourOf(monday)) % 168) + 168) % 168, Math.floor((hour - hourOf(end) + weeks * 168) / 168))
    if (events > 0) rows.push({ hour, events, lastAt: hour * hourMs + 1000 })
  }
  return rows
}
const steady = (events: number) => () => events

describe('what is expected', () => {
  test('of a steady topic is its rate, by the hour and by parts of it', () => {
    const past = history(4, monday, steady(20))
    expect(expectedIn(past, monday, monday + hourMs, 'UTC')?.expected).toBe(20)
    expect(expectedIn(past, monday + hourMs / 4, monday + hourMs, 'UTC')?.expected).toBe(15)
    expect(expectedIn(past, monday, monday + 24 * hourMs, 'UTC')?.expected).toBe(480)
  })

  test('at night is nothing where nights bring nothing', () => {
    const days = history(4, monday, (hour) => (hour % 24 >= 8 && hour % 24 < 20 ? 30 : 0))
    expect(expectedIn(days, monday, monday + 8 * hourMs, 'UTC')?.expected).toBe(0)
    expect(expectedIn(days, monday, monday + 10 * hourMs, 'UTC')?.expected).toBe(60)
  })

  test('on a Sunday is what Sundays bring', () => {
    const closed = history(4, monday, (hour) => (hour >= 144 ? 0 : 10))
    expect(expectedIn(closed, monday + 144 * hourMs, monday + 168 * hourMs, 'UTC')?.expected).toBe(0)
  })

  test('is not moved by one sale nor by one outage', () => {
    const odd = (rate: number) => history(6, monday, (_, week) => (week === 2 ? rate : 10))
    expect(expectedIn(odd(5000), monday, monday + hourMs, 'UTC')?.expected).toBe(10)
    expect(expectedIn(odd(0), monday, monday + hourMs, 'UTC')?.expected).toBe(10)
  })

  test('keeps to the hours of the wall over a change of clocks', () => {
    const after = Date.parse('2026-10-26T00:00:00Z')
    const berlin = (hour: number) => Temporal.Instant.fromEpochMilliseconds(hour).toZonedDateTimeISO('Europe/Berlin').hour
    const rows: HourCount[] = []
    for (let hour = hourOf(after) - 6 * 168; hour < hourOf(after); hour++)
      if (berlin(hour * hourMs) === 9) rows.push({ hour, events: 12, lastAt: hour * hourMs })
    // 09:00 in Berlin is 07:00 UTC before the change and 08:00 after it
    expect(expectedIn(rows, after + 7 * hourMs, after + 8 * hourMs, 'Europe/Berlin')?.expected).toBe(0)
    expect(expectedIn(rows, after + 8 * hourMs, after + 9 * hourMs, 'Europe/Berlin')?.expected).toBe(12)
  })

  test('is unknown before three days, and by the hour of the day before two weeks', () => {
    const short = history(1, monday, steady(10))
    expect(expectedIn(short.slice(-60), monday, monday + hourMs, 'UTC')).toBe(undefined)
    expect(expectedIn(short, monday, monday + hourMs, 'UTC')?.expected).toBe(10)
    expect(expectedIn([], monday, monday + hourMs, 'UTC')).toBe(undefined)
  })
})

test('silence is said when enough was expected, and ends with the next event', () => {
  const past = history(4, monday, steady(20))
  const last = monday - hourMs + 1000
  expect(silenceOf(past, last + 20 * 60_000, 'UTC')).toBe(undefined)
  const silent = silenceOf(past, last + hourMs, 'UTC')
  expect(silent).toMatchObject({ since: last, expected: 20 })
  const again = [...past, { hour: hourOf(last + hourMs), events: 1, lastAt: last + hourMs }]
  expect(silenceOf(again, last + hourMs + 60_000, 'UTC')).toBe(undefined)
})

test('a busy topic that pauses for minutes is not silent', () => {
  const past = history(4, monday, steady(1000))
  expect(silenceOf(past, monday - hourMs + 1000 + 9 * 60_000, 'UTC')).toBe(undefined)
})

test('what is expected grows with the span and is never negative', () => {
  fc.assert(
    fc.property(
      fc.array(fc.nat(200), { minLength: 168, maxLength: 168 }),
      fc.nat(200),
      fc.nat(48 * 60),
      fc.nat(48 * 60),
      (rates, noise, a, b) => {
        const past = history(3, monday, (hour, week) => ((rates[hour] ?? 0) + ((noise * (week + 1)) % 7)) | 0)
        if (past.length === 0) return
        const [less, more] = [Math.min(a, b), Math.max(a, b)].map(
          (minutes) => expectedIn(past, monday, monday + minutes * 60_000, 'UTC')?.expected,
        )
        if (less === undefined || more === undefined) return
        expect(less).toBeGreaterThanOrEqual(0)
        expect(more).toBeGreaterThanOrEqual(less - 1e-9)
      },
    ),
    { numRuns: 60 },
  )
})

test('traffic as usual raises no alarm over eight weeks', () => {
  // Poisson arrivals, 6 an hour by day and 1 by night, from a fixed seed
  let seed = 7
  const random = () => {
    seed = (seed + 0x6d2b79f5) | 0
    let mixed = Math.imul(seed ^ (seed >>> 15), seed | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
  const events: number[] = []
  for (let at = monday; at < monday + 10 * 168 * hourMs; ) {
    at += (-Math.log(1 - random()) / 6) * hourMs
    const isDay = hourOf(at) % 24 >= 7 && hourOf(at) % 24 < 22
    if (isDay || random() < 1 / 6) events.push(at)
  }
  const byHour = new Map<number, HourCount>()
  let alarms = 0
  for (const [place, at] of events.entries()) {
    const gapEnd = events[place + 1] ?? at
    const hour = hourOf(at)
    const row = byHour.get(hour)
    byHour.set(hour, { hour, events: (row?.events ?? 0) + 1, lastAt: at })
    if (at < monday + 3 * 168 * hourMs || gapEnd - at < 1.5 * hourMs) continue
    if (silenceOf([...byHour.values()], gapEnd - 1, 'UTC') !== undefined) alarms++
  }
  expect(events.length).toBeGreaterThan(4000)
  expect(alarms).toBe(0)
  expect(expectedAtLeast).toBeGreaterThan(5)
})
