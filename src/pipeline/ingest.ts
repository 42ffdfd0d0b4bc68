import { isHubError, recoveryOf } from '../model/errors.ts'
import { countCrash, type Settlement, settleEnvelopes, takeEnvelopes } from '../store/envelope.ts'
import { claimLanes, holdLane, type Lease, releaseLane } from '../store/lane.ts'
import { applyBatch, type Batch } from './apply-batch.ts'
import type { Context } from './context.ts'
import { type Halt, noHalt } from './halt.ts'
import { backgroundNames, liveLanes, toRing } from './lanes.ts'

/** Transactions of one claim; then others have their turn. */
const maxBatches = 32
/** Tries of a transaction that the store refused for a while. */
const maxRetries = 3
const retryMs = 1000

/** Lanes that one transaction serves together: a page of records falls into most of them, and every transaction has its price. */
const maxLanes = 64

/**
 * Works off one ingest lane, and others that are due with it, each in order: reads, maps and applies its envelopes, makes the duties that follow, and settles all of it in one transaction for each batch (invariant 3). Answers how many
 * envelopes were settled; 0 as well while another worker is at it. After a process died, or a batch failed, the lane goes alone and its envelopes one by one, each counted before it is tried, so that the
 * one to blame is set aside as poison and no other suffers.
 */
export async function ingest(context: Context, asked: number, halt: Halt = noHalt()): Promise<number> {
  const { database, tenant, settings } = context
  const leaseMs = settings.leaseMs
  const [own] = await claimLanes(database, tenant, 'ingest', { lane: String(asked), limit: 1, now: await database.now(), leaseMs })
  const due =
    own !== undefined && own.fails > 0
      ? []
      : await claimLanes(database, tenant, 'ingest', {
          untroubled: true,
          ...(asked < liveLanes ? { except: backgroundNames } : { among: backgroundNames }),
          limit: maxLanes - 1,
          now: await database.now(),
          leaseMs,
        })
  const [lease, ...others] = own === undefined ? due : [own, ...due]
  if (lease === undefined) return 0
  const lane = Number(lease.lane)
  const run: Run = {
    context,
    lease,
    others,
    settled: 0,
    careful: lease.fails > 0 ? settings.ingestBatch : 0,
    retries: 0,
    lastError: undefined,
  }
  try {
    for (let i = 0; i < maxBatches && !halt.stop.aborted; i++) if (await step(run, lane)) return run.settled
    await giveBack(run, 0)
    context.bell.ring({ kind: 'ingest', lane })
  } catch (error) {
    if (isFenced(error)) {
      await giveBack(run, 0)
      return run.settled
    }
    context.log.warn({ lane, error }, 'an ingest lane stopped and is tried again')
    await giveBack(run, retryMs)
  }
  return run.settled
}

interface Run {
  readonly context: Context
  readonly lease: Lease
  /** lanes served together with it, until something fails */
  others: readonly Lease[]
  settled: number
  /** envelopes still to be tried one by one */
  careful: number
  retries: number
  /** of the envelope that is tried by itself */
  lastError: unknown
}

/** One batch; true when the lane is empty and given back. */
async function step(run: Run, lane: number): Promise<boolean> {
  const { context } = run
  try {
    const batch = run.careful > 0 ? await one(run, lane) : await many(run, context.settings.ingestBatch)
    run.settled += batch.settled
    run.careful = Math.max(0, run.careful - batch.settled)
    run.retries = 0
    ring(context, batch)
    return batch.ended
  } catch (error) {
    if (isFenced(error)) throw error
    if (recoveryOf(error) === 'retry') {
      if (++run.retries >= maxRetries) throw error
      return false
    }
    await leaveOthers(run)
    // what a whole batch failed with says nothing of its first envelope
    run.lastError = run.careful > 0 ? error : undefined
    run.careful = Math.max(run.careful, context.settings.ingestBatch)
    return false
  }
}

async function many({ context, lease, others }: Run, limit: number): Promise<Batch> {
  const began = performance.now()
  const batch = await context.database.write((tx) => applyBatch(context, tx, [lease, ...others], limit))
  if (batch.settled > 0) context.meter?.applied(batch.settled, (performance.now() - began) / 1000)
  return batch
}

/** The lane's first envelope by itself: counted in a transaction of its own, then tried; set aside when that was in vain too often or the data itself is at fault. */
async function one(run: Run, lane: number): Promise<Batch> {
  const { context, lease } = run
  const { database, tenant, settings } = context
  const verdict = await database.write(async (tx): Promise<'try' | 'set-aside' | 'empty'> => {
    const now = await database.now()
    await holdLane(tx, tenant, lease, now + settings.leaseMs)
    const [first] = await takeEnvelopes(tx, tenant, [lane], 1)
    if (first === undefined) return 'empty'
    const refused = recoveryOf(run.lastError) === 'reject'
    if (first.crashes < settings.maxCrashes && !(refused && first.crashes > 0)) {
      await countCrash(tx, tenant, first.id)
      return 'try'
    }
    const message = run.lastError instanceof Error ? run.lastError.message : 'the process ended each time this was worked on'
    const settlement: Settlement = {
      id: first.id,
      state: 'dead',
      reason: refused ? 'invalid' : 'poison',
      detail: JSON.stringify({ message }),
      waitsFor: null,
    }
    await settleEnvelopes(tx, tenant, [settlement], context.catalogue().revision, now)
    return 'set-aside'
  })
  if (verdict === 'set-aside') {
    if (recoveryOf(run.lastError) === 'bug' && run.lastError !== undefined)
      context.log.error({ lane, error: run.lastError }, 'an envelope was set aside: working on it fails by a fault of the hub')
    run.lastError = undefined
    return { settled: 1, ended: false, lanes: [], connections: [], pokes: [], told: [] }
  }
  const batch = await many(run, 1)
  run.lastError = undefined
  return batch
}

/** Something in the batch is at fault: every lane finds out for itself. */
async function leaveOthers(run: Run): Promise<void> {
  const { others, context } = run
  if (others.length === 0) return
  run.others = []
  await giveBackAll(context, others, 0)
  for (const { lane } of others) context.bell.ring({ kind: 'ingest', lane: Number(lane) })
}

const giveBack = ({ context, lease, others }: Run, waitMs: number): Promise<void> => giveBackAll(context, [lease, ...others], waitMs)

/** Each by itself: one that went to another worker must not keep the rest. */
async function giveBackAll({ database, tenant }: Context, leases: readonly Lease[], waitMs: number): Promise<void> {
  for (const lease of leases)
    try {
      await database.write(async (tx) => {
        const now = await database.now()
        await holdLane(tx, tenant, lease, now)
        await releaseLane(tx, tenant, lease, now + waitMs)
      })
    } catch (error) {
      if (!isFenced(error)) throw error
    }
}

export const isFenced = (error: unknown): boolean => isHubError(error) && error.detail.code === 'fenced'

function ring({ bell }: Context, batch: Batch): void {
  for (const lane of toRing(batch.lanes)) bell.ring({ kind: 'ingest', lane })
  for (const connection of batch.connections) bell.ring({ kind: 'deliver', connection })
  for (const connection of batch.pokes) bell.ring({ kind: 'refetch', connection })
  for (const subscription of batch.told) bell.ring({ kind: 'events', subscription })
}
