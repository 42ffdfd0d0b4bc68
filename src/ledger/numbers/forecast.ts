/** What may move demand (R310 to R314): goods and transport, visits, advertising, emergencies, search. */
export const signalKinds = ['supply', 'traffic', 'advertising', 'emergency', 'search'] as const
export type SignalKind = (typeof signalKinds)[number]

/** Demand is expected to be `factor` times as it was; half of that is left after `halfLifeMs`. */
export interface Signal {
  readonly kind: SignalKind
  readonly factor: number
  readonly at: number
  readonly halfLifeMs: number
}
export interface Demand {
  readonly at: number
  readonly count: number
}
export type Confidence = 'low' | 'medium' | 'high'
export interface Forecast {
  /** numbers an hour, as they were asked for lately */
  readonly ratePerHour: number
  /** what signals make of that */
  readonly factor: number
  /** null: nothing is asked for, or the sequence begins anew before */
  readonly exhaustedAt: number | null
  readonly earliest: number | null
  readonly latest: number | null
  readonly confidence: Confidence
}
const hourMs = 3_600_000
/** Together, signals neither stop demand nor make it endless. */
const [leastFactor, mostFactor] = [0.1, 10]

const decay = (ageMs: number, halfLifeMs: number): number => 2 ** (-Math.max(0, ageMs) / halfLifeMs)

/** Numbers a millisecond, the last ones counting most: exponentially weighted, so that a steady rate is told exactly. `since`: when demand that is known begins; what lies before is not taken for none. */
export function smoothedRate(demand: readonly Demand[], now: number, halfLifeMs: number, since: number): number {
  const mass = demand.reduce((sum, { at, count }) => sum + count * decay(now - at, halfLifeMs), 0)
  const known = 1 - decay(now - since, halfLifeMs)
  return known <= 0 ? 0 : (mass * Math.LN2) / halfLifeMs / known
}

/** Product of the signals, each fading to 1. */
export const signalFactor = (signals: readonly Signal[], now: number): number =>
  Math.min(
    mostFactor,
    Math.max(
      leastFactor,
      signals.reduce((product, { factor, at, halfLifeMs }) => product * (at > now ? 1 : 1 + (factor - 1) * decay(now - at, halfLifeMs)), 1),
    ),
  )

/** How many requests the rate rests on: old ones and large ones count for less. */
function weightOf(demand: readonly Demand[], now: number, halfLifeMs: number): number {
  const weights = demand.map(({ at, count }) => count * decay(now - at, halfLifeMs))
  const sum = weights.reduce((all, weight) => all + weight, 0)
  const squares = weights.reduce((all, weight) => all + weight * weight, 0)
  return squares === 0 ? 0 : (sum * sum) / squares
}

/**
 * When what is left will be gone (R316): remaining ÷ smoothed rate × signals. The span is one standard deviation of so many requests.
 * @param until when the sequence begins anew and there is more; undefined: never
 */
export function forecast(of: {
  readonly remaining: number
  readonly demand: readonly Demand[]
  readonly signals: readonly Signal[]
  readonly now: number
  readonly halfLifeMs: number
  readonly since: number
  readonly until: number | undefined
}): Forecast {
  const { remaining, demand, now, halfLifeMs, until } = of
  const rate = smoothedRate(demand, now, halfLifeMs, of.since)
  const factor = signalFactor(of.signals, now)
  const rests = weightOf(demand, now, halfLifeMs)
  const error = rests === 0 ? 1 : 1 / Math.sqrt(rests)
  const after = (speed: number): number | null => {
    const at = speed <= 0 ? Number.POSITIVE_INFINITY : Math.round(now + remaining / speed)
    return at > (until ?? now + longestMs) ? null : at
  }
  return {
    ratePerHour: rate * hourMs,
    factor,
    exhaustedAt: after(rate * factor),
    earliest: after(rate * factor * (1 + error)),
    latest: after(rate * factor * (1 - error)),
    confidence: rests >= 30 && factor > 0.5 && factor < 2 ? 'high' : rests >= 8 ? 'medium' : 'low',
  }
}
const longestMs = 100 * 365 * 24 * hourMs

export type Level = 'ok' | 'warn' | 'critical'
export interface Thresholds {
  /** numbers that are left */
  readonly warnAt: number
  readonly criticalAt: number
  /** time until they are gone */
  readonly warnMs: number
  readonly criticalMs: number
}
/** A level is left only when things are so much better than what made it. */
const slack = 1.2
const order: readonly Level[] = ['ok', 'warn', 'critical']

/** The level that follows from the figures; with hysteresis, so that figures that hover at a threshold make one alert. */
export function levelOf(before: Level, remaining: number, leftMs: number | null, of: Thresholds): Level {
  const left = leftMs ?? Number.POSITIVE_INFINITY
  const isAt = (level: 'warn' | 'critical', by: number): boolean => {
    const [count, span] = level === 'warn' ? [of.warnAt, of.warnMs] : [of.criticalAt, of.criticalMs]
    return remaining < count * by || left < span * by
  }
  const by = (level: Level) => (order.indexOf(before) >= order.indexOf(level) ? slack : 1)
  if (isAt('critical', by('critical'))) return 'critical'
  return isAt('warn', by('warn')) ? 'warn' : 'ok'
}
