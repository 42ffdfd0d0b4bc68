import { listOf, textOf } from '../ledger/shelf.ts'
import { add, isDecimal } from '../model/decimal.ts'
import { reject } from '../model/errors.ts'
import { sha256 } from '../model/id.ts'
import { at, type JsonObject } from '../model/json.ts'

/** Hash buckets of a day: a document's key decides its bucket. */
export const bucketCount = 16
const maxDays = 50_000
const bits = 64

export type Side = 'there' | 'here'
/** A document as one side has it. `day` is its business date, '' when it has none. */
export interface Entry {
  readonly type: string
  readonly day: string
  readonly key: string
  /** of its content; '' when only its existence is compared */
  readonly hash: string
  readonly figures: readonly Figure[]
}
/** An exact decimal under its name: `amount USD`, `quantity C62`. */
export interface Figure {
  readonly name: string
  readonly value: string
}
export interface SideTally {
  readonly count: number
  readonly sums: Readonly<Record<string, string>>
  /** one number a bucket, in hexadecimal: equal when the same documents with the same content are in it, whatever their order */
  readonly buckets: readonly string[]
}
export interface DayTally {
  readonly type: string
  readonly day: string
  readonly same: boolean
  readonly there: SideTally
  readonly here: SideTally
}

export interface Tally {
  add(side: Side, entry: Entry): void
  days(): readonly DayTally[]
}

interface Sums {
  count: number
  readonly sums: Map<string, string>
  readonly buckets: bigint[]
}

/** Counts, sums and hash buckets of both sides by document type and day. What it holds grows with days, never with documents. */
export function openTally(): Tally {
  const days = new Map<string, Readonly<Record<Side, Sums>> & { readonly type: string; readonly day: string }>()
  return {
    add(side, { type, day, key, hash, figures }) {
      const name = `${type}\0${day}`
      const found = days.get(name) ?? { type, day, there: nothing(), here: nothing() }
      if (days.size >= maxDays && !days.has(name))
        throw reject('too-many-days', `the range holds more than ${maxDays} days and document types: compare a shorter one`)
      days.set(name, found)
      const sums = found[side]
      sums.count++
      for (const { name, value } of figures) sums.sums.set(name, add(sums.sums.get(name) ?? '0', value))
      const place = Number.parseInt(sha256(key).slice(0, 8), 16) % bucketCount
      sums.buckets[place] = BigInt.asUintN(bits, (sums.buckets[place] ?? 0n) + BigInt(`0x${sha256(key, hash).slice(0, bits / 4)}`))
    },
    days: () =>
      [...days.values()]
        .map(({ type, day, there, here }) => ({ type, day, same: isSame(there, here), there: shown(there), here: shown(here) }))
        .sort((a, b) => (a.type === b.type ? compareText(a.day, b.day) : compareText(a.type, b.type))),
  }
}

const nothing = (): Sums => ({ count: 0, sums: new Map(), buckets: Array.from({ length: bucketCount }, () => 0n) })
const isSame = (a: Sums, b: Sums): boolean => a.count === b.count && a.buckets.every((value, place) => value === b.buckets[place])
const compareText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)

const shown = ({ count, sums, buckets }: Sums): SideTally => ({
  count,
  sums: Object.fromEntries([...sums].sort(([a], [b]) => compareText(a, b))),
  buckets: buckets.map((value) => value.toString(16).padStart(bits / 4, '0')),
})

/** The sums a document adds to: its total or amount in its currency, and its quantities by unit. */
export function figuresOf(body: JsonObject): readonly Figure[] {
  const figures: Figure[] = []
  const note = (kind: string, unit: string | undefined, value: string | undefined): void => {
    if (unit !== undefined && value !== undefined && isDecimal(value)) figures.push({ name: `${kind} ${unit}`, value })
  }
  note('amount', textOf(body.currency), textOf(at(body, 'totals.grandTotal')) ?? textOf(body.amount))
  for (const line of listOf(body.lines)) note('quantity', textOf(line.unit), textOf(line.quantity) ?? textOf(line.accepted))
  note('quantity', textOf(body.unit), textOf(body.onHand) ?? textOf(body.available))
  return figures
}
