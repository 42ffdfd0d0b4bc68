import { every, type Timing } from '../model/timing.ts'
import { type Job, listSchedule, syncRows, type WantedJob, wantRun } from '../store/schedule.ts'
import type { ScheduleTable } from '../store/tables.ts'
import type { Catalogue, ConnectionSetup, Context, Settings } from './context.ts'

/** How often what is too old is removed. */
const retentionMs = 3_600_000
/** When it is looked what is to be ordered. */
const nightly: Timing = { kind: 'cron', cron: '0 2 * * *', zone: 'UTC', jitterMs: 900_000, misfire: 'once' }
/** How often late orders, parcels and payouts are looked for. */
const lateMs = 900_000

/** Makes the schedule rows follow the current revision: a row for each job, those of polled streams due at once when they are new. */
export async function syncSchedules(context: Context): Promise<void> {
  const { database, tenant } = context
  const wanted = wantedJobs(context.catalogue(), context.settings)
  await database.write(async (tx) => syncRows(tx, tenant, wanted, await database.now()))
}

function wantedJobs(catalogue: Catalogue, settings: Settings): readonly WantedJob[] {
  const jobs = [...catalogue.connections.values()].flatMap((setup) => (setup.paused ? [] : jobsOf(setup, settings)))
  const ofHub = { connection: '', stream: '', waits: true }
  return [
    ...jobs,
    { ...ofHub, kind: 'watch', timing: every(settings.watchMs) },
    ...(settings.retention === undefined ? [] : [{ ...ofHub, kind: 'retention' as const, timing: every(retentionMs) }]),
    ...(settings.shipping === undefined && !isSettling(catalogue) ? [] : [{ ...ofHub, kind: 'late' as const, timing: every(lateMs) }]),
    ...(catalogue.replenishment === undefined ? [] : [{ ...ofHub, kind: 'replenish' as const, timing: nightly }]),
    ...(settings.statements === undefined ? [] : [{ ...ofHub, kind: 'statements' as const, timing: settings.statements.timing }]),
    ...(settings.verify === undefined ? [] : [{ ...ofHub, kind: 'verify' as const, timing: settings.verify }]),
  ]
}

const isSettling = ({ connections }: Catalogue): boolean => [...connections.values()].some(({ settlement }) => settlement !== undefined)

function jobsOf({ name: connection, connector, streams, reconcile }: ConnectionSetup, settings: Settings): readonly WantedJob[] {
  const ofStreams = [...streams].flatMap(([stream, setup]): readonly WantedJob[] => {
    if (!connector.streams[stream]?.call) return []
    return [
      { connection, stream, kind: 'pull', timing: setup.timing, waits: false },
      ...(setup.full === undefined ? [] : [{ connection, stream, kind: 'full' as const, timing: setup.full, waits: true }]),
      ...(setup.ids === undefined ? [] : [{ connection, stream, kind: 'ids' as const, timing: setup.ids.timing, waits: true }]),
    ]
  })
  const compares =
    reconcile === undefined ? [] : [{ connection, stream: '', kind: 'reconcile' as const, timing: reconcile.timing, waits: true }]
  const looksAfter = connector.webhook?.subscription !== undefined && settings.publicUrl !== undefined
  return [
    ...ofStreams,
    ...compares,
    ...(looksAfter
      ? [{ connection, stream: '', kind: 'subscription' as const, timing: every(settings.subscriptionMs), waits: false }]
      : []),
  ]
}

/** Asks for a pull now and rings for it; false: there is no such polled stream. */
export async function requestPull(context: Context, connection: string, stream: string): Promise<boolean> {
  const { database, tenant } = context
  const job: Job = { connection, stream, kind: 'pull' }
  const known = await database.write(async (tx) => wantRun(tx, tenant, job, await database.now()))
  if (known) context.bell.ring({ kind: 'pull', connection, stream })
  return known
}

/** How every job stands: due, running, last end, last error. */
export const schedules = (context: Context): Promise<ScheduleTable[]> => listSchedule(context.database, context.tenant)
