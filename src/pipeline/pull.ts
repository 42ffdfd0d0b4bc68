import type { PageRead } from '../connector/access.ts'
import { isHubError, recoveryOf } from '../model/errors.ts'
import { countBaseline } from '../store/baseline.ts'
import { readPosition, savePosition } from '../store/cursor.ts'
import type { Tx } from '../store/database.ts'
import { claimRun, endRun, holdRun, type RunLease } from '../store/schedule.ts'
import { waitsForBaseline } from './baseline.ts'
import { endTurn, goesByJob, haveTurn, otherJobMs, readerOf } from './bulk-turn.ts'
import { backOff, noteFailure, noteSuccess, stateOf } from './connection-health.ts'
import type { ConnectionSetup, Context } from './context.ts'
import { isStopped } from './drift.ts'
import { type Halt, keepLease, noHalt } from './halt.ts'
import { announce, rowsOf, type StoredPage, storePage } from './pages.ts'
import { atBaseline, moved, type Position, placeOf, positionOf, positionText } from './position.ts'
import { hasRoom } from './room.ts'
import { openScope, type Scope } from './snapshot.ts'
import { isReleased, keepPlan } from './snapshot-plan.ts'

export type PullResult =
  | { readonly state: 'not-due' }
  | { readonly state: 'done' | 'stopped'; readonly pages: number; readonly records: number }
  | { readonly state: 'failed'; readonly pages: number; readonly records: number; readonly code: string; readonly message: string }

/** Longest wait between two tries of a stream that fails. */
const mostBackOffMs = 300_000

/**
 * Reads one stream from its checkpoint, when its schedule is due and nobody else is at it. Every page is one transaction: receipts, envelopes and the checkpoint that is safe with them
 * (invariant 1). A failure keeps the pages before it, is written into the schedule, and is tried again after a back-off; it is answered, never thrown.
 */
export async function pull(context: Context, connection: string, stream: string, halt: Halt = noHalt()): Promise<PullResult> {
  const { database, tenant, settings } = context
  const setup = context.catalogue().connections.get(connection)
  if (setup === undefined || setup.paused || !setup.connector.streams[stream]?.call) return { state: 'not-due' }
  if ((await stateOf(database, tenant, connection)) === 'paused') return { state: 'not-due' }
  if ((await waitsForBaseline(context, setup, stream)).length > 0 || (await isStopped(database, tenant, setup, stream)))
    return { state: 'not-due' }
  const lease = await claimRun(database, tenant, { connection, stream, kind: 'pull' }, await database.now(), settings.leaseMs)
  if (lease === undefined) return { state: 'not-due' }
  const run: Run = { context, setup, lease, pages: 0, records: 0, resumed: false, reader: undefined }
  try {
    const beat = () => database.write(async (tx) => holdRun(tx, tenant, lease, (await database.now()) + settings.leaseMs))
    const ended = await keepLease(settings.leaseMs, beat, halt.abort, (signal) => readPages(run, halt, signal))
    return { state: ended, pages: run.pages, records: run.records }
  } catch (error) {
    return { ...(await failed(run, error, halt)), pages: run.pages, records: run.records }
  }
}

interface Run {
  readonly context: Context
  readonly setup: ConnectionSetup
  readonly lease: RunLease
  pages: number
  records: number
  /** began in the middle of a list */
  resumed: boolean
  /** reads by a bulk job, for whose turn it is known by this name */
  reader: string | undefined
}

async function readPages(run: Run, halt: Halt, signal: AbortSignal): Promise<'done' | 'stopped'> {
  const { context, setup, lease } = run
  const { stream } = lease
  const stored = await context.database.write((tx) => readPosition(tx, context.tenant, setup.name, stream))
  let position = positionOf(stored)
  const baseline = atBaseline(position)
  const lookbackMs = setup.streams.get(stream)?.lookbackMs
  const scope = openScope(setup.connector, stream)
  const from = placeOf(position)
  const resume = baseline && scope === undefined ? position?.mark : undefined
  const bulk = baseline && scope === undefined && goesByJob(setup, stream, position, context.clock.now())
  if (bulk) {
    run.reader = readerOf('stream', `${setup.name}/${stream}`)
    if (!(await haveTurn(context, setup.name, run.reader))) return stopped(run, otherJobMs)
  }
  const options = {
    ...(lookbackMs === undefined ? {} : { lookbackMs }),
    ...(resume === undefined ? {} : { resume }),
    bulk,
    whole: true,
    signal,
  }
  const began = context.clock.now()
  const start = position
  run.resumed = resume !== undefined
  for await (const page of context.access(setup).read(stream, from, options)) {
    const next = moved(position, page, baseline && scope === undefined)
    const kept = await writePage(run, page, { position: next === position ? null : next, baseline, scope })
    position = next
    run.pages++
    run.records += rowsOf(page)
    announce(context, setup.name, kept.page)
    if (kept.recovered) context.bell.ring({ kind: 'deliver', connection: setup.name })
    if (kept.refused !== undefined) context.log.warn({ connection: setup.name, stream }, kept.refused)
    if (page.last) return 'done'
    if (page.waitMs !== undefined) return stopped(run, page.waitMs)
    const { pullPages, pullMs } = context.settings
    const long = run.pages >= pullPages + (run.resumed ? 1 : 0) || context.clock.now() - began >= pullMs
    // a list that cannot be taken up in the middle is read to its end, however long it is
    if (halt.stop.aborted || (long && position !== start)) break
    // a first load reads faster than it is applied; where the lanes stand still it goes on slowly, for what is read is safe
    await hasRoom(context, 'live', context.settings.pullAhead, halt)
  }
  return stopped(run, 0)
}

