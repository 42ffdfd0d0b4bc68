import { divide, isDecimal, multiply, round, sum } from '../../model/decimal.ts'
import type { Value } from './database.ts'

/** Digits that a quantity is kept with, more than any unit of measure has. */
const quantityDigits = 6

/** A stored float as the exact decimal that its shortest text shows. */
const text = (value: Value | undefined): string => {
  const shown = String(Number(value ?? 0))
  return isDecimal(shown) ? shown : Number(value).toFixed(2 * quantityDigits)
}

/** Quantity times price in cents, half up, as `float_round` of Odoo does it. */
export const amountOf = (quantity: Value | undefined, price: Value | undefined): number =>
  Number(round(multiply(text(quantity), text(price)), 2, 'half-up'))

export const sumOf = (amounts: readonly (Value | undefined)[]): number => Number(sum(amounts.map(text)))

/** A quantity of one unit in another one; `factor` is how much of the reference each holds. */
export const converted = (quantity: Value | undefined, from: Value | undefined, to: Value | undefined): number =>
  Number(divide(multiply(text(quantity), text(from)), text(to), quantityDigits, 'half-up'))
