/** The only place that opens sockets to the outside: every address is judged when it is connected to, not when a URL was configured. */
import { lookup as dnsLookup } from 'node:dns'
import { connect as connectSocket, isIP, type LookupFunction, type Socket } from 'node:net'
import type { buildConnector, Pool } from 'undici'
import { type AddressRule, refusedName } from './address.ts'
import { collect } from './collect.ts'
import type { HttpRequest } from './types.ts'

export type { Dispatcher } from 'undici'

export interface EgressOptions {
  /** scheme, host and port of the connection: nothing else is ever spoken to */
  readonly origin: string
  readonly rule: AddressRule
  /** sockets open at once */
  readonly connections: number
  readonly connectTimeoutMs?: number
  /** name resolution; the system's own when left out */
  readonly lookup?: LookupAll
}
export type LookupAll = (
  host: string,
  done: (error: Error | null, addresses: readonly { readonly address: string; readonly family: number }[]) => void,
) => void

export interface ExchangeLimits {
  /** for the whole exchange, by the wall */
  readonly deadlineMs: number
  readonly headersMs: number
  /** of the decompressed body */
  readonly maxBodyBytes: number
  readonly signal?: AbortSignal | undefined
  /** asked when a connection stands and the next thing is the first byte: false, nothing is sent */
  readonly held?: (() => boolean) | undefined
}
export interface RawAnswer {
  readonly status: number
  /** lower case names; values of a repeated header joined by `, ` */
  readonly headers: Readonly<Record<string, string>>
  readonly body: Uint8Array
}

export interface Egress {
  /** One exchange; redirects are answers like others. @throws EgressError */
  send(request: HttpRequest, limits: ExchangeLimits): Promise<RawAnswer>
  close(): Promise<void>
}

/** No answer. `sent` is false when it is certain that not one byte of the request went out. */
export class EgressError extends Error {
  override readonly name = 'EgressError'
  readonly code: string
  readonly sent: boolean

  constructor(code: string, message: string, sent: boolean, cause?: unknown) {
    super(message, { cause })
    this.code = code
    this.sent = sent
  }
}

const defaultConnectMs = 5_000

/** @throws EgressError `bad-origin` for anything but http and https. */
export function openEgress(options: EgressOptions): Egress {
  const { protocol, origin, hostname } = new URL(options.origin)
  if (protocol !== 'http:' && protocol !== 'https:')
    throw new EgressError('bad-origin', `${options.origin}: only http and https are spoken`, false)
  let opened: Promise<Pool> | undefined
  let closed = false
  // a tenth of a start, and most commands speak to nobody
  const open = async (): Promise<Pool> => {
    const { buildConnector, Pool } = await import('undici')
    const pool = new Pool(origin, {
      connect: guarded(buildConnector, options),
      connections: Math.max(1, options.connections),
      pipelining: 1,
      headersTimeout: 0,
      bodyTimeout: 0,
      maxHeaderSize: 64 * 1024,
      allowH2: false,
    })
    if (closed) await pool.destroy()
    return pool
  }
  return {
    send: async (request, limits) => {
      const url = new URL(request.url)
      if (url.origin !== origin || url.username !== '' || url.password !== '')
        throw new EgressError(
          'foreign-origin',
          `a request to ${url.host} is refused: this connection speaks to ${new URL(origin).host} only`,
          false,
        )
      const refused = refusedName(hostname)
      if (refused !== undefined) throw new EgressError('refused-address', `${hostname} ${refused}`, false)
      opened ??= open()
      return collect(await opened, request, url, limits)
    },
    async close() {
      closed = true
      await (await opened)?.destroy()
    },
  }
}

/**
 * A plain socket under the same guard, for what is no HTTP. @throws EgressError `refused-address`, `timeout`, or the code of the system
 */
export function openSocket(
  to: { readonly host: string; readonly port: number },
  { rule, connectTimeoutMs = defaultConnectMs, lookup = systemLookup }: Pick<EgressOptions, 'rule' | 'connectTimeoutMs' | 'lookup'>,
): Promise<Socket> {
  const host = to.host.replace(/^\[|\]$/g, '')
  const refused = refusedName(host) ?? (isIP(host) === 0 ? undefined : rule(host))
  if (refused !== undefined) return Promise.reject(new EgressError('refused-address', refusal(host, refused), false))
  return new Promise((resolve, reject) => {
    const socket = connectSocket({ host, port: to.port, lookup: judgedLookup(rule, lookup) })
    const fail = (error: Error) => {
      clearTimeout(timer)
      socket.destroy()
      const code = error instanceof EgressError ? error.code : String((error as NodeJS.ErrnoException).code ?? 'connection-lost')
      reject(error instanceof EgressError ? error : new EgressError(code, error.message, false, error))
    }
    const timer = setTimeout(() => fail(new EgressError('timeout', `no connection within ${connectTimeoutMs} ms`, false)), connectTimeoutMs)
    socket.once('error', fail)
    socket.once('connect', () => {
      const bad = rule(socket.remoteAddress ?? '')
      if (bad !== undefined) return fail(new EgressError('refused-address', refusal(socket.remoteAddress ?? host, bad), false))
      clearTimeout(timer)
      socket.off('error', fail)
      resolve(socket)
    })
  })
}

/** A connector of undici that judges literal addresses, every resolved address, and once more what the socket is really connected to. */
function guarded(
  build: typeof buildConnector,
  { rule, connectTimeoutMs = defaultConnectMs, lookup = systemLookup }: EgressOptions,
): buildConnector.connector {
  const connect = build({ timeout: connectTimeoutMs, lookup: judgedLookup(rule, lookup), allowH2: false })
  return (options, callback) => {
    const host = options.hostname.replace(/^\[|\]$/g, '')
    const refused = isIP(host) === 0 ? undefined : rule(host)
    if (refused !== undefined) return callback(new EgressError('refused-address', refusal(host, refused), false), null)
    connect({ ...options, hostname: host }, (...result) => {
      const [error, socket] = result
      const remote = socket?.remoteAddress
      const bad = error !== null ? undefined : remote === undefined ? 'has no address' : rule(remote)
      if (bad === undefined) return callback(...result)
      socket?.destroy()
      callback(new EgressError('refused-address', refusal(remote ?? host, bad), false), null)
    })
  }
}

const refusal = (address: string, why: string): string =>
  `${address} ${why}; an operator opens private ranges with "allowPrivate" of the connection`

const systemLookup: LookupAll = (host, done) => dnsLookup(host, { all: true }, (error, addresses) => done(error, addresses))

/** Resolves all addresses and refuses the name when one of them is bad: a mixed answer is an attack or a mistake (reliability B55). */
function judgedLookup(rule: AddressRule, resolve: LookupAll): LookupFunction {
  return (host, options, done) =>
    resolve(host, (error, addresses) => {
      if (error) return done(error, '', 0)
      for (const { address } of addresses) {
        const refused = rule(address)
        if (refused !== undefined) return done(new EgressError('refused-address', refusal(`${host} (${address})`, refused), false), '', 0)
      }
      const [first] = addresses
      if (first === undefined) return done(new EgressError('no-address', `${host} has no address`, false), '', 0)
      if (options.all) done(null, [...addresses])
      else done(null, first.address, first.family)
    })
}
