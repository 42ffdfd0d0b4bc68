import { isZone } from './connector/time.ts'
import type { Connector, Stream } from './connector/types.ts'
import { spanMs } from './model/clock.ts'
import { isObject, type Json, type JsonObject } from './model/json.ts'
import { cronFault, spanOf, type Timing } from './model/timing.ts'
import { baselineOrder } from './pipeline/baseline.ts'
import type { StreamSetup } from './pipeline/context.ts'
import type { Surroundings } from './workspace-connections.ts'
import { nearest } from './workspace-faults.ts'

const day = 86_400_000
const defaultEveryMs = 300_000
const fullEveryMs = 7 * day
const longestJitterMs = 60_000
const defaultMaxPercent = 5
const leastStaleMs = 3_600_000
/** Spans without a good run after which a stream is stale. */
const staleSpans = 6

interface Place {
  readonly connector: Connector
  readonly zone: string
  readonly path: readonly string[]
}

/** The streams a connection reads, each with its times. */
export function setUpStreams(place: Place, value: Json | undefined, around: Surroundings): ReadonlyMap<string, StreamSetup> {
  const { connector, path } = place
  const streams = new Map<string, StreamSetup>()
  for (const [name, setting] of Object.entries(isObject(value) ? value : {})) {
    const stream = connector.streams[name]
    if (stream === undefined) {
      around.faults.push({
        code: 'unknown-stream',
        severity: 'error',
        ...around.locate([...path, name], 'key'),
        message: `${connector.name} has no stream '${name}'`,
        ...nearest(name, Object.keys(connector.streams)),
      })
      continue
    }
    if (!isObject(setting) || setting.enabled === false) continue
    checkMappings(connector, name, stream, [...path, name], around)
    checkNeverPolled({ ...place, path: [...path, name] }, stream, setting, around)
    streams.set(name, streamSetup({ ...place, path: [...path, name] }, stream, setting, around))
  }
  for (const [name, setup] of streams)
    streams.set(name, withoutUntoldDeletes({ ...place, path: [...path, name] }, name, setup, streams, around))
  const after = baselineOrder(connector, streams.keys())
  return new Map(
    [...streams].map(([name, setup]) => [name, { ...setup, ...(after.get(name)?.length ? { after: after.get(name) ?? [] } : {}) }]),
  )
}

/** Where a key may be gone because it became something else, deletes are found only when that is read too. */
function withoutUntoldDeletes(
  { connector, path }: Place,
  name: string,
  setup: StreamSetup,
  read: ReadonlyMap<string, StreamSetup>,
  around: Surroundings,
): StreamSetup {
  const untold = (connector.streams[name]?.ids?.into ?? []).filter((other) => !read.has(other))
  if (setup.ids === undefined || untold.length === 0) return setup
  around.faults.push({
    code: 'untold-deletes',
    severity: 'warning',
    ...around.locate(path, 'key'),
    message: `what is deleted of '${name}' is not looked for: only ${untold.join(' and ')} would tell what was done from what was given up`,
    suggestion: `read ${untold.map((other) => `"${other}"`).join(', ')} as well, or say "deletes": { "enabled": false }`,
  })
  const { ids: _ids, ...rest } = setup
  return rest
}

function streamSetup(place: Place, stream: Stream, setting: JsonObject, around: Surroundings): StreamSetup {
  const timing = timingOf(place, setting, defaultEveryMs, around)
  const lookbackMs = spanAt(setting.lookback)
  const full = isObject(setting.full) ? setting.full : {}
  const deletes = isObject(setting.deletes) ? setting.deletes : {}
  const hasBlindSpots = stream.call !== null && stream.cursor !== null && (stream.blindSpots.length > 0 || isObject(setting.full))
  if (isObject(setting.deletes) && stream.ids === undefined && deletes.enabled !== false)
    around.faults.push({
      code: 'no-key-list',
      severity: 'error',
      ...around.locate([...place.path, 'deletes'], 'key'),
      message: `${place.connector.name} declares no list of keys for this stream, deletes cannot be found by comparison`,
      suggestion: 'remove "deletes", or add "ids" to the stream of the connector',
    })
  return {
    timing,
    ...(lookbackMs === undefined ? {} : { lookbackMs }),
    ...(hasBlindSpots && full.enabled !== false
      ? { full: timingOf({ ...place, path: [...place.path, 'full'] }, full, fullEveryMs, around) }
      : {}),
    ...(stream.ids !== undefined && deletes.enabled !== false
      ? {
          ids: {
            timing: timingOf({ ...place, path: [...place.path, 'deletes'] }, deletes, day, around),
            maxPercent: typeof deletes.maxPercent === 'number' ? deletes.maxPercent : defaultMaxPercent,
          },
        }
      : {}),
    ...(setting.drift === 'warn' || setting.drift === 'stop' ? { drift: setting.drift } : {}),
    ...(stream.call === null ? {} : { staleMs: spanAt(setting.stale) ?? Math.max(leastStaleMs, staleSpans * spanOf(timing, 0)) }),
  }
}

