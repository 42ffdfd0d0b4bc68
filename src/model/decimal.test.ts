import { Decimal as Reference } from 'decimal.js'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  abs,
  add,
  compare,
  currencyDigits,
  DecimalError,
  divide,
  formatDecimal,
  fromScaled,
  isDecimal,
  isZero,
  multiply,
  negate,
  padAmount,
  parseDecimal,
  type Rounding,
  round,
  subtract,
  sum,
  toScaled,
} from './decimal.ts'

const Exact = Reference.clone({ precision: 60, toExpNeg: -60, toExpPos: 60 })
const referenceMode = {
  'half-up': Reference.ROUND_HALF_UP,
  'half-even': Reference.ROUND_HALF_EVEN,
  down: Reference.ROUND_DOWN,
} as const
const modes: Rounding[] = ['half-up', 'half-even', 'down']

const decimals = fc
  .tuple(fc.bigInt({ min: -(10n ** 18n), max: 10n ** 18n }), fc.integer({ min: 0, max: 8 }))
  .map(([units, scale]) => formatDecimal({ units, scale }))
const mode = fc.constantFrom(...modes)
const scale = fc.integer({ min: 0, max: 8 })

/** Our text as the reference writes it, so that zeros at the end do not count. */
const value = (text: string): string => plain(new Exact(text))
const plain = (number: Reference): string => (number.isZero() ? '0' : number.toString())

describe('arithmetic agrees with decimal.js at precision 60', () => {
  it('adds, subtracts and multiplies', () => {
    fc.assert(
      fc.property(decimals, decimals, (a, b) => {
        expect(value(add(a, b))).toBe(plain(new Exact(a).plus(b)))
        expect(value(subtract(a, b))).toBe(plain(new Exact(a).minus(b)))
        expect(value(multiply(a, b))).toBe(plain(new Exact(a).times(b)))
      }),
      { numRuns: 500 },
    )
  })

  it('compares, negates and takes the size', () => {
    fc.assert(
      fc.property(decimals, decimals, (a, b) => {
        expect(compare(a, b)).toBe(new Exact(a).comparedTo(b))
        expect(value(negate(a))).toBe(plain(new Exact(a).negated()))
        expect(value(abs(a))).toBe(plain(new Exact(a).abs()))
        expect(isZero(a)).toBe(new Exact(a).isZero())
        expect(compare(a, add(a, '0.00'))).toBe(0)
      }),
    )
  })

  it('rounds and divides to an exact number of digits in every mode', () => {
    fc.assert(
      fc.property(decimals, decimals, scale, mode, (a, b, digits, rounding) => {
        const size = (text: string): number => parseDecimal(text).scale
        const rounded = round(a, digits, rounding)
        expect(size(rounded)).toBe(digits)
        expect(value(rounded)).toBe(plain(new Exact(a).toDecimalPlaces(digits, referenceMode[rounding])))
        fc.pre(!isZero(b))
        const divided = divide(a, b, digits, rounding)
        expect(size(divided)).toBe(digits)
        expect(value(divided)).toBe(plain(new Exact(a).dividedBy(b).toDecimalPlaces(digits, referenceMode[rounding])))
      }),
      { numRuns: 500 },
    )
  })

  it('sums a list in any order', () => {
    fc.assert(
      fc.property(fc.array(decimals, { maxLength: 40 }), (list) => {
        expect(compare(sum(list), sum([...list].reverse()))).toBe(0)
        expect(value(sum(list))).toBe(plain(list.reduce((total, text) => total.plus(text), new Exact(0))))
      }),
    )
  })
})

