import { abs, compare, isDecimal, isZero, multiply, round, subtract, sum } from '../../model/decimal.ts'
import type { Json } from '../../model/json.ts'
import { type SourceLeaf, valueAt } from './source.ts'
import { type Steps, spend } from './steps.ts'

/** Numbers of one field, one for each item; undefined where there is none. */
export interface Column {
  readonly path: string
  readonly values: readonly (string | undefined)[]
}
/** Heads of the record that an item stands in, and the number of that record for each item. */
export interface Parent {
  readonly heads: readonly Column[]
  readonly owners: readonly number[]
}
/** quantity times price is amount, in every item that has all three. */
export interface Product {
  readonly quantity: string
  readonly price: string
  readonly amount: string
  /** items that prove it: the quantity is not 1 and the amount not 0 */
  readonly times: number
}
/** Words of numbers that count nothing. */
const naming: ReadonlySet<string> = new Set(['id', 'number', 'sequence', 'position', 'index', 'code', 'key'])

/** Most columns that are tried against each other. */
const most = 40

export const columnsOf = (items: readonly Json[], leaves: readonly SourceLeaf[]): readonly Column[] =>
  leaves
    .filter(
      ({ form, parts, own }) => form.decimal && parts.length === 0 && form.time === undefined && !own.some((word) => naming.has(word)),
    )
    .slice(0, most)
    .map(({ path, segments }) => ({ path, values: items.map((item) => numberOf(valueAt(item, segments))) }))

export function numberOf(value: Json | undefined): string | undefined {
  const text = typeof value === 'number' ? String(value) : typeof value === 'string' ? value.trim() : ''
  return text.length <= 30 && isDecimal(text) ? text : undefined
}

/** All triples that hold everywhere and are proved at least once, by an item whose quantity is not 1. */
export function productsIn(columns: readonly Column[], steps: Steps): readonly Product[] {
  const found: Product[] = []
  for (const quantity of columns)
    for (const price of columns) {
      if (price === quantity) continue
      for (const amount of columns) {
        if (amount === price || amount === quantity) continue
        const times = proves(quantity, price, amount, steps)
        if (times > 0) found.push({ quantity: quantity.path, price: price.path, amount: amount.path, times })
      }
    }
  return found
}

function proves(quantity: Column, price: Column, amount: Column, steps: Steps): number {
  let times = 0
  for (const [i, count] of quantity.values.entries()) {
    const [each, all] = [price.values[i], amount.values[i]]
    if (count === undefined || each === undefined || all === undefined) continue
    spend(steps, 4)
    const digits = all.split('.')[1]?.length ?? 0
    if (compare(round(multiply(count, each), digits, 'half-up'), all) !== 0) return 0
    if (!isOne(count) && !isOne(each) && !isZero(all)) times++
  }
  return times
}
const isOne = (text: string): boolean => compare(text, '1') === 0

/** The column added up for each record. */
export function sumPerRecord({ path, values }: Column, owners: readonly number[], records: number): Column {
  const lists: string[][] = Array.from({ length: records }, () => [])
  for (const [i, value] of values.entries()) if (value !== undefined) lists[owners[i] ?? 0]?.push(value)
  return { path, values: lists.map((list) => (list.length === 0 ? undefined : sum(list))) }
}

/** Whether two columns are equal wherever both have a value, and somewhere not 0. */
export function agree(some: Column, other: Column, steps: Steps): boolean {
  let proves = false
  for (const [i, value] of some.values.entries()) {
    spend(steps, 1)
    const twin = other.values[i]
    if (value === undefined || twin === undefined) continue
    if (compare(value, twin) !== 0) return false
    proves ||= !isZero(value)
  }
  return proves
}

/** The field of the record that quantity times price adds up to, in every record; undefined when there is none. */
export function productTotal(quantity: Column, price: Column, { heads, owners }: Parent, steps: Steps): string | undefined {
  const values = quantity.values.map((count, i) => {
    const each = price.values[i]
    return count === undefined || each === undefined ? undefined : multiply(count, each)
  })
  const total = sumPerRecord({ path: '', values }, owners, heads[0]?.values.length ?? 0)
  return heads.find((head) => agree(head, total, steps))?.path
}

/** The columns of a document's totals that its tax basis shows in; charges and discounts may be missing. */
export interface TotalColumns {
  readonly lines: Column
  readonly charges: Column | undefined
  readonly discounts: Column | undefined
  readonly tax: Column
  readonly grand: Column
}

/** What a document's prices contain, by whether the tax has to be added to reach the total; undefined when the samples do not tell. */
export function basisOf({ lines, charges, discounts, tax, grand }: TotalColumns): 'exclusive' | 'inclusive' | undefined {
  let [without, within, seen] = [true, true, 0]
  for (const [i, goods] of lines.values.entries()) {
    const [taxed, all] = [tax.values[i], grand.values[i]]
    if (goods === undefined || taxed === undefined || all === undefined || isZero(taxed)) continue
    const less = abs(discounts?.values[i] ?? '0')
    const open = subtract(all, subtract(sum([goods, charges?.values[i] ?? '0']), less))
    seen++
    without &&= compare(open, taxed) === 0
    within &&= isZero(open)
  }
  if (seen === 0 || without === within) return undefined
  return without ? 'exclusive' : 'inclusive'
}
