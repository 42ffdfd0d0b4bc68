import { expect, test } from 'vitest'
import { siteTime, wallFrom } from './site-time.ts'

const at = (text: string): number => Date.parse(text)

test('the local date follows daylight saving, the twin does not', () => {
  const berlin = siteTime('Europe/Berlin')
  expect(berlin.local(at('2026-03-29T00:59:59Z'))).toBe('2026-03-29T01:59:59')
  expect(berlin.local(at('2026-03-29T01:00:00Z'))).toBe('2026-03-29T03:00:00')
  expect(berlin.gmt(at('2026-03-29T01:00:00.900Z'))).toBe('2026-03-29T01:00:00')
  expect(siteTime('Asia/Kathmandu').local(at('2026-11-23T13:00:00Z'))).toBe('2026-11-23T18:45:00')
})

test('a parameter without offset is wall time; one with an offset becomes wall time of the site', () => {
  const newYork = siteTime('America/New_York')
  expect(wallFrom('2026-11-23T08:00:00', newYork)).toBe(at('2026-11-23T08:00:00Z'))
  expect(wallFrom('2026-11-23T13:00:00Z', newYork)).toBe(at('2026-11-23T08:00:00Z'))
  expect(wallFrom('2026-11-23T14:00:00+01:00', newYork)).toBe(at('2026-11-23T08:00:00Z'))
  expect(wallFrom('2026-11-23T08:00:00.500', newYork)).toBe(at('2026-11-23T08:00:00Z'))
})

test('what WordPress calls an invalid date', () => {
  for (const text of ['2026-11-23', '23.11.2026', '2026-02-30T00:00:00', '2026-11-23T8:00:00', '']) {
    expect(wallFrom(text, siteTime('UTC')), text).toBeUndefined()
  }
})
