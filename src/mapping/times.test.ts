import fc from 'fast-check'
import { expect, it } from 'vitest'
import { toDate, toUtc } from './times.ts'

/** The grammar of dates as a pattern; the reader is written by hand. */
const form = /^(\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d)(?:[.,](\d{1,9}))?)?(?: ?(Z|[+-]\d\d(?::?\d\d)?))?)?$/

function expected(text: string): string | null {
  const m = form.exec(text)
  if (m === null) return null
  const [, year, month, day, hour = '00', minute = '00', second = '00', fraction = '', zone] = m
  const date = `${year}-${month}-${day}`
  if (Number(year) < 1000 || Number(hour) > 23 || Number(minute) > 59 || Number(second) > 59) return null
  const wall = new Date(`${date}T${hour}:${minute}:${second}.${fraction.padEnd(3, '0').slice(0, 3)}Z`)
  if (Number.isNaN(wall.getTime()) || wall.toISOString().slice(0, 10) !== date || zone === undefined) return null
  if (zone === 'Z') return wall.toISOString()
  const hours = Number(zone.slice(1, 3))
  const minutes = Number(zone.slice(3).replace(':', '') || 0)
  if (hours > 18 || minutes > 59) return null
  const offset = (zone.startsWith('-') ? -1 : 1) * (hours * 60 + minutes) * 60_000
  return new Date(wall.getTime() - offset).toISOString()
}

const pad = (n: number, digits: number): string => String(n).padStart(digits, '0')
const number = (max: number, digits = 2) => fc.integer({ min: 0, max }).map((n) => pad(n, digits))
const text = fc
  .tuple(
    fc.constantFrom('1999', '2000', '2024', '2026', '2100', '0999', '9999', '1000'),
    number(13),
    number(32),
    fc.constantFrom('T', ' ', 't', ''),
    number(24),
    number(60),
    fc.option(number(60)),
    fc.option(fc.tuple(fc.constantFrom('.', ','), fc.stringMatching(/^\d{0,10}$/)).map(([mark, all]) => mark + all)),
    fc.constantFrom('Z', '', '+00:00', '-05:00', '+0530', '-1', '+19', '+14:60', ' Z', ' +08:00', '+08:', 'z', 'Z '),
  )
  .map(
    ([year, month, day, between, hour, minute, second, fraction, zone]) =>
      `${year}-${month}-${day}${between}${hour}:${minute}${second === null ? '' : `:${second}${fraction ?? ''}`}${zone}`,
  )

it('reads exactly the dates of its grammar, to the millisecond', () => {
  fc.assert(
    fc.property(fc.oneof({ weight: 9, arbitrary: text }, { weight: 1, arbitrary: fc.string() }), (given) => {
      expect(toUtc(given, undefined)).toBe(expected(given))
    }),
    { numRuns: 5_000 },
  )
})

it('knows every day of four hundred years and no other', () => {
  for (let year = 1900; year < 2300; year += 1)
    for (const [month, day] of [
      [2, 28],
      [2, 29],
      [2, 30],
      [4, 31],
      [12, 31],
      [1, 1],
      [3, 1],
    ] as const) {
      const date = `${year}-${pad(month, 2)}-${pad(day, 2)}`
      const real = new Date(Date.UTC(year, month - 1, day)).toISOString().slice(0, 10) === date
      expect(toDate(date, undefined)).toBe(real ? date : null)
      if (real) expect(toUtc(`${date}T12:00:00+14:00`, undefined)).toBe(new Date(Date.UTC(year, month - 1, day, -2)).toISOString())
    }
})
