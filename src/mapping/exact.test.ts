import fc from 'fast-check'
import { expect, it } from 'vitest'
import { divide as divideText, parseDecimal, round as roundText } from '../model/decimal.ts'
import { amountText, decimalText, divide, formatExact, round, toExact } from './exact.ts'
import { roundings } from './functions.ts'

const digits = fc.array(fc.constantFrom(...'0123456789'), { minLength: 1, maxLength: 14 }).map((all) => all.join(''))
const decimal = fc
  .tuple(fc.constantFrom('', '-'), digits, fc.option(digits))
  .map(([sign, whole, fraction]) => sign + whole + (fraction === null ? '' : `.${fraction}`))
const exact = (text: string) => toExact(text) ?? expect.unreachable(text)

it('rounds and divides as the kernel on texts does, in whichever lane', () => {
  fc.assert(
    fc.property(decimal, decimal, fc.integer({ min: 0, max: 8 }), fc.constantFrom(...roundings), (a, b, scale, rounding) => {
      expect(formatExact(round(exact(a), scale, rounding) ?? expect.unreachable())).toBe(roundText(a, scale, rounding))
      const quotient = divide(exact(a), exact(b), scale)
      if (parseDecimal(b).units === 0n) expect(quotient).toBeNull()
      else expect(formatExact(quotient ?? expect.unreachable())).toBe(divideText(a, b, scale, 'half-up'))
    }),
    { numRuns: 500 },
  )
})

it('writes a decimal text as reading and writing it would', () => {
  const near = fc.stringMatching(/^[-+ ]?[0-9]{0,4}[.,e]?[0-9]{0,4}[.]?[0-9]?$/)
  fc.assert(
    fc.property(fc.oneof(decimal, near, fc.string()), (text) => {
      const read = toExact(text)
      expect(decimalText(text)).toBe(read === null ? null : formatExact(read))
    }),
    { numRuns: 1_000 },
  )
})

it('reads a double as its shortest text says', () => {
  const plain = (value: number): string => (Object.is(value, -0) ? '0' : String(value))
  fc.assert(
    fc.property(
      fc.oneof(
        fc.double({ noNaN: true }),
        fc.integer().map((n) => n / 100),
        fc.float({ noNaN: true }),
      ),
      (value) => {
        const text = plain(value)
        const read = toExact(value)
        if (!Number.isFinite(value)) expect(read).toBeNull()
        else if (!text.includes('e')) expect(formatExact(read ?? expect.unreachable())).toBe(text)
        else if (read !== null) expect(Number(formatExact(read))).toBe(value)
      },
    ),
    { numRuns: 1_000 },
  )
})

it.each([
  ['1.5', 'USD', '1.50', undefined],
  ['1.50', 'USD', '1.50', undefined],
  ['1.500', 'USD', '1.50', undefined],
  ['1.505', 'USD', '1.505', 'AMOUNT_SCALE'],
  ['1.5', 'JPY', '1.5', 'AMOUNT_SCALE'],
  ['7', 'JPY', '7', undefined],
  ['1.23456', 'USD', null, undefined],
  ['1', 'usd', null, undefined],
  ['1', 'XAU', null, undefined],
  ['12,50', 'USD', null, undefined],
])('writes %s %s as an amount: %s', (value, currency, written, heard) => {
  const listener = { heard: undefined }
  expect(amountText(value, currency, listener)).toBe(written)
  expect(listener.heard).toBe(heard)
})
