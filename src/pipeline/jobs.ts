import { isHubError, recoveryOf } from '../model/errors.ts'
import { readPosition } from '../store/cursor.ts'
import { claimRun, endRun, holdRun, type RunLease } from '../store/schedule.ts'
import type { BackgroundJob } from './bell.ts'
import { backOff, stateOf } from './connection-health.ts'
import type { ConnectionSetup, Context } from './context.ts'
import { findDeletes } from './deletes.ts'
import { type Halt, keepLease, noHalt } from './halt.ts'
import { lookForLate } from './look-for-late.ts'
import { makeMonthly } from './make-statements.ts'
import { atBaseline, positionOf } from './position.ts'
import { defaultPagesPerMinute, wantRange } from './ranges.ts'
import { reconcile } from './reconcile-run.ts'
import { lookForNeeds, bySchedule as replenishing } from './replenish.ts'
import { removeOld } from './retention.ts'
import { lookAfterSubscriptions } from './subscriptions.ts'
import { verifyLedger } from './verify-ledger.ts'
import { watch } from './watch.ts'

export type JobResult =
  | { readonly state: 'not-due' | 'done' }
  | { readonly state: 'failed'; readonly code: string; readonly message: string }

const mostBackOffMs = 3_600_000
const dayMs = 86_400_000
/** Who asked for what comes by the clock. */
const bySchedule = 'schedule'
/** A failing job of the hub itself is tried again after so long. */
const hubRetry = { waitsMs: [5000, 30_000, 60_000], retryAfterMinMs: 1000, retryAfterMaxMs: 60_000 }

/** Does one thing by the clock, when it is due and nobody else is at it. A failure is written into the schedule and tried again after a back-off; it is answered, never thrown. */
export async function runJob(
  context: Context,
  kind: BackgroundJob,
  connection: string,
  stream: string,
  halt: Halt = noHalt(),
): Promise<JobResult> {
  const { database, tenant, settings } = context
  const setup = context.catalogue().connections.get(connection)
  if (!ofHub.has(kind) && (setup === undefined || setup.paused || (await stateOf(database, tenant, connection)) === 'paused'))
    return { state: 'not-due' }
  const lease = await claimRun(database, tenant, { connection, stream, kind }, await database.now(), settings.leaseMs)
  if (lease === undefined) return { state: 'not-due' }
  const hold = () => database.write(async (tx) => holdRun(tx, tenant, lease, (await database.now()) + settings.leaseMs))
  try {
    await keepLease(settings.leaseMs, hold, halt.abort, (signal) =>
      setup === undefined ? workOfHub(context, lease, signal) : work(context, setup, lease, signal),
    )
    await database.write(async (tx) => {
      const now = await database.now()
      await holdRun(tx, tenant, lease, now)
      await endRun(tx, tenant, lease, { at: now, error: null })
    })
    return { state: 'done' }
  } catch (error) {
    return failed(context, setup, lease, error, halt)
  }
}

/** Jobs of no connection. */
const ofHub: ReadonlySet<BackgroundJob> = new Set(['watch', 'retention', 'verify', 'late', 'replenish', 'statements'])
async function workOfHub(context: Context, lease: RunLease, signal: AbortSignal): Promise<void> {
  if (lease.kind === 'retention') await removeOld(context, lease, signal)
  else if (lease.kind === 'late') await lookForLate(context, lease, signal)
  else if (lease.kind === 'replenish') await lookForNeeds(context, replenishing, signal)
  else if (lease.kind === 'statements') await makeMonthly(context, signal)
  else if (lease.kind === 'verify') await verifyLedger(context, { repair: false, askedBy: bySchedule }, signal)
  else await watch(context, lease)
}

async function work(context: Context, setup: ConnectionSetup, lease: RunLease, signal: AbortSignal): Promise<void> {
  switch (lease.kind) {
    case 'full':
      return wantFullPass(context, lease)
    case 'ids':
      return findDeletes(context, setup, lease, signal)
    case 'subscription':
      return lookAfterSubscriptions(context, setup, lease, signal)
    case 'reconcile':
      await reconcileByTheClock(context, setup, signal)
      return
    default:
      return
  }
}

/** Compares and heals nothing: what differs is an alarm for a person. */
async function reconcileByTheClock(context: Context, setup: ConnectionSetup, signal: AbortSignal): Promise<void> {
  if (setup.reconcile === undefined) return
  const from = new Date((await context.database.now()) - setup.reconcile.days * dayMs).toISOString().slice(0, 10)
  await reconcile(context, { connection: setup.name, from, until: null, heal: 'none', dryRun: false, askedBy: bySchedule }, signal)
}

/** A full pass is a range from the beginning; a stream whose first read has not ended needs none. */
async function wantFullPass(context: Context, lease: RunLease): Promise<void> {
  const { database, tenant } = context
  const { connection, stream } = lease
  await database.write(async (tx) => {
    const now = await database.now()
    await holdRun(tx, tenant, lease, now + context.settings.leaseMs)
    if (atBaseline(positionOf(await readPosition(tx, tenant, connection, stream)))) return
    const range = { connection, stream, kind: 'full' as const, from: null, until: now, quiet: false }
    await wantRange(context, tx, { ...range, pagesPerMinute: defaultPagesPerMinute, askedBy: bySchedule }, now)
  })
}

async function failed(
  context: Context,
  setup: ConnectionSetup | undefined,
  lease: RunLease,
  error: unknown,
  halt: Halt,
): Promise<JobResult> {
  const { database, tenant } = context
  const code = isHubError(error) ? error.detail.code : 'bug'
  const message = error instanceof Error ? error.message : String(error)
  const result: JobResult = { state: 'failed', code, message }
  if (code === 'fenced') return result
  const stopped = halt.abort.aborted
  await database.write(async (tx) => {
    const now = await database.now()
    await holdRun(tx, tenant, lease, now)
    const wait = stopped ? 0 : backOff(error, lease.fails, setup?.retry ?? hubRetry, context.random(), mostBackOffMs)
    await endRun(tx, tenant, lease, { at: now, error: stopped ? null : `${code}: ${message}`.slice(0, 2000), retryAt: now + wait })
  })
  const fields = { job: lease.kind, connection: lease.connection, stream: lease.stream, code, fails: lease.fails + 1 }
  if (stopped) return result
  if (recoveryOf(error) === 'bug') context.log.error({ ...fields, error }, 'a job failed by a fault of the hub or its connector')
  else if (lease.fails === 0) context.log.warn({ ...fields, message }, 'a job failed and is tried again')
  return result
}
