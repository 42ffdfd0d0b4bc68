import { isObject, type Json, type JsonObject } from '../model/json.ts'
import { converters } from './converters.ts'
import {
  absolute,
  add,
  compareExact,
  divide,
  type Exact,
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
import type { Segment } from './path.ts'
import type { MapContext, MapError, MapErrorCode } from './types.ts'

/** A step of a path from the root of a document; `item` is the number of the list around. */
export type AbsoluteStep = Segment | { readonly kind: 'item' }

/** What is known before running about a place where something can go wrong. */
export interface Site {
  readonly code: MapErrorCode
  readonly rule: string
  /** null: the number of the item in the list that is written */
  readonly to: readonly (string | null)[]
  readonly from?: readonly AbsoluteStep[]
  readonly expected: string
  readonly sensitive: boolean
  readonly linkType?: string
}

/** One run over one document. */
export interface Run {
  readonly mapping: string
  readonly document: Json
  readonly context: MapContext
  readonly sites: readonly Site[]
  readonly errors: MapError[]
  readonly seen: Set<string>
  /** list items that may still be visited */
  left: number
  /** code lists turned round, once a run */
  readonly inverted: Map<string, ReadonlyMap<string, string> | undefined>
  /** for each list that was made, the places in the source its items came from; only kept when asked for */
  readonly kept: Map<readonly Json[], readonly number[]> | undefined
}

/** Most list items one run visits, all lists together. */
export const maxItems = 2_000_000
const maxErrors = 1_000
const maxShown = 200

export const createRun = (mapping: string, document: Json, context: MapContext, sites: readonly Site[], keep: boolean): Run => ({
  mapping,
  document,
  context,
  sites,
  errors: [],
  seen: new Set(),
  left: maxItems,
  inverted: new Map(),
  kept: keep ? new Map() : undefined,
})

/** Escapes and joins the steps of a JSON pointer. */
export const pointer = (steps: readonly (string | number)[]): string =>
  steps.map((step) => `/${String(step).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('')

/** What stood there, short; never a sensitive value. */
export function shownValue(value: unknown, sensitive: boolean): string {
  if (sensitive) return '***'
  const text = typeof value === 'string' ? value : (JSON.stringify(value) ?? '')
  return text.length > maxShown ? `${text.slice(0, maxShown)}…` : text
}

/** Reports an error, once for each bad input. Its answer, null, marks a value as failed so that nothing else complains of it. */
function fail(run: Run, site: number, found: unknown, items: readonly number[], outs: readonly number[]): null {
  const at = run.sites[site]
  if (at === undefined || run.errors.length >= maxErrors) return null
  const to = toPointer(at.to, outs)
  const from = at.from === undefined ? undefined : fromPointer(run.document, at.from, items)
  const split = at.code === 'LOOKUP_MISS' || at.code === 'LINK_MISSING' ? `${at.code} ${at.linkType ?? at.expected} ` : ''
  const key = split + (from ?? `${at.rule} ${to}`)
  if (run.seen.has(key)) return null
  run.seen.add(key)
  run.errors.push({
    code: at.code,
    mapping: run.mapping,
    rule: at.rule,
    to,
    ...(from === undefined ? {} : { from }),
    ...(found === undefined ? {} : { found: shownValue(found, at.sensitive) }),
    expected: at.expected,
    ...(at.linkType === undefined || at.code !== 'LINK_MISSING' ? {} : { link: { type: at.linkType, ref: found as Json } }),
  })
  return null
}

function toPointer(to: readonly (string | null)[], outs: readonly number[]): string {
  let next = 0
  return pointer(to.map((step) => step ?? outs[next++] ?? 0))
}

function fromPointer(document: Json, from: readonly AbsoluteStep[], items: readonly number[]): string {
  const steps: (string | number)[] = []
  let here: Json | undefined = document
  let next = 0
  for (const step of from) {
    if (step.kind === 'name') {
      steps.push(step.name)
      here = isObject(here) && Object.hasOwn(here, step.name) ? here[step.name] : undefined
      continue
    }
    let at = step.kind === 'index' ? step.index : step.kind === 'item' ? (items[next++] ?? 0) : 0
    if (step.kind === 'match') at = Array.isArray(here) ? here.findIndex((item) => matches(item, step.name, step.value)) : -1
    steps.push(at < 0 && step.kind === 'match' ? `${step.name}=${step.value}` : at)
    here = Array.isArray(here) ? here[at] : undefined
  }
  return pointer(steps)
}

/** Whether a list item carries a code: `[role='ST']`. */
export function matches(item: Json | undefined, name: string, value: string): boolean {
  if (!isObject(item) || !Object.hasOwn(item, name)) return false
  const own = item[name]
  return own === value || ((typeof own === 'number' || typeof own === 'boolean') && String(own) === value)
}

function pick(list: Json | undefined, name: string, value: string): Json | undefined {
  if (!Array.isArray(list)) return undefined
  for (const item of list) if (matches(item, name, value)) return item
  return undefined
}

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

/** Text of a scalar as a code of a table. */
function codeText(value: Json): string | undefined {
  return typeof value === 'string' ? value : typeof value === 'number' || typeof value === 'boolean' ? String(value) : undefined
}
export function lookUp(table: ReadonlyMap<string, string> | undefined, value: Json): string | undefined {
  const key = codeText(value)
  return key === undefined ? undefined : table?.get(key)
}

/** hub -> external of a code list; where several external codes give one hub code the first counts. */
export function invert(codes: ReadonlyMap<string, string> | undefined): ReadonlyMap<string, string> | undefined {
  if (codes === undefined) return undefined
  const back = new Map<string, string>()
  for (const [external, hub] of codes) if (!back.has(hub)) back.set(hub, external)
  return back
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

const textOf = (value: Json): string | null => {
  const text = converters.get('text')?.pull(value, undefined, undefined)
  return typeof text === 'string' ? text : null
}

const textOrNothing = (value: Maybe): string | undefined => (typeof value === 'string' ? value : undefined)
const upper = (value: string | null | undefined): string | null | undefined => (value === null ? null : value?.toUpperCase())
const lower = (value: string | null | undefined): string | null | undefined => (value === null ? null : value?.toLowerCase())
const whole = (units: number): Exact => ({ units, scale: 0 })
const maybeText = (value: MaybeExact): string | null | undefined => (value ? formatExact(value) : value)
const isList = (value: unknown): value is readonly Json[] => Array.isArray(value)

function invertList(run: Run, kind: string): ReadonlyMap<string, string> | undefined {
  if (!run.inverted.has(kind)) run.inverted.set(kind, invert(run.context.codes(kind)))
  return run.inverted.get(kind)
}

/** Everything that generated code may call. */
export const runtime = {
  fail,
  pick,
  same,
  equal,
  order,
  orderRaw,
  join,
  lookUp,
  invertList,
  ref,
  externalKey,
  textOf,
  textOrNothing,
  whole,
  maybeText,
  upper,
  lower,
  isList,
  isObject,
  toExact,
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
