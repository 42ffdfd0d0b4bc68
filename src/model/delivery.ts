/** Duties to bring a document to a connection, and what each try teaches (design.md sections 2 and 6). */

export type DeliveryState = 'due' | 'sending' | 'waiting' | 'parked' | 'delivered' | 'superseded' | 'cancelled' | 'dead'
export const openDelivery: ReadonlySet<DeliveryState> = new Set(['due', 'sending', 'waiting', 'parked'])

/** state: sets a figure; the other three are the life of one command. */
export type Operation = 'state' | 'create' | 'change' | 'cancel'

/** What one try taught. */
export type Outcome =
  | {
      readonly kind: 'delivered'
      readonly key?: string
      readonly version?: string
      readonly lines?: readonly PartnerLine[]
      readonly status?: number
      readonly note?: string
    }
  | {
      readonly kind: 'retry'
      readonly code: string
      readonly message: string
      readonly retryAfterMs?: number
      readonly ambiguous: boolean
      /** the effect is at the partner for certain; only what follows it failed */
      readonly done?: true
      readonly status?: number
      readonly sample?: string
    }
  | { readonly kind: 'reauth'; readonly code: string; readonly message: string; readonly status?: number }
  | { readonly kind: 'reject'; readonly code: string; readonly message: string; readonly status?: number; readonly sample?: string }
  | { readonly kind: 'unknown'; readonly code: string; readonly message: string; readonly status?: number }

/** A line of the thing at the partner: its key there beside our line number. */
export interface PartnerLine {
  readonly externalKey: string
  readonly number: string
}

/** Retry table of one connection: waits before try 2, 3, …; full jitter; after the last the delivery is dead. */
export interface RetryTable {
  readonly waitsMs: readonly number[]
  readonly retryAfterMinMs: number
  readonly retryAfterMaxMs: number
}

const s = 1000
const m = 60 * s
const h = 60 * m

/** Standard Webhooks' suggested schedule, first wait 5 s, last 10 h (design.md section 6). */
export const defaultRetryTable: RetryTable = {
  waitsMs: [5 * s, 30 * s, 2 * m, 5 * m, 30 * m, 2 * h, 5 * h, 10 * h, 10 * h],
  retryAfterMinMs: 1 * s,
  retryAfterMaxMs: 24 * h,
}

export type Next =
  | { readonly state: 'delivered' }
  /** `uncounted`: nothing was sent for want of our own budget, so it was no try */
  | { readonly state: 'waiting'; readonly dueAt: number; readonly reason: string; readonly uncounted?: true }
  | { readonly state: 'parked'; readonly reason: 'unknown' | 'needs-auth' }
  | { readonly state: 'dead'; readonly reason: string }

/** Why nothing was sent: the connection's own budget is used up, or its partner asked for patience. */
export const overBudget = 'rate-limited'

/** A wait of the table with full jitter (half to whole, so that none is 0); never less than a Retry-After within its clamp, which gets a little jitter upwards. A partner that says 0 again and again is asked ever more seldom all the same. */
export function waitOf(tableMs: number, retryAfterMs: number | undefined, table: RetryTable, random: number): number {
  const own = tableMs * (0.5 + random / 2)
  return Math.ceil(retryAfterMs === undefined ? own : Math.max(own, askedOf(retryAfterMs, table, random)))
}

const askedOf = (retryAfterMs: number, table: RetryTable, random: number): number =>
  Math.min(Math.max(retryAfterMs, table.retryAfterMinMs), table.retryAfterMaxMs) * (1 + random / 10)

/** The state after a try. Total and pure. `attempts` counts this one; `random` is in [0, 1). */
export function nextState(outcome: Outcome, attempts: number, table: RetryTable, now: number, random: number): Next {
  switch (outcome.kind) {
    case 'delivered':
      return { state: 'delivered' }
    case 'reject':
      return { state: 'dead', reason: outcome.code }
    case 'unknown':
      return { state: 'parked', reason: 'unknown' }
    case 'reauth':
      return { state: 'parked', reason: 'needs-auth' }
    case 'retry': {
      const { code, retryAfterMs } = outcome
      if (code === overBudget && !outcome.ambiguous)
        return { state: 'waiting', dueAt: now + Math.ceil(askedOf(retryAfterMs ?? 0, table, random)), reason: code, uncounted: true }
      const wait = table.waitsMs[attempts - 1]
      if (wait === undefined) return { state: 'dead', reason: `exhausted:${code}` }
      return { state: 'waiting', dueAt: now + waitOf(wait, retryAfterMs, table, random), reason: code }
    }
  }
}
