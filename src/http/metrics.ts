import { Counter, collectDefaultMetrics, Gauge, Registry } from 'prom-client'
import type { Context } from '../pipeline/context.ts'
import { listConnections } from '../store/connection.ts'
import { countDeliveries } from '../store/delivery.ts'
import { countEnvelopes } from '../store/envelope.ts'
import { countLanes } from '../store/lane.ts'
import { countUnsplit } from '../store/receipt.ts'
import { listSchedule } from '../store/schedule.ts'
import { ages, countAttempts, countFindings, countReceipts } from './counts.ts'
import { rawRoute } from './route.ts'

export interface Metrics {
  /** counts one answered request under its route's pattern, never its path */
  answered(method: string, route: string, status: number): void
  /** the figures of one tenant and of this process, in Prometheus' text format */
  text(hub: Context): Promise<string>
}

/** `everyMs`: figures that are counted in the store are counted again after this span at the earliest, however often they are asked for. */
export function openMetrics(everyMs: number): Metrics {
  const ofProcess = new Registry()
  collectDefaultMetrics({ register: ofProcess })
  const requests = new Counter({
    name: 'crossdock_http_requests_total',
    help: 'Answered HTTP requests',
    labelNames: ['method', 'route', 'status'],
    registers: [ofProcess],
  })
  const counted = new Map<string, { readonly at: number; readonly text: Promise<string> }>()
  const tenantText = (hub: Context): Promise<string> => {
    const now = hub.clock.now()
    const last = counted.get(hub.tenant)
    if (last && now - last.at < everyMs) return last.text
    const text = tenantFigures(hub, now)
    counted.set(hub.tenant, { at: now, text })
    text.catch(() => counted.delete(hub.tenant))
    return text
  }
  return {
    answered: (method, route, status) => requests.inc({ method, route, status }),
    text: async (hub) => `${await tenantText(hub)}\n${await ofProcess.metrics()}`,
  }
}

async function tenantFigures(hub: Context, now: number): Promise<string> {
  const { database, tenant } = hub
  const registers = [new Registry()] as const
  const gauge = <L extends string>(name: string, help: string, labelNames: readonly L[]) =>
    new Gauge({ name: `crossdock_${name}`, help, labelNames: [...labelNames], registers: [...registers] })
  const total = <L extends string>(name: string, help: string, labelNames: readonly L[]) =>
    new Counter({ name: `crossdock_${name}_total`, help, labelNames: [...labelNames], registers: [...registers] })

  const envelopes = gauge('envelopes', 'Envelopes by connection, state and reason', ['connection', 'state', 'reason'])
  for (const { connection, state, reason, count } of await countEnvelopes(database, tenant))
    envelopes.set({ connection, state, reason: reason ?? '' }, count)
  const deliveries = gauge('deliveries', 'Deliveries by connection, state and reason', ['connection', 'state', 'reason'])
  for (const { connection, state, reason, count } of await countDeliveries(database, tenant))
    deliveries.set({ connection, state, reason: reason ?? '' }, count)
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
  const states = gauge('connection_state', '1 for the state a connection is in', ['connection', 'state'])
  for (const { name, state } of await listConnections(database.read, tenant)) states.set({ connection: name, state }, 1)
  const fails = gauge('stream_failed_runs', 'Runs of a stream in a row that failed', ['connection', 'stream'])
  for (const { connection, stream, fails: failed } of await listSchedule(database, tenant)) fails.set({ connection, stream }, failed)
  return registers[0].metrics()
}

export const metricsRoutes = [
  rawRoute({
    id: 'metrics',
    method: 'GET',
    path: '/metrics',
    tag: 'operation',
    scope: 'metrics',
    openToLoopback: true,
    summary: { en: 'Figures for Prometheus', zh: 'Prometheus 指标' },
    contentType: 'text/plain; version=0.0.4; charset=utf-8',
    handle: async ({ desk, hub }) => ({ bytes: await desk.metrics.text(hub) }),
  }),
]
