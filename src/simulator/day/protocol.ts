import type { DayFigures } from './figures.ts'
import type { PairName } from './pair-names.ts'
import type { LeftOut } from './plan-left-out.ts'
import type { CrosswalkLine, Progress } from './play.ts'
import type { SystemRecords } from './records.ts'
import type { Hooks } from './world.ts'

/**
 * What the parent says to the process of the world, over Node's IPC. In this order: `start`; `hooks`, whose answer is `hooked` (left out, the
 * shops send no webhooks); `baseline-done` once the hub has read the morning, which begins the play; `crosswalk-done` as the answer to
 * `crosswalk-wanted`; `records` as often as wanted; `stop`.
 */
export type ToWorld =
  | {
      readonly kind: 'start'
      readonly seed: number
      readonly scale?: number
      readonly pace?: number
      readonly faults: 'on' | 'off'
      readonly pair?: PairName
    }
  | { readonly kind: 'hooks'; readonly hooks: Hooks }
  | { readonly kind: 'baseline-done' }
  | { readonly kind: 'crosswalk-done' }
  | { readonly kind: 'records' }
  | { readonly kind: 'stop' }

/** What the process of the world says to its parent. */
export type FromWorld =
  | {
      readonly kind: 'ready'
      /** What the workspace of the pair reads from the environment. */
      readonly environment: Readonly<Record<string, string>>
      /** What must come out at the end of the day. */
      readonly figures: DayFigures
      /** What these systems cannot play. */
      readonly leftOut: readonly LeftOut[]
    }
  | { readonly kind: 'hooked' }
  | ({ readonly kind: 'progress' } & Progress)
  | {
      readonly kind: 'crosswalk-wanted'
      readonly line: CrosswalkLine
      /** Keys of the orders that wait for it, `shop-us/123`. */
      readonly orders: readonly string[]
    }
  | { readonly kind: 'played' }
  | { readonly kind: 'records'; readonly records: SystemRecords }
  /** Something went wrong; after a failure of the play the systems still stand and `records` still answers. */
  | { readonly kind: 'failed'; readonly message: string }

const kinds: readonly string[] = [
  'start',
  'hooks',
  'baseline-done',
  'crosswalk-done',
  'records',
  'stop',
] satisfies readonly ToWorld['kind'][]

/** Whether a message of the parent is one of ours: its kind is known, the rest is the parent's word. */
export const isToWorld = (message: unknown): message is ToWorld =>
  typeof message === 'object' && message !== null && 'kind' in message && kinds.includes(String(message.kind))
