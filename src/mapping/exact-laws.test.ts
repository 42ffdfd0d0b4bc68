import { Decimal as Reference } from 'decimal.js'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { formatDecimal } from '../model/decimal.ts'
import { textOf } from './converters.ts'
import {
  absolute,
  add,
  compareExact,
  decimalText,
  divide,
  type Exact,
  extreme,
  formatExact,
  type MaybeExact,
  multiply,
  negate,
  percent,
  round,
  subtract,
  toExact,
} from './exact.ts'
import { roundings } from './functions.ts'
import { isFormatOf, joinLike, textLike } from './like.ts'

/** decimal.js with more digits than any of these numbers needs: its own rounding never shows. */
const Wide = Reference.clone({ precision: 500, toExpNeg: -500, toExpPos: 500 })
const modes = { 'half-up': Reference.ROUND_HALF_UP, 'half-even': Reference.ROUND_HALF_EVEN, down: Reference.ROUND_DOWN } as const

const digits = (max: number): fc.Arbitrary<string> => fc.string({ unit: fc.constantFrom(...'0123456789'), minLength: 1, maxLength: max })
/** Numbers where the lane changes: around 2^53 and its tenths, halves and hundredfolds, and such that end in a tie. */
const edge = fc
  .tuple(
    fc.constantFrom(2n ** 53n, 2n ** 53n / 2n, 2n ** 53n / 10n, 2n ** 53n * 100n, 10n ** 15n, 10n ** 22n, 0n),
    fc.integer({ min: -3, max: 3 }),
    fc.nat(9),
  )
  .map(([units, more, scale]) => formatDecimal({ units: units + BigInt(more), scale }))
const tie = fc.tuple(digits(16), digits(6)).map(([whole, fraction]) => `${whole}.${fraction}5`)
const any = fc.tuple(digits(30), fc.option(digits(20))).map(([whole, fraction]) => (fraction === null ? whole : `${whole}.${fraction}`))
const decimal = fc
  .tuple(
    fc.constantFrom('', '-'),
    fc.oneof(
      edge.map((text) => text.replace('-', '')),
      tie,
      any,
      digits(3),
    ),
  )
  .map(([sign, text]) => sign + text)

const exact = (text: string): Exact => toExact(text) ?? expect.unreachable(text)
const inLane = (value: Exact): Exact => {
  const { units } = value
  if (typeof units === 'number') expect(Number.isSafeInteger(units) && !Object.is(units, -0)).toBe(true)
  else expect(units > BigInt(Number.MAX_SAFE_INTEGER) || units < -BigInt(Number.MAX_SAFE_INTEGER)).toBe(true)
  return value
}
/** The text with so many digits, and a value in the right lane. */
const says = (value: MaybeExact, wanted: Reference, scale: number): void => {
  const made = inLane(value ?? expect.unreachable())
  expect(made.scale).toBe(scale)
  expect(formatExact(made)).toBe(wanted.toFixed(scale).replace(/^-(?=[0.]*$)/, ''))
}
const scaleOf = (text: string): number => text.split('.')[1]?.length ?? 0
const check = (runs: number, law: (a: string, b: string, places: number) => void): void =>
  fc.assert(fc.property(decimal, decimal, fc.integer({ min: 0, max: 12 }), law), { numRuns: runs })

describe('decimals agree with decimal.js at a precision beyond them, in both lanes', () => {
  it('added, taken away, multiplied', () => {
    check(700, (a, b) => {
      const [x, y] = [new Wide(a), new Wide(b)]
      const scale = Math.max(scaleOf(a), scaleOf(b))
      says(add(exact(a), exact(b)), x.plus(y), scale)
      says(subtract(exact(a), exact(b)), x.minus(y), scale)
      says(multiply(exact(a), exact(b)), x.times(y), scaleOf(a) + scaleOf(b))
    })
  })

  it('divided with a scale', () => {
    check(500, (a, b, places) => {
      const quotient = divide(exact(a), exact(b), places)
      if (new Wide(b).isZero()) expect(quotient).toBeNull()
      // one division, rounded once: 500 digits hold every tie that the operands can make
      else says(quotient, new Wide(a).dividedBy(b).toDecimalPlaces(places, modes['half-up']), places)
    })
  })

  it.each(roundings)('rounded %s, also over and over', (mode) => {
    check(400, (a, _, places) => {
      const made = round(exact(a), places, mode)
      says(made, new Wide(a).toDecimalPlaces(places, modes[mode]), places)
      expect(round(made, places, mode)).toEqual(made)
    })
  })

  it('without a sign, with the other, as percent', () => {
    check(400, (a) => {
      says(absolute(exact(a)), new Wide(a).abs(), scaleOf(a))
      says(negate(exact(a)), new Wide(a).negated(), scaleOf(a))
      expect(formatExact(inLane(percent(exact(a)) ?? expect.unreachable()))).toBe(new Wide(a).times(100).toFixed().replace(/^-0$/, '0'))
    })
  })

  it('compared, and the smallest and the largest', () => {
    check(500, (a, b) => {
      const order = new Wide(a).comparedTo(b)
      expect(compareExact(exact(a), exact(b))).toBe(order)
      expect(compareExact(exact(`${a}${a.includes('.') ? '' : '.'}0`), exact(a))).toBe(0)
      const values = [exact(a), exact(b), exact('0')]
      expect(new Wide(formatExact(extreme(1, values) ?? expect.unreachable())).eq(Wide.max(a, b, 0))).toBe(true)
      expect(new Wide(formatExact(extreme(-1, values) ?? expect.unreachable())).eq(Wide.min(a, b, 0))).toBe(true)
    })
  })

  it('read and written', () => {
    check(500, (a) => {
      says(exact(a), new Wide(a), scaleOf(a))
      expect(decimalText(a)).toBe(formatExact(exact(a)))
    })
  })

  it('compared with a text as if they were written', () => {
    check(1_000, (a, b) => {
      const [value, own] = [exact(a), formatExact(exact(a))]
      const near = [
        own,
        a,
        b,
        `-${own}`,
        `0${own}`,
        `${own}0`,
        `${own}.`,
        own.replace('.', ''),
        own.replace('.', ','),
        own.slice(1),
        own.slice(0, -1),
        '',
      ]
      for (const text of near) expect(isFormatOf(value, text), text).toBe(own === text)
      expect(isFormatOf(value, undefined)).toBe(false)
    })
    for (const like of ['12', '1', undefined, 12]) {
      for (const value of [12, -1, 0.5, 'x', true, null]) expect(textLike(value, like)).toBe(textOf(value))
      expect([joinLike('', '1', '2', like), joinLike('1', '2', '', like), joinLike('-', undefined, '1', like)]).toEqual(['12', '21', '1'])
      expect([joinLike('-', null, '1', like), joinLike('-', undefined, undefined, like)]).toEqual([null, undefined])
    }
    expect(isFormatOf({ units: 5, scale: 2 }, '0.05') && isFormatOf({ units: -5, scale: 0 }, '-5')).toBe(true)
  })

  it('no value and failed values go through', () => {
    const one = exact('1')
    for (const operation of [add, subtract, multiply]) {
      expect(operation(undefined, one)).toBeUndefined()
      expect(operation(one, null)).toBeNull()
      expect(operation(undefined, null)).toBeNull()
    }
    expect(extreme(1, [undefined, undefined])).toBeUndefined()
    expect(extreme(1, [one, null])).toBeNull()
  })
})
