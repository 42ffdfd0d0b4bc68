import { reject } from '../model/errors.ts'
import type { Json, JsonObject } from '../model/json.ts'
import { withAmounts } from './order-amounts.ts'
import { listOf, textOf } from './shelf.ts'

/** Who trades with whom, in what: agreed with the order, and never amended. */
const fixed = ['number', 'status', 'issueDate', 'buyer', 'seller', 'currency', 'taxBasis', 'deleted', 'deleteReason'] as const
/** What the amount of a line follows from. */
const pricing = ['quantity', 'unit', 'unitPrice', 'priceQuantity', 'priceUnit', 'discounts', 'charges'] as const

/** The body of a new order: lines without a key get one, amounts and totals that were not given follow from quantities and prices. */
export function newOrderBody(number: string, given: JsonObject, status: 'draft' | 'issued'): JsonObject {
  const lines = withKeys(listOf(given.lines), [])
  const fresh = new Set(lines.flatMap(({ key, lineAmount }) => (lineAmount === undefined ? [textOf(key) ?? ''] : [])))
  return withAmounts({ ...given, number, status, lines }, fresh, given.totals !== undefined)
}

/**
 * An order with changes: fields that are given change, null clears one, lines are known by their keys and a line without one, or with a new one, is added. Lines never go: one that is not wanted gets
 * `status: cancelled`.
 * @throws HubError (reject) `not-amendable`, `line-twice`, `taxes-needed`
 */
export function amendedBody(name: string, current: JsonObject, changes: JsonObject): JsonObject {
  const foreign = fixed.find((field) => changes[field] !== undefined)
  if (foreign !== undefined)
    throw reject('not-amendable', `${name}: '${foreign}' is not amended: cancel the order and make another, or use issue, close and cancel`)
  const { lines: given, ...head } = changes
  const before = listOf(current.lines)
  const changed = new Map<string, JsonObject>()
  for (const line of withKeys(listOf(given), before)) {
    const key = textOf(line.key) ?? ''
    if (changed.has(key)) throw reject('line-twice', `${name}: line ${key} is given twice`)
    changed.set(key, line)
  }
  const known = new Set(before.map(({ key }) => textOf(key)))
  const lines = [
    ...before.map((line) => merged(line, changed.get(textOf(line.key) ?? '') ?? {})),
    ...[...changed].flatMap(([key, line]) => (known.has(key) ? [] : [merged({}, line)])),
  ]
  const fresh = new Set(
    [...changed].flatMap(([key, line]) =>
      line.lineAmount === undefined && pricing.some((field) => line[field] !== undefined) ? [key] : [],
    ),
  )
  const next = withAmounts(
    { ...merged(current, head), lines },
    fresh,
    isSameMoney(current, head, lines, fresh) || changes.totals !== undefined,
  )
  if (changes.taxes === undefined && listOf(current.taxes).length > 0 && linesTotal(next) !== linesTotal(current))
    throw reject(
      'taxes-needed',
      `${name}: the lines come to ${linesTotal(next) ?? 'no total'} instead of ${linesTotal(current) ?? 'none'}, and the taxes of the order were given as amounts: give 'taxes' with the change`,
    )
  return next
}

/** Whether nothing changes that totals follow from: they stay as they were written then. */
const isSameMoney = (current: JsonObject, head: JsonObject, lines: readonly JsonObject[], fresh: ReadonlySet<string>): boolean =>
  fresh.size === 0 &&
  ['discounts', 'charges', 'taxes'].every((field) => head[field] === undefined) &&
  lines.length === listOf(current.lines).length &&
  lines.every((line, place) => {
    const before = listOf(current.lines)[place]
    return line.lineAmount === before?.lineAmount && (line.status === 'cancelled') === (before?.status === 'cancelled')
  })

const linesTotal = ({ totals }: JsonObject): Json | undefined => (totals as JsonObject | undefined)?.linesTotal

/** Fields that are given change, null clears. */
const merged = (current: JsonObject, changes: JsonObject): JsonObject =>
  Object.fromEntries(Object.entries({ ...current, ...changes }).filter(([, value]) => value !== null && value !== undefined))

/** Lines that have no key get the next whole number after all that are there. */
function withKeys(lines: readonly JsonObject[], others: readonly JsonObject[]): readonly JsonObject[] {
  let last = Math.max(0, ...[...lines, ...others].map(({ key }) => (/^\d{1,9}$/.test(textOf(key) ?? '') ? Number(key) : 0)))
  return lines.map((line) => {
    if (line.key !== undefined) return line
    const key = String(++last)
    return { key, number: key, ...line }
  })
}
