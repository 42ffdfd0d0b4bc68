import type { Json, JsonObject } from '../model/json.ts'
import type { Segment } from './path.ts'
import type { PushRule } from './program.ts'
import { matches } from './read-place.ts'

/** A JSON value that is being built. */
export type Draft = null | boolean | number | string | Draft[] | { [key: string]: Draft }
export type DraftObject = { [key: string]: Draft }

export const isDraftObject = (value: Draft | undefined): value is DraftObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** A copy that may be changed; what has no JSON form (an undefined field) is left out. */
export function copy(value: Json): Draft {
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) return value.map(copy)
  const made: DraftObject = {}
  for (const [key, field] of Object.entries(value as JsonObject)) if (field !== undefined && key !== '__proto__') made[key] = copy(field)
  return made
}

/**
 * Objects and lists that were made here and may be written to. What is written back shares with the base all that it does not change: on the
 * way to a change each object that is not owned is replaced by a copy of itself.
 */
export type Owned = Set<object>

/** The value itself if it may be written to, else its copy, one level deep. */
export function owning(value: DraftObject, owned: Owned): DraftObject
export function owning(value: DraftObject | Draft[], owned: Owned): DraftObject | Draft[]
export function owning(value: DraftObject | Draft[], owned: Owned): DraftObject | Draft[] {
  if (owned.has(value)) return value
  const made = Array.isArray(value) ? [...value] : { ...value }
  owned.add(made)
  return made
}

/** The value at a path, or undefined. */
export function readAt(from: Draft | undefined, segments: readonly Segment[]): Draft | undefined {
  let here = from
  for (const segment of segments) {
    if (segment.kind === 'name') here = isDraftObject(here) && Object.hasOwn(here, segment.name) ? here[segment.name] : undefined
    else if (!Array.isArray(here)) return undefined
    else here = segment.kind === 'index' ? here[segment.index] : here.find((item) => matches(item, segment.name, segment.value))
  }
  return here
}

/** Sets a value at a path of an owned object; objects, lists and coded items on the way are made when they are not there. */
export function writeAt(into: DraftObject, segments: readonly Segment[], value: Draft, owned: Owned): void {
  let here: Draft = into
  for (let i = 0; i < segments.length; i++) {
    const segment = segments[i]
    const next = segments[i + 1]
    if (segment !== undefined && next === undefined) put(here, segment, value)
    else if (segment !== undefined && next !== undefined) here = child(here, segment, next, owned)
  }
}

function put(here: Draft, segment: Segment, value: Draft): void {
  if (segment.kind === 'name') {
    if (isDraftObject(here)) here[segment.name] = value
  } else if (Array.isArray(here)) {
    const at =
      segment.kind === 'index' ? Math.min(segment.index, here.length) : here.findIndex((item) => matches(item, segment.name, segment.value))
    const isBare = segment.kind === 'match' && isDraftObject(value) && !Object.hasOwn(value, segment.name)
    const made = isBare ? { [segment.name]: segment.value, ...value } : value
    if (at < 0) here.push(made)
    else here[at] = made
  }
}

function child(here: Draft, segment: Segment, next: Segment, owned: Owned): Draft {
  const found = readAt(here, [segment])
  if (next.kind === 'name' && isDraftObject(found)) return ownedChild(here, segment, found, owned)
  if (next.kind !== 'name' && Array.isArray(found)) return ownedChild(here, segment, found, owned)
  const made: Draft = next.kind === 'name' ? {} : []
  if (segment.kind === 'match' && isDraftObject(made)) made[segment.name] = segment.value
  owned.add(made)
  put(here, segment, made)
  return made
}

function ownedChild(here: Draft, segment: Segment, found: DraftObject | Draft[], owned: Owned): Draft {
  const made = owning(found, owned)
  if (made !== found) put(here, segment, made)
  return made
}

/** Removes the value at a path of an owned object. A coded item left with nothing but its code goes too. */
export function removeAt(from: DraftObject, segments: readonly Segment[], owned: Owned): void {
  const last = segments.at(-1)
  if (last === undefined) return
  let parent: Draft = from
  for (const segment of segments.slice(0, -1)) {
    const found = readAt(parent, [segment])
    if (typeof found !== 'object' || found === null) return
    parent = ownedChild(parent, segment, found, owned)
  }
  if (last.kind === 'name') {
    if (isDraftObject(parent)) delete parent[last.name]
  } else if (Array.isArray(parent)) {
    const at = last.kind === 'index' ? last.index : parent.findIndex((item) => matches(item, last.name, last.value))
    if (at >= 0 && at < parent.length) parent.splice(at, 1)
  }
  const coded = segments.at(-2)
  if (
    last.kind === 'name' &&
    coded?.kind === 'match' &&
    isDraftObject(parent) &&
    Object.keys(parent).length === 1 &&
    Object.hasOwn(parent, coded.name)
  )
    removeAt(from, segments.slice(0, -1), owned)
}

/** A document that is there, to be written to only through {@link owning}. */
export const draftOf = (document: Json | undefined): DraftObject | undefined => {
  const draft = document as Draft | undefined
  return isDraftObject(draft) ? draft : undefined
}

/** The partner's document: the values of the push rules over what the partner holds already. */
export function writePush(rules: readonly PushRule[], values: readonly (Json | undefined)[], base: Json | undefined): JsonObject {
  const owned: Owned = new Set()
  const made = owning(draftOf(base) ?? {}, owned)
  for (const [i, rule] of rules.entries()) {
    const value = values[i]
    if (value !== undefined) writeAt(made, rule.path.segments, copy(value), owned)
  }
  return made as JsonObject
}
