import { sha256 } from '../model/id.ts'
import type { Database, Tx } from '../store/database.ts'
import { answerIdempotency, answersKept, type Claim, claimIdempotency, dropIdempotency } from '../store/idempotency.ts'
import type { Outcome } from '../store/joint-writes.ts'
import type { IdempotencyTable } from '../store/tables-access.ts'
import type { HttpLimits } from './options.ts'
import { invalid, ProblemError } from './problem.ts'

/** An answer as it was given the first time. */
export interface KeptAnswer {
  readonly status: number
  readonly body: string
  readonly replayed: boolean
}

/** A request under an Idempotency-Key (draft-ietf-httpapi-idempotency-key-header): the same key belongs to one key holder and one operation. */
export interface Once {
  readonly tenant: string
  readonly route: string
  readonly key: string
  readonly request_hash: string
  readonly at: number
}

/** Reads the header. undefined: none was sent. @throws ProblemError 400 for a key that is none or a route that takes none */
export function readOnce(
  request: Request,
  of: { readonly tenant: string; readonly holder: string; readonly route: string; readonly shownOnce: boolean },
  body: Uint8Array,
  now: number,
): Once | undefined {
  const header = request.headers.get('idempotency-key')
  if (header === null) return undefined
  if (of.shownOnce)
    throw invalid([{ in: 'header', path: 'Idempotency-Key', message: 'is not taken here: a secret is told, and nothing of it is kept' }])
  const key = /^(?:"([\x20-\x21\x23-\x7e]{1,190})"|([\x21\x23-\x2b\x2d-\x7e]{1,190}))$/.exec(header)
  const value = key?.[1] ?? key?.[2]
  if (value === undefined)
    throw invalid([{ in: 'header', path: 'Idempotency-Key', message: 'must be one text of 1 to 190 printable characters' }])
  const { pathname, search } = new URL(request.url)
  return {
    tenant: of.tenant,
    route: `${of.holder} ${of.route}`,
    key: value,
    request_hash: sha256(request.method, pathname, search, request.headers.get('content-type') ?? '', body),
    at: now,
  }
}

/** Runs an effect and keeps its answer in the same transaction, or gives the kept answer. @throws ProblemError 409, 422 */
export async function onceInside(
  tx: Tx,
  once: Once,
  limits: HttpLimits,
  effect: (tx: Tx) => Promise<{ readonly status: number; readonly body: string }>,
): Promise<KeptAnswer> {
  const kept = keptAnswer(await claim(tx, once, limits), once)
  if (kept) return kept
  const { status, body } = await effect(tx)
  await answerIdempotency(tx, once, status, body)
  return { status, body, replayed: false }
}

/**
 * The same for an effect that opens its own transactions: the key is claimed before and answered after it. One that fails gives its key back. When the process dies
 * between, the key stays unanswered (409) until it counts as lost; such effects do no harm when they run again. @throws ProblemError 409, 422
 */
export async function onceAround(
  database: Database,
  once: Once,
  limits: HttpLimits,
  effect: () => Promise<{ readonly status: number; readonly body: string }>,
): Promise<KeptAnswer> {
  const kept = keptAnswer(await database.write((tx) => claim(tx, once, limits)), once)
  if (kept) return kept
  const { status, body } = await effect().catch(async (error: unknown) => {
    await database.write((tx) => dropIdempotency(tx, once))
    throw error
  })
  await database.write((tx) => answerIdempotency(tx, once, status, body))
  return { status, body, replayed: false }
}

/** Answers that were kept under the keys of some requests, by {@link onceName}; those that cannot be given are refused. */
export async function keptBefore(
  tx: Tx,
  onces: readonly Once[],
  { idempotencyKeptMs }: HttpLimits,
): Promise<Map<string, Outcome<KeptAnswer>>> {
  const asked = new Map(onces.map((once) => [onceName(once), once]))
  const found = await answersKept(tx, onces, Math.min(...onces.map(({ at }) => at)) - idempotencyKeptMs)
  return new Map(
    found.map((row): [string, Outcome<KeptAnswer>] => {
      const name = onceName(row)
      try {
        return [name, { done: answerOf(row, asked.get(name)?.request_hash) }]
      } catch (refused) {
        return [name, { refused }]
      }
    }),
  )
}

export const onceName = ({ route, key }: Pick<Once, 'route' | 'key'>): string => `${route} ${key}`

const claim = (tx: Tx, once: Once, limits: HttpLimits): Promise<Claim> =>
  claimIdempotency(tx, once, once.at - limits.idempotencyLostMs, once.at - limits.idempotencyKeptMs)

const keptAnswer = (claim: Claim, once: Once): KeptAnswer | undefined =>
  claim.kind === 'ours' ? undefined : answerOf(claim.row, once.request_hash)

/** @throws ProblemError 409, 422 */
function answerOf({ request_hash, status, body }: IdempotencyTable, asked: string | undefined): KeptAnswer {
  if (request_hash !== asked)
    throw new ProblemError(
      422,
      'idempotency-key-reused',
      'This Idempotency-Key was used for another request. Use a new key for a new request.',
    )
  if (status === null || body === null)
    throw new ProblemError(
      409,
      'idempotency-key-running',
      'The first request with this Idempotency-Key is still running. Ask again a little later.',
      {
        headers: { 'retry-after': '2' },
      },
    )
  return { status, body, replayed: true }
}
