import { canonicalJson, isObject, type Json, type JsonObject } from './json.ts'

/** A step of a path: the name of a field, or an element of a keyed list by its key. `number`: the one people know it by. */
export type Step = { readonly name: string } | { readonly key: string; readonly number: string }

/** One change between two values. `after` has nothing to say for what was removed, `before` for what was added; `ordered` lists keys as they stood and stand. */
export interface KeyedChange {
  readonly steps: readonly Step[]
  readonly change: 'added' | 'changed' | 'removed' | 'ordered'
  readonly before: Json
  readonly after: Json
}

/**
 * What became of one value in another, field by field, one at a time. Elements of a list that all have a `key` of their own are compared by it wherever they stand; other lists change as a whole.
 * Done to `before` in this order, the changes give `after`: added elements go to the end of their list, `ordered` then puts the list into the order of its keys.
 */
export function* keyedDifferences(
  before: Json | undefined,
  after: Json | undefined,
  steps: readonly Step[] = [],
): Generator<KeyedChange, undefined, undefined> {
  if (before === after) return
  if (before === undefined) yield { steps, change: 'added', before: null, after: after ?? null }
  else if (after === undefined) yield { steps, change: 'removed', before, after: null }
  else if (isObject(before) && isObject(after)) yield* ofObjects(before, after, steps)
  else if (Array.isArray(before) && Array.isArray(after)) yield* ofLists(before, after, steps)
  else yield { steps, change: 'changed', before, after }
}

function* ofObjects(before: JsonObject, after: JsonObject, steps: readonly Step[]): Generator<KeyedChange, undefined, undefined> {
  const names = new Set([...Object.keys(before), ...Object.keys(after)])
  for (const name of [...names].sort()) yield* keyedDifferences(own(before, name), own(after, name), [...steps, { name }])
}

function* ofLists(before: readonly Json[], after: readonly Json[], steps: readonly Step[]): Generator<KeyedChange, undefined, undefined> {
  const [old, now] = [byKey(before), byKey(after)]
  if (old === undefined || now === undefined) {
    if (canonicalJson(before) !== canonicalJson(after)) yield { steps, change: 'changed', before, after }
    return
  }
  for (const [key, element] of old)
    yield* keyedDifferences(element, now.get(key), [...steps, { key, number: numberOf(now.get(key) ?? element, key) }])
  const added = [...now.keys()].filter((key) => !old.has(key))
  for (const key of added) yield* keyedDifferences(undefined, now.get(key), [...steps, { key, number: numberOf(now.get(key), key) }])
  const stood = [...[...old.keys()].filter((key) => now.has(key)), ...added]
  const stand = [...now.keys()]
  if (stood.some((key, place) => key !== stand[place])) yield { steps, change: 'ordered', before: [...old.keys()], after: stand }
}

/** Elements by their keys; undefined when one has none, or that of another. */
function byKey(list: readonly Json[]): ReadonlyMap<string, JsonObject> | undefined {
  const elements = new Map<string, JsonObject>()
  for (const element of list) {
    if (!isObject(element) || typeof element.key !== 'string' || elements.has(element.key)) return undefined
    elements.set(element.key, element)
  }
  return elements
}

const own = (value: JsonObject, name: string): Json | undefined => (Object.hasOwn(value, name) ? value[name] : undefined)
const numberOf = (element: JsonObject | undefined, key: string): string => (typeof element?.number === 'string' ? element.number : key)

/** A path as a JSON pointer; an element of a keyed list stands by its key: `/lines/00010/quantity`. */
export const pointerOf = (steps: readonly Step[]): string =>
  steps.map((step) => `/${('name' in step ? step.name : step.key).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('')
