import fc from 'fast-check'
import { expect, it } from 'vitest'
import { compare, DecimalError, formatDecimal, multiply, negate, parseDecimal, subtract, sum } from '../model/decimal.ts'
import { allocate } from './allocate.ts'

it.each<[string, string[], number, string[]]>([
  ['10.00', ['1', '1', '1'], 2, ['3.34', '3.33', '3.33']],
  ['0.02', ['1', '1', '1'], 2, ['0.01', '0.01', '0.00']],
  ['-10.00', ['1', '1', '1'], 2, ['-3.34', '-3.33', '-3.33']],
  ['1.35', ['6.00', '12.00'], 2, ['0.45', '0.90']],
  ['100', ['1', '2', '4'], 0, ['14', '29', '57']],
  ['5.00', ['0', '0.00'], 2, ['2.50', '2.50']],
  ['5.00', ['0', '3'], 2, ['0.00', '5.00']],
  ['0', [], 2, []],
])('%s over %j', (total, weights, digits, parts) => {
  expect(allocate(total, weights, digits)).toEqual(parts)
})

it('refuses what has no exact answer', () => {
  expect(() => allocate('1.00', [], 2)).toThrow(/no line to carry it/)
  expect(() => allocate('1.005', ['1'], 2)).toThrow(DecimalError)
  expect(() => allocate('1.00', ['1', '-1'], 2)).toThrow(/weight of line 2 is -1/)
})

const digits = fc.integer({ min: 0, max: 4 })
const weights = fc.array(
  fc.tuple(fc.bigInt({ min: 0n, max: 10n ** 9n }), fc.integer({ min: 0, max: 4 })).map(([units, scale]) => formatDecimal({ units, scale })),
  { minLength: 1, maxLength: 30 },
)
const units = fc.bigInt({ min: -(10n ** 12n), max: 10n ** 12n })

it('parts add up to the amount, none is a whole unit away from its exact share, and the sign mirrors', () => {
  fc.assert(
    fc.property(units, weights, digits, (size, shares, scale) => {
      const total = formatDecimal({ units: size, scale })
      const parts = allocate(total, shares, scale)
      expect(compare(sum(parts), total)).toBe(0)
      expect(parts.every((part) => parseDecimal(part).scale === scale)).toBe(true)
      const all = sum(shares)
      fc.pre(compare(all, '0') > 0)
      const unit = formatDecimal({ units: 1n, scale })
      for (const [line, part] of parts.entries()) {
        const gap = subtract(multiply(part, all), multiply(total, shares[line] ?? '0'))
        expect(compare(gap, multiply(unit, all))).toBeLessThan(0)
        expect(compare(negate(gap), multiply(unit, all))).toBeLessThan(0)
      }
      expect(allocate(negate(total), shares, scale)).toEqual(parts.map(negate))
    }),
    { numRuns: 300 },
  )
})
