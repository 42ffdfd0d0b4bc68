import { isObject, type Json, type JsonObject } from '../model/json.ts'
import type { Faults } from './faults.ts'
import { didYouMean } from './nearest.ts'
import { type Pointer, type SourceText, valueAt } from './source-text.ts'

/** A mapping with its overlay laid over it. */
export interface Layered {
  readonly value: Json
  /** whether what stands at a place of the merged value comes from the overlay */
  readonly isOver: (pointer: Pointer) => boolean
}

/**
 * Lays an overlay over a mapping, by name: tables by code, parts and fields by field, names and push rules by their names. An entry that says
 * where its value comes from takes the place of the rule of that name; another one changes the keys it names, `fields` by name again. null
 * takes away what it stands for.
 */
export function layOver(base: SourceText, over: SourceText): Layered {
  const merged = new Set([keyOf([])])
  const isOver = (pointer: Pointer): boolean => {
    const out = pointer.findIndex((_, i) => !merged.has(keyOf(pointer.slice(0, i + 1))))
    return out >= 0 && valueAt(over.value, pointer.slice(0, out + 1)) !== undefined
  }
  if (!isObject(over.value) || !isObject(base.value)) return { value: base.value, isOver }
  const value: Record<string, Json | undefined> = { ...base.value }
  for (const [key, each] of Object.entries(layers)) {
    const next = over.value[key]
    if (next !== undefined) value[key] = mergeNames(base.value[key], next, [key], { each, merged, keepNull: false })
  }
  return { value, isOver }
}

/** How what stands under one name in both is made one. */
type Each = (one: Json, other: Json, at: Pointer, merged: Set<string>) => Json

interface Names {
  readonly each: Each
  readonly merged: Set<string>
  /** null stays, for what comes from elsewhere: a field of a part */
  readonly keepNull: boolean
}

function mergeNames(one: Json | undefined, other: Json, at: Pointer, names: Names): Json {
  if (!isObject(one) || !isObject(other)) return other
  names.merged.add(keyOf(at))
  const all = new Map(Object.entries(one))
  for (const [name, next] of Object.entries(other)) {
    const known = all.get(name)
    if (next === undefined) continue
    if (next === null && known !== undefined && !names.keepNull) all.delete(name)
    else all.set(name, known === undefined || next === null ? next : names.each(known, next, [...at, name], names.merged))
  }
  return Object.fromEntries(all)
}

/** Keys that say where a value comes from. */
const origins: readonly string[] = ['from', 'value', 'expr', 'each', 'list', 'use', 'item']

const replace: Each = (_, other) => other

const rule: Each = (one, other, at, merged) => {
  if (!isObject(other) || origins.some((key) => other[key] !== undefined)) return other
  const held: JsonObject = isObject(one) ? one : { from: one }
  merged.add(keyOf(at))
  const changed = Object.entries(other).map(([key, next]): [string, Json | undefined] =>
    key === 'fields' && isObject(next)
      ? [key, mergeNames(held.fields, next, [...at, key], { each: rule, merged, keepNull: held.use !== undefined })]
      : [key, next],
  )
  return Object.fromEntries([...Object.entries(held), ...changed].filter(([key]) => other[key] !== null))
}

const table: Each = (one, other, at, merged) => {
  if (!isObject(one) || !isObject(other)) return other
  merged.add(keyOf(at))
  const { $back: next } = other
  const back =
    next === undefined ? {} : { $back: mergeNames(one.$back, next, [...at, '$back'], { each: replace, merged, keepNull: false }) }
  return { ...one, ...other, ...back }
}

const part: Each = (one, other, at, merged) => mergeNames(one, other, at, { each: rule, merged, keepNull: false })

/** What an overlay may hold, and how it is merged. */
const layers: Readonly<Record<string, Each>> = { lookups: table, parts: part, let: replace, fields: rule, push: rule }
export const overlayKeys: readonly string[] = ['$schema', 'note', ...Object.keys(layers)]

/** Faults of an overlay by itself. */
export function checkOverlay(over: SourceText, faults: Faults, file: string): void {
  if (!isObject(over.value)) {
    faults.addAt({ ...over.positionOf(0), file }, 'E_SHAPE', '', 'an overlay is an object like {"fields": {…}}')
    return
  }
  for (const key of Object.keys(over.value))
    if (!overlayKeys.includes(key))
      faults.addAt(
        { ...over.positionOf(over.offsetOf([key], 'key')), file },
        'E_KEY',
        key,
        `an overlay has no '${key}'`,
        didYouMean(key, overlayKeys) ?? `it has: ${overlayKeys.join(', ')}`,
      )
}

const keyOf = (pointer: Pointer): string => JSON.stringify(pointer)
