import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type Demand, forecast, type Level, levelOf, signalFactor, smoothedRate } from './forecast.ts'
import { periodEnd, readFormat } from './format.ts'

const hour = 3_600_000
const now = Date.parse('2026-11-30T15:00:00Z')
const steady = (perHour: number, hours: number): readonly Demand[] =>
  Array.from({ length: hours * perHour }, (_, i) => ({ at: now - ((i + 0.5) * hour) / perHour, count: 1 }))
const of = { remaining: 600, signals: [], now, halfLifeMs: 6 * hour, since: now - 60 * hour, until: undefined }

describe('the rate', () => {
  test('of steady demand is that demand, however much of it is known', () => {
    for (const known of [1, 6, 60]) {
      const rate = smoothedRate(steady(60, known), now, 6 * hour, now - known * hour) * hour
      expect(rate).toBeGreaterThan(59)
      expect(rate).toBeLessThan(61)
    }
  })

  test('halves within a half-life without requests, and follows the last ones', () => {
    const before = smoothedRate(steady(60, 60), now, 6 * hour, now - 60 * hour)
    expect(smoothedRate(steady(60, 60), now + 6 * hour, 6 * hour, now - 60 * hour) / before).toBeCloseTo(0.5, 2)
    const burst = steady(60, 60).map((one) => ({ ...one, count: one.at > now - hour ? 10 : 1 }))
    expect(smoothedRate(burst, now, hour, now - 60 * hour)).toBeGreaterThan(5 * before)
  })
})

describe('the time of exhaustion', () => {
  test('is remaining by rate and signals, within its span, and surer the more it rests on', () => {
    const plain = forecast({ ...of, demand: steady(60, 60) })
    expect(((plain.exhaustedAt ?? 0) - now) / hour).toBeCloseTo(10, 0)
    expect(plain.confidence).toBe('high')
    expect(plain.earliest).toBeLessThan(plain.exhaustedAt ?? 0)
    expect(plain.latest).toBeGreaterThan(plain.exhaustedAt ?? 0)
    const sale = { kind: 'advertising', factor: 2, at: now, halfLifeMs: hour } as const
    const doubled = forecast({ ...of, demand: steady(60, 60), signals: [sale] })
    expect(((doubled.exhaustedAt ?? 0) - now) / hour).toBeCloseTo(5, 0)
    expect(doubled.confidence).toBe('medium')
    expect(forecast({ ...of, demand: steady(1, 3) }).confidence).toBe('low')
  })

  test('is unknown when nobody asks, and when the sequence begins anew before', () => {
    expect(forecast({ ...of, demand: [] })).toMatchObject({ exhaustedAt: null, earliest: null, latest: null, confidence: 'low' })
    expect(forecast({ ...of, demand: steady(60, 60), until: now + 8 * hour }).exhaustedAt).toBeNull()
    const format = readFormat('{ts:yyMMdd,Asia/Shanghai}{seq:4,day}', { alphabet: 'digits', maxLength: 20, values: {} })
    expect(periodEnd(format, now)).toBe(Date.parse('2026-11-30T16:00:00Z'))
  })
})

test('signals fade, do not count before their time, and together stay within bounds', () => {
  const signal = { kind: 'traffic', factor: 3, at: now, halfLifeMs: hour } as const
  expect(signalFactor([signal], now)).toBe(3)
  expect(signalFactor([signal], now + hour)).toBe(2)
  expect(signalFactor([signal], now - 1)).toBe(1)
  expect(signalFactor([{ ...signal, factor: 0 }], now)).toBe(0.1)
  expect(signalFactor(Array(9).fill(signal), now)).toBe(10)
})

describe('levels', () => {
  const thresholds = { warnAt: 100, criticalAt: 10, warnMs: 24 * hour, criticalMs: 2 * hour }

  test('come by count or time, and go when things are better by a fifth', () => {
    const next = (before: Level, remaining: number, left: number | null) => levelOf(before, remaining, left, thresholds)
    expect([next('ok', 100, null), next('ok', 99, null), next('ok', 9, null)]).toEqual(['ok', 'warn', 'critical'])
    expect([next('ok', 5000, 23 * hour), next('ok', 5000, hour)]).toEqual(['warn', 'critical'])
    expect([next('warn', 119, null), next('warn', 120, null)]).toEqual(['warn', 'ok'])
    expect([next('critical', 11, null), next('critical', 12, null), next('critical', 500, null)]).toEqual(['critical', 'warn', 'ok'])
  })

  test('do not flutter: figures within a fifth above a threshold change nothing, however they move', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 100, max: 119 }), { minLength: 1 }),
        fc.constantFrom<Level>('ok', 'warn'),
        (figures, first) => {
          expect(figures.reduce<Level>((level, remaining) => levelOf(level, remaining, null, thresholds), first)).toBe(first)
        },
      ),
    )
  })
})
