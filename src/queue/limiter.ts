import { createHash, randomUUID } from 'node:crypto'
import { type Budget, costOf, type Limiter, maxHoldMs, maxWaitMs, memoryLimiter } from '../connector/limiter.ts'
import type { Clock } from '../model/clock.ts'
import { overBudget } from '../model/delivery.ts'
import { retry } from '../model/errors.ts'
import type { Log } from '../model/log.ts'
import { giveScript, holdScript, renewScript, takeScript } from './limiter-scripts.ts'
import { openRedis, within } from './redis.ts'

export interface RedisLimiterOptions {
  /** `redis://…` or `rediss://…` */
  readonly url: string
  /** begins every key in Redis; hubs that share a Redis need different ones. `crossdock` */
  readonly prefix?: string
  readonly clock: Clock
  readonly log: Log
  /** a slot of a process that died is free after so long, and its connection may stand still until then. 5 s */
  readonly leaseMs?: number
}

export interface RedisLimiter extends Limiter {
  /** leaves Redis; slots not given back are free when their lease is over */
  close(): Promise<void>
}

/** Redis is taken for away when it does not answer within this, and not asked again for {@link pauseMs}. */
const answerMs = 500
const pauseMs = 1000
/** The turn in this process may use up the longest wait: so much is left for the shared one. */
const leastMs = 250
/** A refused command is told once in this time. */
const quietMs = 60_000
const mostOwed = 10_000
/** first and longest wait between two questions for a slot */
const askMs = { first: 10, most: 100 }

type Verdict =
  | { readonly state: 'taken'; readonly waitMs: number }
  | { readonly state: 'full' }
  | { readonly state: 'far'; readonly waitMs: number; readonly held: boolean }

/**
 * Budgets that all processes of a hub share. Every request first passes this process's own limiter, which orders it, then the one in Redis: slots with a lease, a token bucket,
 * holds, first come, first served across processes. While Redis is away each process keeps to the whole budget by itself (N processes: N times the budget at worst, which the partner's
 * 429 corrects), and shares again when it is back; slots and holds a process knows of are told to Redis again after it forgot them.
 * @throws HubError `redis-url` (reject)
 */
