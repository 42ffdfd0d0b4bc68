import { isHubError, recoveryOf } from '../model/errors.ts'
import { claimBackfill, holdBackfill, updateBackfill } from '../store/backfill.ts'
import type { Tx } from '../store/database.ts'
import type { BackfillTable } from '../store/tables.ts'
import { abandonRange, endTurn, goesByJob, haveTurn, otherJobMs, readerOf } from './bulk-turn.ts'
import { backOff, stateOf } from './connection-health.ts'
import type { ConnectionSetup, Context } from './context.ts'
import { isStopped } from './drift.ts'
import { type Halt, keepLease, noHalt } from './halt.ts'
import { announce, storePage } from './pages.ts'
import { moved, type Position, placeOf, positionOf, positionText } from './position.ts'
import { hasRoom, patienceMs } from './room.ts'

export type BackfillResult = 'not-due' | 'done' | 'waits' | 'failed'

/** Wait of a range whose connection is paused, or whose records wait in the lanes. */
const pausedMs = 30_000
const busyMs = 1000
/** Failures in a row that end a range. */
const mostFails = 12
const mostBackOffMs = 3_600_000

/**
 * Reads on in a range of a stream, beside its live runs and without touching their checkpoint. Every page is one transaction with the place that was reached, so that another process goes on after it. It reads no
 * faster than it was allowed to, and waits while more of its records lie unapplied than `backfillAhead`: what is live never stands behind more than that.
 */
export async function backfill(context: Context, id: string, halt: Halt = noHalt()): Promise<BackfillResult> {
  const { database, tenant, settings } = context
  const row = await claimBackfill(database, tenant, id, await database.now(), settings.leaseMs)
  if (row === undefined) return 'not-due'
  const run: Run = { context, row, pages: 0, records: 0, resumed: false }
  const setup = context.catalogue().connections.get(row.connection)
  if (setup === undefined || !setup.connector.streams[row.stream]?.call || setup.paused) return giveBack(run, pausedMs)
  if ((await stateOf(database, tenant, setup.name)) === 'paused' || (await isStopped(database, tenant, setup, row.stream)))
    return giveBack(run, pausedMs)
  try {
    const beat = () => database.write(async (tx) => holdBackfill(tx, tenant, row, (await database.now()) + settings.leaseMs))
    return await keepLease(settings.leaseMs, beat, halt.abort, (signal) => readRange(run, setup, halt, signal))
  } catch (error) {
    return failed(run, setup, error, halt)
  }
}

interface Run {
  readonly context: Context
  readonly row: BackfillTable
  pages: number
  records: number
  resumed: boolean
}

async function readRange(run: Run, setup: ConnectionSetup, halt: Halt, signal: AbortSignal): Promise<BackfillResult> {
  const { context, row } = run
  const { clock, settings } = context
  const isRoom = () => hasRoom(context, 'background', settings.backfillAhead, halt)
  let position = startOf(row)
  const began = clock.now()
  if (!(await isRoom())) return giveBack(run, busyMs)
  const reader = readerOf('range', row.id)
  const byJob = row.kind !== 'gap' && goesByJob(setup, row.stream, position, row.until_at)
  if (byJob && !(await haveTurn(context, setup.name, reader))) return giveBack(run, otherJobMs)
  run.resumed = position.mark !== undefined
  const from = placeOf(position)
  const resume = position.mark === undefined ? {} : { resume: position.mark }
  const options = { lookbackMs: 0, until: row.until_at, bulk: byJob, ...resume, signal }
  for await (const page of context.access(setup).read(row.stream, from, options)) {
    const next = moved(position, page, true)
    const stored = await context.database.write(async (tx) => {
      const now = await context.database.now()
      await holdBackfill(tx, context.tenant, row, now + settings.leaseMs)
      const of = { stream: row.stream, baseline: row.quiet === 1, authoritative: false, background: true, now }
      const written = await storePage(context, tx, setup, of, page)
      run.pages++
      run.records += page.records.length
      if (byJob && page.mark?.bulk === undefined) await endTurn(context, tx, setup.name, reader)
      await updateBackfill(tx, context.tenant, row.id, {
        position: next === null ? null : positionText(next),
        pages: row.pages + run.pages,
        records: row.records + run.records,
        fails: 0,
        reason: null,
        ...(page.last ? { state: 'done' as const, ended_at: now, lease_until: 0, lease_token: null } : {}),
      })
      return written
    })
    position = next ?? position
    announce(context, setup.name, stored)
    if (page.last) return 'done'
    if (page.waitMs !== undefined) return giveBack(run, page.waitMs)
    if (halt.stop.aborted) return giveBack(run, 0)
    // a list that is taken up again may begin with a page that is known: that alone is no progress
    if (run.resumed && run.pages === 1) continue
    if (clock.now() - began >= settings.pullMs) return giveBack(run, 0)
    const early = began + (run.pages * 60_000) / row.pages_per_minute - clock.now()
    if (early > patienceMs) return giveBack(run, early)
    if (early > 0) await clock.sleep(early, halt.stop)
    if (!(await isRoom())) return giveBack(run, busyMs)
  }
  return giveBack(run, 0)
}

/** Where the range stands; at its beginning, where it begins. */
const startOf = ({ position, from_at }: BackfillTable): Position =>
  positionOf(position) ?? { time: from_at === null ? null : new Date(from_at).toISOString() }

async function giveBack({ context, row }: Run, waitMs: number): Promise<'waits'> {
  const { database, tenant } = context
  await database.write(async (tx) => {
    const now = await database.now()
    await holdBackfill(tx, tenant, row, now)
    await updateBackfill(tx, tenant, row.id, { next_at: Math.ceil(now + waitMs), lease_until: 0, lease_token: null })
  })
  return 'waits'
}

async function failed(run: Run, setup: ConnectionSetup, error: unknown, halt: Halt): Promise<BackfillResult> {
  const { context, row } = run
  const { database, tenant } = context
  const code = isHubError(error) ? error.detail.code : 'bug'
  if (code === 'fenced') return 'failed'
  const message = error instanceof Error ? error.message : String(error)
  if (halt.abort.aborted) return giveBack(run, 0)
  const fails = (run.pages > 0 ? 0 : row.fails) + 1
  await database.write(async (tx) => {
    const now = await database.now()
    await holdBackfill(tx, tenant, row, now)
    if (run.resumed && run.pages === 0 && recoveryOf(error) === 'reject') await dropMark(tx, context, row)
    const wait = backOff(error, fails - 1, setup.retry, context.random(), mostBackOffMs)
    await updateBackfill(tx, tenant, row.id, {
      fails,
      reason: `${code}: ${message}`.slice(0, 2000),
      next_at: now + wait,
      lease_until: 0,
      lease_token: null,
      ...(fails >= mostFails ? { state: 'failed' as const, ended_at: now } : {}),
    })
  })
  if (fails >= mostFails) await abandonRange(context, row)
  const fields = { connection: row.connection, stream: row.stream, backfill: row.id, code, fails }
  if (recoveryOf(error) === 'bug') context.log.error({ ...fields, error }, 'reading a range failed by a fault of the hub or its connector')
  else if (fails === 1 || fails >= mostFails) context.log.warn({ ...fields, message }, 'reading a range failed')
  return 'failed'
}

/** The partner does not know the place in its list any more: the range goes on from its last checkpoint. */
async function dropMark(tx: Tx, { tenant }: Context, row: BackfillTable): Promise<void> {
  await updateBackfill(tx, tenant, row.id, { position: positionText(placeOf(startOf(row)) ?? { time: null }) })
}
