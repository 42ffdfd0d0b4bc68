import { expect, test } from 'vitest'
import { amountOf, minus, plus } from './exact.ts'

test('parts of pieces and cents are added up as decimals', () => {
  expect(plus(0.1, 0.2)).toBe(0.3)
  expect(minus(0.3, 0.1)).toBe(0.2)
  expect(minus(undefined, 2)).toBe(-2)
  expect(amountOf(1, 1.005)).toBe(1.01)
  expect(amountOf(3, undefined)).toBe(0)
})
