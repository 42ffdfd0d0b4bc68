import { sql } from 'kysely'
import { newToken } from '../model/id.ts'
import { isMissed, nextRun, spanOf, type Timing } from '../model/timing.ts'
import type { Database, Tx } from './database.ts'
import { insertMany } from './insert-many.ts'
import { extended, fenced } from './lane.ts'
import type { JobKind, ScheduleTable } from './tables.ts'

/** One thing done by the clock: a stream read, or (without a stream) something about a connection, or (without both) about the hub. */
export interface Job {
  readonly connection: string
  readonly stream: string
  readonly kind: JobKind
}
export const jobName = ({ connection, stream, kind }: Job): string => `${connection}/${stream}/${kind}`

/** The right to run one job. `everyMs` is its period, `fails` the runs in a row that ended badly. */
export interface RunLease extends Job {
  readonly token: string
  readonly startedAt: number
  /** next_at as the claim left it; an earlier one at the end means that somebody asked for a run meanwhile */
  readonly nextAt: number
  readonly everyMs: number
  readonly fails: number
}

/** Time of a job whose pattern never comes again: 9999-12-31. */
const never = 253_402_214_400_000

export const listSchedule = (database: Database, tenant: string): Promise<ScheduleTable[]> =>
  database.read
    .selectFrom('schedule')
    .selectAll()
    .where('tenant', '=', tenant)
    .orderBy('connection')
    .orderBy('stream')
    .orderBy('kind')
    .execute()

/** How the live pulls stand. */
export const listPulls = async (database: Database, tenant: string): Promise<ScheduleTable[]> =>
  (await listSchedule(database, tenant)).filter(({ kind }) => kind === 'pull')

export async function findSchedule(tx: Tx, tenant: string, job: Job): Promise<ScheduleTable | undefined> {
  return row(tx, tenant, job)
}

/** A job the workspace wants. `waits`: it begins at its next time, not at once. */
export interface WantedJob extends Job {
  readonly timing: Timing
  readonly waits: boolean
}

/** Adds rows for new jobs, gives those whose timing changed their next time, and removes those no longer in the workspace. */
export async function syncRows(tx: Tx, tenant: string, wanted: readonly WantedJob[], now: number): Promise<void> {
  const rows = await tx.selectFrom('schedule').select(['connection', 'stream', 'kind', 'timing']).where('tenant', '=', tenant).execute()
  const known = new Map(rows.map((one) => [jobName(one), one]))
  const fresh = wanted.filter((job) => !known.has(jobName(job)))
  await insertMany(
    tx,
    'schedule',
    fresh.map(({ timing, waits, connection, stream, kind }): ScheduleTable => {
      const job = { connection, stream, kind }
      return {
        tenant,
        ...job,
        timing: JSON.stringify(timing),
        every_ms: spanOf(timing, now),
        next_at: waits ? (nextRun(timing, now, jobName(job)) ?? never) : now,
        wanted_at: null,
        paused_at: null,
        lease_until: 0,
        lease_token: null,
        fails: 0,
        since: now,
        last_started_at: null,
        last_ended_at: null,
        last_good_at: null,
        last_skipped_at: null,
        last_error: null,
      }
    }),
    { keys: ['tenant', 'connection', 'stream', 'kind'], then: 'ignore' },
  )
  for (const job of wanted) {
    const old = known.get(jobName(job))
    const timing = JSON.stringify(job.timing)
    if (old === undefined || old.timing === timing) continue
    const next = nextRun(job.timing, now, jobName(job)) ?? never
    // a shorter period must not wait for the end of the longer one; a pattern has its own times
    const nextAt = job.timing.kind === 'every' ? earlier(next) : next
    await at(tx, tenant, job)
      .set({ timing, every_ms: spanOf(job.timing, now), next_at: nextAt })
      .execute()
  }
  const kept = new Set(wanted.map(jobName))
  for (const job of rows)
    if (!kept.has(jobName(job)))
      await tx
        .deleteFrom('schedule')
        .where('tenant', '=', tenant)
        .where('connection', '=', job.connection)
        .where('stream', '=', job.stream)
        .where('kind', '=', job.kind)
        .execute()
}

