/** What can go wrong with a request. `answer-lost`: the effect is done, then the socket breaks without an answer. */
export type RequestFault = '429' | '429-retry-after' | '500' | '503' | 'timeout' | 'answer-lost' | 'html-200' | 'page-shift'

/** What can go wrong with a webhook. `silent-death`: the subscription stays `active` in the list but sends nothing any more. */
export type WebhookFault = 'duplicate' | 'missing' | 'late' | 'out-of-order' | 'silent-death'

/** `same-second`: an order is saved with the stamp of the one saved before it, as when many are saved in one second. */
export type FaultKind = RequestFault | WebhookFault | 'clock-skew' | 'same-second'

/** Faults that replace the answer of the system, in the order in which they are drawn. `page-shift` is drawn by the list itself. */
export const answerFaults = ['timeout', '503', '500', '429', '429-retry-after', 'html-200', 'answer-lost'] as const

const kinds: readonly FaultKind[] = [
  ...answerFaults,
  'page-shift',
  'duplicate',
  'missing',
  'late',
  'out-of-order',
  'silent-death',
  'clock-skew',
  'same-second',
]

/**
 * How a fault is armed. Exactly one of `rate` (0..1, drawn for each subject) and `times` (the next n subjects) decides how often;
 * with neither it always happens. The other fields narrow the subjects; `from` (inclusive) and `until` (exclusive) are epoch ms of the board's clock.
 */
export type Arming = {
  readonly rate?: number
  readonly times?: number
  /** HTTP method of a request, upper case. */
  readonly method?: string
  /** Matches the path of a request (or the name that the server gives it) or the topic of a webhook. */
  readonly path?: RegExp
  readonly from?: number
  readonly until?: number
  /** `429-retry-after`: seconds in the header, 1 when absent. */
  readonly seconds?: number
  /** `late` and `out-of-order`: how long a webhook is held back, 50 when absent. `clock-skew`: how far the clock is wrong (may be negative). */
  readonly ms?: number
}

/** What a fault may befall: a request (method and path) or a webhook (path is its topic). */
export type Subject = { readonly method?: string; readonly path: string }

/** A drawn fault. Call `happened` once it has really taken effect; `missed` gives a counted chance (`times`) back. */
export type Hit = {
  readonly kind: FaultKind
  readonly seconds: number
  readonly ms: number
  happened(): void
  missed(): void
}

export type FaultBoard = {
  /** Arms a fault until its `times` are used up; returns the switch that disarms it. Several armings of one kind add up. */
  arm(kind: FaultKind, arming?: Arming): () => void
  /** Disarms one kind, or all of them. */
  disarm(kind?: FaultKind): void
  draw(kind: FaultKind, subject: Subject): Hit | undefined
  /** Sum of the armed clock skews in ms; 0 when the clock is right. Counts one `clock-skew` for each arming that bent at least one stamp. */
  skew(): number
  /** True while an arming of this kind exists and its time has not passed. */
  armed(kind: FaultKind): boolean
  /** Counts a fault that a script brought about by hand, without arming it. */
  note(kind: FaultKind): void
  /** How often each kind really happened since the board was made. */
  readonly fired: Readonly<Record<FaultKind, number>>
  /** The next number of the board's generator, 0 <= n < 1, for other reproducible choices of the same system. */
  random(): number
}

/** Seeded generator (mulberry32): the same seed gives the same numbers, 0 <= n < 1. */
export const seededRandom = (seed: number): (() => number) => {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}

type Armed = { readonly kind: FaultKind; readonly arming: Arming; left: number; counted: boolean }

const noFires = (): Record<FaultKind, number> => Object.fromEntries(kinds.map((kind) => [kind, 0])) as Record<FaultKind, number>

/**
 * The board that decides, for one system, which fault happens when. Deterministic: the same seed and the same sequence of subjects give the same
 * faults. `now` (epoch ms, the true clock) only serves `from` and `until`.
 */
export const createFaultBoard = (seed: number, now: () => number = Date.now): FaultBoard => {
  const random = seededRandom(seed)
  const fired = noFires()
  const board = new Set<Armed>()

  const inSpan = ({ from = Number.NEGATIVE_INFINITY, until = Number.POSITIVE_INFINITY }: Arming): boolean => {
    const at = now()
    return at >= from && at < until
  }
  const fits = (armed: Armed, kind: FaultKind, subject: Subject): boolean =>
    armed.kind === kind &&
    armed.left > 0 &&
    inSpan(armed.arming) &&
    (armed.arming.method === undefined || armed.arming.method === subject.method) &&
    (armed.arming.path === undefined || armed.arming.path.test(subject.path))

  return {
    arm(kind, arming = {}) {
      if (arming.rate !== undefined && arming.times !== undefined) {
        throw new RangeError(`fault ${kind}: give rate or times, not both`)
      }
      if (arming.rate !== undefined && !(arming.rate >= 0 && arming.rate <= 1)) {
        throw new RangeError(`fault ${kind}: rate ${arming.rate} is not between 0 and 1`)
      }
      if (arming.path?.global || arming.path?.sticky) {
        throw new RangeError(`fault ${kind}: the path matcher must not carry the flag g or y, it would remember its last match`)
      }
      const armed: Armed = { kind, arming, left: arming.times ?? Number.POSITIVE_INFINITY, counted: false }
      board.add(armed)
      return () => {
        board.delete(armed)
      }
    },
    disarm(kind) {
      for (const armed of board) {
        if (kind === undefined || armed.kind === kind) board.delete(armed)
      }
    },
    draw(kind, subject) {
      for (const armed of board) {
        if (!fits(armed, kind, subject)) continue
        if (armed.arming.rate !== undefined && random() >= armed.arming.rate) continue
        armed.left -= 1
        return {
          kind,
          seconds: armed.arming.seconds ?? 1,
          ms: armed.arming.ms ?? 50,
          happened: () => {
            fired[kind] += 1
          },
          missed: () => {
            armed.left += 1
          },
        }
      }
      return undefined
    },
    skew() {
      let ms = 0
      for (const armed of board) {
        if (armed.kind !== 'clock-skew' || !inSpan(armed.arming)) continue
        ms += armed.arming.ms ?? 0
        if (!armed.counted) fired['clock-skew'] += 1
        armed.counted = true
      }
      return ms
    },
    note(kind) {
      fired[kind] += 1
    },
    armed: (kind) => [...board].some((armed) => armed.kind === kind && armed.left > 0 && inSpan(armed.arming)),
    fired,
    random,
  }
}
