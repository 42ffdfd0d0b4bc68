import { type Clock, systemClock } from '../model/clock.ts'
import { reject } from '../model/errors.ts'
import { type Log, silentLog } from '../model/log.ts'
import type { Access, Right } from './access.ts'
import { addressRule } from './address.ts'
import type { Announcement } from './announce.ts'
import { giveUp } from './bulk.ts'
import { openConditions } from './condition.ts'
import { readCurrent } from './current.ts'
import { spoken } from './dialect.ts'
import { type DownloadSetup, openDownload } from './download.ts'
import { type LookupAll, openEgress } from './egress.ts'
import { listKeys } from './keys.ts'
import { type Limiter, memoryLimiter } from './limiter.ts'
import { readByKey, readStream } from './read.ts'
import { secretValues } from './secrets.ts'
import { openStreams } from './streams.ts'
import { listSubscriptions, subscribe, unsubscribe } from './subscription.ts'
import { compileString } from './template.ts'
import { tokenUrl } from './token-request.ts'
import { memoryTokens, type Tokens } from './tokens.ts'
import type { Config, Connector } from './types.ts'
import { openWire } from './wire.ts'
import { runCommand, type Writer } from './write.ts'
import { setState } from './write-state.ts'

/** One connection as the operator configured it, secrets resolved. */
export interface AccessSetup {
  readonly name: string
  readonly connector: Connector
  readonly config: Config
  /** of one request, body included; the connector's or a minute when left out */
  readonly timeoutMs?: number
  readonly concurrency: number
  /** a smaller budget than the connector's */
  readonly limit?: { readonly requests: number; readonly perMs: number }
  /** CIDRs of private ranges the operator opens */
  readonly allowPrivate: readonly string[]
  /** further values to take out of errors, besides those the connector's schema calls secret */
  readonly secrets?: readonly string[]
}
export interface AccessDeps {
  readonly clock?: Clock
  /** one for all connections of the process, or of all processes */
  readonly limiter?: Limiter
  /** where tokens are kept; in memory when left out */
  readonly tokens?: Tokens
  readonly lookup?: LookupAll
  /** hears of every request at level debug: connection, call, status, span */
  readonly log?: Log
  /** hears what the partner says of the end of its API */
  readonly heard?: (connection: string, told: Announcement, call: string) => void
}

/**
 * Opens a connection. Nothing is sent yet.
 * @throws HubError `bad-base-url` (reject), `bad-template` (bug); RangeError for an `allowPrivate` that is no CIDR
 */
export function openAccess(setup: AccessSetup, deps: AccessDeps = {}): Access {
  const { connector, config, name } = setup
  const clock = deps.clock ?? systemClock
  const base = baseUrl(setup)
  const reach = (origin: string, connections: number) =>
    openEgress({
      origin,
      rule: addressRule(setup.allowPrivate),
      connections,
      ...(deps.lookup === undefined ? {} : { lookup: deps.lookup }),
    })
  const tokenOrigin = originOfTokens(setup)
  const wire = openWire(
    {
      name,
      connector,
      config,
      base,
      concurrency: setup.concurrency,
      ...(setup.limit === undefined ? {} : { limit: setup.limit }),
      secrets: [...secretValues(connector.config, config), ...(setup.secrets ?? [])],
      ...(setup.timeoutMs === undefined ? {} : { timeoutMs: setup.timeoutMs }),
    },
    {
      clock,
      limiter: deps.limiter ?? memoryLimiter(clock),
      egress: reach(base.origin, setup.concurrency),
      files: openDownload(filesOf(setup, base), (origin) => reach(origin, 1), clock),
      ...(tokenOrigin === undefined || tokenOrigin === base.origin ? {} : { tokenEgress: reach(tokenOrigin, 1) }),
      tokens: deps.tokens ?? memoryTokens(clock),
      log: deps.log ?? silentLog,
      heard: deps.heard && ((told, call) => deps.heard?.(name, told, call)),
    },
  )
  const condition = openConditions(setup)
  const stream = openStreams({ connector, config, condition })
  const writer: Writer = { wire, stream, condition }
  return {
    check: async (signal) => {
      await wire.ask(connector.check, {}, { signal })
    },
    read: (streamName, from, options) => readStream(wire, stream(streamName), from, options),
    abandon: async (streamName, mark, signal) => {
      const { bulk } = stream(streamName).stream
      if (bulk !== undefined && mark.bulk !== undefined) await giveUp({ wire, bulk, roots: {}, signal }, mark.bulk)
    },
    keys: (streamName, signal) => listKeys(wire, stream(streamName), signal),
    subscribe: (wanted, signal) => subscribe(wire, connector, config, wanted, signal),
    subscriptions: (wanted, signal) => listSubscriptions(wire, connector, config, wanted, signal),
    unsubscribe: (wanted, signal) => unsubscribe(wire, connector, config, wanted, signal),
    readKey: (streamName, key, signal) => readByKey(wire, stream(streamName), key, signal),
    current: (action, input, signal) => readCurrent(writer, action, input, signal),
    setState: (action, input, effectKey, right) => setState(traced(writer, right), action, input, effectKey, right),
    run: (action, operation, body, context) => runCommand(traced(writer, context), action, operation, body, context),
    close: () => wire.close(),
  }
}

/** Where files of bulk jobs may lie, and what one answer of theirs may have. */
function filesOf({ name, connector, timeoutMs }: AccessSetup, base: URL): DownloadSetup {
  const { http, streams } = connector
  return {
    name,
    base,
    hosts: Object.values(streams).flatMap(({ bulk }) => bulk?.hosts ?? []),
    deadlineMs: timeoutMs ?? http.timeoutMs ?? fileDeadlineMs,
    maxBodyBytes: http.maxBodyBytes ?? fileBytes,
  }
}
const fileDeadlineMs = 60_000
const fileBytes = 32 * 1024 * 1024

/** Every request of one write carries its traceparent, where it has one. */
function traced(writer: Writer, { traceparent }: Right = {}): Writer {
  if (traceparent === undefined) return writer
  const { wire } = writer
  return {
    ...writer,
    wire: { ...wire, ask: (call, roots, options) => wire.ask(call, roots, { ...options, headers: { ...options?.headers, traceparent } }) },
  }
}

function baseUrl({ connector, config, name }: AccessSetup): URL {
  const text = compileString(connector.http.baseUrl)({ config })
  const url = text === undefined ? null : URL.parse(text)
  if (url === null)
    throw reject(
      'bad-base-url',
      `${name}: the address of the partner is missing or no URL; put an https:// address into the connection's config`,
      { sent: false },
    )
  if (url.protocol !== 'https:' && url.protocol !== 'http:')
    throw reject('bad-base-url', `${name}: only http and https are spoken, found ${url.protocol}`, { sent: false })
  if (url.username !== '' || url.password !== '')
    throw reject('bad-base-url', `${name}: user and password belong into their own fields of the config, not into the address`, {
      sent: false,
    })
  url.hash = ''
  return url
}

/** @throws HubError `bad-token-url` (reject) */
function originOfTokens({ connector, config, name }: AccessSetup): string | undefined {
  const { auth } = spoken(connector.http, config).http
  if (auth.kind !== 'oauth2') return undefined
  const url = tokenUrl(auth.tokenUrl, config)
  if (url?.protocol === 'https:' || url?.protocol === 'http:') return url.origin
  throw reject('bad-token-url', `${name}: the address where tokens are given is missing or no http URL; look at the connection's config`, {
    sent: false,
  })
}
