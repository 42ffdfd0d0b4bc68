import { setTimeout as wait } from 'node:timers/promises'
import type { CrashOrder } from './partner-log.ts'
import type { World } from './world.ts'

/** One revision of one order, as the seed says. */
export interface Step {
  /** ms after the start */
  readonly at: number
  readonly order: number
  readonly revision: number
  readonly lines: readonly { readonly sku: string; readonly qty: number }[]
  /** when its webhook leaves, ms after the revision; undefined: lost on the way, only a poll shows it */
  readonly sentAfter: number | undefined
  /** at once, side by side */
  readonly copies: number
  /** tries before the platform gives up */
  readonly tries: number
}
export interface BadStep {
  readonly at: number
  readonly order: number
}
export interface TrafficPlan {
  readonly steps: readonly Step[]
  /** signed, but no orders: each must be set aside alone */
  readonly bad: readonly BadStep[]
}

const firstBad = 900_000
const stampMs = 20

/** Webhooks are lost, late, doubled and out of order; most orders take the same article. */
export function planTraffic(random: () => number, orders: number, spanMs: number, skus: readonly string[], first = 1): TrafficPlan {
  const pick = (): string => (random() < 0.6 ? skus[0] : skus[Math.floor(random() * skus.length)]) ?? ''
  const steps: Step[] = []
  for (let order = first; order < first + orders; order++) {
    const revisions = 1 + Math.floor(random() * 3)
    const sold = Array.from({ length: 1 + Math.floor(random() * 2) }, () => ({ sku: pick(), qty: 1 + Math.floor(random() * 4) }))
    let at = random() * spanMs * 0.8
    for (let revision = 1; revision <= revisions; revision++) {
      steps.push({
        at,
        order,
        revision,
        lines: sold.map(({ sku, qty }) => ({ sku, qty: qty + revision - 1 })),
        sentAfter: random() < 0.2 ? undefined : random() < 0.3 ? random() * 1200 : 0,
        copies: random() < 0.25 ? 2 + Math.floor(random() * 4) : 1,
        tries: random() < 0.05 ? 1 : Number.POSITIVE_INFINITY,
      })
      at = Math.min(spanMs, at + 30 + random() * spanMs * 0.3)
    }
  }
  const bad = Array.from({ length: Math.ceil(orders / 20) }, (_, index) => ({ at: random() * spanMs, order: firstBad + first + index }))
  return { steps: steps.sort((a, b) => a.at - b.at), bad }
}

/** No webhook arrives: a poll finds everything. What a webhook brought is nothing new to a poll. */
export const polledOnly = ({ steps }: TrafficPlan): TrafficPlan => ({
  bad: [],
  steps: steps.map((step) => ({ ...step, sentAfter: undefined })),
})

/** Whether a place to die lies where polls pass. */
export const isPolled = (place: string): boolean => /^(ingest|pull)\//.test(place)

export const isBad = (order: number): boolean => order >= firstBad

export const orderOf = ({ order, revision, lines }: Pick<Step, 'order' | 'revision' | 'lines'>, at: number): CrashOrder => ({
  id: order,
  state: 'open',
  at: new Date(at).toISOString(),
  placed: '2026-11-23T08:00:00.000Z',
  total: `${lines.reduce((sum, { qty }) => sum + qty * 10, 0)}.00`,
  currency: 'USD',
  note: `v${revision}`,
  lines: lines.map(({ sku, qty }, index) => ({ id: order * 10 + index, sku, qty: String(qty), amount: `${qty * 10}.00` })),
})

/** Lets the plan happen; resolves when everything was sent and answered, or given up. */
export async function runTraffic(world: World, plan: TrafficPlan): Promise<void> {
  const began = performance.now()
  const sending: Promise<unknown>[] = []
  const until = (at: number) => wait(Math.max(0, at - (performance.now() - began)))
  const bad = (async () => {
    for (const { at, order } of [...plan.bad].sort((a, b) => a.at - b.at)) {
      await until(at)
      const broken = orderOf({ order, revision: 1, lines: [{ sku: 'LAMP', qty: 1 }] }, Date.now())
      sending.push(world.sender.send({ id: `bad-${order}`, order: broken, revision: 1, without: 'total' }))
    }
  })()
  for (const step of plan.steps) {
    await until(step.at)
    const order = orderOf(step, stamp(world.partner.log.orders.get(step.order)))
    world.partner.log.place(order)
    const { sentAfter, copies, tries, revision } = step
    if (sentAfter !== undefined)
      sending.push(
        wait(sentAfter).then(() =>
          Promise.all(Array.from({ length: copies }, () => world.sender.send({ id: `${order.id}-${revision}`, order, revision }, tries))),
        ),
      )
  }
  await bad
  await Promise.all(sending)
}

/** Coarse, so that orders share a time, but always later than what the order had. */
function stamp(before: CrashOrder | undefined): number {
  const now = Math.floor(Date.now() / stampMs) * stampMs
  return before === undefined ? now : Math.max(now, Date.parse(before.at) + stampMs)
}
