import type { Clock } from '../model/clock.ts'
import { isHubError } from '../model/errors.ts'
import type { Log } from '../model/log.ts'
import type { Right } from './access.ts'
import { type Announcement, readAnnouncements } from './announce.ts'
import { type LoggedIn, openAuth } from './auth.ts'
import { type Body, openBody } from './body.ts'
import { buildRequest, type CompiledCall, compileCall, compileHeaders, followRequest } from './call.ts'
import { cleaned } from './cleaned.ts'
import { type CsrfMark, csrfRequired, openCsrf, wantsToken } from './csrf.ts'
import { spoken } from './dialect.ts'
import type { Downloading, FilePart } from './download.ts'
import type { Egress } from './egress.ts'
import { judge, PartnerFault } from './faults.ts'
import { readSpending, throttled, waitFor } from './graphql.ts'
import { exchange } from './http.ts'
import { type Budget, costOf, type Limiter, limitOf } from './limiter.ts'
import type { Authentication, Proof } from './proof.ts'
import { openConfigOf } from './secrets.ts'
import { compileString, type Roots } from './template.ts'
import { tokenAsker } from './token-request.ts'
import type { Tokens } from './tokens.ts'
import type { Call, Config, Connector, FaultRule } from './types.ts'

/** A believed answer. */
export interface Reply {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: Body
  /** when the request began, by the partner's clock; rises with every request that begins after another's answer */
  readonly asOf: number
  readonly url: string
}
export interface AskOptions extends Right {
  readonly headers?: Readonly<Record<string, string>>
  /** the partner's own address of the next page */
  readonly url?: string | undefined
  /** false: a write whose answer nobody reads; it may be empty */
  readonly needsBody?: boolean
  /** whatever kind of body comes: only the headers are read */
  readonly anyBody?: boolean
}

/** Calls of one connection: budget, login, templates, faults. */
export interface Wire {
  /** @throws PartnerFault and other HubErrors, without secrets in them */
  ask(call: Call, roots: Roots, options?: AskOptions): Promise<Reply>
  /** a part of a file of the partner's (download.ts) */
  download(url: string, from: number, most: number, signal: AbortSignal | undefined): Promise<FilePart>
  /** now, by the partner's clock as far as it is known */
  now(): number
  close(): Promise<void>
}

export interface WireSetup {
  readonly name: string
  readonly connector: Connector
  readonly config: Config
  readonly base: URL
  readonly timeoutMs?: number
  readonly concurrency: number
  readonly limit?: Budget['limit']
  readonly secrets: readonly string[]
}
export interface WireDeps {
  readonly clock: Clock
  readonly limiter: Limiter
  readonly egress: Egress
  /** to where tokens are given, when that is another origin */
  readonly tokenEgress?: Egress
  readonly tokens: Tokens
  readonly files: Downloading
  readonly log: Log
  /** hears what the partner says of the end of its API; `call` for messages */
  readonly heard?: ((told: Announcement, call: string) => void) | undefined
}

const defaultTimeoutMs = 60_000
const defaultHeadersMs = 15_000
const defaultBodyBytes = 32 * 1024 * 1024
const json = ['application/json'] as const
const anyType = ['*/*'] as const

