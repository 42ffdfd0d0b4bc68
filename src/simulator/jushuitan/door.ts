import { createHash, randomBytes } from 'node:crypto'
import { type Context, Hono } from 'hono'
import { type Json, type JsonObject, parseJson } from '../../model/json.ts'
import type { SimulatorEnv } from '../server.ts'
import { Refusal } from './refusal.ts'

export interface Door {
  readonly appKey: string
  readonly appSecret: string
  /** ms since 1970, by the server's own clock */
  readonly now: () => number
  /** as Jushuitan does: five calls in a second, a hundred in a minute */
  readonly limits: boolean
  readonly call: (path: string, biz: Json) => JsonObject
}
export interface Gate {
  readonly routes: Hono<SimulatorEnv>
  /** tokens that were given end now */
  endTokens(): void
  /** as for applications of service providers: no token is renewed any more */
  forbidRefresh(): void
}

const toleranceMs = 15 * 60_000
const lifeS = 2_592_000

/** One address for each question, all of them forms with a digest over their fields; errors come with 200. */
export function openDoor(door: Door): Gate {
  const tokens = new Set<string>()
  const refreshers = new Set<string>()
  const calls: number[] = []
  let forbidden = false
  const give = (): JsonObject => {
    const made = { access_token: randomBytes(16).toString('hex'), refresh_token: randomBytes(16).toString('hex') }
    tokens.add(made.access_token)
    refreshers.add(made.refresh_token)
    return { ...made, expires_in: lifeS, scope: 'all' }
  }
  const answer = (path: string, form: ReadonlyMap<string, string>): JsonObject => {
    prove(door, form)
    if (path === '/openWeb/auth/getInitToken') {
      if (form.get('code')?.length !== 6) throw new Refusal(170, '授权码无效')
      return { code: 0, msg: '', data: give() }
    }
    if (path === '/openWeb/auth/refreshToken') {
      if (forbidden) throw new Refusal(150, '服务商应用禁止刷新access_token,需商户重新授权')
      if (!refreshers.delete(form.get('refresh_token') ?? '')) throw new Refusal(100, '验证失败！无效的refresh_token')
      return { code: 0, msg: '', data: give() }
    }
    if (!tokens.has(form.get('access_token') ?? '')) throw new Refusal(100, '验证失败！无效的access_token或access_token已过期')
    if (form.get('version') !== '2') throw new Refusal(130, '缺少必填参数: version')
    if (door.limits) count(calls, door.now())
    return { code: 0, msg: '执行成功', ...door.call(path.replace(/^\/open\//, ''), bizOf(form.get('biz'))) }
  }
  const routes = new Hono<SimulatorEnv>()
  routes.post('*', async (c) => {
    const form = new Map(new URLSearchParams(await c.req.text()))
    try {
      return told(c, answer(new URL(c.req.url).pathname, form))
    } catch (error) {
      if (!(error instanceof Refusal)) throw error
      return told(c, { code: error.code, msg: error.message, ...(error.code === 0 ? { issuccess: false } : {}), data: null })
    }
  })
  return {
    routes: routes.all('*', (c) => c.html('<html><head><title>405</title></head></html>', 405)),
    endTokens: () => tokens.clear(),
    forbidRefresh: () => {
      forbidden = true
    },
  }
}

const told = (c: Context<SimulatorEnv>, value: JsonObject): Response =>
  c.body(JSON.stringify(value), 200, { 'content-type': 'application/json; charset=utf-8' })

/** Names in the order of their letters, each with its value, behind the secret. */
function prove({ appKey, appSecret, now }: Door, form: ReadonlyMap<string, string>): void {
  const fields = [...form].filter(([name]) => name !== 'sign').sort(([one], [other]) => (one < other ? -1 : 1))
  const digest = createHash('md5')
    .update(appSecret + fields.flat().join(''), 'utf8')
    .digest('hex')
  if (form.get('app_key') !== appKey || form.get('charset') !== 'utf-8' || form.get('sign') !== digest)
    throw new Refusal(10, '验证失败！无效签名')
  if (!(Math.abs(Number(form.get('timestamp')) * 1000 - now()) <= toleranceMs))
    throw new Refusal(140, '验证失败！无效的timestamp，请求最大时间误差15分钟')
}

function bizOf(text: string | undefined): Json {
  try {
    return parseJson(text ?? '')
  } catch {
    throw new Refusal(130, '缺少必填参数: biz')
  }
}

function count(calls: number[], now: number): void {
  while (calls[0] !== undefined && calls[0] <= now - 60_000) calls.shift()
  if (calls.length >= 100) throw new Refusal(200, '调用频次超过限制')
  if (calls.filter((at) => at > now - 1000).length >= 5) throw new Refusal(199, '调用频次超过限制!请稍后再试')
  calls.push(now)
}
