import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { checkpointAt, openCursor, windowsOf } from './cursor.ts'
import { isZone, readTime, wallTime } from './time.ts'
import type { TimeCursor } from './types.ts'
import { versionOf } from './version.ts'

const iso = (value: Parameters<typeof readTime>[0], zone: string | null = null) => readTime(value, zone)?.toString()

describe('times', () => {
  it.each([
    ['2026-11-23T10:00:00Z', null, '2026-11-23T10:00:00Z'],
    ['2026-11-23T10:00:00+08:00', null, '2026-11-23T02:00:00Z'],
    ['2026-11-23T10:00:00.123456+0800', null, '2026-11-23T02:00:00.123456Z'],
    ['2026-11-23 10:00:00', null, '2026-11-23T10:00:00Z'],
    ['2026-11-23T10:00:00', 'America/New_York', '2026-11-23T15:00:00Z'],
    ['2026-11-23', 'Asia/Shanghai', '2026-11-22T16:00:00Z'],
    ['2026-11-01T01:30:00', 'America/New_York', '2026-11-01T05:30:00Z'],
    ['2026-03-29T02:30:00', 'Europe/Berlin', '2026-03-29T00:30:00Z'],
    [1795428000, null, '2026-11-23T10:00:00Z'],
    [1795428000123, null, '2026-11-23T10:00:00.123Z'],
    ['1795428000123', null, '2026-11-23T10:00:00.123Z'],
  ] as const)('%j in %j', (value, zone, expected) => {
    expect(iso(value, zone)).toBe(expected)
  })
  it.each(['', 'soon', '0000-00-00 00:00:00', '2026-13-01', '2026-11-23T10:00:00[Europe/Berlin]', null, true, {}, -5, Number.NaN])(
    '%j is none',
    (value) => {
      expect(iso(value)).toBeUndefined()
    },
  )
  it('zones are IANA names', () => {
    expect(['Europe/Berlin', 'UTC', 'Asia/Shanghai'].map(isZone)).toEqual([true, true, true])
    expect(['Berlin', '', '+08:00', 'Mars/Base'].map(isZone)).toEqual([false, false, false, false])
  })
})

describe('wall times as a cursor', () => {
  const newYork = 'America/New_York'
  it('begin before every row since then, also across the hour that comes twice', () => {
    const transition = Date.parse('2026-11-01T06:00:00Z')
    fc.assert(
      fc.property(fc.integer({ min: -7_200, max: 7_200 }), fc.integer({ min: 0, max: 7_200 }), (start, later) => {
        const since = transition + start * 1_000
        const row = since + later * 1_000
        const stamp = Temporal.Instant.fromEpochMilliseconds(row)
          .toZonedDateTimeISO(newYork)
          .toPlainDateTime()
          .toString({ smallestUnit: 'second' })
        expect(wallTime(since, newYork, row) <= stamp).toBe(true)
      }),
    )
  })
  it('are plain where nothing changes', () => {
    expect(wallTime(Date.parse('2026-11-23T15:00:00.900Z'), newYork, Date.parse('2026-11-24T15:00:00Z'))).toBe('2026-11-23T10:00:00')
  })
})

describe('cursors', () => {
  const cursor = (change: Partial<TimeCursor>): TimeCursor => ({
    paths: ['changed', 'made'],
    format: 'iso',
    zone: null,
    order: 'none',
    lookbackMs: 0,
    ...change,
  })
  it.each([
    [cursor({}), '2026-11-23T10:00:00.123456Z', '2026-11-23T10:00:00.123Z'],
    [cursor({ format: 'seconds' }), 1795428000, 1795428000],
    [cursor({ format: 'seconds' }), '1795428000.9', 1795428000],
    [cursor({ format: 'millis' }), 1795428000123, 1795428000123],
    [cursor({ format: 'local', zone: 'Asia/Shanghai' }), '2026-11-23T18:00:00', '2026-11-23T18:00:00'],
    [cursor({ format: 'local-space', zone: 'Asia/Shanghai' }), '2026-11-23 18:00:00.807', '2026-11-23 18:00:00'],
    [
      cursor({ format: { encode: (time) => ({ at: time.getTime() }), decode: (value) => new Date(Number(value)) } }),
      '1795428000123',
      { at: 1795428000123 },
    ],
  ])('%j', (definition, value, rendered) => {
    const reader = openCursor(definition, definition.zone)
    const ms = reader.value({ changed: null, made: value })
    expect(reader.render(ms ?? 0, 1795428000123)).toEqual(rendered)
  })
  it('read nothing from garbage, and refuse zones that are none', () => {
    expect(openCursor(cursor({}), null).value({ changed: 'x' })).toBeUndefined()
    expect(openCursor(cursor({ format: 'seconds' }), null).value({ changed: 'x' })).toBeUndefined()
    expect(
      openCursor(cursor({ format: { encode: () => 0, decode: () => new Date(Number.NaN) } }), null).value({ changed: 1 }),
    ).toBeUndefined()
    expect(() => openCursor(cursor({}), 'Berlin')).toThrow(/no time zone/)
    expect(() => openCursor(cursor({ format: 'local' }), null)).toThrow(/needs a zone/)
  })
  it('windows cover the time without a gap', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1_000 }), fc.integer({ min: 0, max: 100_000 }), (span, length) => {
        const windows = windowsOf(cursor({ windowMs: span * 100 }), { time: new Date(1_000_000).toISOString() }, 0, 1_000_000 + length)
        expect(windows[0]?.since).toBe(1_000_000)
        expect(windows.filter((window) => window.last)).toHaveLength(1)
        expect(windows.at(-1)?.until).toBe(1_000_000 + length)
        for (const [place, window] of windows.entries()) if (place > 0) expect(window.since).toBe(windows[place - 1]?.until)
      }),
    )
  })
  it('a checkpoint never goes back and never past what was seen', () => {
    const time = (ms: number) => new Date(ms).toISOString()
    expect(checkpointAt(50, { time: time(70) }, 100, 100)).toEqual({ time: time(70) })
    expect(checkpointAt(150, { time: time(70) }, 100, 120)).toEqual({ time: time(100) })
    expect(checkpointAt(150, null, 130, 120)).toEqual({ time: time(120) })
  })
})

describe('versions', () => {
  const time = { kind: 'time' as const, paths: ['changed', 'made'], zone: null, granularityMs: 1 }
  it('sort as the moments do, whatever offset and precision they came with', () => {
    const texts = ['2026-11-23T10:00:00+08:00', '2026-11-23T02:00:00.5Z', '2026-11-23T02:00:00.500001Z', '2026-11-23T03:00:00Z']
    const versions = texts.map((made) => versionOf(time, { made }, 0) ?? '')
    expect(versions).toEqual([...versions].sort())
    expect(versions[1]).toBe('2026-11-23T02:00:00.500000Z')
  })
  it('counters sort by number', () => {
    const versions = [9, 10, '12345678901234567890'].map((value) => versionOf({ kind: 'counter', path: 'v' }, { v: value }, 0) ?? '')
    expect(versions).toEqual([...versions].sort())
    expect(versionOf({ kind: 'counter', path: 'v' }, { v: -1 }, 0)).toBeNull()
  })
  it('are the time of the read, or none', () => {
    expect(versionOf({ kind: 'read' }, {}, Date.parse('2026-11-23T10:00:00.5Z'))).toBe('2026-11-23T10:00:00.500000Z')
    expect(versionOf({ kind: 'none' }, {}, 0)).toBeNull()
    expect(versionOf(time, { changed: '0000-00-00' }, 0)).toBeNull()
  })
})