export function openWire(setup: WireSetup, deps: WireDeps): Wire {
  const { http, call: wrap, answer: root } = spoken(setup.connector.http, setup.config)
  const compiled = new WeakMap<Call, CompiledCall>()
  const openConfig = openConfigOf(setup.connector.config, setup.config)
  const headersOf = compileHeaders(http.headers)
  const accepted = http.codec?.contentTypes ?? json
  const base = { accept: accepted.join(', '), 'accept-encoding': 'gzip, deflate, br', 'user-agent': 'crossdock' }
  const stated = setup.timeoutMs ?? http.timeoutMs
  const limits = {
    deadlineMs: stated ?? defaultTimeoutMs,
    headersMs: stated ?? defaultHeadersMs,
    maxBodyBytes: http.maxBodyBytes ?? defaultBodyBytes,
  }
  const concurrency = Math.max(1, Math.min(setup.concurrency, http.concurrency ?? setup.concurrency))
  const asks = http.announces?.version && compileString(http.announces.version.asked)({ config: setup.config })
  /** the partner's own bucket, once an answer told of it */
  let bucket = limitOf(http, setup.config)
  const asked = new WeakMap<CompiledCall, number>()
  let seenAsOf = Number.NEGATIVE_INFINITY
  let skewMs = 0

  const callOf = (call: Call): CompiledCall => {
    const known = compiled.get(call) ?? compileCall(wrap(call), http.codec, openConfig)
    compiled.set(call, known)
    return known
  }

  const once = async (call: CompiledCall, roots: Roots, proof: Proof, options: AskOptions, secret: boolean): Promise<Reply> => {
    const what = `${call.label} of ${setup.name}`
    const all = { ...roots, login: proof.login }
    const headers = { ...base, ...headersOf(all), ...call.headers(all), ...proof.headers, ...lowered(options.headers) }
    const request =
      options.url === undefined ? buildRequest(setup.base, call, all, headers) : followRequest(options.url, call, all, headers)
    const cost = asked.get(call) ?? call.cost
    const budget: Budget = { concurrency, ...slower(bucket, setup.limit), ...(cost === undefined ? {} : { cost }) }
    const release = await deps.limiter.take(setup.name, budget, options.signal)
    let unused = 0
    try {
      const floor = seenAsOf + 1
      const start = deps.clock.now()
      const answer = await exchange(
        deps.egress,
        auth.sign(request, new Date(deps.clock.now()), proof),
        { ...limits, signal: options.signal, held: options.held },
        deps.clock,
        what,
      )
      deps.log.debug(
        { connection: setup.name, call: call.label, status: answer.status, ms: deps.clock.now() - start },
        'a request was answered',
      )
      for (const told of readAnnouncements(answer.headers, http.announces, asks)) deps.heard?.(told, call.label)
      const whole = openBody(answer.body, http.codec)
      const spending = readSpending(http.points, whole)
      if (spending !== undefined) {
        bucket = spending.limit
        asked.set(call, Math.max(1, Math.ceil(spending.asked)))
        unused = Math.max(0, costOf(budget) - spending.spent)
      }
      if (wantsToken(http.csrf, answer.status, answer.headers))
        throw new PartnerFault(`${what}: the partner wants another ${http.csrf?.header}`, {
          code: csrfRequired,
          recovery: 'retry',
          ambiguous: false,
          status: answer.status,
        })
      const fault = judge(
        { what, status: answer.status, headers: answer.headers, body: whole, now: deps.clock.now() },
        {
          rules: http.faults ?? [],
          already: call.already,
          contentTypes: options.anyBody === true ? anyType : accepted,
          parsed: http.codec?.parse !== undefined,
          needsBody: options.needsBody ?? true,
          secret,
          graphql: call.graphql,
          pointsMs: spending === undefined ? undefined : waitFor(spending),
        },
      )
      if (fault !== undefined) throw fault
      const asOf = Math.max(answer.asOf, floor)
      const body = secret || root === '' ? whole : openBody(answer.body, http.codec, root)
      seenAsOf = Math.max(seenAsOf, asOf)
      skewMs = answer.skewMs ?? 0
      return { status: answer.status, headers: answer.headers, body, asOf, url: request.url }
    } catch (error) {
      const waitMs = heldFor(error, http.faults)
      if (waitMs !== undefined) deps.limiter.hold(setup.name, waitMs)
      throw error
    } finally {
      release(unused)
    }
  }

  const logIn = async (): Promise<LoggedIn> => {
    if (http.auth.kind !== 'session') return { answer: null, headers: {} }
    const reply = await once(compileCall(http.auth.login, http.codec), { config: setup.config }, { headers: {}, session: 0 }, {}, true)
    return { answer: reply.body.value(), headers: reply.headers }
  }
  const auth: Authentication = openAuth(http.auth, {
    connection: setup.name,
    config: setup.config,
    tokens: deps.tokens,
    clock: deps.clock,
    logIn,
    ask: tokenAsker(http.auth, setup, { egress: deps.tokenEgress ?? deps.egress, clock: deps.clock, limits }),
    askForm: async (call, roots) => {
      const asked = { config: setup.config, ...roots }
      return (await once(compileCall(call, http.codec), asked, { headers: {}, session: 0 }, {}, true)).body.value()
    },
  })

  /** Refused for want of points means that nothing was done: the request waits for them with all others of the connection, and goes again. */
  const patiently = async (send: () => Promise<Reply>): Promise<Reply> => {
    for (let tries = 1; ; tries++)
      try {
        return await send()
      } catch (error) {
        if (!isHubError(error) || error.detail.code !== throttled || tries === mostThrottled) throw error
      }
  }

  const fetchToken =
    http.csrf && compileCall({ ...http.csrf.fetch, headers: { ...http.csrf.fetch.headers, [http.csrf.header]: http.csrf.ask } }, http.codec)
  const csrf =
    http.csrf === undefined || fetchToken === undefined
      ? undefined
      : openCsrf(
          http.csrf,
          async (proof) => (await once(fetchToken, { config: setup.config }, proof, { needsBody: false, anyBody: true }, true)).headers,
          `a write of ${setup.name}`,
        )
  /** A write with its token; one that was refused for it did nothing, and goes again with a new one. */
  const send = async (call: CompiledCall, roots: Roots, proof: Proof, options: AskOptions): Promise<Reply> => {
    if (csrf === undefined || call.method === 'GET' || call.graphql === 'query') return once(call, roots, proof, options, false)
    const write = async (mark: CsrfMark) => once(call, roots, { ...proof, headers: { ...proof.headers, ...mark.headers } }, options, false)
    const mark = await csrf.mark(proof)
    try {
      return await write(mark)
    } catch (error) {
      if (!isHubError(error) || error.detail.code !== csrfRequired) throw error
      csrf.forget(mark)
      return write(await csrf.mark(proof))
    }
  }

  const attempt = async (call: CompiledCall, roots: Roots, options: AskOptions): Promise<Reply> => {
    const proof = await auth.prove()
    try {
      return await patiently(() => send(call, roots, proof, options))
    } catch (error) {
      if (!isHubError(error) || error.detail.recovery !== 'reauth' || !auth.renew(proof.session)) throw error
      return send(call, roots, await auth.prove(), options)
    }
  }

  return {
    ask: async (call, roots, options = {}) => {
      try {
        return await attempt(callOf(call), { config: setup.config, ...roots }, options)
      } catch (error) {
        throw cleaned(error, [...setup.secrets, ...auth.secrets(), ...(csrf?.secrets() ?? [])])
      }
    },
    download: deps.files.part,
    now: () => deps.clock.now() + skewMs,
    close: async () => {
      await Promise.all([deps.egress.close(), deps.tokenEgress?.close(), deps.files.close()])
    },
  }
}

/** For how long no request of the connection is sent after a fault; undefined: others may go on. */
function heldFor(error: unknown, faults: readonly FaultRule[] = []): number | undefined {
  if (!isHubError(error)) return undefined
  const { code, retryAfterMs } = error.detail
  if (code === 'http-429' || code === throttled) return retryAfterMs ?? patienceMs
  return faults.find((rule) => rule.code === code)?.waitMs
}

/** The slower of the connector's budget and the operator's. */
function slower(connector: Budget['limit'], operator: Budget['limit']): Pick<Budget, 'limit'> {
  const limit =
    connector === undefined || (operator !== undefined && operator.requests / operator.perMs < connector.requests / connector.perMs)
      ? operator
      : connector
  return limit === undefined ? {} : { limit }
}

/** Tries of one request for which the partner's bucket has too few points. */
const mostThrottled = 3
/** A 429 that names no time. */
const patienceMs = 1_000

const lowered = (headers: Readonly<Record<string, string>> = {}): Record<string, string> =>
  Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]))
