import type { Clock } from '../model/clock.ts'
import { reauth, recoveryOf, retry } from '../model/errors.ts'
import { sha256 } from '../model/id.ts'
import { isObject, type Json, type JsonObject, parseJson } from '../model/json.ts'
import { compileHeaders } from './call.ts'
import { type Authentication, incomplete, type Proof, refusedMs } from './proof.ts'
import { compileString } from './template.ts'
import type { Tokens, TokenTurn } from './tokens.ts'
import type { Config, OAuth2 } from './types.ts'

export interface OAuth2Deps {
  readonly connection: string
  readonly config: Config
  readonly tokens: Tokens
  readonly clock: Clock
  /** sends the form to where tokens are given and gives the decoded answer. @throws HubError `token-refused` (reauth) and what exchanges throw */
  readonly ask: (form: Readonly<Record<string, string>>, headers: Readonly<Record<string, string>>) => Promise<Json>
}

/** A token as it is kept. Times are epoch ms; `renewAt` null: it has no end. */
interface Token {
  /** hash of the credentials that it was made with: others make it worthless */
  readonly of: string
  readonly access: string
  readonly refresh?: string
  readonly at: number
  readonly renewAt: number | null
}

/** A token is renewed this long before its end, or a tenth of its life before where that is shorter. */
const marginMs = 5 * 60_000
/** The turn of a process: longer than a request for a token can take. */
const leaseMs = 90_000
/** How often a process that has not the turn looks for the new token, and for how long. */
const lookMs = 200
const patienceMs = 30_000
/** A token that is refused so soon after it was given would be refused again. */
const youngMs = 60_000

/** @throws HubError `no-credentials` (reauth) */
export function openOAuth2(auth: OAuth2, { connection, config, tokens, clock, ask }: OAuth2Deps): Authentication {
  const configured = (template: string | undefined) => (template === undefined ? undefined : compileString(template)({ config }))
  const [id, secret, first] = [configured(auth.clientId), configured(auth.clientSecret), configured(auth.refreshToken)]
  if (id === undefined || secret === undefined) throw incomplete()
  const of = sha256(configured(auth.tokenUrl) ?? '', id, secret, first ?? '')
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
  const proofOf = (token: Token, mine: number): Proof => ({ headers: tokenHeaders(auth, token.access), session: mine })
  const take = (token: Token): Proof => {
    session++
    current = { token: hide(token), session }
    return proofOf(token, session)
  }

  const renewed = async (before: Token | undefined): Promise<Token> => {
    const refresh = before?.refresh ?? first
    const scope = configured(auth.scope)
    const answer = await ask(
      {
        ...(refresh === undefined ? { grant_type: 'client_credentials' } : { grant_type: 'refresh_token', refresh_token: refresh }),
        ...(scope === undefined ? {} : { scope }),
        ...(auth.client === 'form' ? { client_id: id, client_secret: secret } : {}),
      },
      auth.client === 'form' ? {} : { authorization: `Basic ${Buffer.from(`${encode(id)}:${encode(secret)}`).toString('base64')}` },
    )
    return hide(readAnswer(answer, { of, refresh, now: clock.now() }))
  }

  const inTurn = async (turn: TokenTurn): Promise<Proof> => {
    try {
      const kept = readKept(turn.value, of)
      if (usable(kept)) return take(kept)
      const token = await renewed(kept)
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
    sign: (request) => request,
    secrets: () => [...shown],
  }
}
const maxShown = 64

export function tokenHeaders(auth: OAuth2, token: string): Record<string, string> {
  const { name, value } = auth.header ?? { name: 'authorization', value: 'Bearer {token}' }
  return compileHeaders({ [name]: value })({ token })
}

/** RFC 6749 appendix B: client id and secret are form-encoded before they go into HTTP Basic. */
const encode = (text: string): string => new URLSearchParams({ a: text }).toString().slice(2)

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

/** RFC 6749 5.1. A partner that gives no new refresh token goes on with the one before (section 6). */
function readAnswer(
  answer: Json,
  { of, refresh, now }: { readonly of: string; readonly refresh: string | undefined; readonly now: number },
): Token {
  const { access_token: access, refresh_token: next, expires_in: expires } = objectOf(answer)
  if (typeof access !== 'string' || access === '')
    throw reauth('token-refused', 'the answer where tokens are given carries none', { sent: true })
  const lifeMs = Number(typeof expires === 'number' || typeof expires === 'string' ? expires : Number.NaN) * 1000
  const kept = typeof next === 'string' && next !== '' ? next : refresh
  return {
    of,
    access,
    ...(kept === undefined ? {} : { refresh: kept }),
    at: now,
    renewAt: Number.isFinite(lifeMs) && lifeMs > 0 ? now + lifeMs - Math.min(marginMs, lifeMs / 10) : null,
  }
}
