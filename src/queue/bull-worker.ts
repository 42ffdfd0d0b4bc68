import { Worker } from 'bullmq'
import type { Log } from '../model/log.ts'
import type { BackgroundJob, Ring } from '../pipeline/bell.ts'
import { type RedisLine, within } from './redis.ts'

export interface BullWorkerOptions {
  readonly queue: string
  readonly prefix: string
  readonly concurrency: number
  /** a new line that waits while Redis is away; the worker adds a blocking one of its own and closes both */
  readonly open: () => RedisLine
  /** rings that nobody has taken yet; rejects while Redis is away */
  readonly waiting: () => Promise<number>
  readonly answer: (ring: Ring) => Promise<void>
  readonly watchMs: number
  /** A process that was killed holds its ring for so long, and a third more; the lane is deaf to rings meanwhile (its lease in SQL is longer). */
  readonly lockMs: number
  readonly log: Log
}

export interface BullWorker {
  /** Takes nothing more from now on; resolves when Redis knows what was answered, `patienceMs` after the last answer at the latest. */
  close(answered: Promise<void>, patienceMs: number): Promise<void>
}

/** A failing command is told once in this time. */
const quietMs = 60_000

/**
 * A worker of BullMQ with a watchdog: connections get lost in ways the library does not see (bullmq#648, #2466, #2964, #3185). When rings wait and this worker has room but took
 * none between two looks, it is replaced.
 */
export function openBullWorker(options: BullWorkerOptions): BullWorker {
  const { queue, log } = options
  let begun = 0
  let running = 0
  let closed = false
  let toldAt = Number.NEGATIVE_INFINITY

  const start = () => {
    const line = options.open()
    const worker = new Worker<unknown>(
      queue,
      async ({ data }) => {
        const ring = readRing(data)
        begun++
        if (ring === undefined) return
        running++
        try {
          await options.answer(ring)
        } finally {
          running--
        }
      },
      {
        connection: line.client,
        prefix: options.prefix,
        concurrency: options.concurrency,
        lockDuration: options.lockMs,
        stalledInterval: Math.ceil(options.lockMs / 3),
        // a ring that stalls is only rung again: what kills a worker is counted in SQL
        maxStalledCount: 1000,
        runRetryDelay: 500,
        drainDelay: 5,
        skipVersionCheck: true,
      },
    )
    worker.on('error', (error) => {
      if (closed || !line.ready() || performance.now() - toldAt < quietMs) return
      toldAt = performance.now()
      log.warn({ queue, reason: error.message }, 'a ring in Redis was not kept to its end; the sweep finds the work')
    })
    return { line, worker }
  }
  const giveUp = async ({ line, worker }: ReturnType<typeof start>) => {
    await within(1000, worker.close(true))
    line.close()
  }

  let current = start()
  let seen = begun
  let suspicious = false
  let looking = false
  const look = async () => {
    const waiting = (await within(options.watchMs, options.waiting())) ?? 0
    const deaf = waiting > 0 && begun === seen && running < options.concurrency
    seen = begun
    if (closed || !deaf || !suspicious) {
      suspicious = deaf
      return
    }
    suspicious = false
    log.warn({ queue, waiting }, 'rings wait in Redis and this worker takes none: it is replaced')
    void giveUp(current)
    current = start()
  }
  const timer = setInterval(() => {
    if (looking) return
    looking = true
    void look().finally(() => {
      looking = false
    })
  }, options.watchMs)
  timer.unref()

  return {
    async close(answered, patienceMs) {
      closed = true
      clearInterval(timer)
      const { line, worker } = current
      const told = worker.close()
      told.catch(() => {})
      await answered
      await within(line.ready() ? patienceMs : 0, told)
      await within(500, worker.disconnect())
      line.close()
    },
  }
}

type Fields = Readonly<Record<string, unknown>>
const jobs: Readonly<Record<BackgroundJob, true>> = {
  ...{
    full: true,
    ids: true,
    subscription: true,
    reconcile: true,
    watch: true,
    retention: true,
    verify: true,
    late: true,
    replenish: true,
    statements: true,
  },
}
const isJob = (job: unknown): job is BackgroundJob => typeof job === 'string' && Object.hasOwn(jobs, job)

/** How each kind of ring is read; a kind that is left out here would be answered by sweeps only. */
const readers: { readonly [K in Ring['kind']]: (data: Fields) => (Ring & { readonly kind: K }) | undefined } = {
  split: () => ({ kind: 'split' }),
  notify: () => ({ kind: 'notify' }),
  ingest: ({ lane }) => (typeof lane === 'number' && Number.isInteger(lane) ? { kind: 'ingest', lane } : undefined),
  deliver: ({ connection }) => (typeof connection === 'string' ? { kind: 'deliver', connection } : undefined),
  refetch: ({ connection }) => (typeof connection === 'string' ? { kind: 'refetch', connection } : undefined),
  pull: ({ connection, stream }) =>
    typeof connection === 'string' && typeof stream === 'string' ? { kind: 'pull', connection, stream } : undefined,
  job: ({ job, connection, stream }) =>
    isJob(job) && typeof connection === 'string' && typeof stream === 'string' ? { kind: 'job', job, connection, stream } : undefined,
  backfill: ({ id }) => (typeof id === 'string' ? { kind: 'backfill', id } : undefined),
  events: ({ subscription }) => (typeof subscription === 'string' ? { kind: 'events', subscription } : undefined),
}

/** What another version, or somebody else, put into Redis is not trusted. */
export function readRing(data: unknown): Ring | undefined {
  if (typeof data !== 'object' || data === null || !('kind' in data) || typeof data.kind !== 'string') return undefined
  return Object.hasOwn(readers, data.kind) ? readers[data.kind as Ring['kind']](data as Fields) : undefined
}
