import { bug } from '../model/errors.ts'
import { isObject, type Json, type JsonObject } from '../model/json.ts'
import type { CutSlice } from './access.ts'
import { nodesOf } from './body.ts'
import { childOf, joinBulk } from './bulk-rows.ts'
import { nameValues } from './columns.ts'
import { ambiguous, parseRecord, type Range } from './slice.ts'
import type { Bulk, Codec, Stream } from './types.ts'

/**
 * The record behind its slices, as the mapping reads it: the first slice without `into` is the record, each slice with `into` is one item of the list of that
 * name (rows of a group, embedded children); an empty range there makes the list exist without an item.
 * @throws HubError `bad-shape` (retry) for bytes that are not what the codec reads or an object with one name twice, `no-slice` (bug) when a slice names no body.
 */
export function joinRecord(slices: readonly CutSlice[], bodies: readonly Uint8Array[], codec: Codec | undefined, rows?: RowShape): Json {
  return openJoiner(codec)(slices, bodies, rows)
}

/** Of the stream whose record it is: how its own rows and those of its children are named, and how lines of a file belong to each other. */
export type RowShape = Pick<Stream, 'columns' | 'group' | 'children'> & { readonly bulk?: Pick<Bulk, 'children'> | undefined }

/** {@link joinRecord} for many records: bodies that are not JSON are parsed once for each joiner. */
export function openJoiner(
  codec: Codec | undefined,
): (slices: readonly CutSlice[], bodies: readonly Uint8Array[], rows?: RowShape) => Json {
  const parsed = new WeakMap<Uint8Array, readonly Json[]>()
  const nodes = (bytes: Uint8Array, parse: (body: Uint8Array) => Json): readonly Json[] => {
    const known = parsed.get(bytes) ?? nodesOf(parse(bytes))
    parsed.set(bytes, known)
    return known
  }
  const read = (slice: CutSlice, bodies: readonly Uint8Array[]): Json => {
    const bytes = bodies[slice.body]
    if (bytes === undefined) throw bug('no-slice', `a record names body ${slice.body} of ${bodies.length}`)
    const raw =
      'index' in slice ? (codec?.parse === undefined ? undefined : nodes(bytes, codec.parse)[slice.index]) : parseOnce(bytes, slice)
    if (raw === undefined) throw bug('no-slice', `a record names a place that body ${slice.body} does not have`)
    return codec?.decode === undefined ? raw : codec.decode(raw)
  }
  return (slices, bodies, { columns, group, children, bulk } = {}) => {
    const inFile = new Set(Object.values(bulk?.children?.of ?? {}).map(({ into }) => into))
    const named = (value: Json, into: string | undefined): Json => {
      const names = into === undefined || into === group ? columns : children?.find(({ name }) => name === into)?.columns
      return names === undefined ? value : nameValues(value, names)
    }
    const base = slices.find((slice) => slice.into === undefined)
    if (base === undefined) throw bug('no-slice', 'a record has no slice of its own')
    const lists = new Map<string, Json[]>()
    for (const slice of slices) {
      if (slice.into === undefined) continue
      const list = lists.get(slice.into) ?? []
      lists.set(slice.into, list)
      if (!('index' in slice) && slice.to === slice.from) continue
      const value = read(slice, bodies)
      list.push(bulk?.children !== undefined && inFile.has(slice.into) ? childOf(value, bulk.children) : named(value, slice.into))
    }
    const own = named(read(base, bodies), undefined)
    if (bulk?.children === undefined || ![...lists.keys()].some((name) => inFile.has(name))) return withLists(own, lists)
    const others = new Map([...lists].filter(([name]) => !inFile.has(name)))
    return withLists(joinBulk(own, lists, bulk.children), others)
  }
}

function parseOnce(bytes: Uint8Array, range: Range): Json {
  const { value, twin } = parseRecord(bytes, range)
  if (twin !== undefined) throw ambiguous(twin, range.from, range.to)
  return value
}

/** A record with its lists; what is no object cannot have any. */
export function withLists(record: Json, lists: ReadonlyMap<string, readonly Json[]>): Json {
  if (lists.size === 0 || !isObject(record)) return record
  const whole: Record<string, Json | undefined> = { ...record }
  for (const [name, list] of lists) whole[name] = list
  return whole as JsonObject
}
