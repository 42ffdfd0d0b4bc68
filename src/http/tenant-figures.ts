import { Counter, Gauge, Registry } from 'prom-client'
import { kindOf } from '../ledger/finding-codes.ts'
import { circuitOf } from '../pipeline/circuit.ts'
import type { Context } from '../pipeline/context.ts'
import { openAlarms } from '../store/alarm.ts'
import { listConnections } from '../store/connection.ts'
import { countDeliveries, oldestDeliveries } from '../store/delivery.ts'
import { readDeliveryHold } from '../store/delivery-hold.ts'
import { countLanes } from '../store/due-lanes.ts'
import { countEnvelopes } from '../store/envelope.ts'
import { receiverFigures } from '../store/event-figures.ts'
import { countByAge } from '../store/finding-counts.ts'
import { countUnsplit } from '../store/receipt.ts'
import { listSchedule } from '../store/schedule.ts'
import { listVerifications } from '../store/verification.ts'
import { ages, countAttempts, countFindings, countReceipts } from './counts.ts'
import { bounded } from './meter.ts'

/** Different reasons told apart in one answer. */
const mostReasons = 100

/** What the store holds of one tenant, counted now; the same for every process that is asked. */
export async function tenantFigures(hub: Context, now: number): Promise<Registry> {
  const { database, tenant } = hub
  const register = new Registry()
  const registers = [register]
  const gauge = <L extends string>(name: string, help: string, labelNames: readonly L[]) =>
    new Gauge({ name: `crossdock_${name}`, help, labelNames: [...labelNames], registers })
  const total = <L extends string>(name: string, help: string, labelNames: readonly L[]) =>
    new Counter({ name: `crossdock_${name}_total`, help, labelNames: [...labelNames], registers })
  const word = reasonWord()

  const envelopes = gauge('envelopes', 'Envelopes by connection, state and reason', ['connection', 'state', 'reason'])
  for (const { connection, state, reason, count } of await countEnvelopes(database, tenant))
    envelopes.inc({ connection, state, reason: word(reason) }, count)
  const deliveries = gauge('deliveries', 'Deliveries by connection, state and reason', ['connection', 'state', 'reason'])
  for (const { connection, state, reason, count } of await countDeliveries(database, tenant))
    deliveries.inc({ connection, state, reason: word(reason) }, count)
  const oldestOpen = gauge('oldest_delivery_seconds', 'Age of the oldest open delivery', ['connection', 'state'])
  for (const { connection, state, createdAt } of await oldestDeliveries(database, tenant))
    oldestOpen.set({ connection, state }, Math.max(0, now - createdAt) / 1000)
  gauge('deliveries_held', '1: nothing is sent until a person lets deliveries go', []).set(
    (await readDeliveryHold(database.read, tenant)) ? 1 : 0,
  )
  total('receipts', 'Receipts taken', []).inc(await countReceipts(database, tenant))
  gauge('receipts_unsplit', 'Receipts not cut into envelopes yet', []).set(await countUnsplit(database, tenant))
  const attempts = total('attempts', 'Tries of deliveries by outcome', ['outcome'])
  for (const { outcome, count } of await countAttempts(database, tenant)) attempts.inc({ outcome: outcome ?? 'running' }, count)
  const lanes = gauge('lanes', 'Lanes that hold work', ['kind'])
  for (const { kind, count } of await countLanes(database, tenant)) lanes.set({ kind }, count)
  const { lanes: ready, lagMs } = await ages(database, tenant, now)
  const oldest = gauge('oldest_ready_lane_seconds', 'Age of the lane that has been ready longest', ['kind'])
  for (const { kind, ageMs } of ready) oldest.set({ kind }, ageMs / 1000)
  gauge('lag_seconds', 'Age of the oldest envelope that waits to be worked on', []).set(lagMs / 1000)
  const findings = gauge('open_findings', 'Open findings by code', ['code'])
  for (const { code, count } of await countFindings(database, tenant)) findings.set({ code }, count)
  const [verified] = await listVerifications(database.read, tenant, { limit: 1 })
  gauge(
    'ledger_differences',
    'Derived rows that the last verification found not to follow from the documents; NaN before the first',
    [],
  ).set(verified?.differences ?? Number.NaN)
  const aged = gauge('findings_age', 'Open findings by age (up to this long, and longer than the band before) and severity', [
    'band',
    'severity',
  ])
  for (const { band, code, count } of await countByAge(database.read, tenant, now))
    aged.inc({ band, severity: kindOf(code).severity }, count)
  const alarms = gauge('open_alarms', 'Open alarms by kind and connection', ['kind', 'connection'])
  for (const { kind, connection } of await openAlarms(database.read, tenant)) alarms.inc({ kind, connection: connection ?? '' })
  const receiver = ['receiver'] as const
  const waiting = gauge('event_receiver_waiting', 'Events that wait for a receiver, at most 100000 counted', receiver)
  const oldestEvent = gauge('event_receiver_oldest_seconds', 'Age of the oldest event that waits for a receiver', receiver)
  const given = gauge('event_receiver_dead', 'Events that were given up for a receiver, at most 100000 counted', receiver)
  const receivers = gauge('event_receiver_state', '1 for the state a receiver of events is in', ['receiver', 'state'])
  for (const row of await receiverFigures(database.read, tenant)) {
    const labels = { receiver: row.name }
    waiting.set(labels, row.waiting)
    oldestEvent.set(labels, row.oldest === undefined ? 0 : Math.max(0, now - row.oldest) / 1000)
    given.set(labels, row.dead)
    receivers.set({ ...labels, state: row.state }, 1)
  }
  const states = gauge('connection_state', '1 for the state a connection is in', ['connection', 'state'])
  const circuits = gauge('circuit_open', '1: nobody answers there, deliveries wait until one gets through', ['connection'])
  const downs = gauge('circuit_downs', 'Tries in a row of all processes that found nobody at the destination', ['connection'])
  for (const row of await listConnections(database.read, tenant)) {
    const connection = row.name
    states.set({ connection, state: row.state }, 1)
    const circuit = circuitOf(row, hub.catalogue().connections.get(connection), now)
    circuits.set({ connection }, circuit.state === 'closed' ? 0 : 1)
    downs.set({ connection }, circuit.downs)
  }
  const job = ['kind', 'connection', 'stream'] as const
  const fails = gauge('stream_failed_runs', 'Runs of a job in a row that failed', job)
  const since = gauge('schedule_staleness_seconds', 'Time since a job last ended well, or since it is wanted', job)
  const late = gauge('schedule_overdue_seconds', 'How long a job that is not paused has been due', job)
  for (const run of await listSchedule(database, tenant)) {
    const labels = { kind: run.kind, connection: run.connection, stream: run.stream }
    fails.set(labels, run.fails)
    if (run.paused_at !== null) continue
    since.set(labels, Math.max(0, now - (run.last_good_at ?? run.since)) / 1000)
    late.set(labels, run.lease_until > now ? 0 : Math.max(0, now - run.next_at) / 1000)
  }
  return register
}

/** The first word of a reason (`exhausted:http-503` is `exhausted`, what follows may be a time): a bounded set. */
function reasonWord(): (reason: string | null) => string {
  const known = bounded(mostReasons)
  return (reason) => (reason === null ? '' : known(reason.split(':', 1)[0] ?? ''))
}
