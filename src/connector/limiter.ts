import type { Clock } from '../model/clock.ts'
import { overBudget } from '../model/delivery.ts'
import { retry } from '../model/errors.ts'
import type { Config, Http, Limit } from './types.ts'

/** What one connection may send. */
export interface Budget {
  readonly concurrency: number
  readonly limit?: { readonly requests: number; readonly perMs: number }
  /** points of the limit that this request takes. 1 */
  readonly cost?: number
}

/** Points that a request takes: at most what the whole bucket holds, for it would wait for ever. */
export const costOf = ({ limit, cost = 1 }: Budget): number => Math.min(cost, limit?.requests ?? cost)

/** What the partner lets a connection send; without a config of its own, what it lets everybody. */
export const limitOf = ({ limit }: Pick<Http, 'limit'>, config: Config = {}): Limit | undefined =>
  typeof limit === 'function' ? limit(config) : limit

/** Budgets of connections. The one in memory serves one process; several processes share one in Redis. */
export interface Limiter {
  /**
   * Waits for the connection's turn; the caller gives the slot back when its answer is complete, with the points of it that were not used.
   * @throws HubError `rate-limited` (retry, nothing sent) when the turn is further away than a few seconds or the signal is aborted.
   */
  take(connection: string, budget: Budget, signal?: AbortSignal): Promise<(unused?: number) => void>
  /** the partner asked for patience: no request of this connection before the span is over, but for {@link maxHoldMs} at most */
  hold(connection: string, spanMs: number): void
}

/** Longest wait inside a take: a lease is shorter than a rate limit's worst case. */
export const maxWaitMs = 10_000

/**
 * Longest hold, whatever the partner asked for: a hold lives in memory and nobody can lift it, so a `Retry-After` of years must not keep a connection still until the next
 * start. Streams and deliveries wait longer by their own schedule (`retry.retryAfterMaxMs` of the workspace).
 */
export const maxHoldMs = 15 * 60_000

interface Bucket {
  tokens: number
  filledAt: number
  heldUntil: number
  running: number
  readonly queue: Set<() => void>
}

/** A token bucket for each connection, filled evenly and never above `requests`; first come, first served. */
export function memoryLimiter(clock: Clock): Limiter {
  const buckets = new Map<string, Bucket>()
  const bucketOf = (connection: string): Bucket => {
    const bucket = buckets.get(connection) ?? {
      tokens: Number.POSITIVE_INFINITY,
      filledAt: clock.now(),
      heldUntil: 0,
      running: 0,
      queue: new Set(),
    }
    buckets.set(connection, bucket)
    return bucket
  }
  return {
    take: async (connection, budget, signal) => {
      const bucket = bucketOf(connection)
      if (bucket.running < budget.concurrency) bucket.running++
      else if (!(await turn(bucket, signal, clock))) throw limited(connection, maxWaitMs)
      const give = once((unused = 0) => {
        bucket.tokens += unused
        release(bucket)
      })
      try {
        await paced(connection, bucket, budget, clock, signal)
        return give
      } catch (error) {
        give()
        throw error
      }
    },
    hold: (connection, spanMs) => {
      const bucket = bucketOf(connection)
      bucket.heldUntil = Math.max(bucket.heldUntil, clock.now() + Math.min(spanMs, maxHoldMs))
    },
  }
}

/** The slot goes straight to who waits longest, so that nobody overtakes. */
function release(bucket: Bucket): void {
  const [next] = bucket.queue
  if (next === undefined) bucket.running--
  else {
    bucket.queue.delete(next)
    next()
  }
}

/** Waits until a running request hands its slot on; false: not within the longest wait, or aborted. */
async function turn(bucket: Bucket, signal: AbortSignal | undefined, clock: Clock): Promise<boolean> {
  const stop = new AbortController()
  let mine = false
  const handOver = () => {
    mine = true
    stop.abort()
  }
  bucket.queue.add(handOver)
  await clock.sleep(maxWaitMs, signal === undefined ? stop.signal : AbortSignal.any([signal, stop.signal]))
  bucket.queue.delete(handOver)
  return mine
}

async function paced(connection: string, bucket: Bucket, budget: Budget, clock: Clock, signal: AbortSignal | undefined): Promise<void> {
  const { limit } = budget
  const cost = costOf(budget)
  const now = clock.now()
  const held = Math.max(0, bucket.heldUntil - now)
  if (held > maxWaitMs) throw limited(connection, held, `the partner asked for patience, for another ${Math.ceil(held / 1000)} s`)
  let wait = held
  if (limit !== undefined) {
    const rate = limit.requests / limit.perMs
    bucket.tokens = Math.min(limit.requests, bucket.tokens + Math.max(0, now - bucket.filledAt) * rate)
    bucket.filledAt = now
    wait = Math.max(wait, bucket.tokens >= cost ? 0 : ((cost - bucket.tokens) * limit.perMs) / limit.requests)
    if (wait > maxWaitMs) throw limited(connection, wait)
    bucket.tokens -= cost
  }
  if (wait > 0) await clock.sleep(Math.ceil(wait), signal)
  if (signal?.aborted) {
    if (limit !== undefined) bucket.tokens += cost
    throw limited(connection, 0)
  }
}

const limited = (connection: string, waitMs: number, why = 'its request budget is used up') =>
  retry(overBudget, `${connection}: ${why}; nothing was sent`, { sent: false, retryAfterMs: Math.ceil(waitMs) })

function once(act: (unused?: number) => void): (unused?: number) => void {
  let done = false
  return (unused) => {
    if (!done) act(unused)
    done = true
  }
}
