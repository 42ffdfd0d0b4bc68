import { listBackfills } from '../store/backfill.ts'
import { listConnections } from '../store/connection.ts'
import { allCursors } from '../store/cursor.ts'
import { countOld } from '../store/finding-counts.ts'
import { countCodes } from '../store/late.ts'
import { countLongParked } from '../store/parked.ts'
import { listPlans } from '../store/plan.ts'
import { listReports } from '../store/report.ts'
import { listSchedule } from '../store/schedule.ts'
import { openShapes } from '../store/shape.ts'
import type { ConnectionTable, PlanTable, ScheduleTable } from '../store/tables.ts'
import { trafficOf } from '../store/traffic.ts'
import { listVerifications } from '../store/verification.ts'
import type { Condition } from './alarms.ts'
import { announcedConditions, announcedNow } from './announced.ts'
import type { ConnectionSetup, Context } from './context.ts'
import { endingContracts } from './contract-clock.ts'
import { scarceDeposits } from './deposits.ts'
import { driftText, parentOf } from './drift.ts'
import { dueReturns } from './due-returns.ts'
import { deafReceivers } from './event-watch.ts'
import { scarceNumbers } from './numbers.ts'
import { silenceOf, silenceSubject } from './silence.ts'
import { topicsOf } from './subscriptions.ts'

/** Failures in a row of a job beside the live runs that make an alarm. */
const patience = 2
/** Plans and ended ranges looked at. */
const mostRows = 1000

/** Everything that is not as it should be, found in the tables alone: the same at every look, from whichever process. */
export async function conditionsNow(context: Context): Promise<readonly Condition[]> {
  const { database, tenant, settings } = context
  const now = await database.now()
  const rows = new Map((await listConnections(database.read, tenant)).map((row) => [row.name, row]))
  const setups = [...context.catalogue().connections.values()].filter((setup) => !setup.paused && rows.get(setup.name)?.state !== 'paused')
  const schedule = await listSchedule(database, tenant)
  return [
    ...setups.flatMap((setup) => brokenConnection(rows.get(setup.name))),
    ...(await staleStreams(context, setups, schedule, now)),
    ...(await silentTopics(context, setups, now)),
    ...setups.flatMap((setup) => brokenSubscription(setup, schedule)),
    ...(await heldPlans(context)),
    ...(await differences(context, setups, schedule)),
    ...(await failedRanges(context)),
    ...(await unproven(context, schedule)),
    ...(await oldFindings(context, now)),
    ...(await lateShipping(context)),
    ...(await changedRecords(context)),
    ...(await deafReceivers(context)),
    ...(await endingContracts(context, now)),
    ...(await dueReturns(context, now)),
    ...(await scarceNumbers(context, now)),
    ...(await scarceDeposits(context)),
    ...announcedConditions(
      (await announcedNow(database, tenant, now)).filter(({ connection }) => setups.some(({ name }) => name === connection)),
    ),
    ...(await countLongParked(database.read, tenant, now - settings.parkAlarmMs)).map(({ connection, count }) => ({
      subject: `parked/${connection}`,
      kind: 'parked' as const,
      connection,
      message: `${count} things about ${connection} have been parked for longer than the limit`,
      detail: { count },
    })),
  ]
}

function brokenConnection(row: ConnectionTable | undefined): readonly Condition[] {
  if (row === undefined || (row.state !== 'needs-auth' && row.state !== 'failing')) return []
  const { name, state, reason } = row
  const message = state === 'needs-auth' ? `${name} refuses our credentials` : `${name} fails again and again`
  return [{ subject: `connection/${name}`, kind: 'connection', connection: name, message, detail: { state, reason } }]
}