export function redisLimiter(options: RedisLimiterOptions): RedisLimiter {
  const { clock, log, prefix = 'crossdock', leaseMs = 5_000 } = options
  const line = openRedis({
    url: options.url,
    log,
    purpose: 'budgets',
    away: 'fail',
    without: 'each process keeps to its budgets by itself',
  })
  const local = memoryLimiter(clock)
  const process = randomUUID()
  /** slots in use by connection, granted here or there */
  const holders = new Map<string, Set<string>>()
  /** ends of the holds asked of this process */
  const holds = new Map<string, number>()
  /** slots given back that Redis does not know of yet */
  const owed = new Map<string, Set<string>>()
  let count = 0
  let awayUntil = 0
  let toldAt = Number.NEGATIVE_INFINITY

  /** undefined: Redis is away, or refuses */
  const run = async (script: string, connection: string, args: readonly (string | number)[]): Promise<unknown> => {
    if (!line.ready()) return undefined
    const keys = ['bucket', 'slots', 'line', 'seen'].map((part) => `${prefix}:budget:{${connection}}:${part}`)
    try {
      return await evaluate(line.client, script, keys, args)
    } catch (error) {
      // what Redis says itself; that a connection broke is told by the line
      if (error instanceof Error && error.name === 'ReplyError' && performance.now() - toldAt > quietMs) {
        toldAt = performance.now()
        log.warn({ reason: error.message }, 'Redis refuses a budget: each process keeps to its budgets by itself')
      }
      return undefined
    }
  }
  const giveBack = async (connection: string, id: string, tokens: number) => {
    if ((await run(giveScript, connection, [id, tokens])) === undefined && sizeOf(owed) < mostOwed) enter(owed, connection, id)
  }

  const ask = async (id: string, connection: string, budget: Budget, longestMs: number): Promise<Verdict | undefined> => {
    if (!line.ready() || performance.now() < awayUntil) return undefined
    const { concurrency, limit } = budget
    const args = [id, concurrency, limit?.requests ?? 0, limit?.perMs ?? 0, longestMs, leaseMs, costOf(budget)]
    const answer = await within(answerMs, run(takeScript, connection, args))
    if (answer === undefined) awayUntil = performance.now() + pauseMs
    return readVerdict(answer)
  }

  /** Waits for the shared slot and token. Answers the wait before sending; undefined: Redis is away and the local turn is enough. */
  const shared = async (
    id: string,
    connection: string,
    budget: Budget,
    endAt: number,
    signal?: AbortSignal,
  ): Promise<number | undefined> => {
    await within(answerMs, line.settled)
    for (let pause = askMs.first; ; pause = Math.min(pause * 2, askMs.most)) {
      const left = Math.max(leastMs, endAt - clock.now())
      const verdict = await ask(id, connection, budget, left)
      if (verdict === undefined) return undefined
      if (verdict.state === 'taken') return verdict.waitMs
      if (verdict.state === 'far') throw limited(connection, verdict.waitMs, verdict.held)
      if (left === leastMs || signal?.aborted) throw limited(connection, signal?.aborted ? 0 : maxWaitMs, false)
      await clock.sleep(pause, signal)
    }
  }

  const renew = () => {
    const back = [...owed]
    owed.clear()
    for (const [connection, ids] of back) for (const id of ids) void giveBack(connection, id, 0)
    for (const [connection, ids] of holders) void run(renewScript, connection, [leaseMs, ...ids])
    for (const [connection, until] of holds) {
      const span = Math.ceil(until - clock.now())
      if (span > 0) void run(holdScript, connection, [span])
      else holds.delete(connection)
    }
  }
  line.client.on('ready', () => {
    awayUntil = 0
    // before anything else, so that no step is sent twice and overtaken by the one after it
    for (const script of [takeScript, giveScript, holdScript, renewScript]) line.client.script('LOAD', script).catch(() => {})
    renew()
  })
  const timer = setInterval(renew, Math.max(20, Math.floor(leaseMs / 3)))
  timer.unref()

  return {
    async take(connection, budget, signal) {
      const endAt = clock.now() + maxWaitMs
      const giveLocal = await local.take(connection, budget, signal)
      const id = `${process}/${++count}`
      let open = true
      const end = (tokens: number) => {
        if (!open) return
        open = false
        leave(holders, connection, id)
        void giveBack(connection, id, tokens)
        giveLocal(tokens)
      }
      let spent = false
      try {
        const waitMs = await shared(id, connection, budget, endAt, signal)
        spent = waitMs !== undefined && budget.limit !== undefined
        enter(holders, connection, id)
        if (waitMs !== undefined && waitMs > 0) await clock.sleep(waitMs, signal)
        if (signal?.aborted) throw limited(connection, 0, false)
        return (unused = 0) => end(budget.limit === undefined ? 0 : unused)
      } catch (error) {
        end(spent ? costOf(budget) : 0)
        throw error
      }
    },
    hold(connection, spanMs) {
      const span = Math.ceil(Math.min(spanMs, maxHoldMs))
      local.hold(connection, span)
      holds.set(connection, Math.max(holds.get(connection) ?? 0, clock.now() + span))
      void run(holdScript, connection, [span])
    },
    async close() {
      clearInterval(timer)
      const ids = [...holders].flatMap(([connection, held]) => [...held].map((id) => run(giveScript, connection, [id, 0])))
      await within(answerMs, Promise.all(ids))
      line.close()
    },
  }
}

function enter(holders: Map<string, Set<string>>, connection: string, id: string): void {
  const ids = holders.get(connection) ?? new Set()
  holders.set(connection, ids.add(id))
}

const sizeOf = (holders: Map<string, Set<string>>): number => [...holders.values()].reduce((sum, ids) => sum + ids.size, 0)

function leave(holders: Map<string, Set<string>>, connection: string, id: string): void {
  const ids = holders.get(connection)
  ids?.delete(id)
  if (ids?.size === 0) holders.delete(connection)
}

type Client = ReturnType<typeof openRedis>['client']

async function evaluate(client: Client, script: string, keys: readonly string[], args: readonly (string | number)[]): Promise<unknown> {
  const hash = createHash('sha1').update(script).digest('hex')
  try {
    return await client.evalsha(hash, keys.length, ...keys, ...args)
  } catch (error) {
    if (!(error instanceof Error && error.message.startsWith('NOSCRIPT'))) throw error
    return await client.eval(script, keys.length, ...keys, ...args)
  }
}

function readVerdict(answer: unknown): Verdict | undefined {
  if (!Array.isArray(answer)) return undefined
  const [state, waitMs, held] = answer.map(Number)
  if (state === 1) return { state: 'taken', waitMs: waitMs ?? 0 }
  return state === 0 ? { state: 'full' } : { state: 'far', waitMs: waitMs ?? 0, held: held === 1 }
}

const limited = (connection: string, waitMs: number, held: boolean) =>
  retry(
    overBudget,
    held
      ? `${connection}: the partner asked for patience, for another ${Math.ceil(waitMs / 1000)} s; nothing was sent`
      : `${connection}: its request budget is used up; nothing was sent`,
    { sent: false, retryAfterMs: Math.ceil(waitMs) },
  )
