import { Cron } from 'croner'
import { sha256 } from './id.ts'

/** When a job runs. `jitterMs` spreads jobs of one time; the same job always has the same part of it. `misfire`: what becomes of a run that nobody was there for. */
export type Timing = (
  | { readonly kind: 'every'; readonly everyMs: number }
  /** five fields, or six with seconds first; `zone` is an IANA name */
  | { readonly kind: 'cron'; readonly cron: string; readonly zone: string }
) & { readonly jitterMs: number; readonly misfire: Misfire }

/** `once`: all missed runs are one, at once. `skip`: the next one comes at its time. */
export type Misfire = 'once' | 'skip'

export const every = (everyMs: number): Timing => ({ kind: 'every', everyMs, jitterMs: 0, misfire: 'once' })

/** A later run than this is a missed one. */
const mostLateMs = 300_000
/** Span said of a pattern that has no two runs. */
const longestMs = 366 * 86_400_000

/**
 * The first run after a time. A wall time that a change of clocks leaves out comes at the end of the gap, one that comes twice runs once, and patterns of every hour or minute run on through both.
 * `name` decides the job's part of the jitter. undefined: the pattern never comes again (30 February).
 */
export function nextRun(timing: Timing, after: number, name: string): number | undefined {
  if (timing.kind === 'every') return after + timing.everyMs + share(timing.jitterMs, name, String(Math.floor(after / timing.everyMs)))
  const next = patternOf(timing).nextRun(new Date(after))
  return next === null ? undefined : next.getTime() + share(timing.jitterMs, name)
}

/** Span between two runs, from a time on. */
export function spanOf(timing: Timing, after: number): number {
  if (timing.kind === 'every') return timing.everyMs
  const [first, second] = patternOf(timing).nextRuns(2, new Date(after))
  return first === undefined || second === undefined ? longestMs : second.getTime() - first.getTime()
}

/** Whether a run that was due is so late that it counts as missed. */
export const isMissed = (spanMs: number, dueAt: number, now: number): boolean => now - dueAt > Math.min(spanMs, mostLateMs)

/** What is wrong with a pattern; undefined: it can be used. */
export function cronFault(cron: string): string | undefined {
  try {
    return new Cron(cron, { paused: true, mode: '5-or-6-parts' }).nextRun() === null ? 'it names a time that never comes' : undefined
  } catch (error) {
    return error instanceof Error ? error.message.replace(/^CronPattern: /, '') : String(error)
  }
}

const patternOf = ({ cron, zone }: Extract<Timing, { kind: 'cron' }>): Cron =>
  new Cron(cron, { timezone: zone, paused: true, mode: '5-or-6-parts' })

/** A part of the jitter that depends on the names alone. */
const share = (jitterMs: number, ...names: readonly string[]): number =>
  jitterMs === 0 ? 0 : Number.parseInt(sha256(...names).slice(0, 12), 16) % jitterMs