/** Streams without a good run for too long. A first read that goes on is one, and so is one that waits for its turn. */
async function staleStreams(
  { database, tenant }: Context,
  setups: readonly ConnectionSetup[],
  schedule: readonly ScheduleTable[],
  now: number,
): Promise<readonly Condition[]> {
  const moved = new Map((await allCursors(database.read, tenant)).map((row) => [`${row.connection}/${row.stream}`, row.moved_at]))
  return setups.flatMap(({ name, streams }) =>
    schedule.flatMap((run): readonly Condition[] => {
      const { stream, kind } = run
      const staleMs = streams.get(stream)?.staleMs
      if (run.connection !== name || kind !== 'pull' || run.paused_at !== null || staleMs === undefined) return []
      const good = Math.max(run.last_good_at ?? run.since, run.last_good_at === null ? (moved.get(`${name}/${stream}`) ?? 0) : 0)
      if (now - good <= staleMs) return []
      const since = new Date(good).toISOString()
      const message = `${name} ${stream} has not been read well since ${since}`
      return [
        { subject: `stale/${name}/${stream}`, kind: 'stale', connection: name, stream, message, detail: { since, error: run.last_error } },
      ]
    }),
  )
}

async function silentTopics({ database, tenant }: Context, setups: readonly ConnectionSetup[], now: number): Promise<readonly Condition[]> {
  const found: Condition[] = []
  for (const setup of setups)
    for (const topic of topicsOf(setup)) {
      const history = (await trafficOf(database.read, tenant, setup.name, topic)).map((row) => ({ ...row, lastAt: row.last_at }))
      const zone = typeof setup.openConfig.timeZone === 'string' ? setup.openConfig.timeZone : 'UTC'
      const silence = silenceOf(history, now, zone)
      if (silence === undefined) continue
      const silentSince = new Date(silence.since).toISOString()
      const stream = setup.connector.webhook?.topics[topic]?.stream
      found.push({
        subject: silenceSubject(setup.name, topic),
        kind: 'silence',
        connection: setup.name,
        ...(stream === undefined ? {} : { stream }),
        message: `${setup.name} has sent no ${topic} since ${silentSince}, about ${silence.expected} were to be expected`,
        detail: { topic, silentSince, expected: silence.expected },
      })
    }
  return found
}

function brokenSubscription({ name }: ConnectionSetup, schedule: readonly ScheduleTable[]): readonly Condition[] {
  const run = schedule.find(({ connection, kind }) => connection === name && kind === 'subscription')
  if (run === undefined || run.fails < patience) return []
  const message = `the webhook subscriptions of ${name} cannot be looked after`
  return [{ subject: `subscription/${name}`, kind: 'subscription', connection: name, message, detail: { error: run.last_error } }]
}

async function heldPlans({ database, tenant }: Context): Promise<readonly Condition[]> {
  return (await listPlans(database.read, tenant, { state: 'held', limit: mostRows })).map((plan) => ({
    subject: `${plan.kind}/${plan.connection}/${plan.stream}`,
    kind: plan.kind === 'figures' ? 'figures' : 'deletes',
    connection: plan.connection,
    stream: plan.stream,
    message: `${whatHolds(plan)}, more than ${plan.limit_percent} %: nothing of it is done until a person releases the plan ${plan.id}`,
    detail: { plan: plan.id, affected: plan.affected, total: plan.total, limitPercent: plan.limit_percent },
  }))
}

function whatHolds({ kind, affected, total, connection, stream }: Omit<PlanTable, 'keys'>): string {
  switch (kind) {
    case 'figures':
      return `${affected} figures of the route ${stream} would fall at ${connection}, beside those of a while ago`
    case 'snapshot':
      return `${affected} of ${total} members of ${connection} ${stream} are missing from a complete read`
    case 'deletes':
      return `${affected} of ${total} records of ${connection} ${stream} are gone at the partner`
  }
}

/** Connections whose last comparison found a difference, and those that cannot be compared. */
async function differences(
  { database, tenant }: Context,
  setups: readonly ConnectionSetup[],
  schedule: readonly ScheduleTable[],
): Promise<readonly Condition[]> {
  const found: Condition[] = []
  for (const { name, reconcile } of setups) {
    if (reconcile === undefined) continue
    const base = { subject: `reconcile/${name}`, kind: 'reconcile' as const, connection: name }
    const run = schedule.find(({ connection, kind }) => connection === name && kind === 'reconcile')
    const [last] = await listReports(database.read, tenant, { connection: name, limit: 1 })
    if (run !== undefined && run.fails >= patience)
      found.push({ ...base, message: `${name} cannot be compared with the ledger`, detail: { error: run.last_error } })
    else if (last !== undefined && last.same === 0)
      found.push({
        ...base,
        message: `${name} and the ledger differ in ${last.differences} places: see the report ${last.id}, heal, and compare again`,
        detail: { report: last.id, differences: last.differences },
      })
  }
  return found
}

