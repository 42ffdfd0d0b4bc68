import type { Json } from '../model/json.ts'
import type { Field } from './program.ts'

/** A field of the hub document that is not what the partner's document gives. */
export interface Difference {
  readonly field: Field
  /** what the partner's document gives; of what was compared inside, nothing */
  readonly image: Json | undefined
  /** an object that was compared field by field */
  readonly inside: readonly Difference[] | undefined
  /** a list that has an item for each of the partner's */
  readonly items: ItemDifferences | undefined
}
export interface ItemDifferences {
  /** by place in the hub's list; undefined where nothing differs */
  readonly of: readonly (readonly Difference[] | undefined)[]
  /** places in the partner's list they came from; undefined when they are the same */
  readonly kept: readonly number[] | undefined
}

/** What generated code gathers differences with. */
export const gather = {
  differs: (found: Difference[] | undefined, field: Field, image: Json | undefined): Difference[] =>
    added(found, { field, image, inside: undefined, items: undefined }),
  differsInside: (found: Difference[] | undefined, field: Field, inside: readonly Difference[]): Difference[] =>
    added(found, { field, image: undefined, inside, items: undefined }),
  differsInItems: (
    found: Difference[] | undefined,
    field: Field,
    of: readonly (readonly Difference[] | undefined)[],
    kept: readonly number[] | undefined,
  ): Difference[] => added(found, { field, image: undefined, inside: undefined, items: { of, kept } }),
  upTo: (length: number): number[] => Array.from({ length }, (_, i) => i),
} as const

function added(found: Difference[] | undefined, difference: Difference): Difference[] {
  if (found === undefined) return [difference]
  found.push(difference)
  return found
}

/** A list of the partner's document, and how it compared. */
export interface ComparedList {
  readonly source: readonly unknown[]
  readonly items: ItemDifferences
}

/** Whether the same item was compared with the same item, and nothing differed. */
export const isKnown = ({ source, items: { of, kept } }: ComparedList, item: unknown, i: number, n: number): boolean =>
  source[i] === item && of[n] === undefined && (kept === undefined ? i === n : kept[n] === i)
