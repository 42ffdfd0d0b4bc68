import { createHmac } from 'node:crypto'
import { Hono } from 'hono'
import { type SimulatorEnv, startServer } from '../server.ts'
import { createMail, type Parcel, type StepWord } from './mail.ts'
import { createPushes } from './pushes.ts'
import { type Service, type ServiceOptions, staffRoutes } from './tracking.ts'

export interface EasyPostOptions extends ServiceOptions {
  readonly apiKey: string
  readonly webhookSecret: string
}

const statuses: Readonly<Record<StepWord, readonly [string, string]>> = {
  announced: ['pre_transit', 'label_created'],
  collected: ['in_transit', 'accepted_at_facility'],
  moving: ['in_transit', 'departed_facility'],
  out: ['out_for_delivery', 'out_for_delivery'],
  locker: ['available_for_pickup', 'ready_for_pickup'],
  failed: ['failure', 'delivery_failed'],
  delivered: ['delivered', 'arrived_at_destination'],
  returned: ['return_to_sender', 'returned'],
}

/**
 * EasyPost's trackers on the loopback interface, in memory, written from docs.easypost.com: made once for a number and carrier, listed the newest first, told of whole with every change. Bodies are signed as they are sent,
 * with whole weights written `614.0`. Not simulated: retries of webhooks, test numbers, batches.
 */
export async function startEasyPost(options: EasyPostOptions): Promise<Service> {
  const { faults, now = () => new Date(), apiKey, webhookSecret } = options
  const clock = (): Date => new Date(now().getTime() + faults.skew())
  const mail = createMail(clock)
  const pushes = createPushes(faults)
  const ids = new Map<string, string>()
  const idOf = (number: string): string => {
    const known = ids.get(number) ?? `trk_${ids.size + 1}`
    ids.set(number, known)
    return known
  }
  let hook = options.hook
  let events = 0

  const view = (parcel: Parcel, upTo = parcel.scans.length) => {
    const scans = parcel.scans.slice(0, upTo)
    const [status, detail] = statuses[scans.at(-1)?.step ?? 'announced']
    return {
      id: idOf(parcel.number),
      object: 'Tracker',
      mode: 'production',
      tracking_code: parcel.number,
      status: scans.length === 0 ? 'unknown' : status,
      status_detail: scans.length === 0 ? 'unknown' : detail,
      created_at: parcel.registeredAt.toISOString(),
      updated_at: (scans.at(-1)?.at ?? parcel.registeredAt).toISOString(),
      signed_by: null,
      weight: 614,
      est_delivery_date: null,
      shipment_id: null,
      carrier: parcel.carrier || 'FedEx',
      tracking_details: scans.map(({ at, step, text, city }) => ({
        object: 'TrackingDetail',
        message: text,
        description: '',
        status: statuses[step][0],
        status_detail: statuses[step][1],
        datetime: `${at.toISOString().slice(0, 19)}Z`,
        source: parcel.carrier || 'FedEx',
        carrier_code: '',
        tracking_location: { object: 'TrackingLocation', city, state: null, country: null, zip: null },
      })),
      carrier_detail: null,
      public_url: `https://track.easypost.com/${idOf(parcel.number)}`,
    }
  }
  const told = (parcel: Parcel, upTo?: number): void => {
    if (hook === undefined) return
    const event = {
      id: `evt_${++events}`,
      object: 'Event',
      description: 'tracker.updated',
      mode: 'production',
      previous_attributes: {},
      pending_urls: [hook],
      completed_urls: [],
      status: 'pending',
      result: view(parcel, upTo),
    }
    const body = JSON.stringify(event).replaceAll('"weight":614', '"weight":614.0')
    const signature = createHmac('sha256', webhookSecret.normalize('NFKD')).update(body).digest('hex')
    pushes.push('tracker.updated', hook, { 'content-type': 'application/json', 'x-hmac-signature': `hmac-sha256-hex=${signature}` }, body)
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
  routes.use('/v2/*', async (c, next) => {
    const expected = `Basic ${Buffer.from(`${apiKey}:`).toString('base64')}`
    if (c.req.header('authorization') === expected) return next()
    return c.json({ error: { code: 'APIKEY.INACTIVE', message: 'This api key is no longer active.', errors: [] } }, 401)
  })
  routes.post('/v2/trackers', async (c) => {
    const { tracker = {} } = (await c.req.json()) as { readonly tracker?: { readonly tracking_code?: string; readonly carrier?: string } }
    const { tracking_code: number, carrier = '' } = tracker
    if (!number) return c.json({ error: { code: 'PARAMETER.REQUIRED', message: 'Missing required parameter.', errors: [] } }, 422)
    const { parcel } = mail.register(number, carrier)
    return c.json(view(parcel), 201)
  })
  routes.get('/v2/trackers', (c) => {
    const all = [...mail.parcels.values()].reverse()
    const size = Number(c.req.query('page_size') ?? 30)
    const before = c.req.query('before_id')
    const from = before === undefined ? 0 : all.findIndex(({ number }) => idOf(number) === before) + 1
    return c.json({ trackers: all.slice(from, from + size).map((parcel) => view(parcel)), has_more: all.length > from + size })
  })
  routes.get('/v2/trackers/:id', (c) => {
    const parcel = [...mail.parcels.values()].find(({ number }) => idOf(number) === c.req.param('id'))
    if (parcel === undefined)
      return c.json({ error: { code: 'NOT_FOUND', message: 'The requested resource could not be found.', errors: [] } }, 404)
    return c.json(view(parcel))
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
