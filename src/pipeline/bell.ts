import type { JobKind } from '../store/tables.ts'
import { liveLanes } from './lanes.ts'

/**
 * The alarm clock of the lanes. It carries names, never work: a ring that is lost costs at most one sweep, a ring too many finds nothing to claim.
 */
export interface Bell {
  /**
   * Says that a lane may have work. Never awaited, never throws, never blocks; after `close` it does nothing. `here`: this process answers as well, whoever else is at it, if it listens.
   */
  ring(ring: Ring, here?: boolean): void
  /**
   * Starts to call `answer` for rings; at most one call per ring name at a time, and once more after it when it rang meanwhile. Called once. `answer` handles its own errors;
   * one that rejects all the same ends that call only.
   */
  listen(answer: (ring: Ring) => Promise<void>): void
  /** No further calls; resolves when the running ones have ended. */
  close(): Promise<void>
}

export type Ring =
  | { readonly kind: 'split' }
  | { readonly kind: 'ingest'; readonly lane: number }
  | { readonly kind: 'deliver'; readonly connection: string }
  | { readonly kind: 'refetch'; readonly connection: string }
  | { readonly kind: 'pull'; readonly connection: string; readonly stream: string }
  | { readonly kind: 'job'; readonly job: BackgroundJob; readonly connection: string; readonly stream: string }
  | { readonly kind: 'backfill'; readonly id: string }
  | { readonly kind: 'notify' }
  | { readonly kind: 'events'; readonly subscription: string }

/** What the clock starts beside the live pulls. */
export type BackgroundJob = Exclude<JobKind, 'pull'>

/** Work that waits for nobody and that nobody waits for: it has answers of its own, so that it never holds up what is live. */
export const isBackground = (ring: Ring): boolean =>
  ring.kind === 'job' || ring.kind === 'backfill' || (ring.kind === 'ingest' && ring.lane >= liveLanes)

/** Reads from a partner or tells a receiver: it waits for them, and must not hold up the lanes. */
export const waitsOutside = (ring: Ring): boolean => ring.kind === 'pull' || ring.kind === 'events'

/** Name under which equal rings fold into one. */
export const ringName = (ring: Ring): string => Object.values(ring).join('/')
