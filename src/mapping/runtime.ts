import { isObject, type Json, type JsonObject } from '../model/json.ts'
import { textOf } from './converters.ts'
import { gather, isKnown } from './differences.ts'
import { sameItems } from './emit-changes.ts'
import { equalJson, fieldOf } from './equal.ts'
import {
  absolute,
  add,
  amountText,
  compareExact,
  decimalText,
  divide,
  type Exact,
  exactText,
  extreme,
  formatExact,
  type MaybeExact,
  multiply,
  negate,
  percent,
  round,
  subtract,
  toExact,
  zero,
} from './exact.ts'
import { isFormatOf, joinLike, textLike } from './like.ts'
import { chose, fail, note, type Run, skip } from './run.ts'
import { invert } from './table.ts'
import { dateOf, readTime, utcOf } from './times.ts'
import type { MapContext } from './types.ts'

export { createRun, type Run, shownValue } from './run.ts'

type Maybe = Json | undefined

function same(a: Maybe, b: Maybe): boolean {
  if (a === undefined || b === undefined || a === null || b === null) return false
  if (a === b) return true
  if (typeof a === typeof b && typeof a !== 'number') return false
  const x = toExact(a)
  const y = toExact(b)
  return x !== null && y !== null && compareExact(x, y) === 0
}

const equal = (a: MaybeExact, b: MaybeExact): boolean => !!a && !!b && compareExact(a, b) === 0
const order = (a: MaybeExact, b: MaybeExact): number => (a && b ? compareExact(a, b) : Number.NaN)

function orderRaw(a: Maybe, b: Maybe): number {
  if (a === undefined || b === undefined || a === null || b === null) return Number.NaN
  const x = toExact(a)
  const y = toExact(b)
  if (x !== null && y !== null) return compareExact(x, y)
  return typeof a === 'string' && typeof b === 'string' ? (a < b ? -1 : a > b ? 1 : 0) : Number.NaN
}

function join(separator: string | null | undefined, values: readonly (string | null | undefined)[]): string | null | undefined {
  if (separator === null || values.includes(null)) return null
  const there = values.filter((value) => value !== undefined)
  return there.length === 0 ? undefined : there.join(separator)
}

/** Two texts with the separator between them where both are there. */
function joinTwo(separator: string, a: string | null | undefined, b: string | null | undefined): string | null | undefined {
  if (a === null || b === null) return null
  return a === undefined ? b : b === undefined ? a : a + separator + b
}

/** Text of a scalar as a code of a table. */
function codeText(value: Json): string | undefined {
  return typeof value === 'string' ? value : typeof value === 'number' || typeof value === 'boolean' ? String(value) : undefined
}
export function lookUp(table: ReadonlyMap<string, string> | undefined, value: Json): string | undefined {
  const key = codeText(value)
  return key === undefined ? undefined : table?.get(key)
}

/** The ref of an external key at the connection of the run; null when the value is no key. */
function ref(run: Run, type: string, value: Json): JsonObject | null {
  const externalKey = typeof value === 'string' ? value : Number.isSafeInteger(value) ? String(value) : undefined
  return externalKey === undefined ? null : { type, connection: run.context.connection, externalKey }
}

/** External key of a hub ref or key at the connection of the run; undefined when it has none there. */
export function externalKey(context: MapContext, type: string, value: Json): string | undefined {
  if (isObject(value) && value.connection === context.connection && typeof value.externalKey === 'string') return value.externalKey
  return context.link?.(type, value)
}

const textOrNothing = (value: Maybe): string | undefined => (typeof value === 'string' ? value : undefined)
const upper = (value: string | null | undefined): string | null | undefined => (value === null ? null : value?.toUpperCase())
/** Texts of at most so many characters (UTF-16, as databases of partners count them); what was cut ends in an ellipsis, and never within a character. */
const cut = (value: string | null | undefined, most: number): string | null | undefined =>
  value === null || value === undefined || value.length <= most ? value : `${value.slice(0, most - 1).replace(/[\ud800-\udbff]$/, '')}…`
const lower = (value: string | null | undefined): string | null | undefined => (value === null ? null : value?.toLowerCase())
const whole = (units: number): Exact => ({ units, scale: 0 })
const maybeText = (value: MaybeExact): string | null | undefined => (value ? formatExact(value) : value)
const isList = Array.isArray
const nothing: JsonObject = {}

/** A code list of the workspace turned round. */
export function listBack(context: MapContext, kind: string): ReadonlyMap<string, string> | undefined {
  const codes = context.codes(kind)
  return codes && invert(codes)
}

function invertList(run: Run, kind: string): ReadonlyMap<string, string> | undefined {
  run.inverted ??= new Map()
  if (!run.inverted.has(kind)) run.inverted.set(kind, listBack(run.context, kind))
  return run.inverted.get(kind)
}

/** Everything that generated code may call. */
export const runtime = {
  fail,
  skip,
  note,
  chose,
  same,
  equal,
  order,
  orderRaw,
  join,
  joinLike,
  joinTwo,
  nothing,
  plain: Object.prototype,
  equalJson,
  fieldOf,
  sameItems,
  isKnown,
  ...gather,
  lookUp,
  invertList,
  ref,
  externalKey,
  textLike,
  textOf,
  textOrNothing,
  whole,
  maybeText,
  upper,
  cut,
  lower,
  isList,
  isObject,
  toExact,
  decimalText,
  amountText,
  exactText,
  readTime,
  dateOf,
  utcOf,
  formatExact,
  isFormatOf,
  zero,
  add,
  subtract,
  multiply,
  negate,
  absolute,
  round,
  divide,
  percent,
  extreme,
  hasOwn: Object.hasOwn,
} as const
