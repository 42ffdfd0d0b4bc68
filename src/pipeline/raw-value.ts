import { isObject, type Json } from '../model/json.ts'

/** A value of the partner's record; not `found`: the record is gone, or the path does not lead to one value. */
export interface RawValue {
  /** `line_items.1.quantity`; as the mapping writes it where it is not found */
  readonly path: string
  readonly found: boolean
  readonly value: Json
}

/** How many items of the source a list of the result stands for, and which one each of its items was made of. */
export interface ListOrigin {
  /** number of the item in the result */
  readonly index: number
  /** number of the item it was made of; undefined: by its place, in a list that is as long as this */
  readonly from: number | undefined
  readonly length: number
}

/** The lists around a value of the result, from the outermost. `kept` as a pull tells it. */
export function listsAround(
  document: Json,
  steps: readonly string[],
  kept: ReadonlyMap<readonly Json[], readonly number[]> | undefined,
): readonly ListOrigin[] {
  const found: ListOrigin[] = []
  let here: Json | undefined = document
  for (const step of steps) {
    if (Array.isArray(here)) {
      const from = kept?.get(here)
      const index = Number(step)
      found.push({ index, from: from?.length === here.length ? from[index] : undefined, length: here.length })
    }
    here = childOf(here, step)
  }
  return found
}

/** `['odd name']`, `[role='ST']`, `[0]`, `[]`, or a name. */
const step = /\['((?:[^'\\]|\\.)*)'\]|\[([^\]'=[]+)='((?:[^'\\]|\\.)*)'\]|\[(\d*)\]|[^.[\]]+/gu
const unquoted = (text: string): string => text.replace(/\\(.)/gu, '$1')

/** Follows a path of a mapping's lineage (`line_items[].price`); `[]` is the item that the list of the result at that depth tells of. */
export function rawAt(record: Json, path: string, lists: readonly ListOrigin[]): RawValue {
  const unknown = { path, found: false, value: null }
  const taken: (string | number)[] = []
  let here: Json | undefined = record
  let depth = 0
  for (const [text, odd, name, code, number] of path.matchAll(step)) {
    let at: string | number | undefined = odd === undefined ? text : unquoted(odd)
    if (name !== undefined) at = indexOf(here, name, unquoted(code ?? ''))
    else if (number === '') at = itemAt(here, lists[depth++])
    else if (number !== undefined) at = Number(number)
    if (at === undefined) return unknown
    taken.push(at)
    here = childOf(here, at)
  }
  return { path: taken.join('.'), found: true, value: here ?? null }
}

function indexOf(list: Json | undefined, name: string, code: string): number | undefined {
  if (!Array.isArray(list)) return undefined
  const found = list.findIndex((item) => childOf(item, name) === code)
  return found < 0 ? undefined : found
}

function itemAt(list: Json | undefined, origin: ListOrigin | undefined): number | undefined {
  if (!Array.isArray(list) || origin === undefined) return undefined
  return origin.from ?? (list.length === origin.length ? origin.index : undefined)
}

const childOf = (value: Json | undefined, at: string | number): Json | undefined =>
  Array.isArray(value) ? value[Number(at)] : isObject(value) && Object.hasOwn(value, at) ? value[at] : undefined