const lateWords = {
  'ship-late': 'orders are paid and have not been shipped in time',
  'scan-missing': 'parcels left and no carrier has told of them in time',
  'parcel-stalled': 'parcels have not moved for too long',
  'parcel-lost-suspected': 'parcels should have been delivered long ago',
} as const

/** One alarm for each kind of what is late, however many there are. */
async function lateShipping({ database, tenant, settings }: Context): Promise<readonly Condition[]> {
  if (settings.shipping === undefined) return []
  const counts = await countCodes(database.read, tenant, Object.keys(lateWords))
  return Object.entries(lateWords).flatMap(([code, words]): readonly Condition[] => {
    const count = counts.get(code) ?? 0
    const message = `${count} ${words}: see \`crossdock findings list --code ${code}\``
    return count === 0 ? [] : [{ subject: `shipping/${code}`, kind: 'shipping', connection: '', message, detail: { code, count } }]
  })
}

async function oldFindings({ database, tenant, settings }: Context, now: number): Promise<readonly Condition[]> {
  const count = await countOld(database.read, tenant, now - settings.findingAlarmMs)
  const days = Math.round(settings.findingAlarmMs / 86_400_000)
  const message = `${count} findings have been open for longer than ${days} days: see \`crossdock findings list --by-age\``
  return count === 0 ? [] : [{ subject: 'findings', kind: 'findings', connection: '', message, detail: { count } }]
}

/** The last verification found figures that do not follow from the documents, or none ends well. */
async function unproven({ database, tenant }: Context, schedule: readonly ScheduleTable[]): Promise<readonly Condition[]> {
  const base = { subject: 'verify', kind: 'verify' as const, connection: '' }
  const run = schedule.find(({ kind }) => kind === 'verify')
  const [last] = await listVerifications(database.read, tenant, { limit: 1 })
  if (run !== undefined && run.fails >= patience)
    return [{ ...base, message: 'the ledger cannot be held against its documents', detail: { error: run.last_error } }]
  if (last === undefined || last.differences === 0) return []
  const message = `${last.differences} derived rows of the ledger do not follow from its documents: see the verification ${last.id}, and repair`
  return [{ ...base, message, detail: { verification: last.id, differences: last.differences } }]
}

async function failedRanges({ database, tenant }: Context): Promise<readonly Condition[]> {
  return (await listBackfills(database.read, tenant, { state: 'failed', limit: mostRows })).map(({ id, connection, stream, reason }) => ({
    subject: `backfill/${id}`,
    kind: 'backfill',
    connection,
    stream,
    message: `reading a range of ${connection} ${stream} was given up; resume or cancel ${id}`,
    detail: { backfill: id, reason },
  }))
}

/** Streams whose records look different since, until a person accepts it. */
async function changedRecords({ database, tenant, catalogue }: Context): Promise<readonly Condition[]> {
  const found = new Map<string, Condition>()
  for (const row of await openShapes(database.read, tenant)) {
    const { connection, path, type, former, example } = row
    const stream = parentOf(row.stream)
    const subject = `drift/${connection}/${stream}`
    if (found.has(subject)) continue
    const stops = catalogue().connections.get(connection)?.streams.get(stream)?.drift === 'stop'
    found.set(subject, {
      subject,
      kind: 'drift',
      connection,
      stream,
      message: `${stops ? `${connection} ${stream} is stopped: ` : ''}${driftText(row)}`,
      detail: { path, type, former: former === null ? [] : JSON.parse(former), example, stopped: stops },
    })
  }
  return [...found.values()]
}
