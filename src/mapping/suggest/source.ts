import { isObject, type Json } from '../../model/json.ts'
import { formatSegments, type Segment } from '../path.ts'
import { type Form, formOf } from './forms.ts'
import { type Place, profile } from './profile.ts'
import { type Steps, spend } from './steps.ts'
import { wordsOf } from './words.ts'

/** One value that a rule can read in a scope: the document, or the item of a list. */
export interface SourceLeaf {
  /** path as a rule writes it, from the scope */
  readonly path: string
  readonly segments: readonly Segment[]
  /** words of its name */
  readonly own: readonly string[]
  /** words of the objects around it, outermost first */
  readonly around: readonly string[]
  readonly form: Form
  readonly values: readonly Json[]
  /** share of the scope's objects that have it, 0 to 1 */
  readonly share: number
  /** several fields that make one value: first and last name */
  readonly parts: readonly string[]
}
export interface SourceList {
  readonly path: string
  readonly segments: readonly Segment[]
  readonly words: readonly string[]
  readonly place: Place
  readonly item: Place
}
/** A scope: the records themselves or all items of a list, with what is known of them together. */
export interface Scope {
  readonly records: readonly Json[]
  readonly place: Place
}
export interface Sources {
  readonly leaves: readonly SourceLeaf[]
  readonly lists: readonly SourceList[]
  readonly dictionaries: readonly string[]
}

const codeNames: readonly string[] = [
  'type',
  'role',
  'kind',
  'code',
  'key',
  'name',
  'qualifier',
  'use',
  'label',
  'address_type',
  'addressType',
]
const mostCodes = 30
const deepest = 12

/** Everything of a scope outside of lists, and its lists. Sorted by path. */
export function sourcesOf(scope: Scope): Sources {
  const leaves: SourceLeaf[] = []
  const lists: SourceList[] = []
  const dictionaries: string[] = []
  const walk = (place: Place, segments: readonly Segment[], around: readonly string[]): void => {
    if (segments.length > deepest) return
    for (const field of place.fields) {
      const { name } = field
      const path: Segment[] = [...segments, { kind: 'name', name }]
      const own = wordsOf(name)
      if (field.dictionary) dictionaries.push(formatSegments(path))
      else {
        if (field.item !== undefined && field.kinds.every((kind) => kind === 'array' || kind === 'null'))
          lists.push({ path: formatSegments(path), segments: path, words: [...around, ...own], place: field, item: field.item })
        if (field.fields.length > 0) walk(field, path, [...around, ...own])
        if (field.fields.length === 0 && field.item === undefined) leaves.push(leafOf(field, path, own, around, scope.place.objects))
      }
    }
  }
  walk(scope.place, [], [])
  return { leaves: [...leaves, ...joined(leaves)], lists, dictionaries }
}

function leafOf(
  place: Place,
  segments: readonly Segment[],
  own: readonly string[],
  around: readonly string[],
  objects: number,
): SourceLeaf {
  const path = formatSegments(segments)
  return {
    path,
    segments,
    own,
    around,
    form: place.kinds.includes('array') || place.kinds.includes('object') ? { ...place.form, scalar: false } : place.form,
    values: place.values,
    share: objects === 0 ? 0 : Math.min(1, place.filled / objects),
    parts: [],
  }
}

/** First and last name that stand side by side, as one. */
function joined(leaves: readonly SourceLeaf[]): readonly SourceLeaf[] {
  const placeOf = ({ segments, own }: SourceLeaf, words: readonly string[] = own): string => JSON.stringify([segments.slice(0, -1), words])
  const lasts = new Map(leaves.filter(({ own }) => own.includes('last')).map((leaf) => [placeOf(leaf), leaf]))
  return leaves.flatMap((first) => {
    if (!first.own.includes('first') || !first.own.includes('name')) return []
    const last = lasts.get(
      placeOf(
        first,
        first.own.map((word) => (word === 'first' ? 'last' : word)),
      ),
    )
    if (last === undefined) return []
    const own = first.own.filter((word) => word !== 'first')
    return [{ ...first, path: `${first.path} + ${last.path}`, own, parts: [first.path, last.path] }]
  })
}

