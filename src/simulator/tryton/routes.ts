import { type Context, Hono } from 'hono'
import type { Json } from '../../model/json.ts'
import { isObject } from '../../model/json.ts'
import type { SimulatorEnv } from '../server.ts'
import type { Call } from './calls.ts'
import { Refusal } from './refusal.ts'
import type { Sessions } from './sessions.ts'
import { encode, type Wire } from './values.ts'

/** The version whose answers were recorded. */
export const version = '6.0.29'

type Served = Context<SimulatorEnv>
type Status = 401 | 403 | 405 | 429 | 500

const reasons: Readonly<Record<Status, readonly [title: string, text: string]>> = {
  401: [
    'Unauthorized',
    'The server could not verify that you are authorized to access the URL requested. You either supplied the wrong credentials (e.g. a bad password), or your browser doesn&#39;t understand how to supply the credentials required.',
  ],
  403: [
    'Forbidden',
    'You don&#39;t have the permission to access the requested resource. It is either read-protected or not readable by the server.',
  ],
  405: ['Method Not Allowed', 'The method is not allowed for the requested URL.'],
  429: ['Too Many Requests', 'This user has exceeded an allotted request count. Try again later.'],
  500: ['Internal Server Error', 'Value after * must be an iterable, not NoneType'],
}

const page = (c: Served, status: Status): Response => {
  const [title, text] = reasons[status]
  return c.body(`<!doctype html>\n<html lang=en>\n<title>${status} ${title}</title>\n<h1>${title}</h1>\n<p>${text}</p>\n`, status, {
    'content-type': 'text/html; charset=utf-8',
  })
}

const answer = (c: Served, id: Wire, body: { readonly result: Wire } | { readonly error: Wire }): Response =>
  c.body(encode({ id, ...body }), 200, { 'content-type': 'application/json' })

type Request = { readonly id: Json; readonly method: string; readonly params: readonly Json[] }

const requestOf = async (c: Served): Promise<Request | undefined> => {
  try {
    const body: Json = JSON.parse(await c.req.text())
    if (!isObject(body) || typeof body.method !== 'string' || !Array.isArray(body.params)) return undefined
    return { id: body.id ?? null, method: body.method, params: body.params }
  } catch {
    return undefined
  }
}

export type RouteOptions = {
  readonly database: string
  readonly sessions: Sessions
  readonly call: Call
  /** What get_preferences answers; its `company` is the default of every call. */
  readonly preferences: Wire
}

const login = (c: Served, { sessions }: RouteOptions, { id, params }: Request): Response => {
  const [user, secret] = params
  const password = isObject(secret) ? secret.password : undefined
  const session = sessions.login(String(user), typeof password === 'string' ? password : '')
  if (session === 'throttled') return page(c, 429)
  return session ? answer(c, id, { result: [session.id, session.token] }) : page(c, 401)
}

const served = (c: Served, options: RouteOptions, request: Request): Response => {
  const { id, method, params } = request
  const { sessions, call, preferences } = options
  if (method === 'common.db.login') return login(c, options, request)
  if (method === 'common.server.version') return answer(c, id, { result: version })
  const authorization = c.req.header('authorization')
  if (!sessions.allows(authorization)) return c.body('', 401, { 'content-type': 'text/plain; charset=utf-8' })
  if (method === 'common.db.logout') {
    sessions.logout(sessions.tokenOf(authorization) ?? '')
    return answer(c, id, { result: null })
  }
  if (method === 'model.res.user.get_preferences') return answer(c, id, { result: preferences })
  try {
    if (!method.startsWith('model.') && !method.startsWith('wizard.')) throw new Refusal([`'${method.split('.')[0] ?? ''}'`, ''])
    const result = call(method, params)
    return result === 'not offered' ? page(c, 403) : answer(c, id, { result })
  } catch (error) {
    if (error instanceof Refusal) return answer(c, id, { error: error.answer })
    throw error
  }
}

/** JSON-RPC over POST: `/` for the version, `/<database>/` for everything else. Refusals are HTTP 200 with `error`. */
export const rpcRoutes = (options: RouteOptions): Hono<SimulatorEnv> => {
  const routes = new Hono<SimulatorEnv>()
  const serve = async (c: Served): Promise<Response> => {
    const request = await requestOf(c)
    if (!request) return page(c, 500)
    const database = c.req.param('database')
    if (database !== undefined && database !== options.database) {
      return answer(c, request.id, { error: [`Database '/var/lib/tryton/${database}.sqlite' doesn't exist!`, ''] })
    }
    if (database === undefined && request.method !== 'common.server.version') return page(c, 403)
    return served(c, options, request)
  }
  routes.post('/', serve)
  routes.post('/:database/', serve)
  routes.all('*', (c) => page(c, 405))
  return routes
}

const methodInBody = /"method"\s*:\s*"([^"]+)"/

/** The name of a call for counting and for the fault board: its RPC method. */
export const methodName = async (c: Served): Promise<string> => methodInBody.exec(await c.req.text())?.[1] ?? c.req.path
