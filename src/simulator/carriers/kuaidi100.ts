import { createHash } from 'node:crypto'
import { type Context, Hono } from 'hono'
import { type SimulatorEnv, startServer } from '../server.ts'
import { createMail, type Parcel, type StepWord } from './mail.ts'
import { createPushes } from './pushes.ts'
import { type Service, type ServiceOptions, staffRoutes } from './tracking.ts'

export interface Kuaidi100Options extends ServiceOptions {
  readonly customer: string
  readonly key: string
}

const statuses: Readonly<Record<StepWord, readonly [string, string]>> = {
  announced: ['揽收', '101'],
  collected: ['揽收', '103'],
  moving: ['在途', '1002'],
  out: ['派件', '5'],
  locker: ['派件', '501'],
  failed: ['疑难', '204'],
  delivered: ['签收', '301'],
  returned: ['退签', '4'],
}
const states: Readonly<Record<StepWord, string>> = {
  announced: '1',
  collected: '1',
  moving: '0',
  out: '5',
  locker: '5',
  failed: '2',
  delivered: '3',
  returned: '4',
}
const upper = (text: string): string => createHash('md5').update(text, 'utf8').digest('hex').toUpperCase()
const wantsPhone: ReadonlySet<string> = new Set(['shunfeng', 'zhongtong'])

interface Subscription {
  readonly address: string
  readonly salt: string
}

/**
 * 快递100 on the loopback interface, in memory, written from the vendor's demos: questions proved by MD5, subscriptions with an address and a salt of their own, pushes as a form whose `param` is JSON. Times are the wall's in
 * Shanghai. Not simulated: the half hour between two questions, retries of pushes, the leg abroad.
 */
export async function startKuaidi100(options: Kuaidi100Options): Promise<Service> {
  const { faults, now = () => new Date(), customer, key } = options
  const clock = (): Date => new Date(now().getTime() + faults.skew())
  const mail = createMail(clock)
  const pushes = createPushes(faults)
  const subscriptions = new Map<string, Subscription>()
  let moved = options.hook

  const view = ({ number, carrier, scans }: Parcel, upTo = scans.length) => {
    const shown = scans.slice(0, upTo)
    return {
      message: 'ok',
      nu: number,
      ischeck: shown.at(-1)?.step === 'delivered' ? '1' : '0',
      com: carrier || 'yuantong',
      status: '200',
      state: states[shown.at(-1)?.step ?? 'announced'],
      condition: 'F00',
      data: shown.toReversed().map(({ at, step, text, city }) => {
        const ftime = wall(at)
        return {
          time: ftime,
          ftime,
          context: `【${city}】${text}`,
          status: statuses[step][0],
          statusCode: statuses[step][1],
          areaName: city,
        }
      }),
    }
  }
  const told = (parcel: Parcel, upTo?: number): void => {
    const subscription = subscriptions.get(parcel.number)
    if (subscription === undefined) return
    const lastResult = view(parcel, upTo)
    const status = lastResult.ischeck === '1' ? 'shutdown' : 'polling'
    const param = JSON.stringify({
      status,
      billstatus: 'got',
      message: '',
      autoCheck: '0',
      comOld: '',
      comNew: '',
      lastResult,
      destResult: null,
    })
    const body = new URLSearchParams({ sign: upper(param + subscription.salt), param }).toString()
    pushes.push(status, moved ?? subscription.address, { 'content-type': 'application/x-www-form-urlencoded' }, body)
  }
  const service = {
    mail,
    scan: (number: string, more = {}) => told(mail.scan(number, more)),
    hookTo: (address: string) => {
      moved = address
    },
  }

  const routes = new Hono<SimulatorEnv>()
  staffRoutes(routes, service, faults)
  const refused = (c: Context, returnCode: string, message: string) => c.json({ result: false, returnCode, message })
  routes.post('/poll', async (c) => {
    const form = new URLSearchParams(await c.req.text())
    const asked = JSON.parse(form.get('param') ?? '{}') as {
      readonly company?: string
      readonly number?: string
      readonly key?: string
      readonly parameters?: { readonly callbackurl?: string; readonly salt?: string; readonly phone?: string; readonly autoCom?: string }
    }
    const { company = '', number, parameters = {} } = asked
    if (form.get('schema') !== 'json' || !number || !parameters.callbackurl) return refused(c, '700', '提交的数据格式错误')
    if (asked.key !== key) return refused(c, '600', '您不是合法的订阅者（即授权Key出错）')
    if (wantsPhone.has(company) && !parameters.phone) return refused(c, '702', '该快递公司需要手机号')
    if (subscriptions.has(number)) return refused(c, '501', '重复订阅')
    subscriptions.set(number, { address: parameters.callbackurl, salt: parameters.salt ?? '' })
    mail.register(number, company)
    return c.json({ result: true, returnCode: '200', message: '提交成功' })
  })
  routes.post('/poll/query.do', async (c) => {
    const form = new URLSearchParams(await c.req.text())
    const param = form.get('param') ?? ''
    if (form.get('customer') !== customer || form.get('sign') !== upper(param + key + customer)) return refused(c, '503', '验证签名失败')
    const { com, num, phone } = JSON.parse(param) as Readonly<Record<string, string | undefined>>
    if (com !== undefined && wantsPhone.has(com) && !phone) return refused(c, '408', '验证码错误')
    const parcel = mail.parcels.get(num ?? '')
    return parcel === undefined ? refused(c, '500', '查询无结果，请隔段时间再查') : c.json(view(parcel))
  })
  const server = await startServer({ routes, faults, clock, ...(options.port === undefined ? {} : { port: options.port }) })
  return {
    ...service,
    url: server.url,
    counts: server.counts,
    tell: (number, upTo) => {
      const parcel = mail.parcels.get(number)
      if (parcel !== undefined) told(parcel, upTo)
    },
    pushes,
    close: server.close,
  }
}

/** `2026-11-23 18:06:11` of the clocks in Shanghai. */
const wall = (at: Date): string => at.toLocaleString('sv-SE', { timeZone: 'Asia/Shanghai' })
