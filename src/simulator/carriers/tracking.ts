import type { Hono } from 'hono'
import { answerFaults, type FaultBoard } from '../faults.ts'
import type { SimulatorEnv } from '../server.ts'
import type { Mail, Scan } from './mail.ts'
import { steps } from './mail.ts'
import type { SentPush } from './pushes.ts'

export interface ServiceOptions {
  readonly faults: FaultBoard
  /** true time; the service's own clock adds the fault `clock-skew` */
  readonly now?: () => Date
  readonly port?: number
  /** where pushes go, until `hookTo` says another place */
  readonly hook?: string
}
/** What every simulated tracking service offers to tests and to people. */
export interface Service {
  readonly url: string
  readonly counts: Readonly<Record<string, number>>
  readonly mail: Mail
  /** something happens to a parcel, and the service tells it */
  scan(number: string, more?: Partial<Scan>): void
  /** the service tells a parcel again, as it stands; `upTo`: as it stood after so many scans */
  tell(number: string, upTo?: number): void
  hookTo(address: string): void
  readonly pushes: { readonly sent: readonly SentPush[]; settled(): Promise<void> }
  close(): Promise<void>
}

/** What a person may do to a simulated service by HTTP: `POST /staff/scan`, `POST /staff/hook`, `POST` and `DELETE /faults`. */
export function staffRoutes(routes: Hono<SimulatorEnv>, service: Pick<Service, 'mail' | 'scan' | 'hookTo'>, faults: FaultBoard): void {
  routes.get('/staff/parcels', (c) => c.json([...service.mail.parcels.values()]))
  routes.post('/staff/hook', async (c) => {
    service.hookTo(String((await c.req.json()).address))
    return c.json({ ok: true })
  })
  routes.post('/staff/scan', async (c) => {
    const { number, step, text, city } = (await c.req.json()) as Readonly<Record<string, string | undefined>>
    const known = steps.find((one) => one === step)
    if (number === undefined || !service.mail.parcels.has(number)) return c.json({ error: `nobody registered ${number}` }, 404)
    if (step !== undefined && known === undefined) return c.json({ error: `a step is one of ${steps.join(', ')}` }, 400)
    service.scan(number, {
      ...(known === undefined ? {} : { step: known }),
      ...(text === undefined ? {} : { text }),
      ...(city === undefined ? {} : { city }),
    })
    return c.json(service.mail.parcels.get(number))
  })
  routes.post('/faults', async (c) => {
    const { kind, times, rate } = (await c.req.json()) as { readonly kind: string; readonly times?: number; readonly rate?: number }
    const known = [...answerFaults, 'missing', 'duplicate', 'late', 'out-of-order'].find((one) => one === kind)
    if (known === undefined) return c.json({ error: `no fault '${kind}'` }, 400)
    faults.arm(known as (typeof answerFaults)[number], {
      path: /^(?!\/(staff|faults))/,
      ...(times === undefined ? {} : { times }),
      ...(rate === undefined ? {} : { rate }),
    })
    return c.json({ ok: true })
  })
  routes.delete('/faults', (c) => {
    faults.disarm()
    return c.json({ ok: true })
  })
}
