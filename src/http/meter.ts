import { Counter, collectDefaultMetrics, Histogram, Registry } from 'prom-client'
import type { Meter } from '../model/meter.ts'

/** The figures of this process, since it started. */
export interface ProcessMeter extends Meter {
  /** counts one answered request under its route's pattern, never its path */
  answered(method: string, route: string, status: number): void
  /** in Prometheus' text format */
  text(): Promise<string>
}

/** Different connections and streams that are told apart in one process; those beyond share the name `other`. */
const mostNames = 1000

export function openMeter(): ProcessMeter {
  const register = new Registry()
  const registers = [register]
  collectDefaultMetrics({ register })
  const total = <L extends string>(name: string, help: string, labelNames: readonly L[]) =>
    new Counter({ name: `crossdock_${name}_total`, help, labelNames: [...labelNames], registers })
  const spread = <L extends string>(name: string, help: string, labelNames: readonly L[], buckets: readonly number[]) =>
    new Histogram({ name: `crossdock_${name}`, help, labelNames: [...labelNames], buckets: [...buckets], registers })
  const requests = total('http_requests', 'Answered HTTP requests', ['method', 'route', 'status'])
  const webhooks = total('webhooks', 'Answered webhook requests by connection and status', ['connection', 'status'])
  const group = spread('commit_group_receipts', 'Webhooks written in one transaction', [], [1, 2, 4, 8, 16, 32, 64, 128])
  const commits = spread('commit_seconds', 'Time of the transaction that stores webhooks', ['end'], quick)
  const repeats = total('records_repeated', 'Records that were read again and said nothing new', ['connection', 'stream'])
  const batch = spread('apply_batch_envelopes', 'Envelopes applied in one transaction', [], [1, 2, 4, 8, 16, 32, 64, 128, 512, 2048])
  const applies = spread('apply_seconds', 'Time of the transaction that applies envelopes', [], quick)
  const tries = spread(
    'attempt_seconds',
    'Tries of deliveries by connection and outcome, and how long they took',
    ['connection', 'outcome'],
    slow,
  )
  const runs = total('runs', 'Jobs that ran by the clock, and how they ended', ['kind', 'connection', 'stream', 'end'])
  const runTime = spread('run_seconds', 'How long runs by the clock took', ['kind'], long)
  const connections = bounded()
  const streams = bounded()
  return {
    answered: (method, route, status) => requests.inc({ method, route, status }),
    webhook: (connection, status) => webhooks.inc({ connection: connections(connection), status }),
    committed(rows, seconds, end) {
      if (end === 'committed') group.observe(rows)
      commits.observe({ end }, seconds)
    },
    repeated(connection, stream, records) {
      if (records > 0) repeats.inc({ connection: connections(connection), stream: streams(stream) }, records)
    },
    applied(rows, seconds) {
      batch.observe(rows)
      applies.observe(seconds)
    },
    tried: (connection, outcome, seconds) => tries.observe({ connection: connections(connection), outcome }, seconds),
    ran(kind, connection, stream, end, seconds) {
      runs.inc({ kind, connection: connections(connection), stream: streams(stream), end })
      runTime.observe({ kind }, seconds)
    },
    text: () => register.metrics(),
  }
}

const quick = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10]
const slow = [0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60]
const long = [0.1, 0.5, 1, 5, 15, 60, 300, 1800]

/** The first so many different names as they are, every other one as `other`: a series costs memory in every monitor for as long as it lives. */
export function bounded(most: number = mostNames): (name: string) => string {
  const seen = new Set<string>()
  return (name) => {
    if (seen.size < most) seen.add(name)
    return seen.has(name) ? name : 'other'
  }
}
