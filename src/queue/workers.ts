import { isHubError, recoveryOf } from '../model/errors.ts'
import { backfill } from '../pipeline/backfill.ts'
import { type Ring, ringName } from '../pipeline/bell.ts'
import type { Context } from '../pipeline/context.ts'
import { deliver } from '../pipeline/deliver.ts'
import type { Halt } from '../pipeline/halt.ts'
import { ingest } from '../pipeline/ingest.ts'
import { intake } from '../pipeline/intake.ts'
import { runJob } from '../pipeline/jobs.ts'
import { notify } from '../pipeline/notify.ts'
import { pull } from '../pipeline/pull.ts'
import { refetch } from '../pipeline/refetch.ts'
import { openParkWatch, reviewParked, sweep } from '../pipeline/sweep.ts'
import { tellEvents } from '../pipeline/tell-events.ts'

export interface Workers {
  /**
   * Takes no new work, lets what runs end for up to `graceMs`, then gives it up; leases are given back either way, so that another process goes on at once.
   */
  stop(graceMs: number): Promise<void>
}

/** Sweeps between two looks at what is parked. */
const reviewEvery = 5
/** How long given-up work may take to write that it was given up. */
const afterAbortMs = 5000

/** Connects the bell with the steps of the pipeline and sweeps the tables, until stopped. One for each process. */
export function startWorkers(context: Context): Workers {
  const stop = new AbortController()
  const abort = new AbortController()
  const halt: Halt = { stop: stop.signal, abort: abort.signal }
  context.bell.listen((ring) => answer(context, ring, halt))
  const sweeping = sweepUntil(context, halt)
  return {
    async stop(graceMs) {
      stop.abort()
      const ended = Promise.all([context.bell.close(), sweeping])
      const grace = new AbortController()
      const late = await Promise.race([ended.then(() => false), context.clock.sleep(graceMs, grace.signal).then(() => true)])
      grace.abort()
      if (!late) return
      abort.abort()
      const rest = new AbortController()
      await Promise.race([ended, context.clock.sleep(afterAbortMs, rest.signal)])
      rest.abort()
    },
  }
}

async function answer(context: Context, ring: Ring, halt: Halt): Promise<void> {
  if (halt.stop.aborted) return
  try {
    await work(context, ring, halt)
  } catch (error) {
    tell(context, error, { ring })
  }
}

function work(context: Context, ring: Ring, halt: Halt): Promise<unknown> {
  switch (ring.kind) {
    case 'split':
      return intake(context, halt)
    case 'ingest':
      return ingest(context, ring.lane, halt)
    case 'deliver':
      return deliver(context, ring.connection, halt)
    case 'refetch':
      return refetch(context, ring.connection, halt)
    case 'pull':
      return timed(context, ring, () => pull(context, ring.connection, ring.stream, halt))
    case 'backfill':
      return backfill(context, ring.id, halt)
    case 'job':
      return timed(context, { ...ring, kind: ring.job }, () => runJob(context, ring.job, ring.connection, ring.stream, halt))
    case 'notify':
      return notify(context, halt)
    case 'events':
      return tellEvents(context, ring.subscription, halt)
  }
}

/** Counts a run that was due, and how it ended. */
async function timed(
  { meter }: Context,
  { kind, connection, stream }: { readonly kind: string; readonly connection: string; readonly stream: string },
  run: () => Promise<{ readonly state: string }>,
): Promise<void> {
  const began = performance.now()
  const { state } = await run()
  if (state !== 'not-due') meter?.ran(kind, connection, stream, state === 'failed' ? 'failed' : 'done', (performance.now() - began) / 1000)
}

/**
 * What lies there from one sweep to the next is more than others keep up with, or the ring of a process that died holds it: this process answers it too. Claims in SQL keep the two apart.
 */
async function sweepUntil(context: Context, halt: Halt): Promise<void> {
  const watch = openParkWatch()
  let before: ReadonlySet<string> = new Set()
  for (let round = 0; !halt.stop.aborted; round++) {
    try {
      const rings = await sweep(context)
      for (const ring of rings) context.bell.ring(ring, before.has(ringName(ring)))
      before = new Set(rings.map(ringName))
      if (round % reviewEvery === 0) for (const ring of await reviewParked(context, watch)) context.bell.ring(ring)
    } catch (error) {
      tell(context, error, { sweep: round })
    }
    await context.clock.sleep(context.settings.sweepMs, halt.stop)
  }
}

/** A lease that went to another worker is nothing to tell; what passes by itself is a warning. */
function tell(context: Context, error: unknown, about: object): void {
  if (isHubError(error) && error.detail.code === 'fenced') return
  if (recoveryOf(error) === 'retry') context.log.warn({ ...about, error }, 'a step stopped and is tried again by the next sweep')
  else context.log.error({ ...about, error }, 'a step failed by a fault of the hub')
}