/**
 * Leaves inside a list that no list of the target takes: items told apart by a code (`addresses[type='shipping']`), or the only item there ever is.
 * Others stay closed.
 */
export function opened(list: SourceList, scope: Scope, steps: Steps): Sources {
  const instances = scope.records.map((record) => valueAt(record, list.segments)).filter((value) => Array.isArray(value))
  const code = codeNames.find((name) => isCode(name, instances, steps))
  const found: SourceLeaf[] = []
  const lists: SourceList[] = []
  const add = (segment: Segment, items: readonly Json[], extra: readonly string[]): void => {
    const inner = sourcesOf({ records: items, place: profile(items, steps) })
    const around = [...list.words, ...extra]
    const head = [...list.segments, segment]
    for (const leaf of inner.leaves) {
      // what tells items apart is known before it is read
      if (leaf.path === code) continue
      const segments = [...head, ...leaf.segments]
      const parts = leaf.parts.map((part) => joinPath(formatSegments(head), part))
      const path = parts.length > 0 ? parts.join(' + ') : formatSegments(segments)
      found.push({ ...leaf, path, segments, parts, around: [...around, ...leaf.around] })
    }
    for (const one of inner.lists) {
      const segments = [...head, ...one.segments]
      lists.push({ ...one, segments, path: formatSegments(segments), words: [...around, ...one.words] })
    }
  }
  if (code !== undefined) {
    const codes = [...new Set(instances.flat().map((item) => String(isObject(item) ? item[code] : '')))].sort()
    for (const value of codes) {
      const items = instances.flat().filter((item) => isObject(item) && item[code] === value)
      add({ kind: 'match', name: code, value }, items, wordsOf(value))
    }
  } else if (list.place.mostItems === 1) add({ kind: 'index', index: 0 }, instances.flat(), [])
  return { leaves: found, lists, dictionaries: [] }
}

const joinPath = (head: string, rest: string): string => (rest.startsWith('[') ? head + rest : `${head}.${rest}`)

/** Whether a field tells the items of every list apart: text, always there, never twice. */
function isCode(name: string, instances: readonly (readonly Json[])[], steps: Steps): boolean {
  const all = new Set<string>()
  for (const items of instances) {
    spend(steps, items.length)
    const seen = new Set<string>()
    for (const item of items) {
      const value = isObject(item) ? item[name] : undefined
      if (typeof value !== 'string' || value === '' || value.length > 60 || seen.has(value)) return false
      seen.add(value)
      all.add(value)
    }
  }
  const items = instances.reduce((sum, list) => sum + list.length, 0)
  return all.size > 0 && all.size <= mostCodes && (items > all.size || instances.some((list) => list.length > 1))
}

/** The value at a path from a record. */
export function valueAt(record: Json, segments: readonly Segment[]): Json | undefined {
  let here: Json | undefined = record
  for (const segment of segments) {
    if (segment.kind === 'name') here = isObject(here) && Object.hasOwn(here, segment.name) ? here[segment.name] : undefined
    else if (!Array.isArray(here)) return undefined
    else if (segment.kind === 'index') here = here[segment.index]
    else here = here.find((item: Json) => isObject(item) && item[segment.name] === segment.value)
  }
  return here
}

/** The items of a list in all records of a scope, with the number of the record each belongs to. */
export function itemsOf(
  scope: Scope,
  segments: readonly Segment[],
): { readonly items: readonly Json[]; readonly owners: readonly number[] } {
  const items: Json[] = []
  const owners: number[] = []
  for (const [i, record] of scope.records.entries()) {
    const list = valueAt(record, segments)
    if (!Array.isArray(list)) continue
    for (const item of list) {
      items.push(item)
      owners.push(i)
    }
  }
  return { items, owners }
}

/** A leaf for the item itself: lists of texts. */
export const itemLeaf = (items: readonly Json[], words: readonly string[]): SourceLeaf => {
  const values = [...new Set(items.filter((item) => typeof item !== 'object'))]
  return { path: '.', segments: [], own: words, around: [], form: formOf(values), values, share: 1, parts: [] }
}
