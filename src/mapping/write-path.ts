import type { Json, JsonObject } from '../model/json.ts'
import type { Faults } from './faults.ts'
import { nearest } from './nearest.ts'
import { formatSegments, type Segment } from './path.ts'
import type { PushRule } from './program.ts'
import { matches } from './runtime.ts'
import { type Cursor, cursorOf, fieldAt } from './schema-path.ts'

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

/** Sets a value at a path; objects, lists and coded items on the way are made when they are not there. */
export function writeAt(into: DraftObject, segments: readonly Segment[], value: Draft): void {
  let here: Draft = into
  for (const [i, segment] of segments.entries()) {
    const next = segments[i + 1]
    if (next === undefined) put(here, segment, value)
    else here = child(here, segment, next)
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

function child(here: Draft, segment: Segment, next: Segment): Draft {
  const found = readAt(here, [segment])
  const fits = next.kind === 'name' ? isDraftObject(found) : Array.isArray(found)
  if (found !== undefined && fits) return found
  const made: Draft = next.kind === 'name' ? {} : []
  if (segment.kind === 'match' && isDraftObject(made)) made[segment.name] = segment.value
  put(here, segment, made)
  return made
}

/** Removes the value at a path. A coded item left with nothing but its code goes too. */
export function removeAt(from: DraftObject, segments: readonly Segment[]): void {
  const last = segments.at(-1)
  const parent = readAt(from, segments.slice(0, -1))
  if (last === undefined) return
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
    removeAt(from, segments.slice(0, -1))
}

/** The partner's document: the values of the push rules over what the partner holds already. */
export function writePush(rules: readonly PushRule[], values: readonly (Json | undefined)[], base: Json | undefined): JsonObject {
  const start = base === undefined ? {} : copy(base)
  const made = isDraftObject(start) ? start : {}
  for (const [i, rule] of rules.entries()) {
    const value = values[i]
    if (value !== undefined) writeAt(made, rule.path.segments, copy(value))
  }
  return made
}

/** Reports a push path that the partner's schema does not have. */
export function checkPushTarget(rule: PushRule, target: Cursor | undefined, faults: Faults): void {
  for (const [i, segment] of rule.path.segments.entries()) {
    if (segment.kind === 'index') continue
    const here = cursorOf(target, rule.path.segments.slice(0, i))
    const found = fieldAt(segment.kind === 'match' ? cursorOf(here, [{ kind: 'index', index: 0 }]) : here, segment.name)
    if (found.kind !== 'absent') continue
    const close = nearest(segment.name, found.names)
    const where = i === 0 ? 'the target' : `'${formatSegments(rule.path.segments.slice(0, i))}'`
    const [code, says] = found.closed || close !== undefined ? ['E_TARGET', 'has no'] : ['W_UNCHECKED', 'does not name']
    faults.add(
      code,
      { at: rule.step.at, part: 'key' },
      rule.step.rule,
      `${where} ${says} '${segment.name}'`,
      close && `did you mean '${close}'?`,
    )
  }
}
