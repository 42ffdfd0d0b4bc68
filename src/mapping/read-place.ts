import { isObject, type Json, type JsonObject } from '../model/json.ts'
import type { Segment } from './path.ts'
import type { MapContext } from './types.ts'

/**
 * A step of a path from the root of a document. `item`: the number of the list around. `context`: the path starts at `@.` instead. `choice`: the
 * first step of what is read where several paths were tried, by the number of the one taken; undefined for one that has no place of its own.
 * `computed`: the last step, a value that an expression chooses; `at` tells the expression from others.
 */
export type AbsoluteStep =
  | Segment
  | { readonly kind: 'item' }
  | { readonly kind: 'context' }
  | { readonly kind: 'computed'; readonly at: string }
  | { readonly kind: 'choice'; readonly of: readonly (readonly AbsoluteStep[] | undefined)[] }

/** A place that was read: `key` tells it from all others, `pointer` shows it where it is in the document. */
export interface ReadPlace {
  readonly key: string
  readonly pointer: string | undefined
}

/** Where a run read. Undefined where the value has no place. `numbers` belong to the steps in their order, those of every path of a `choice` after its own. */
export function readPlace(
  { document, context }: { readonly document: Json; readonly context: MapContext },
  from: readonly AbsoluteStep[],
  numbers: readonly number[],
): ReadPlace | undefined {
  const steps: (string | number)[] = []
  let here: Json | undefined = document
  let next = 0
  let [mark, isShown, isPlace] = ['', true, true]
  const walk = (path: readonly AbsoluteStep[]): void => {
    for (const step of path) {
      if (step.kind === 'context') {
        mark = '@'
        isShown = false
        here = context as object as JsonObject
      } else if (step.kind === 'choice') {
        const taken = numbers[next++]
        for (const [i, one] of step.of.entries()) {
          if (i !== taken) next += numbersIn(one)
          else if (one === undefined) isPlace = false
          else walk(one)
        }
      } else if (step.kind === 'computed') {
        mark += step.at
        isShown = false
      } else {
        const at = step.kind === 'item' ? (numbers[next++] ?? 0) : stepAt(here, step)
        steps.push(at)
        here = childAt(here, at)
      }
    }
  }
  walk(from)
  const text = pointer(steps)
  return isPlace ? { key: mark + text, pointer: isShown ? text : undefined } : undefined
}

/** How many numbers the steps of a path take. */
function numbersIn(path: readonly AbsoluteStep[] = []): number {
  let count = 0
  for (const step of path) {
    if (step.kind === 'item' || step.kind === 'choice') count++
    if (step.kind === 'choice') for (const one of step.of) count += numbersIn(one)
  }
  return count
}

function stepAt(here: Json | undefined, step: Segment): string | number {
  if (step.kind !== 'match') return step.kind === 'name' ? step.name : step.index
  const at = Array.isArray(here) ? here.findIndex((item) => matches(item, step.name, step.value)) : -1
  return at < 0 ? `${step.name}=${step.value}` : at
}

function childAt(here: Json | undefined, at: string | number): Json | undefined {
  if (typeof at === 'number') return Array.isArray(here) ? here[at] : undefined
  return isObject(here) && Object.hasOwn(here, at) ? here[at] : undefined
}

/** Escapes and joins the steps of a JSON pointer. */
export function pointer(steps: readonly (string | number)[]): string {
  let made = ''
  for (const step of steps)
    made += `/${typeof step === 'string' && /[~/]/.test(step) ? step.replaceAll('~', '~0').replaceAll('/', '~1') : step}`
  return made
}

/** Whether a list item carries a code: `[role='ST']`. */
export function matches(item: Json | undefined, name: string, value: string): boolean {
  if (!isObject(item) || !Object.hasOwn(item, name)) return false
  const own = item[name]
  return own === value || ((typeof own === 'number' || typeof own === 'boolean') && String(own) === value)
}
