import { abs, compare, isDecimal, subtract } from '../model/decimal.ts'
import { isObject, type Json, type JsonObject } from '../model/json.ts'

/** One single value in which two results differ, or whose currency does. */
export interface ValueChange {
  /** `lines.2.quantity`, numbered as in the result after; in the one before where the value is gone */
  readonly path: string
  /** path of the rule: `lines[].quantity` */
  readonly rule: string
  /** undefined: there is none */
  readonly before: Json | undefined
  readonly after: Json | undefined
  /** of the nearest object around that names one */
  readonly currency: { readonly before: string; readonly after: string }
}

interface Place {
  readonly path: string
  readonly rule: string
  readonly currency: ValueChange['currency']
}

/**
 * Single values in which two documents differ. Items of a list find each other by their `key` where all have one, else by their place. Numbers, as JSON or as text, that are apart by
 * no more than `tolerance` count as equal; without it `1.0` and `1.00` are different texts.
 */
export function* changesOf(before: JsonObject, after: JsonObject, tolerance?: string): Generator<ValueChange> {
  yield* changesAt(before, after, { path: '', rule: '', currency: { before: '', after: '' } }, tolerance)
}

function* changesAt(
  before: Json | undefined,
  after: Json | undefined,
  around: Place,
  tolerance: string | undefined,
): Generator<ValueChange> {
  const here: Place = {
    ...around,
    currency: { before: currencyOf(before) ?? around.currency.before, after: currencyOf(after) ?? around.currency.after },
  }
  const [old, now] = [listOf(before), listOf(after)]
  const [left, right] = [objectOf(before), objectOf(after)]
  const [kind, other] = [kindOf(before), kindOf(after)]
  if (kind === 'single' && other === 'single') {
    yield* valueAt(before, after, here, tolerance)
    return
  }
  // what holds no further values is one itself, beside another kind or nothing
  if (kind !== other && isSingle(before)) yield* valueAt(before, undefined, here, tolerance)
  if (kind !== other && isSingle(after)) yield* valueAt(undefined, after, here, tolerance)
  for (const { index, left, right } of pairsOf(old ?? [], now ?? []))
    yield* changesAt(left, right, { ...here, path: under(here.path, String(index)), rule: `${here.rule}[]` }, tolerance)
  for (const name of new Set([...Object.keys(left ?? {}), ...Object.keys(right ?? {})]))
    yield* changesAt(left?.[name], right?.[name], { ...here, path: under(here.path, name), rule: under(here.rule, name) }, tolerance)
}

function* valueAt(before: Json | undefined, after: Json | undefined, place: Place, tolerance: string | undefined): Generator<ValueChange> {
  if (before === undefined && after === undefined) return
  const { currency } = place
  if (isSame(before, after, tolerance) && currency.before === currency.after) return
  yield { ...place, before, after }
}

const kindOf = (value: Json | undefined): 'list' | 'object' | 'single' =>
  Array.isArray(value) ? 'list' : isObject(value) ? 'object' : 'single'
const isSingle = (value: Json | undefined): boolean =>
  value !== undefined && (typeof value !== 'object' || value === null || Object.keys(value).length === 0)
const objectOf = (value: Json | undefined): JsonObject | undefined => (isObject(value) ? value : undefined)
const listOf = (value: Json | undefined): readonly Json[] | undefined => (Array.isArray(value) ? value : undefined)
const under = (path: string, name: string): string => (path === '' ? name : `${path}.${name}`)
const currencyOf = (value: Json | undefined): string | undefined =>
  isObject(value) && Object.hasOwn(value, 'currency') && typeof value.currency === 'string' ? value.currency : undefined

export function isSame(before: Json | undefined, after: Json | undefined, tolerance?: string): boolean {
  if (before === after) return true
  const [a, b] = [decimalOf(before), decimalOf(after)]
  return tolerance !== undefined && a !== undefined && b !== undefined && compare(abs(subtract(a, b)), tolerance) <= 0
}

/** A number as decimal text; undefined for what is none. */
export function decimalOf(value: Json | undefined): string | undefined {
  const text = typeof value === 'number' ? String(value) : value
  return typeof text === 'string' && isDecimal(text) ? text : undefined
}

interface Pair {
  readonly index: number
  readonly left: Json | undefined
  readonly right: Json | undefined
}

function pairsOf(before: readonly Json[], after: readonly Json[]): readonly Pair[] {
  const [old, now] = [byKey(before), byKey(after)]
  if (old === undefined || now === undefined)
    return Array.from({ length: Math.max(before.length, after.length) }, (_, index) => ({
      index,
      left: before[index],
      right: after[index],
    }))
  return [
    ...after.map((right, index) => ({ index, left: before[old.get(keyOf(right) ?? '') ?? -1], right })),
    ...before.flatMap((left, index) => (now.has(keyOf(left) ?? '') ? [] : [{ index, left, right: undefined }])),
  ]
}

/** Places of items by their keys; undefined when one has none or two have the same. */
function byKey(items: readonly Json[]): ReadonlyMap<string, number> | undefined {
  const places = new Map<string, number>()
  for (const [index, item] of items.entries()) {
    const key = keyOf(item)
    if (key === undefined || places.has(key)) return undefined
    places.set(key, index)
  }
  return places
}

const keyOf = (item: Json | undefined): string | undefined =>
  isObject(item) && Object.hasOwn(item, 'key') && typeof item.key === 'string' ? item.key : undefined