/** The run ends before its list does, and goes on after a while. */
async function stopped({ context, lease }: Run, waitMs: number): Promise<'stopped'> {
  await context.database.write(async (tx) => {
    const now = await context.database.now()
    await holdRun(tx, context.tenant, lease, now)
    await endRun(tx, context.tenant, lease, { at: now, error: null, retryAt: now + waitMs })
  })
  return 'stopped'
}

interface Kept {
  readonly page: StoredPage
  readonly recovered: boolean
  readonly refused?: string
}

/** One page in one transaction under the run's fence; with the last page the run ends in it, so that the baseline mark and the run go together. */
function writePage(
  run: Run,
  page: PageRead,
  at: { /** null: as it was */ readonly position: Position | null; readonly baseline: boolean; readonly scope: Scope | undefined },
): Promise<Kept> {
  const { context, setup, lease } = run
  const { tenant, database } = context
  at.scope?.saw(page)
  return database.write(async (tx) => {
    const now = await database.now()
    await holdRun(tx, tenant, lease, now + context.settings.leaseMs)
    const gone = page.last ? await at.scope?.end(tx, tenant, setup.name, await isReleased(tx, tenant, lease)) : undefined
    const stored = await storePage(
      context,
      tx,
      setup,
      { stream: lease.stream, baseline: at.baseline, authoritative: false, now },
      page,
      gone?.drafts,
    )
    if (run.reader !== undefined && page.mark?.bulk === undefined) await endTurn(context, tx, setup.name, run.reader)
    if (at.position !== null) await savePosition(tx, tenant, setup.name, lease.stream, positionText(at.position), now)
    if (at.baseline) await countBaseline(tx, tenant, lease, { records: rowsOf(page), ended: page.last, at: now })
    if (!page.last) return { page: stored, recovered: false }
    if (at.scope !== undefined) await keepPlan(context, tx, lease, gone?.held, now)
    await endRun(tx, tenant, lease, { at: now, error: gone?.refused ?? null })
    const recovered = await noteSuccess(tx, tenant, setup.name, now, 'read')
    return { page: stored, recovered, ...(gone?.refused === undefined ? {} : { refused: gone.refused }) }
  })
}

async function failed(
  run: Run,
  error: unknown,
  halt: Halt,
): Promise<{ readonly state: 'failed'; readonly code: string; readonly message: string }> {
  const { context, setup, lease } = run
  const { tenant, database } = context
  const code = isHubError(error) ? error.detail.code : 'bug'
  const message = error instanceof Error ? error.message : String(error)
  const result = { state: 'failed' as const, code, message }
  if (code === 'fenced') return result
  const stopped = halt.abort.aborted
  await database.write(async (tx) => {
    const now = await database.now()
    await holdRun(tx, tenant, lease, now)
    const wait = stopped ? 0 : backOff(error, lease.fails, setup.retry, context.random(), Math.max(lease.everyMs, mostBackOffMs))
    // the partner does not know the place in its list any more: the list is read from its beginning
    if (run.resumed && run.pages === 0 && recoveryOf(error) === 'reject') await dropMark(tx, context, lease, now)
    await endRun(tx, tenant, lease, { at: now, error: stopped ? null : `${code}: ${message}`.slice(0, 2000), retryAt: now + wait })
    if (!stopped) await noteFailure(tx, tenant, setup.name, isHubError(error) ? error.detail : undefined, lease.fails + 1, now)
  })
  if (stopped) return result
  const fields = { connection: setup.name, stream: lease.stream, code, fails: lease.fails + 1 }
  if (recoveryOf(error) === 'bug') context.log.error({ ...fields, error }, 'a pull failed by a fault of the hub or its connector')
  else if (lease.fails === 0) context.log.warn({ ...fields, message }, 'a pull failed and is tried again')
  else context.log.debug({ ...fields, message }, 'a pull failed again')
  return result
}

async function dropMark(tx: Tx, { tenant }: Context, { connection, stream }: RunLease, now: number): Promise<void> {
  const position = positionOf(await readPosition(tx, tenant, connection, stream))
  if (position?.mark === undefined) return
  const { mark: _mark, ...rest } = position
  await savePosition(tx, tenant, connection, stream, positionText(rest), now)
}
