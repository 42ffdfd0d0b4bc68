import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { cronFault, every, isMissed, nextRun, spanOf, type Timing } from './timing.ts'

const at = (text: string): number => Date.parse(text)
const cron = (pattern: string, zone: string, jitterMs = 0): Timing => ({ kind: 'cron', cron: pattern, zone, jitterMs, misfire: 'once' })
const runs = (timing: Timing, from: string, count: number): string[] => {
  const found: string[] = []
  for (let now = at(from); found.length < count; ) {
    now = nextRun(timing, now, 'job') ?? expect.unreachable()
    found.push(new Date(now).toISOString().slice(0, 16))
  }
  return found
}

describe('wall times over a change of clocks', () => {
  test('02:30 in Berlin: at the end of the gap in spring, once in autumn', () => {
    const daily = cron('30 2 * * *', 'Europe/Berlin')
    expect(runs(daily, '2026-03-27T12:00Z', 3)).toEqual(['2026-03-28T01:30', '2026-03-29T01:00', '2026-03-30T00:30'])
    expect(runs(daily, '2026-10-23T12:00Z', 3)).toEqual(['2026-10-24T00:30', '2026-10-25T00:30', '2026-10-26T01:30'])
  })

  test('02:00 in New York keeps its wall time on both sides', () => {
    expect(runs(cron('0 2 * * *', 'America/New_York'), '2026-03-06T12:00Z', 3)).toEqual([
      '2026-03-07T07:00',
      '2026-03-08T07:00',
      '2026-03-09T06:00',
    ])
  })

  test('every half hour runs on through the hour that comes twice', () => {
    expect(runs(cron('*/30 * * * *', 'Europe/Berlin'), '2026-10-24T23:40Z', 5)).toEqual([
      '2026-10-25T00:00',
      '2026-10-25T00:30',
      '2026-10-25T01:00',
      '2026-10-25T01:30',
      '2026-10-25T02:00',
    ])
  })

  test('a zone without changes of clocks, and one of half an hour', () => {
    expect(runs(cron('0 9 * * 1', 'Asia/Shanghai'), '2026-11-23T02:00Z', 2)).toEqual(['2026-11-30T01:00', '2026-12-07T01:00'])
    expect(runs(cron('0 9 * * *', 'Asia/Kolkata'), '2026-11-23T04:00Z', 1)).toEqual(['2026-11-24T03:30'])
  })
})

test('the next run is later than now, whatever the time and the jitter', () => {
  const timing = fc.oneof(
    fc.record({ kind: fc.constant('every' as const), everyMs: fc.integer({ min: 1, max: 1e9 }) }),
    fc.record({
      kind: fc.constant('cron' as const),
      cron: fc.constantFrom('* * * * *', '5 4 * * *', '30 2 * * 0', '0 0 1 * *', '*/15 * * * * *'),
      zone: fc.constantFrom('UTC', 'Europe/Berlin', 'America/New_York', 'Australia/Lord_Howe', 'Asia/Shanghai'),
    }),
  )
  fc.assert(
    fc.property(
      timing,
      fc.integer({ min: 0, max: 4e12 }),
      fc.integer({ min: 0, max: 600_000 }),
      fc.string(),
      (one, now, jitterMs, name) => {
        const whole: Timing = { ...one, jitterMs, misfire: 'skip' }
        const next = nextRun(whole, now, name) ?? expect.unreachable()
        const without = nextRun({ ...whole, jitterMs: 0 }, now, name) ?? expect.unreachable()
        expect(next).toBeGreaterThan(now)
        expect(next - without).toBeGreaterThanOrEqual(0)
        expect(next - without).toBeLessThan(Math.max(1, jitterMs))
        expect(nextRun(whole, now, name)).toBe(next)
        expect(spanOf(whole, now)).toBeGreaterThan(0)
      },
    ),
    { numRuns: 300 },
  )
})

test('jitter spreads jobs of one time and is the same for one job every day', () => {
  const spread = cron('0 3 * * *', 'UTC', 600_000)
  const times = ['a', 'b', 'c', 'd', 'e', 'f'].map((name) => nextRun(spread, at('2026-11-23T12:00Z'), name))
  expect(new Set(times).size).toBe(6)
  const first = nextRun(spread, at('2026-11-23T12:00Z'), 'a') ?? 0
  expect(nextRun(spread, first, 'a')).toBe(first + 86_400_000)
})

test('what is late by less than its span and five minutes was not missed', () => {
  expect(isMissed(60_000, 0, 60_000)).toBe(false)
  expect(isMissed(60_000, 0, 60_001)).toBe(true)
  expect(isMissed(86_400_000, 0, 300_000)).toBe(false)
  expect(isMissed(86_400_000, 0, 300_001)).toBe(true)
})

test.each([
  ['61 * * * *', /minute/],
  ['* * * *', /parts/],
  ['0 0 30 2 *', /never comes/],
  ['0 0 1 1 * 2025 7', /./],
])('%s is no pattern', (pattern, fault) => {
  expect(cronFault(pattern)).toMatch(fault)
})

test('patterns of five and of six fields', () => {
  expect(cronFault('0 3 * * *')).toBe(undefined)
  expect(cronFault('15 0 3 * * *')).toBe(undefined)
  expect(nextRun(every(60_000), 1000, 'x')).toBe(61_000)
})
