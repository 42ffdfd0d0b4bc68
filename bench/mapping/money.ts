import { createRequire } from 'node:module'
import { add, formatExact, multiply, subtract, toExact, zero } from '../../src/mapping/exact.ts'
import { seeded } from './random.ts'

/** What this needs of big.js, which has no types of its own. */
interface Big {
  readonly times: (other: Big) => Big
  readonly minus: (other: Big) => Big
  readonly plus: (other: Big) => Big
  readonly toFixed: (digits: number) => string
}
const big = createRequire(import.meta.url)('big.js') as (text: string) => Big

interface MoneyLine {
  readonly price: string
  readonly quantity: string
  readonly discount: string
  readonly tax: string
}

/** Orders of eight lines, amounts as text. */
export function moneyJob(orders: number): readonly (readonly MoneyLine[])[] {
  const random = seeded(11)
  const line = (): MoneyLine => ({
    price: random.money(99, 99_999),
    quantity: String(random.int(1, 40)),
    discount: random.money(0, 500),
    tax: random.money(0, 9_999),
  })
  return Array.from({ length: orders }, () => Array.from({ length: 8 }, line))
}

/** Each line's price x quantity - discount + tax as text, and their sum. */
export function moneyExact(lines: readonly MoneyLine[]): readonly string[] {
  const texts: string[] = []
  let sum = zero
  for (const { price, quantity, discount, tax } of lines) {
    const goods = multiply(toExact(price), toExact(quantity))
    const total = add(subtract(goods, toExact(discount)), toExact(tax)) ?? zero
    texts.push(formatExact(total))
    sum = add(sum, total) ?? zero
  }
  texts.push(formatExact(sum))
  return texts
}

export function moneyBig(lines: readonly MoneyLine[]): readonly string[] {
  const texts: string[] = []
  let sum = big('0')
  for (const { price, quantity, discount, tax } of lines) {
    const total = big(price).times(big(quantity)).minus(big(discount)).plus(big(tax))
    texts.push(total.toFixed(2))
    sum = sum.plus(total)
  }
  texts.push(sum.toFixed(2))
  return texts
}