/** `{ every | cron, … }` of a setting. */
export function timingOf(
  { zone, path }: Pick<Place, 'zone' | 'path'>,
  setting: JsonObject,
  everyMs: number,
  around: Pick<Surroundings, 'locate' | 'faults'>,
): Timing {
  const jitterMs = spanAt(setting.jitter)
  const misfire = setting.misfire === 'skip' ? 'skip' : 'once'
  if (typeof setting.cron !== 'string') {
    const span = spanAt(setting.every) ?? everyMs
    return { kind: 'every', everyMs: span, jitterMs: jitterMs ?? Math.min(Math.floor(span / 10), longestJitterMs), misfire }
  }
  if (setting.every !== undefined)
    around.faults.push({
      code: 'two-timings',
      severity: 'error',
      ...around.locate([...path, 'every'], 'key'),
      message: "'every' and 'cron' both say when it runs",
      suggestion: 'remove one of them',
    })
  const own = typeof setting.timeZone === 'string' ? setting.timeZone : undefined
  const wrong = cronFault(setting.cron)
  if (wrong !== undefined)
    around.faults.push({
      code: 'bad-cron',
      severity: 'error',
      ...around.locate([...path, 'cron']),
      message: `'${setting.cron}' is no pattern: ${wrong}`,
      suggestion: 'write five fields, minute hour day month weekday: "30 2 * * *"',
    })
  const known = own === undefined || isZone(own)
  if (!known)
    around.faults.push({
      code: 'time-zone',
      severity: 'error',
      ...around.locate([...path, 'timeZone']),
      message: `'${own}' is no IANA time zone`,
      suggestion: 'write a name such as Europe/Berlin',
      ...nearest(own, Intl.supportedValuesOf('timeZone')),
    })
  // with a fault nothing of this runs; the rest is still checked
  return {
    kind: 'cron',
    cron: wrong === undefined ? setting.cron : '0 0 * * *',
    zone: known ? (own ?? zone) : 'UTC',
    jitterMs: jitterMs ?? 0,
    misfire,
  }
}

function checkNeverPolled({ path }: Place, stream: Stream, setting: JsonObject, around: Surroundings): void {
  const field = ['every', 'cron'].find((name) => setting[name] !== undefined)
  if (stream.call !== null || field === undefined) return
  const name = path.at(-1) ?? ''
  around.faults.push({
    code: 'never-polled',
    severity: 'warning',
    ...around.locate([...path, field], 'key'),
    message: `the stream '${name}' comes by webhook only, '${field}' has no effect`,
    suggestion: `write "${name}": {}`,
  })
}

const spanAt = (value: Json | undefined): number | undefined => (typeof value === 'string' ? spanMs(value) : undefined)

function checkMappings(connector: Connector, name: string, stream: Stream, path: readonly string[], around: Surroundings): void {
  const parts = [...stream.parts, ...(stream.children ?? []).flatMap((child) => (child.as.kind === 'records' ? child.as.parts : []))]
  for (const part of parts) {
    if ('link' in part) continue
    if (!around.schemas.validators.has(`${part.document}@1`))
      around.faults.push({
        code: 'unknown-document',
        severity: 'error',
        ...around.locate(path),
        message: `stream '${name}' of ${connector.name} feeds '${part.document}', which has no schema`,
      })
    if (part.mapping !== undefined && !around.known.has(part.mapping))
      around.faults.push({
        code: 'unknown-mapping',
        severity: 'error',
        ...around.locate(path),
        message: `stream '${name}' of ${connector.name} needs the mapping '${part.mapping}', which is missing`,
        ...nearest(part.mapping, around.known),
      })
  }
}