/** Claims a run that is due, was asked for, or whose worker died; missed runs are one run, or left out as their timing says. undefined: not due, paused, or under way elsewhere. */
export async function claimRun(database: Database, tenant: string, job: Job, now: number, leaseMs: number): Promise<RunLease | undefined> {
  return database.write(async (tx) => {
    const found = await row(tx, tenant, job)
    if (found === undefined || found.lease_until > now) return undefined
    const timing = JSON.parse(found.timing) as Timing
    const nextAt = nextRun(timing, now, jobName(job)) ?? never
    const wanted = found.wanted_at !== null && found.wanted_at <= now
    if (found.lease_token === null && !wanted) {
      if (found.paused_at !== null || found.next_at > now) return undefined
      if (timing.misfire === 'skip' && found.fails === 0 && found.last_ended_at !== null && isMissed(found.every_ms, found.next_at, now)) {
        await at(tx, tenant, job).set({ next_at: nextAt, last_skipped_at: now }).where('lease_until', '<=', now).execute()
        return undefined
      }
    }
    const token = newToken()
    const taken = await at(tx, tenant, job)
      .set({
        lease_until: now + leaseMs,
        lease_token: token,
        next_at: nextAt,
        last_started_at: now,
        ...(wanted ? { wanted_at: null } : {}),
      })
      .where('lease_until', '<=', now)
      .executeTakeFirst()
    const { connection, stream, kind } = job
    return taken.numUpdatedRows > 0n
      ? { connection, stream, kind, token, startedAt: now, nextAt, everyMs: found.every_ms, fails: found.fails }
      : undefined
  })
}

/** The fence of a run, first statement of its transactions; extends the lease. @throws HubError `fenced` */
export async function holdRun(tx: Tx, tenant: string, lease: RunLease, until: number): Promise<void> {
  const held = await at(tx, tenant, lease)
    .set({ lease_until: extended(until) })
    .where('lease_token', '=', lease.token)
    .executeTakeFirst()
  if (held.numUpdatedRows === 0n) throw fenced(`the ${lease.kind} of ${lease.connection} ${lease.stream}`)
}

/** Ends a held run. `retryAt`: it failed, or was not whole, and goes on then. */
export async function endRun(
  tx: Tx,
  tenant: string,
  lease: RunLease,
  end: { readonly at: number; readonly error: string | null; readonly retryAt?: number },
): Promise<void> {
  await at(tx, tenant, lease)
    .set({
      lease_until: 0,
      lease_token: null,
      last_ended_at: end.at,
      last_error: end.error,
      fails: end.error === null ? 0 : lease.fails + 1,
      ...(end.error === null && end.retryAt === undefined ? { last_good_at: end.at } : {}),
      // who asked for a run while a failing one was under way has had it
      ...(end.error === null ? {} : { wanted_at: null }),
      ...(end.retryAt === undefined ? {} : { next_at: end.retryAt }),
    })
    .where('lease_token', '=', lease.token)
    .execute()
}

/** Asks for a run at a time, now or soon; one that is under way counts as another one. Answers whether there is such a job. */
export async function wantRun(tx: Tx, tenant: string, job: Job, time: number): Promise<boolean> {
  const asked = await at(tx, tenant, job)
    .set({ next_at: earlier(time), wanted_at: time })
    .executeTakeFirst()
  return asked.numUpdatedRows > 0n
}

/** Stops a job, or lets it go on from its next time. A run under way ends. Answers whether there is such a job. */
export async function pauseRuns(tx: Tx, tenant: string, job: Job, pausedAt: number | null): Promise<boolean> {
  const changed = await at(tx, tenant, job).set({ paused_at: pausedAt }).executeTakeFirst()
  return changed.numUpdatedRows > 0n
}

/** Takes a job from whoever runs it: what that one still writes is refused by the fence. */
export async function seizeRun(tx: Tx, tenant: string, job: Job): Promise<void> {
  await at(tx, tenant, job).set({ lease_until: 0, lease_token: null }).execute()
}

/** Jobs that are due or whose worker died. */
export async function dueRuns(database: Database, tenant: string, now: number): Promise<Job[]> {
  return database.read
    .selectFrom('schedule')
    .select(['connection', 'stream', 'kind'])
    .where('tenant', '=', tenant)
    .where('lease_until', '<=', now)
    .where((or) =>
      or.or([
        or.and([or('next_at', '<=', now), or('paused_at', 'is', null)]),
        or('lease_token', 'is not', null),
        or('wanted_at', '<=', now),
      ]),
    )
    .orderBy('next_at')
    .execute()
}

const earlier = (time: number) => sql<number>`case when next_at > ${time} then ${time} else next_at end`

const row = (tx: Tx, tenant: string, { connection, stream, kind }: Job) =>
  tx
    .selectFrom('schedule')
    .selectAll()
    .where('tenant', '=', tenant)
    .where('connection', '=', connection)
    .where('stream', '=', stream)
    .where('kind', '=', kind)
    .executeTakeFirst()

const at = (tx: Tx, tenant: string, { connection, stream, kind }: Job) =>
  tx
    .updateTable('schedule')
    .where('tenant', '=', tenant)
    .where('connection', '=', connection)
    .where('stream', '=', stream)
    .where('kind', '=', kind)
