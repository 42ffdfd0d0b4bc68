import { createHash } from 'node:crypto'
import { Hono } from 'hono'
import { type SimulatorEnv, startServer } from '../server.ts'
import { createMail, type Parcel, type StepWord } from './mail.ts'
import { createPushes } from './pushes.ts'
import { type Service, type ServiceOptions, staffRoutes } from './tracking.ts'

export interface Track17Options extends ServiceOptions {
  readonly key: string
  /** numbers that may be registered; 100 when absent */
  readonly quota?: number
}

const statuses: Readonly<Record<StepWord, readonly [string | null, string]>> = {
  announced: [null, 'InfoReceived'],
  collected: ['PickedUp', 'InTransit_PickedUp'],
  moving: ['Departure', 'InTransit_Departure'],
  out: ['OutForDelivery', 'OutForDelivery_Other'],
  locker: ['AvailableForPickup', 'AvailableForPickup_Other'],
  failed: [null, 'DeliveryFailure_NoBody'],
  delivered: ['Delivered', 'Delivered_Other'],
  returned: ['Returned', 'Exception_Returned'],
}
const most = 40

/**
 * 17TRACK's API v2.4 on the loopback interface, in memory, written from its documentation: numbers registered up to forty at a time, accepted or rejected one by one; pushes proved by a plain hash. Answers are 200 with a code
 * inside, but for a key it does not know. Not simulated: several carriers for one number, translations, retracking.
 */
export async function startTrack17(options: Track17Options): Promise<Service> {
  const { faults, now = () => new Date(), key, quota = 100 } = options
  const clock = (): Date => new Date(now().getTime() + faults.skew())
  const mail = createMail(clock)
  const pushes = createPushes(faults)
  let hook = options.hook

  const view = (parcel: Parcel, upTo = parcel.scans.length) => {
    const carrier = Number(parcel.carrier) || 100003
    const events = parcel.scans.slice(0, upTo).map(({ at, step, text, city }) => ({
      time_iso: `${at.toISOString().slice(0, 19)}+00:00`,
      time_utc: `${at.toISOString().slice(0, 19)}Z`,
      description: text,
      location: city,
      stage: statuses[step][0],
      sub_status: statuses[step][1],
    }))
    const last = events.at(-1)
    return {
      number: parcel.number,
      carrier,
      tag: null,
      track_info: {
        latest_status: { status: last?.sub_status.split('_')[0] ?? 'NotFound', sub_status: last?.sub_status ?? 'NotFound_Other' },
        latest_event: last ?? null,
        tracking: {
          providers: [
            {
              provider: { key: carrier, name: `Carrier ${carrier}` },
              latest_sync_time: clock().toISOString(),
              events: events.toReversed(),
            },
          ],
        },
      },
    }
  }
  const told = (parcel: Parcel, upTo?: number): void => {
    if (hook === undefined) return
    const body = JSON.stringify({ event: 'TRACKING_UPDATED', data: view(parcel, upTo) })
    const sign = createHash('sha256').update(`${body}/${key}`).digest('hex')
    pushes.push('TRACKING_UPDATED', hook, { 'content-type': 'application/json', sign }, body)
  }
  const service = {
    mail,
    scan: (number: string, more = {}) => told(mail.scan(number, more)),
    hookTo: (address: string) => {
      hook = address
    },
  }

  const routes = new Hono<SimulatorEnv>()
  staffRoutes(routes, service, faults)
  routes.use('/track/v2.4/*', async (c, next) => {
    if (c.req.header('17token') === key) return next()
    return c.json({ code: -18010002, data: { errors: [{ code: -18010002, message: 'Access token is invalid.' }] } }, 401)
  })
  type Asked = { readonly number: string; readonly carrier?: number }
  const rejected = (number: string, code: number, message: string) => ({ number, error: { code, message } })
  routes.post('/track/v2.4/register', async (c) => {
    const asked = (await c.req.json()) as readonly Asked[]
    if (asked.length > most) return c.json({ code: -18010013, data: { errors: [{ code: -18010013, message: 'Too many numbers.' }] } })
    const answers = asked.map(({ number, carrier }) => {
      if (!mail.parcels.has(number) && mail.parcels.size >= quota) return rejected(number, -18019908, 'Remaining quota is not enough.')
      const { isNew } = mail.register(number, carrier === undefined ? '' : String(carrier))
      return isNew ? { number, carrier } : rejected(number, -18019901, `The tracking number '${number}' has been registered.`)
    })
    return c.json({
      code: 0,
      data: { accepted: answers.filter((one) => !('error' in one)), rejected: answers.filter((one) => 'error' in one) },
    })
  })
  routes.post('/track/v2.4/gettrackinfo', async (c) => {
    const asked = (await c.req.json()) as readonly Asked[]
    const found = asked.map(({ number }) => mail.parcels.get(number) ?? rejected(number, -18019902, 'Not registered yet.'))
    return c.json({
      code: 0,
      data: {
        accepted: found.flatMap((one) => ('error' in one ? [] : [view(one)])),
        rejected: found.flatMap((one) => ('error' in one ? [one] : [])),
      },
    })
  })
  routes.post('/track/v2.4/gettracklist', async (c) => {
    const { page_no = 1, page_size = most } = (await c.req.json()) as { readonly page_no?: number; readonly page_size?: number }
    const all = [...mail.parcels.values()]
    const rows = all.slice((page_no - 1) * page_size, page_no * page_size).map((parcel) => {
      const { number, carrier, track_info } = view(parcel)
      return {
        number,
        carrier,
        tag: null,
        package_status: track_info.latest_status.status,
        latest_event_time: track_info.latest_event?.time_utc ?? null,
      }
    })
    return c.json({ code: 0, page: { data_total: all.length, page_no, page_size }, data: { accepted: rows } })
  })
  routes.post('/track/v2.4/getquota', (c) => c.json({ code: 0, data: { quota_total: quota, quota_used: mail.parcels.size } }))
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
