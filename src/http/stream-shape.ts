import type { Timing } from '../model/timing.ts'
import type { Context } from '../pipeline/context.ts'
import { parentOf } from '../pipeline/drift.ts'
import { atBaseline, positionOf } from '../pipeline/position.ts'
import { positionsOf } from '../store/cursor.ts'
import { openShapes } from '../store/shape.ts'
import type { JobKind, ScheduleTable } from '../store/tables.ts'
import { clean, type HttpOptions } from './options.ts'
import { count, described, fields, flag, list, nullable, type Of, oneOf, text, time } from './shape.ts'
import { iso, isoOrNull } from './values.ts'

const timing = fields({
  everyMs: described(nullable(count), 'time between two runs; null for a pattern'),
  cron: nullable(text()),
  timeZone: nullable(text()),
  jitterMs: count,
  misfire: oneOf<'once' | 'skip'>('once', 'skip'),
})

/** What is done by the clock beside the live runs. */
export const job = fields({
  job: oneOf<Exclude<JobKind, 'pull'>>('full', 'ids', 'subscription', 'reconcile', 'watch', 'retention', 'verify', 'late'),
  timing,
  nextAt: time,
  lastEndedAt: nullable(time),
  lastError: nullable(text()),
  failedRuns: count,
  running: flag,
})

export const stream = fields({
  stream: text(),
  timing,
  everyMs: described(count, 'span between two runs'),
  nextAt: time,
  paused: flag,
  stopped: described(flag, 'a change of its records that nobody has accepted holds it: /v1/drift'),
  firstRead: described(oneOf<'open' | 'done'>('open', 'done'), 'whether the stream has been read whole once'),
  waitsFor: described(list(text()), 'streams that are read whole before the first read of this one'),
  lastStartedAt: nullable(time),
  lastEndedAt: nullable(time),
  lastGoodAt: nullable(time),
  lastSkippedAt: described(nullable(time), 'a run that was missed and left out'),
  lastError: nullable(text()),
  failedRuns: count,
  running: flag,
  jobs: list(job),
})

const timingShown = (row: ScheduleTable): Of<typeof timing> => {
  const one = JSON.parse(row.timing) as Timing
  const { jitterMs, misfire } = one
  return one.kind === 'every'
    ? { everyMs: one.everyMs, cron: null, timeZone: null, jitterMs, misfire }
    : { everyMs: null, cron: one.cron, timeZone: one.zone, jitterMs, misfire }
}

interface Asked {
  readonly hub: Context
  readonly options: HttpOptions
  readonly now: number
}

const errorShown = ({ options }: Asked, row: ScheduleTable): string | null =>
  row.last_error === null ? null : clean(options, row.last_error)

export const jobShown = (asked: Asked, row: ScheduleTable & { readonly kind: Exclude<JobKind, 'pull'> }): Of<typeof job> => ({
  job: row.kind,
  timing: timingShown(row),
  nextAt: iso(row.next_at),
  lastEndedAt: isoOrNull(row.last_ended_at),
  lastError: errorShown(asked, row),
  failedRuns: row.fails,
  running: row.lease_until > asked.now,
})

/** The polled streams of a connection, from its rows of the schedule. */
export async function streamsShown(
  asked: Asked,
  connection: string,
  schedule: readonly ScheduleTable[],
): Promise<readonly Of<typeof stream>[]> {
  const { hub, now } = asked
  const own = schedule.filter((row) => row.connection === connection)
  const positions = await positionsOf(hub.database.read, hub.tenant, connection)
  const isOpen = (name: string) => atBaseline(positionOf(positions.get(name) ?? null))
  const setups = hub.catalogue().connections.get(connection)?.streams
  const changed = new Set((await openShapes(hub.database.read, hub.tenant, { connection })).map((row) => parentOf(row.stream)))
  return own
    .filter(({ kind }) => kind === 'pull')
    .map((row) => ({
      stream: row.stream,
      timing: timingShown(row),
      everyMs: row.every_ms,
      nextAt: iso(row.next_at),
      paused: row.paused_at !== null,
      stopped: setups?.get(row.stream)?.drift === 'stop' && changed.has(row.stream),
      firstRead: isOpen(row.stream) ? ('open' as const) : ('done' as const),
      waitsFor: isOpen(row.stream) ? (setups?.get(row.stream)?.after ?? []).filter(isOpen) : [],
      lastStartedAt: isoOrNull(row.last_started_at),
      lastEndedAt: isoOrNull(row.last_ended_at),
      lastGoodAt: isoOrNull(row.last_good_at),
      lastSkippedAt: isoOrNull(row.last_skipped_at),
      lastError: errorShown(asked, row),
      failedRuns: row.fails,
      running: row.lease_until > now,
      jobs: jobsShown(
        asked,
        own.filter((one) => one.stream === row.stream),
      ),
    }))
}

/** Jobs among rows of the schedule. */
export const jobsShown = (asked: Asked, rows: readonly ScheduleTable[]): readonly Of<typeof job>[] =>
  rows.flatMap((row) => (row.kind === 'pull' ? [] : [jobShown(asked, { ...row, kind: row.kind })]))
