import { createServer, type Server } from 'node:http'
import { getRequestListener } from '@hono/node-server'
import type { Hono } from 'hono'
import type { HttpEnv } from './serve-route.ts'

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

const methods: ReadonlySet<string> = new Set(['GET', 'HEAD', 'POST', 'PUT', 'DELETE'])

/** Serves an app. Rejects when the address is taken or not ours. Requests of other methods than the API has never reach the app. */
export async function listen(app: Hono<HttpEnv>, options: ListenOptions): Promise<Listening> {
  const host = options.host ?? '127.0.0.1'
  const limits = { ...serverLimits, ...options.limits }
  const { maxConnections, maxRequestsPerSocket, ...atCreation } = limits
  const answer = getRequestListener((request, env) => app.fetch(request, env), { overrideGlobalObjects: false, hostname: host })
  const server = createServer({ ...atCreation, requireHostHeader: true, insecureHTTPParser: false }, (incoming, outgoing) => {
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
    server.once('error', reject)
    server.listen(options.port, host, resolve)
  })
  const bound = server.address()
  const port = typeof bound === 'object' && bound !== null ? bound.port : options.port
  return { address: `http://${host.includes(':') ? `[${host}]` : host}:${port}`, port, close: (graceMs) => close(server, graceMs) }
}

async function close(server: Server, graceMs: number): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()))
  server.closeIdleConnections()
  const timer = setTimeout(() => server.closeAllConnections(), graceMs)
  await closed
  clearTimeout(timer)
}
