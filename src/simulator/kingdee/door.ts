import { createHmac, randomBytes } from 'node:crypto'
import { type Context, Hono } from 'hono'
import type { Json, JsonObject } from '../../model/json.ts'
import type { SimulatorEnv } from '../server.ts'
import { GatewayRefusal, Refusal, refused, sessionLost } from './refusal.ts'

export interface Credentials {
  readonly account: string
  readonly user: string
  readonly appId: string
  readonly appSecret: string
  readonly password: string
  readonly organisation: string
}
export interface Door {
  readonly credentials: () => Credentials
  /** ms since 1970, by the server's own clock */
  readonly now: () => number
  readonly call: (operation: string, body: JsonObject) => Json
}

const service = /^\/k3cloud\/Kingdee\.BOS\.WebApi\.ServicesStub\.(AuthService|DynamicFormService)\.(\w+)\.common\.kdsvc$/
/** How far a signed request's time may be off. */
const toleranceS = 300

/** The WebAPI: two services under one path; a request proves itself by signed headers or by the session of a login. */
export function openDoor(door: Door): { readonly routes: Hono<SimulatorEnv>; endSessions(): void } {
  const sessions = new Set<string>()
  const routes = new Hono<SimulatorEnv>()
  routes.post('*', async (c) => {
    const [, kind, operation = ''] = service.exec(new URL(c.req.url).pathname) ?? []
    if (kind === undefined) return c.html('<html><head><title>404</title></head></html>', 404)
    const body = (await c.req.json().catch(() => ({}))) as JsonObject
    try {
      if (kind === 'AuthService') return told(c, logIn(door.credentials(), operation, (body.parameters ?? []) as readonly Json[], sessions))
      prove(door, c, sessions)
      return told(c, door.call(operation, body))
    } catch (error) {
      if (error instanceof GatewayRefusal) return told(c, { errcode: error.code, description: error.message }, 519)
      if (!(error instanceof Refusal)) throw error
      return told(c, operation === 'ExecuteBillQuery' ? [[refused(error)]] : refused(error))
    }
  })
  return {
    routes: routes.all('*', (c) => c.html('<html><head><title>405</title></head></html>', 405)),
    endSessions: () => sessions.clear(),
  }
}

const told = (c: Context<SimulatorEnv>, value: Json, status = 200): Response =>
  c.body(JSON.stringify(value), status as never, { 'content-type': 'application/json; charset=utf-8' })

function logIn(known: Credentials, method: string, [account, user, ...proof]: readonly Json[], sessions: Set<string>): Json {
  const wanted = method === 'ValidateUser' ? [known.password] : method === 'LoginByAppSecret' ? [known.appId, known.appSecret] : [undefined]
  const right =
    account === known.account && user === known.user && wanted.every((value, place) => value !== undefined && proof[place] === value)
  if (!right)
    return { Message: '用户名或密码错误', MessageCode: 'CheckPasswordPolicy', LoginResultType: 0, Context: null, KDSVCSessionId: null }
  const session = randomBytes(18).toString('hex')
  sessions.add(session)
  return {
    Message: null,
    MessageCode: 'CheckPasswordPolicy',
    LoginResultType: 1,
    Context: { UserLocale: 'zh-CN', UserName: known.user, DBid: known.account },
    KDSVCSessionId: session,
  }
}

function prove(door: Door, c: Context<SimulatorEnv>, sessions: ReadonlySet<string>): void {
  const session = c.req.header('kdservice-sessionid')
  if (session !== undefined) {
    if (!sessions.has(session)) throw sessionLost()
    return
  }
  const known = door.credentials()
  const header = (name: string): string => c.req.header(name) ?? ''
  if (header('x-kd-appkey') === '') throw sessionLost()
  const [client, masked = ''] = known.appId.split('_')
  if (header('x-api-clientid') !== client || header('x-kd-appkey') !== known.appId) throw new GatewayRefusal(4002, 'clientId error')
  const time = header('x-api-timestamp')
  if (Math.abs(Number(time) - door.now() / 1000) > toleranceS) throw new GatewayRefusal(4006, 'timestamp error')
  const key = '0054f397c6234378b09ca7d3e5debce7'
  const secret = Buffer.from([...Buffer.from(masked, 'base64')].map((byte, place) => byte ^ key.charCodeAt(place % key.length))).toString(
    'base64',
  )
  const path = new URL(c.req.url).pathname.split('/').map(encodeURIComponent).join('%2F')
  const text = `POST\n${path}\n\nx-api-nonce:${header('x-api-nonce')}\nx-api-timestamp:${time}\n`
  if (header('x-api-signature') !== signature(secret, text)) throw new GatewayRefusal(4002, 'signature error')
  const data = Buffer.from(header('x-kd-appdata'), 'base64').toString('utf8')
  const rightful = data === [known.account, known.user, '2052', known.organisation].join(',')
  if (!rightful || header('x-kd-signature') !== signature(known.appSecret, known.appId + data)) throw sessionLost()
}

const signature = (secret: string, text: string): string =>
  Buffer.from(createHmac('sha256', secret).update(text).digest('hex')).toString('base64')

/** Under which a request is counted: `SAL_SaleOrder.Save`, `LoginByAppSecret`. */
export async function callName(c: Context<SimulatorEnv>): Promise<string> {
  const [, kind, operation = ''] = service.exec(new URL(c.req.url).pathname) ?? []
  if (kind !== 'DynamicFormService') return operation
  const body = (await c.req.raw
    .clone()
    .json()
    .catch(() => ({}))) as { readonly formid?: string; readonly data?: { readonly FormId?: string } }
  return `${body.formid ?? body.data?.FormId}.${operation}`
}
