import jsonata from 'jsonata'
import {
  add,
  amountText,
  decimalText,
  divide,
  formatExact,
  type MaybeExact,
  multiply,
  subtract,
  toExact,
  zero,
} from '../../src/mapping/exact.ts'
import { toDate, toUtc } from '../../src/mapping/times.ts'
import type { Json } from '../../src/model/json.ts'

type Given = Json | undefined

const some = (value: Given): Given => (value === null || value === '' ? undefined : value)
const exact = (value: Given): MaybeExact => (some(value) === undefined ? undefined : toExact(value))
const written = (value: MaybeExact): string | undefined => (value ? formatExact(value) : undefined)
const text = (value: Given): string | undefined =>
  typeof value === 'number' ? (decimalText(value) ?? undefined) : some(value) === undefined ? undefined : String(value)

/** The same kernels for decimals and dates as everybody here, as functions of JSONata: what has no value gives none. */
const functions: Readonly<Record<string, (...args: Given[]) => Given>> = {
  some,
  text,
  words: (separator, a, b) => {
    const there = [text(a), text(b)].filter((part) => part !== undefined)
    return there.length === 0 ? undefined : there.join(String(separator))
  },
  tags: (value) =>
    typeof value === 'string'
      ? value
          .split(',')
          .map((tag) => tag.trim())
          .filter((tag) => tag !== '')
      : undefined,
  day: (value) => (some(value) === undefined ? undefined : (toDate(value, undefined) ?? undefined)),
  utc: (value, zone) => (some(value) === undefined ? undefined : (toUtc(value, typeof zone === 'string' ? zone : undefined) ?? undefined)),
  decimal: (value) => (some(value) === undefined ? undefined : (decimalText(value) ?? undefined)),
  amount: (value, currency) =>
    some(value) === undefined || typeof currency !== 'string' ? undefined : (amountText(value, currency) ?? undefined),
  plus: (a, b) => written(add(exact(a), exact(b))),
  minus: (a, b) => written(subtract(exact(a), exact(b))),
  times: (a, b) => written(multiply(exact(a), exact(b))),
  over: (a, b, digits) => {
    const [top, bottom] = [exact(a), exact(b)]
    return top && bottom && typeof digits === 'number' ? written(divide(top, bottom, digits)) : undefined
  },
  total: (values) => {
    let total: MaybeExact = zero
    for (const value of Array.isArray(values) ? values : values === undefined ? [] : [values]) total = add(total, exact(value))
    return written(total)
  },
}

/** A JSONata expression with these functions; it answers with a promise, as JSONata 2 does. */
export function jsonataMapping(expression: string): (document: Json) => Promise<unknown> {
  const compiled = jsonata(expression)
  for (const [name, run] of Object.entries(functions)) compiled.registerFunction(name, run)
  return (document) => compiled.evaluate(document)
}
