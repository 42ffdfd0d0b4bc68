import type { Clock } from '../model/clock.ts'
import { reauth, recoveryOf, retry } from '../model/errors.ts'
import { isObject, type Json, type JsonObject, parseJson } from '../model/json.ts'
import { type Authentication, type Proof, refusedMs } from './proof.ts'
import type { Tokens, TokenTurn } from './tokens.ts'

/** A token as it is kept. Times are epoch ms; `renewAt` null: it has no end. */
export interface Token {
  /** hash of the credentials that it was made with: others make it worthless */
  readonly of: string
  readonly access: string
  readonly refresh?: string
  readonly at: number
  readonly renewAt: number | null
}

export interface TokenRule {
  readonly connection: string
  readonly tokens: Tokens
  readonly clock: Clock
  /** hash of all that a token is asked for with */
  readonly of: string
  /** asks the partner for a token. `before`: the one that ends. @throws HubError `token-refused` (reauth) and what exchanges throw */
  readonly ask: (before: Token | undefined) => Promise<Token>
  readonly proof: (token: Token) => Omit<Proof, 'session'>
  readonly sign?: Authentication['sign']
}

/** A token is renewed this long before its end, or a tenth of its life before where that is shorter. */
const marginMs = 5 * 60_000
/** The turn of a process: longer than requests for a token can take. */
const leaseMs = 90_000
/** How often a process that has not the turn looks for the new token, and for how long. */
const lookMs = 200
const patienceMs = 30_000
/** A token that is refused so soon after it was given would be refused again. */
const youngMs = 60_000
const maxShown = 64

/** Proof by tokens that end: one process asks for the next at a time, and it is kept, sealed, before its first use. */
export function keepToken({ connection, tokens, clock, of, ask, proof, sign = (request) => request }: TokenRule): Authentication {
  const shown = new Set<string>()
  let current: { readonly token: Token; readonly session: number } | undefined
  let renewing: Promise<Proof> | undefined
  let session = 0
  let refusedAccess: string | undefined
  let refused: { readonly error: unknown; readonly until: number } | undefined

  const usable = (token: Token | undefined): token is Token =>
    token !== undefined && token.access !== refusedAccess && (token.renewAt === null || clock.now() < token.renewAt)
  const hide = (token: Token): Token => {
    if (shown.size >= maxShown) shown.clear()
    for (const word of [token.access, token.refresh ?? token.access]) shown.add(word)
    return token
  }
  const proofOf = (token: Token, mine: number): Proof => ({ ...proof(token), session: mine })
  const take = (token: Token): Proof => {
    session++
    current = { token: hide(token), session }
    return proofOf(token, session)
  }

  const inTurn = async (turn: TokenTurn): Promise<Proof> => {
    try {
      const kept = readKept(turn.value, of)
      if (usable(kept)) return take(kept)
      const token = hide(await ask(kept))
      await turn.keep(JSON.stringify(token))
      return take(token)
    } finally {
      await turn.end().catch(() => {})
    }
  }

  const obtain = async (): Promise<Proof> => {
    for (const endAt = clock.now() + patienceMs; ; ) {
      const kept = readKept(await tokens.read(connection), of)
      if (usable(kept)) return take(kept)
      const turn = await tokens.claim(connection, leaseMs)
      if (turn !== undefined) return inTurn(turn)
      if (clock.now() >= endAt)
        throw retry(
          'token-busy',
          `${connection}: another process has been renewing its token for ${patienceMs / 1000} s; nothing was sent`,
          {
            sent: false,
          },
        )
      await clock.sleep(lookMs)
    }
  }

  return {
    prove: () => {
      if (refused !== undefined && clock.now() < refused.until) return Promise.reject(refused.error)
      if (current !== undefined && usable(current.token)) return Promise.resolve(proofOf(current.token, current.session))
      renewing ??= obtain()
        .catch((error: unknown) => {
          if (recoveryOf(error) === 'reauth') refused = { error, until: clock.now() + refusedMs }
          throw error
        })
        .finally(() => {
          renewing = undefined
        })
      return renewing
    },
    renew: (refusedSession) => {
      if (current === undefined || refusedSession !== current.session) return true
      if (clock.now() - current.token.at < youngMs) return false
      refusedAccess = current.token.access
      current = undefined
      return true
    },
    sign,
    secrets: () => [...shown],
  }
}

/** What was kept for these credentials; undefined for anything else. */
function readKept(text: string | undefined, of: string): Token | undefined {
  if (text === undefined) return undefined
  try {
    const { of: made, access, refresh, at, renewAt } = objectOf(parseJson(text))
    if (made !== of || typeof access !== 'string' || typeof at !== 'number') return undefined
    return { of, access, ...(typeof refresh === 'string' ? { refresh } : {}), at, renewAt: typeof renewAt === 'number' ? renewAt : null }
  } catch {
    return undefined
  }
}

const objectOf = (value: Json): JsonObject => (isObject(value) ? value : {})

/** What a partner told of a token. `life`: seconds, a number or its text. */
export interface Told {
  readonly access: Json | undefined
  readonly refresh: Json | undefined
  readonly life: Json | undefined
}

/** A partner that gives no new refresh token goes on with the one before (RFC 6749 section 6). @throws HubError `token-refused` (reauth) without a token */
export function tokenOf(
  { access, refresh, life }: Told,
  { of, before, now }: { readonly of: string; readonly before: string | undefined; readonly now: number },
): Token {
  if (typeof access !== 'string' || access === '')
    throw reauth('token-refused', 'the answer where tokens are given carries none', { sent: true })
  const lifeMs = Number(typeof life === 'number' || typeof life === 'string' ? life : Number.NaN) * 1000
  const kept = typeof refresh === 'string' && refresh !== '' ? refresh : before
  return {
    of,
    access,
    ...(kept === undefined ? {} : { refresh: kept }),
    at: now,
    renewAt: Number.isFinite(lifeMs) && lifeMs > 0 ? now + lifeMs - Math.min(marginMs, lifeMs / 10) : null,
  }
}
