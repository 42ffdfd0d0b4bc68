import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { bareMoney, cents, money, rate, share, taxIn, taxOn } from './money.ts'

test('text and cents are one-to-one', () => {
  expect(['12', '0.5', '-9.05', '1200.00'].map((text) => money(cents(text)))).toEqual(['12.00', '0.50', '-9.05', '1200.00'])
  expect([bareMoney(90n), bareMoney(100n), bareMoney(145n), bareMoney(1000n)]).toEqual(['0.9', '1', '1.45', '10'])
  for (const text of ['1.005', '', 'abc', '1,5', '1e3', '.5']) expect(() => cents(text), text).toThrow(RangeError)
  expect(() => rate('19.00001')).toThrow(RangeError)
})

test('tax as the published order 727 has it: 7.5 % on 6.00 and 12.00', () => {
  expect([taxOn(600n, rate('7.5')), taxOn(1200n, rate('7.5'))]).toEqual([45n, 90n])
})

test('halves go up on net prices and down on gross prices', () => {
  expect(taxOn(50n, rate('9'))).toBe(5n)
  expect(taxIn(3n, rate('20'))).toBe(0n)
  expect(taxIn(9n, rate('20'))).toBe(1n)
  expect(taxIn(5_920_000n, rate('19'))).toBe(945_210n)
})

describe('laws', () => {
  const amounts = fc.bigInt({ min: 0n, max: 100_000_000n })
  const rates = fc.bigInt({ min: 0n, max: 500_000n })
  test('contained tax is within half a cent of the exact one', () => {
    fc.assert(
      fc.property(amounts, rates, (gross, by) => {
        const error = 2n * (taxIn(gross, by) * (1_000_000n + by) - gross * by)
        expect(error <= 1_000_000n + by && error >= -(1_000_000n + by)).toBe(true)
      }),
    )
  })
  test('a share of the whole is the amount itself, of nothing nothing', () => {
    fc.assert(fc.property(amounts, amounts, (amount, whole) => share(amount, whole, whole) === (whole === 0n ? 0n : amount)))
  })
})
