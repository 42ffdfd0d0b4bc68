import { add, multiply, negate, round } from '../../model/decimal.ts'
import type { Json } from '../../model/json.ts'

/** Business Central counts and reckons in decimals; its API tells them as numbers, which binary floats are not fit to add up. */

const text = (value: Json | undefined): string => String(value ?? 0)

export const plus = (a: Json | undefined, b: Json | undefined): number => Number(add(text(a), text(b)))
export const minus = (a: Json | undefined, b: Json | undefined): number => Number(add(text(a), negate(text(b))))
/** To whole cents, half up. */
export const amountOf = (quantity: Json | undefined, price: Json | undefined): number =>
  Number(round(multiply(text(quantity), text(price)), 2, 'half-up'))
