import { Hono, type MiddlewareHandler } from 'hono'
import { secureHeaders } from 'hono/secure-headers'
import { redactor } from '../model/redact.ts'
import type { Context } from '../pipeline/context.ts'
import { openReceiver } from '../pipeline/receive.ts'
import { readingRoom } from './body.ts'
import { docsPaths, docsPolicy, isDocsPage, serveDocs } from './docs.ts'
import { openHookDoor } from './hook-door.ts'
import { openHookRows } from './hook-rows.ts'
import { jointEffects } from './joint-effects.ts'
import type { Answering } from './listen.ts'
import { openMetrics } from './metrics.ts'
import { openapiText } from './openapi.ts'
import { type HttpOptions, httpLimits, maxTargetLength } from './options.ts'
import { lazyInputs } from './parameters.ts'
import { notFound, ProblemError, problemOf, problemResponse } from './problem.ts'
import type { Desk, Method, Served } from './route.ts'
import { routeTable } from './routes.ts'
import { type Counter, type HttpEnv, serveRoute, textOf } from './serve-route.ts'

/**
 * The HTTP face of one process: hooks, health, metrics and /v1, all from the route table, and the page that describes them. Every answer that is no success is a problem
 * (RFC 9457); whatever is thrown becomes one, and only its request id leads to the log.
 */
export function createApp(context: Context, options: HttpOptions = {}): Hono<HttpEnv> & Pick<Answering, 'takes'> {
  const limits = { ...httpLimits, ...options.limits }
  const room = readingRoom(limits.maxReadingBytes)
  const table = routeTable(room)
  const checkOf = lazyInputs(table)
  const home: Served = { context, receiver: options.receiver ?? openReceiver(context) }
  const served = new Map<string, Served>([
    [context.tenant, home],
    ...(options.also ?? []).map((one): [string, Served] => [one.context.tenant, one]),
  ])
  let described: { readonly schemas: HttpOptions['schemas']; readonly text: string } | undefined
  const desk: Desk = {
    options,
    metrics: openMetrics(limits.metricsEveryMs, options.meter),
    hooks: openHookRows(context.database.read),
    openapi() {
      const { schemas } = options
      if (described === undefined || described.schemas !== schemas) described = { schemas, text: openapiText(table, schemas ?? new Map()) }
      return described.text
    },
  }
  // shorter ones would take words out of documents that are not about them
  const clean = redactor(() => options.credentials?.() ?? none, 8)
  const joint = jointEffects(limits, (route, answer) => textOf(route, answer, clean))
  const counter: Counter = { desk, home, servedOf: (tenant) => served.get(tenant), limits, room, clean, joint }

  const app = new Hono<HttpEnv>()
  const closed = secureHeaders({ contentSecurityPolicy: { defaultSrc: ["'none'"], frameAncestors: ["'none'"] }, xFrameOptions: 'DENY' })
  const ofDocs = secureHeaders({ contentSecurityPolicy: docsPolicy, xFrameOptions: 'DENY' })
  app.use((c, next) => (isDocsPage(c.req.path) ? ofDocs : closed)(c, next))
  app.use(async (c, next) => {
    const began = performance.now()
    c.set('requestId', context.newId())
    c.set('route', 'none')
    await next()
    const route = c.get('route')
    if (c.req.method !== 'GET' && route.startsWith('/v1/')) desk.hooks.forget()
    c.res.headers.set('x-request-id', c.get('requestId'))
    if (!c.res.headers.has('cache-control')) c.res.headers.set('cache-control', 'no-store')
    desk.metrics.answered(c.req.method, route, c.res.status)
    const ms = Math.round(performance.now() - began)
    context.log.debug({ request: c.get('requestId'), method: c.req.method, route, status: c.res.status, ms }, 'answered a request')
  })
  app.use((c, next) => {
    checkTarget(c.env?.incoming?.url ?? c.req.url)
    return next()
  })
  for (const route of table)
    app.on(route.method, honoPath(route.path), (c) => {
      c.set('route', route.path)
      return serveRoute(route, checkOf(route), counter, c)
    })
  serveDocs(app)
  const paths = [...table, ...docsPaths.map((path) => ({ method: 'GET' as const, path }))].map(({ method, path }) => ({
    method,
    matches: pathTest(path),
  }))
  const secrets = () => options.secrets?.() ?? []
  app.notFound((c) => {
    const methods = paths.filter(({ matches }) => matches.test(c.req.path)).map(({ method }) => method)
    return problemResponse(methods.length > 0 ? notAllowed(methods) : notFound(), c.get('requestId'), secrets())
  })
  app.onError((error, c) => {
    const problem = problemOf(error)
    const requestId = c.get('requestId') ?? context.newId()
    if (problem.status === 500) context.log.error({ error, request: requestId, route: c.get('route') }, 'a request failed')
    return problemResponse(problem, requestId, secrets())
  })
  let always: Promise<Readonly<Record<string, string>>> | undefined
  const takes = openHookDoor({ desk, home, servedOf: counter.servedOf, room, secrets, headers: () => (always ??= headersBy(closed)) })
  return Object.assign(app, { takes })
}

/** What a middleware adds to every answer. */
async function headersBy(middleware: MiddlewareHandler): Promise<Readonly<Record<string, string>>> {
  const empty = await new Hono()
    .use(middleware)
    .get('/', (c) => c.body(null))
    .request('/')
  return Object.fromEntries(empty.headers)
}

const none: readonly string[] = []

const notAllowed = (methods: readonly Method[]): ProblemError => {
  const allow = [...new Set(methods.flatMap((method) => (method === 'GET' ? ['GET', 'HEAD'] : [method])))].sort().join(', ')
  return new ProblemError(405, 'method-not-allowed', `This address takes: ${allow}.`, { headers: { allow } })
}

const honoPath = (path: string): string => path.replace(/\{(\w+)\}/g, ':$1')
const pathTest = (path: string): RegExp => new RegExp(`^${path.replaceAll('.', '\\.').replace(/\{\w+\}/g, '[^/]+')}$`)

/** Refuses targets that programs read in different ways: too long, broken escapes, escaped dots and slashes, control characters (B17). */
function checkTarget(target: string): void {
  if (target.length > maxTargetLength) throw new ProblemError(414, 'target-too-long', `An address may have ${maxTargetLength} characters.`)
  const path = target.split('?', 1)[0] ?? ''
  if (!decodes(target) || /%2e|%2f|%5c|%0|%1|%7f|\\/i.test(path) || /\/\.{1,2}(\/|$)/.test(path))
    throw new ProblemError(400, 'bad-target', 'The address has escapes that are not read here.')
}

function decodes(text: string): boolean {
  try {
    decodeURIComponent(text)
    return true
  } catch {
    return false
  }
}
