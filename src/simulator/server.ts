import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { getRequestListener, type HttpBindings } from '@hono/node-server'
import { RESPONSE_ALREADY_SENT } from '@hono/node-server/utils/response'
import { type Context, Hono } from 'hono'
import { answerFaults, type FaultBoard, type Hit } from './faults.ts'

/** Environment of a simulated system's routes: `c.env.incoming` and `c.env.outgoing` are Node's own request and response. */
export type SimulatorEnv = { Bindings: HttpBindings }

export type ServerOptions = {
  readonly routes: Hono<SimulatorEnv>
  readonly faults: FaultBoard
  /** The system's own clock, skew included: it goes into the `Date` header. */
  readonly clock: () => Date
  /** 0 or absent: any free port. The server always listens on 127.0.0.1 only. */
  readonly port?: number
  /**
   * The name under which a request is counted and matched by a fault's `path`; for one URL with many meanings (JSON-RPC) it may read the
   * body, which stays readable for the route. Absent: the path, and counted as `GET /a/:id` with numbers folded.
   */
  readonly nameOf?: (c: Context<SimulatorEnv>) => string | Promise<string>
  /** How long a call of this name takes before its effect, in ms: what is asked meanwhile does not see it. Absent: no time. */
  readonly spanOf?: (name: string) => number
}

export type SimulatorServer = {
  /** `http://127.0.0.1:<port>`, no slash at the end. */
  readonly url: string
  readonly port: number
  /** Requests that came in, by `METHOD name`, whatever became of them. */
  readonly counts: Readonly<Record<string, number>>
  /** Stops listening and breaks every open connection, hanging requests too. */
  close(): Promise<void>
}

const page = (title: string): string =>
  `<!DOCTYPE html>\n<html><head><title>${title}</title></head><body><center><h1>${title}</h1></center><hr><center>nginx</center></body></html>\n`

const html = (c: Context<SimulatorEnv>, status: 200 | 429 | 500 | 503, title: string): Response => c.html(page(title), status)

const closed = (c: Context<SimulatorEnv>): Promise<void> =>
  new Promise((resolve) => {
    c.env.outgoing.destroyed ? resolve() : c.env.outgoing.once('close', () => resolve())
  })

const drawAnswerFault = (faults: FaultBoard, method: string, path: string): Hit | undefined => {
  for (const kind of answerFaults) {
    const hit = faults.draw(kind, { method, path })
    if (hit) return hit
  }
  return undefined
}

const refuse = async (c: Context<SimulatorEnv>, hit: Hit): Promise<Response> => {
  hit.happened()
  switch (hit.kind) {
    case 'timeout':
      await closed(c)
      return RESPONSE_ALREADY_SENT
    case '429-retry-after':
      c.header('Retry-After', String(hit.seconds))
      return html(c, 429, '429 Too Many Requests')
    case '429':
      return html(c, 429, '429 Too Many Requests')
    case '500':
      return html(c, 500, '500 Internal Server Error')
    case '503':
      return html(c, 503, '503 Service Temporarily Unavailable')
    default:
      return html(c, 200, 'Site under maintenance')
  }
}

/**
 * Puts the fault board in front of a system's routes: a request that meets a fault never reaches them, except `answer-lost`, whose effect is
 * done before the connection breaks; it waits for a call that has one, not for the refusal of a session that ended. Faulty answers come from the
 * host in front of the shop or ERP, so their body is HTML, not the API's JSON.
 */
const withFaults = (options: ServerOptions, counts: Record<string, number>): Hono<SimulatorEnv> => {
  const { faults, clock, nameOf, routes } = options
  const app = new Hono<SimulatorEnv>()
  app.use('*', async (c, next) => {
    const name = nameOf ? await nameOf(c) : c.req.path
    const route = `${c.req.method} ${nameOf ? name : name.replace(/\/\d+(?=\/|$)/g, '/:id')}`
    counts[route] = (counts[route] ?? 0) + 1
    c.header('Date', clock().toUTCString())
    const hit = drawAnswerFault(faults, c.req.method, name)
    if (hit && hit.kind !== 'answer-lost') return refuse(c, hit)
    const spanMs = options.spanOf?.(name) ?? 0
    if (spanMs > 0) await sleep(spanMs)
    if (!hit) return next()
    await next()
    if (!c.res.ok) return hit.missed()
    hit.happened()
    c.env.incoming.socket.destroy()
    c.res = undefined
    c.res = RESPONSE_ALREADY_SENT
  })
  app.route('/', routes)
  return app
}

/** Starts a simulated system on the loopback interface; it counts on in `counts`. Rejects when the port is taken. */
export const startServer = async (options: ServerOptions, counts: Record<string, number> = {}): Promise<SimulatorServer> => {
  const app = withFaults(options, counts)
  const server = createServer(getRequestListener((request, env) => app.fetch(request, env), { overrideGlobalObjects: false }))
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(options.port ?? 0, '127.0.0.1', resolve)
  })
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}`,
    port,
    counts,
    close: () =>
      new Promise((resolve, reject) => {
        server.close((error) => (error ? reject(error) : resolve()))
        server.closeAllConnections()
      }),
  }
}
