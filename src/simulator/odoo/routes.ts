import { type Context, Hono } from 'hono'
import { isObject, type Json, type JsonObject } from '../../model/json.ts'
import type { SimulatorEnv } from '../server.ts'
import { denied, notFound, Refusal, serialized, unauthorized, unprocessable } from './refusal.ts'

export interface Door {
  readonly database: string
  readonly login: string
  readonly apiKey: () => string
  /** the one protocol this series speaks, or both */
  readonly speaks: { readonly json2: boolean; readonly jsonRpc: boolean }
  readonly call: (model: string, method: string, named: JsonObject) => Json
}

const userId = 2

/** The two protocols of the server. Sources: addons/rpc/controllers, odoo/http.py. */
export function rpcRoutes(door: Door): Hono<SimulatorEnv> {
  const routes = new Hono<SimulatorEnv>()
  if (door.speaks.json2) routes.post('/json/2/:model/:method', (c) => json2(door, c))
  if (door.speaks.jsonRpc) routes.post('/jsonrpc', (c) => jsonRpc(door, c))
  return routes.all('*', (c) => c.html('<!doctype html><html><title>404 Not Found</title></html>', 404))
}

async function json2(door: Door, c: Context<SimulatorEnv>): Promise<Response> {
  try {
    const database = c.req.header('x-odoo-database')
    if (database !== undefined && database !== door.database) throw notFound(`Database not found: ${database}`)
    if (c.req.header('authorization') !== `bearer ${door.apiKey()}`) throw unauthorized()
    const body = await bodyOf(c)
    return c.json(door.call(c.req.param('model') ?? '', c.req.param('method') ?? '', body) as never)
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
    return c.json(serialized(error) as never, error.status as never)
  }
}

async function bodyOf(c: Context<SimulatorEnv>): Promise<JsonObject> {
  const body: unknown = await c.req.json().catch(() => undefined)
  if (!isObject(body as Json)) throw unprocessable('could not parse the body as json')
  return body as JsonObject
}

async function jsonRpc(door: Door, c: Context<SimulatorEnv>): Promise<Response> {
  const body = await bodyOf(c)
  const id = body.id ?? null
  try {
    const { service, method, args } = body.params as { readonly service: string; readonly method: string; readonly args: readonly Json[] }
    const result = service === 'common' ? logIn(door, method, args) : execute(door, method, args)
    return c.json({ jsonrpc: '2.0', id, ...(result === null ? {} : { result }) } as never)
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
    return c.json({ jsonrpc: '2.0', id, error: { code: 0, message: 'Odoo Server Error', data: serialized(error) } } as never)
  }
}

/** A wrong login answers false, not an error. */
function logIn(door: Door, method: string, [database, login, key]: readonly Json[]): Json {
  if (method !== 'login' && method !== 'authenticate') throw notFound(`Method not available ${method}`)
  return database === door.database && login === door.login && key === door.apiKey() ? userId : false
}

function execute(door: Door, method: string, args: readonly Json[]): Json {
  const [database, user, key, model, name, placed = [], named = {}] = args
  if (method !== 'execute_kw') throw notFound(`Method not available ${method}`)
  if (database !== door.database || user !== userId || key !== door.apiKey()) throw denied()
  const [first] = placed as readonly Json[]
  const at = first === undefined ? {} : name === 'create' ? { vals_list: first } : { ids: first }
  return door.call(String(model), String(name), { ...at, ...(named as JsonObject) })
}

/** Under which a request is counted: `purchase.order.create`, `common.login`. */
export async function callName(c: Context<SimulatorEnv>): Promise<string> {
  const path = new URL(c.req.url).pathname
  if (path !== '/jsonrpc') return path.replace(/^\/json\/2\//, '').replace('/', '.')
  const body = (await c.req.raw
    .clone()
    .json()
    .catch(() => ({}))) as { readonly params?: { readonly service?: string; readonly method?: string; readonly args?: readonly Json[] } }
  const { service, method, args } = body.params ?? {}
  return service === 'object' ? `${String(args?.[3])}.${String(args?.[4])}` : `${service}.${method}`
}
