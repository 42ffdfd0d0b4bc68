import type { Json } from '../model/json.ts'
import { fieldOf } from './equal.ts'
import type { Step } from './program.ts'
import { type Put, stepsOf, type Wanted } from './put.ts'
import { pointer } from './read-place.ts'
import { shownValue } from './runtime.ts'
import type { Draft } from './write-path.ts'

/** An item as it is written, and its place in the base. */
export interface PutItem {
  readonly item: Draft
  readonly from: number | undefined
}

/** The new list, with each item that was left out by `where` behind the item it stood behind. */
export function interleave(base: readonly Draft[], kept: readonly number[], made: readonly PutItem[]): Draft[] {
  if (kept.length === base.length) return made.map(({ item }) => item)
  const seen = new Set(kept)
  const surviving = new Set(made.map(({ from }) => from))
  const behind = new Map<number, Draft[]>()
  let anchor = -1
  for (const [i, item] of base.entries()) {
    if (surviving.has(i)) anchor = i
    else if (!seen.has(i)) behind.set(anchor, [...(behind.get(anchor) ?? []), item])
  }
  const list = [...(behind.get(-1) ?? [])]
  for (const { item, from } of made) {
    list.push(item)
    if (from !== undefined) list.push(...(behind.get(from) ?? []))
  }
  return list
}

/** What a key is found by: the value itself, or the text of a reference. */
export const keyOf = (value: Json | undefined): Json | undefined =>
  typeof value === 'object' && value !== null ? `\u0000${JSON.stringify(value)}` : value

export function keysOf(put: Put, step: Step, items: readonly Json[], name: string, wanted: Wanted): Map<Json | undefined, number> {
  const keys = new Map<Json | undefined, number>()
  const { steps } = put.parts.plan
  const field = steps.get(step)?.keyField
  const hidden = field !== undefined && steps.get(field.step)?.sensitive === true
  for (let i = 0; i < items.length; i++) {
    const key = fieldOf(items[i], name)
    if (key === undefined) continue
    if (keys.has(keyOf(key)))
      put.errors.push({
        code: 'DUPLICATE_KEY',
        mapping: put.parts.label,
        rule: step.rule,
        to: '',
        from: pointer([...stepsOf(wanted), i, name]),
        found: shownValue(key, hidden),
        expected: `'${name}' only once in the list, so that items find each other`,
      })
    else keys.set(keyOf(key), i)
  }
  return keys
}
