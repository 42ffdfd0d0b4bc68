import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { Http2Bindings, HttpBindings } from '@hono/node-server'
import { getRequestListener } from '@hono/node-server'

/** A Hono application, or what stands before one. */
export interface Answering {
  fetch(request: Request, env: HttpBindings | Http2Bindings): Response | Promise<Response>
  /** what it answers by itself, before any request in the form of the web is made; false: not this one */
  takes?(incoming: IncomingMessage, outgoing: ServerResponse): boolean
}

export interface ListenOptions {
  /** 127.0.0.1: nothing is reached from outside unless the operator says so */
  readonly host?: string
  /** 0: any free port */
  readonly port: number
  readonly limits?: Partial<ServerLimits>
}

/** Spans in ms. They are given when the server is made: set later they do not count for its checks. */
export interface ServerLimits {
  readonly headersTimeout: number
  readonly requestTimeout: number
  readonly connectionsCheckingInterval: number
  readonly keepAliveTimeout: number
  readonly maxHeaderSize: number
  readonly maxConnections: number
  readonly maxRequestsPerSocket: number
}

export const serverLimits: ServerLimits = {
  headersTimeout: 10_000,
  requestTimeout: 30_000,
  connectionsCheckingInterval: 2000,
  keepAliveTimeout: 5000,
  maxHeaderSize: 16 * 1024,
  maxConnections: 2000,
  maxRequestsPerSocket: 10_000,
}

export interface Listening {
  /** `http://127.0.0.1:4600` */
  readonly address: string
  readonly port: number
  /** Takes no new connection, lets running requests end for `graceMs`, then breaks what is left. */
  close(graceMs: number): Promise<void>
}

/** An address that cannot be listened on, with what to do about it. */
export class ListenError extends Error {
  override readonly name = 'ListenError'
  /** of the system: `EADDRINUSE`, `EACCES`, … */
  readonly code: string

  constructor(host: string, port: number, cause: NodeJS.ErrnoException) {
    const code = cause.code ?? 'unknown'
    super(whyNot(code, host, port) ?? `the hub cannot listen on ${place(host, port)}: ${cause.message}`, { cause })
    this.code = code
  }
}

function whyNot(code: string, host: string, port: number): string | undefined {
  switch (code) {
    case 'EADDRINUSE':
      return `${place(host, port)} is taken: another program listens there, perhaps a hub that runs already with other data (\`lsof -i :${port}\` shows which). Stop it, or name another port with --port (0: any free one)`
    case 'EACCES':
      return `${place(host, port)} is not open to this user: the system keeps ports below 1024 to itself. Name a higher one with --port`
    case 'EADDRNOTAVAIL':
      return `${host} is no address of this machine. Name one of its own with --host: 127.0.0.1 for this machine only, 0.0.0.0 for all networks`
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return `${host} is not known by name. Name an address of this machine with --host, such as 127.0.0.1`
    default:
      return undefined
  }
}

const place = (host: string, port: number): string => `${host.includes(':') ? `[${host}]` : host}:${port}`

const methods: ReadonlySet<string> = new Set(['GET', 'HEAD', 'POST', 'PUT', 'DELETE'])

/**
 * Serves an app. Requests of other methods than the API has never reach the app.
 * @throws ListenError when the address is taken or not ours
 */
export async function listen(app: Answering, options: ListenOptions): Promise<Listening> {
  const host = options.host ?? '127.0.0.1'
  const limits = { ...serverLimits, ...options.limits }
  const { maxConnections, maxRequestsPerSocket, ...atCreation } = limits
  const answer = getRequestListener((request, env) => app.fetch(request, env), { overrideGlobalObjects: false, hostname: host })
  const server = createServer({ ...atCreation, requireHostHeader: true, insecureHTTPParser: false }, (incoming, outgoing) => {
    if (app.takes?.(incoming, outgoing)) return
    if (methods.has(incoming.method ?? '')) return void answer(incoming, outgoing)
    outgoing.writeHead(405, {
      'content-type': 'application/problem+json',
      allow: [...methods].join(', '),
      'cache-control': 'no-store',
      connection: 'close',
    })
    outgoing.end(
      JSON.stringify({
        type: 'urn:crossdock:problem:method-not-allowed',
        title: 'Method Not Allowed',
        status: 405,
        detail: 'This method is not known here.',
        requestId: 'none',
      }),
    )
  })
  server.maxConnections = maxConnections
  server.maxRequestsPerSocket = maxRequestsPerSocket
  await new Promise<void>((resolve, reject) => {
    // stays after the start: a failed accept is the system's, and the next connection is tried again
    server.on('error', (error) => reject(new ListenError(host, options.port, error)))
    server.listen(options.port, host, resolve)
  })
  const bound = server.address()
  const port = typeof bound === 'object' && bound !== null ? bound.port : options.port
  return { address: `http://${place(host, port)}`, port, close: (graceMs) => close(server, graceMs) }
}

async function close(server: Server, graceMs: number): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()))
  server.closeIdleConnections()
  const timer = setTimeout(() => server.closeAllConnections(), graceMs)
  await closed
  clearTimeout(timer)
}
