import { newToken } from '../model/id.ts'
import type { Database, Tx } from './database.ts'
import { insertMany } from './insert-many.ts'
import { fenced } from './lane.ts'
import type { ScheduleTable } from './tables.ts'

/** The right to run one stream's pull. `every` is its period, `fails` the runs in a row that ended badly. */
export interface RunLease {
  readonly connection: string
  readonly stream: string
  readonly token: string
  readonly startedAt: number
  /** next_at as the claim left it; an earlier one at the end means that somebody asked for a run meanwhile */
  readonly nextAt: number
  readonly everyMs: number
  readonly fails: number
}

export const listSchedule = (database: Database, tenant: string): Promise<ScheduleTable[]> =>
  database.read.selectFrom('schedule').selectAll().where('tenant', '=', tenant).execute()

export async function findSchedule(tx: Tx, tenant: string, connection: string, stream: string): Promise<ScheduleTable | undefined> {
  return row(tx, tenant, connection, stream)
}

/** Adds rows for new streams (due at once), sets changed periods, and removes those no longer in the workspace. */
export async function syncRows(
  tx: Tx,
  tenant: string,
  wanted: readonly { readonly connection: string; readonly stream: string; readonly everyMs: number }[],
  now: number,
): Promise<void> {
  const rows = await tx.selectFrom('schedule').select(['connection', 'stream', 'every_ms']).where('tenant', '=', tenant).execute()
  const name = (connection: string, stream: string) => `${connection}/${stream}`
  const known = new Map(rows.map((one) => [name(one.connection, one.stream), one]))
  const fresh = wanted.filter((one) => !known.has(name(one.connection, one.stream)))
  await insertMany(
    tx,
    'schedule',
    fresh.map(({ connection, stream, everyMs }) => ({
      tenant,
      connection,
      stream,
      every_ms: everyMs,
      next_at: now,
      lease_until: 0,
      lease_token: null,
      fails: 0,
      last_started_at: null,
      last_ended_at: null,
      last_error: null,
    })),
    { keys: ['tenant', 'connection', 'stream'], then: 'ignore' },
  )
  for (const { connection, stream, everyMs } of wanted) {
    const old = known.get(name(connection, stream))
    if (old === undefined || old.every_ms === everyMs) continue
    // a shorter period must not wait for the end of the longer one
    await at(tx, tenant, connection, stream)
      .set((to) => ({
        every_ms: everyMs,
        next_at: to
          .case()
          .when('next_at', '>', now + everyMs)
          .then(now + everyMs)
          .else(to.ref('next_at'))
          .end(),
      }))
      .execute()
  }
  const kept = new Set(wanted.map((one) => name(one.connection, one.stream)))
  for (const { connection, stream } of rows)
    if (!kept.has(name(connection, stream)))
      await tx
        .deleteFrom('schedule')
        .where('tenant', '=', tenant)
        .where('connection', '=', connection)
        .where('stream', '=', stream)
        .execute()
}

/** Claims a run that is due, or whose worker died; missed runs are one run. undefined: not due, or under way elsewhere. */
export async function claimRun(
  database: Database,
  tenant: string,
  connection: string,
  stream: string,
  now: number,
  leaseMs: number,
): Promise<RunLease | undefined> {
  return database.write(async (tx) => {
    const found = await row(tx, tenant, connection, stream)
    if (found === undefined || found.lease_until > now || (found.next_at > now && found.lease_token === null)) return undefined
    const token = newToken()
    const nextAt = now + found.every_ms
    const taken = await at(tx, tenant, connection, stream)
      .set({ lease_until: now + leaseMs, lease_token: token, next_at: nextAt, last_started_at: now })
      .where('lease_until', '<=', now)
      .executeTakeFirst()
    return taken.numUpdatedRows > 0n
      ? { connection, stream, token, startedAt: now, nextAt, everyMs: found.every_ms, fails: found.fails }
      : undefined
  })
}

/** The fence of a run, first statement of its transactions; extends the lease. @throws HubError `fenced` */
export async function holdRun(tx: Tx, tenant: string, lease: RunLease, until: number): Promise<void> {
  const held = await at(tx, tenant, lease.connection, lease.stream)
    .set((to) => ({
      lease_until: to
        .case()
        .when('lease_until', '<', until)
        .then(until)
        .else(to('lease_until', '+', 1))
        .end(),
    }))
    .where('lease_token', '=', lease.token)
    .executeTakeFirst()
  if (held.numUpdatedRows === 0n) throw fenced(`the pull of ${lease.connection} ${lease.stream}`)
}

/** Ends a held run. `retryAt`: it failed and is tried again then; a run somebody asked for meanwhile is kept when it went well. */
export async function endRun(
  tx: Tx,
  tenant: string,
  lease: RunLease,
  end: { readonly at: number; readonly error: string | null; readonly retryAt?: number },
): Promise<void> {
  await at(tx, tenant, lease.connection, lease.stream)
    .set({
      lease_until: 0,
      lease_token: null,
      last_ended_at: end.at,
      last_error: end.error,
      fails: end.error === null ? 0 : lease.fails + 1,
      ...(end.retryAt === undefined ? {} : { next_at: end.retryAt }),
    })
    .where('lease_token', '=', lease.token)
    .execute()
}

/** Asks for a run now; one that is under way counts as another one. Answers whether there is such a schedule. */
export async function wantRun(tx: Tx, tenant: string, connection: string, stream: string, now: number): Promise<boolean> {
  const asked = await at(tx, tenant, connection, stream)
    .set((to) => ({ next_at: to.case().when('next_at', '>', now).then(now).else(to.ref('next_at')).end() }))
    .executeTakeFirst()
  return asked.numUpdatedRows > 0n
}

/** Runs that are due or whose worker died. */
export async function dueRuns(database: Database, tenant: string, now: number): Promise<{ connection: string; stream: string }[]> {
  return database.read
    .selectFrom('schedule')
    .select(['connection', 'stream'])
    .where('tenant', '=', tenant)
    .where('lease_until', '<=', now)
    .where((or) => or.or([or('next_at', '<=', now), or('lease_token', 'is not', null)]))
    .orderBy('next_at')
    .execute()
}

const row = (tx: Tx, tenant: string, connection: string, stream: string) =>
  tx
    .selectFrom('schedule')
    .selectAll()
    .where('tenant', '=', tenant)
    .where('connection', '=', connection)
    .where('stream', '=', stream)
    .executeTakeFirst()

const at = (tx: Tx, tenant: string, connection: string, stream: string) =>
  tx.updateTable('schedule').where('tenant', '=', tenant).where('connection', '=', connection).where('stream', '=', stream)
