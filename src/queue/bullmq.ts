import { Queue } from 'bullmq'
import { type Log, silentLog } from '../model/log.ts'
import { type Bell, isBackground, type Ring, ringName, waitsOutside } from '../pipeline/bell.ts'
import { type BullWorker, openBullWorker } from './bull-worker.ts'
import { type LocalBellOptions, openLocalBell } from './local.ts'
import { openRedis, within } from './redis.ts'

export interface BullBellOptions extends LocalBellOptions {
  /** `redis://…` or `rediss://…` */
  readonly url: string
  /** begins every key in Redis; hubs that share a Redis need different ones. `crossdock` */
  readonly prefix?: string
  readonly log: Log
  /** time between two looks of the watchdog. 5 s */
  readonly watchMs?: number
  /** how long a killed process holds the ring it was answering; not longer than the lease in SQL. 15 s */
  readonly lockMs?: number
}

const classes = ['work', 'pulls', 'ingest', 'background'] as const
type RingClass = (typeof classes)[number]
const classOf = (ring: Ring): RingClass =>
  isBackground(ring) ? 'background' : waitsOutside(ring) ? 'pulls' : ring.kind === 'ingest' ? 'ingest' : 'work'

/** An `add` hangs while Redis is away: nothing waits for it longer than this. */
const addMs = 500
const mostAdds = 500
/** `Worker.close` may never resolve (bullmq#4656). */
const closeMs = 5000

/**
 * Rings through Redis, so that any process may answer them. Redis holds names only, is never asked for work and may be lost at any moment: a ring that Redis does not take is answered
 * by this process itself when it listens, and else found by the sweep of one that does. Answers run in a local bell, so its laws hold whatever Redis forgets or repeats.
 * @throws HubError `redis-url` (reject)
 */
export function openBullBell(options: BullBellOptions): Bell {
  const { url, log, prefix = 'crossdock' } = options
  const concurrency: Readonly<Record<RingClass, number>> = {
    work: options.concurrency ?? 16,
    pulls: options.pulls ?? 16,
    ingest: options.ingests ?? 16,
    background: options.background ?? 2,
  }
  const line = openRedis({ url, log, purpose: 'rings', away: 'fail', without: 'each worker goes on with what it finds itself' })
  const local = openLocalBell(options)
  const queues = { work: openQueue('work'), pulls: openQueue('pulls'), ingest: openQueue('ingest'), background: openQueue('background') }
  let stopWorkers: ((answered: Promise<void>) => Promise<void>) | undefined
  let closing: Promise<void> | undefined
  let adds = 0

  function openQueue(name: RingClass): Queue<Ring> {
    const queue = new Queue<Ring>(name, {
      connection: line.client,
      prefix,
      skipVersionCheck: true,
      skipWaitingForReady: true,
      skipMetasUpdate: true,
      streams: { events: { maxLen: 100 } },
    })
    queue.on('error', () => {})
    return queue
  }

  /** of a process that does not listen (yet), until Redis is there */
  const kept = new Map<string, Ring>()

  const answerHere = (ring: Ring) => {
    if (closing !== undefined) return
    if (stopWorkers !== undefined) local.ring(ring)
    else if (kept.size < mostAdds) kept.set(ringName(ring), ring)
  }

  const add = async (ring: Ring) => {
    adds++
    const adding = queues[classOf(ring)].add(ring.kind, ring, {
      deduplication: { id: ringName(ring), keepLastIfActive: true },
      removeOnComplete: true,
      removeOnFail: true,
      attempts: 1,
    })
    const settled = () => {
      adds--
    }
    adding.then(settled, settled)
    if ((await within(addMs, adding)) === undefined) answerHere(ring)
  }

  const send = (ring: Ring) => {
    if (closing !== undefined) return
    if (adds < mostAdds && line.ready()) void add(ring)
    else answerHere(ring)
  }
  const takeKept = () => {
    const rings = [...kept.values()]
    kept.clear()
    return rings
  }
  line.client.on('ready', () => {
    for (const ring of takeKept()) send(ring)
  })

  return {
    ring: (ring, here = false) => (here && stopWorkers !== undefined ? local.ring(ring) : send(ring)),
    listen(answer) {
      local.listen(answer)
      const workers: BullWorker[] = classes.map((queue) =>
        openBullWorker({
          queue,
          prefix,
          concurrency: concurrency[queue],
          open: () => openRedis({ url, log: silentLog, purpose: 'answers', away: 'wait', without: '' }),
          waiting: () => queues[queue].getWaitingCount(),
          answer: local.answered,
          watchMs: options.watchMs ?? 5000,
          lockMs: options.lockMs ?? 15_000,
          log,
        }),
      )
      stopWorkers = async (answered) => {
        await Promise.all(workers.map((worker) => worker.close(answered, closeMs)))
      }
      for (const ring of takeKept()) local.ring(ring)
    },
    close() {
      closing ??= (async () => {
        const answered = local.close()
        await Promise.all([answered, stopWorkers?.(answered)])
        await within(closeMs, Promise.all(classes.map((name) => queues[name].close())))
        line.close()
      })()
      return closing
    },
  }
}
