/**
 * The alarm clock of the lanes. It carries names, never work: a ring that is lost costs at most one sweep, a ring too many finds nothing to claim.
 */
export interface Bell {
  /** Says that a lane may have work. Never awaited, never throws, never blocks; after `close` it does nothing. */
  ring(ring: Ring): void
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

/** Name under which equal rings fold into one. */
export const ringName = (ring: Ring): string => Object.values(ring).join('/')