describe('text', () => {
  it('comes back from its parts, and from its stored integer, unchanged', () => {
    fc.assert(
      fc.property(decimals, (text) => {
        expect(formatDecimal(parseDecimal(text))).toBe(text)
        const digits = parseDecimal(text).scale
        expect(fromScaled(parseDecimal(text).units, digits, digits)).toBe(text)
      }),
    )
  })

  it.each([
    ['0012', '12'],
    ['-0', '0'],
    ['-0.00', '0.00'],
    ['007.50', '7.50'],
    ['-00.5', '-0.5'],
  ])('%s has the normal form %s', (text, normal) => {
    expect(formatDecimal(parseDecimal(text))).toBe(normal)
  })

  it.each(['', '-', '.5', '5.', '+1', '1e3', ' 1', '1 ', '1\n', '1,5', '1.2.3', '--1', '0x10', 'NaN', 'Infinity', '１２', '9'.repeat(201)])(
    'refuses %j and names it',
    (text) => {
      expect(isDecimal(text)).toBe(false)
      let caught: unknown
      try {
        parseDecimal(text)
      } catch (error) {
        caught = error
      }
      expect(caught).toBeInstanceOf(DecimalError)
      expect(caught).toMatchObject({ text, detail: { recovery: 'reject' } })
    },
  )
})

describe('stored integers', () => {
  it.each([
    ['29.35', 4, 293_500n],
    ['-0.0001', 4, -1n],
    ['12', 6, 12_000_000n],
    ['1.50000000', 4, 15_000n],
    ['922337203685477.5807', 4, 9_223_372_036_854_775_807n],
    ['-922337203685477.5808', 4, -9_223_372_036_854_775_808n],
  ])('%s at %i decimals is %s', (text, digits, units) => {
    expect(toScaled(text, digits)).toBe(units)
  })

  it.each([
    ['0.00001', 4],
    ['922337203685477.5808', 4],
    ['-922337203685477.5809', 4],
    ['10000000000000', 6],
  ])('%s at %i decimals is refused', (text, digits) => {
    expect(() => toScaled(text, digits)).toThrow(DecimalError)
  })

  it('drops zeros at the end down to the digits asked for, and adds missing ones', () => {
    expect(fromScaled(293_500n, 4, 2)).toBe('29.35')
    expect(fromScaled(290_000n, 4, 2)).toBe('29.00')
    expect(fromScaled(290_000n, 4)).toBe('29')
    expect(fromScaled(-1n, 4, 2)).toBe('-0.0001')
    expect(fromScaled(0n, 6)).toBe('0')
    expect(fromScaled(5n, 0, 2)).toBe('5.00')
  })
})

describe('division', () => {
  it('by zero is refused', () => {
    expect(() => divide('1', '0.00', 2, 'half-up')).toThrow(/cannot be divided by zero/)
  })

  it.each<[string, Rounding, string]>([
    ['0.125', 'half-up', '0.13'],
    ['0.125', 'half-even', '0.12'],
    ['0.125', 'down', '0.12'],
    ['-0.125', 'half-up', '-0.13'],
    ['-0.135', 'half-even', '-0.14'],
    ['-0.004', 'half-up', '0.00'],
  ])('%s rounds %s to %s', (text, rounding, expected) => {
    expect(round(text, 2, rounding)).toBe(expected)
  })
})

describe('currencies', () => {
  it.each([
    ['USD', 2],
    ['CNY', 2],
    ['JPY', 0],
    ['KWD', 3],
    ['CLF', 4],
    ['XAD', 2],
    ['usd', undefined],
    ['RMB', undefined],
    ['XAU', undefined],
    ['', undefined],
    ['constructor', undefined],
  ])('%s has %s digits', (code, digits) => {
    expect(currencyDigits(code)).toBe(digits)
  })

  it('pads an amount and never rounds it', () => {
    expect(padAmount('0.9', 'USD')).toBe('0.90')
    expect(padAmount('1.3500', 'USD')).toBe('1.35')
    expect(padAmount('1.355', 'USD')).toBe('1.355')
    expect(padAmount('1200', 'JPY')).toBe('1200')
    expect(padAmount('1200.0', 'JPY')).toBe('1200')
    expect(padAmount('1', 'KWD')).toBe('1.000')
    expect(() => padAmount('1', 'RMB')).toThrow(/'RMB' is no ISO 4217 code/)
    expect(() => padAmount('0.00001', 'USD')).toThrow(DecimalError)
  })
})
