/** What a topic brought in hours past, and what may be expected of it: pure arithmetic over counts. */

export interface HourCount {
  /** hours since 1970, UTC */
  readonly hour: number
  readonly events: number
  readonly lastAt: number
}

const hourMs = 3_600_000
const week = 168
/** So many hours are learned from. */
export const learnedHours = 8 * week
/** A rate by hour of the week needs so much history; by hour of the day less. */
const leastWeeks = 2
const leastDays = 3
/** Events that were surely to be expected and did not come before silence is said: by chance alone this happens once in 22,000 such spans. */
export const expectedAtLeast = 10
/** Shorter pauses are none. */
const leastSilenceMs = 600_000

export const silenceSubject = (connection: string, topic: string): string => `silence/${connection}/${topic}`

/**
 * Events to be expected in a span: for each hour in it the usual count of that hour of the week (of the day, while less than two weeks are known), best and worst left out, so that neither a sale nor an outage is taken for the
 * rule. `sure` is less by two deviations of what so few weeks can tell. `zone`: whose hours of the week. undefined: too little is known.
 */
export function expectedIn(
  history: readonly HourCount[],
  from: number,
  until: number,
  zone: string,
): { readonly expected: number; readonly sure: number } | undefined {
  const first = Math.min(...history.map(({ hour }) => hour))
  const end = Math.floor(from / hourMs)
  if (history.length === 0 || end - first < leastDays * 24) return undefined
  const period = end - first >= leastWeeks * week ? week : 24
  const counts = new Map(history.map(({ hour, events }) => [hour, events]))
  let expected = 0
  let variance = 0
  for (let hour = end; hour * hourMs < until; hour++) {
    const part = (Math.min(until, (hour + 1) * hourMs) - Math.max(from, hour * hourMs)) / hourMs
    const samples = samplesOf(counts, { hour, first, end, period, zone })
    const rate = usual(samples)
    expected += part * rate
    variance += (part * rate) / Math.max(1, samples.length)
  }
  return { expected, sure: expected - 2 * Math.sqrt(variance) }
}

/** Counts of the same wall hour in periods before. */
function samplesOf(
  counts: ReadonlyMap<number, number>,
  of: { readonly hour: number; readonly first: number; readonly end: number; readonly period: number; readonly zone: string },
): readonly number[] {
  const samples: number[] = []
  const wall = offsetHours(of.hour, of.zone)
  for (let back = of.hour - of.period; back > of.first - of.period && samples.length < learnedHours / of.period; back -= of.period) {
    // the same hour by the wall, on the other side of a change of clocks
    const hour = back + wall - offsetHours(back, of.zone)
    if (hour >= of.first && hour < of.end) samples.push(counts.get(hour) ?? 0)
  }
  return samples
}

/** Mean without the best and, where there are enough, the worst. */
function usual(samples: readonly number[]): number {
  const sorted = [...samples].sort((a, b) => a - b)
  const kept = sorted.slice(sorted.length > 3 ? 1 : 0, sorted.length > 2 ? -1 : undefined)
  return kept.length === 0 ? 0 : kept.reduce((sum, count) => sum + count, 0) / kept.length
}

/** Whole hours that the wall is ahead of UTC. */
function offsetHours(hour: number, zone: string): number {
  const at = Temporal.Instant.fromEpochMilliseconds(hour * hourMs).toZonedDateTimeISO(zone)
  return Math.round(at.offsetNanoseconds / 3.6e12)
}

export interface Silence {
  readonly since: number
  readonly expected: number
}

/** Whether a topic is silent now although it should not be. */
export function silenceOf(history: readonly HourCount[], now: number, zone: string): Silence | undefined {
  const since = Math.max(...history.map(({ lastAt }) => lastAt))
  if (history.length === 0 || now - since < leastSilenceMs) return undefined
  const forecast = expectedIn(
    history.filter(({ hour }) => hour <= Math.floor(since / hourMs)),
    since,
    now,
    zone,
  )
  return forecast === undefined || forecast.sure < expectedAtLeast
    ? undefined
    : { since, expected: Math.round(forecast.expected * 10) / 10 }
}
