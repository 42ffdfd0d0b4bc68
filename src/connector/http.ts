import pRetry from 'p-retry'
import type { Clock } from '../model/clock.ts'
import { type Egress, EgressError, type ExchangeLimits, type RawAnswer } from './egress.ts'
import { PartnerFault } from './faults.ts'
import type { HttpRequest } from './types.ts'

/** A complete answer and what it says about time. */
export interface Answer extends RawAnswer {
  /** when the request began, by the partner's clock as far as its Date header tells; never later than the truth */
  readonly asOf: number
  /** partner's clock less ours, rounded down by the whole seconds of the Date header; undefined without such a header */
  readonly skewMs: number | undefined
}

/** A Date header further ahead than this is not believed: it would move a checkpoint past everything. */
const maxAheadMs = 24 * 3_600_000
const quickTries = 2

/**
 * One request. A second quick try follows only when not one byte of the first went out (refused connection, name not found): everything else is for the
 * retry table, which outlives this process.
 * @throws PartnerFault
 */
export async function exchange(egress: Egress, request: HttpRequest, limits: ExchangeLimits, clock: Clock, what: string): Promise<Answer> {
  try {
    return await pRetry(
      async () => {
        const start = clock.now()
        const raw = await egress.send(request, limits)
        return { ...raw, ...partnerTime(raw.headers.date, start, clock.now()) }
      },
      {
        retries: quickTries - 1,
        minTimeout: 100,
        maxTimeout: 500,
        randomize: true,
        shouldRetry: ({ error }) => error instanceof EgressError && !error.sent && !final.has(error.code),
      },
    )
  } catch (error) {
    throw asPartnerFault(error, what)
  }
}

const final: ReadonlySet<string> = new Set([
  'refused-address',
  'bad-origin',
  'foreign-origin',
  'bad-request',
  'aborted',
  'timeout',
  'lease-lost',
])
const rejected: ReadonlySet<string> = new Set(['refused-address', 'bad-origin', 'foreign-origin', 'bad-request'])

/** The Date header is cut to whole seconds, so what follows from it is a lower bound. */
export function partnerTime(date: string | undefined, start: number, answered: number): Pick<Answer, 'asOf' | 'skewMs'> {
  const stated = date === undefined ? Number.NaN : Date.parse(date)
  if (Number.isNaN(stated)) return { asOf: start, skewMs: undefined }
  const skewMs = stated - answered
  return skewMs > maxAheadMs ? { asOf: start, skewMs: undefined } : { asOf: start + skewMs, skewMs }
}

function asPartnerFault(error: unknown, what: string): PartnerFault {
  if (error instanceof EgressError) {
    const recovery = rejected.has(error.code) ? 'reject' : 'retry'
    const next = error.sent ? 'whether it had an effect is not known' : 'nothing was sent'
    return new PartnerFault(`${what}: ${error.message} (${error.code}); ${next}`, {
      code: wordOf(error.code),
      recovery,
      ambiguous: error.sent,
      cause: error,
    })
  }
  return new PartnerFault(`${what}: failed in an unforeseen way; whether it had an effect is not known`, {
    code: 'exchange-failed',
    recovery: 'retry',
    ambiguous: true,
    cause: error,
  })
}

/** `ECONNREFUSED` as other codes are written. */
const wordOf = (code: string): string => code.toLowerCase().replaceAll('_', '-')
