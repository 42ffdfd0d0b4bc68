import type { PlannedOrder } from '../simulator/day/plan-orders.ts'
import type { Desk, House } from './house.ts'

interface Appointment {
  readonly at: number
  readonly what: string
  run(): void
}

const appointmentsOf = ({ shops }: House, order: PlannedOrder): readonly Appointment[] => {
  const { number, refund } = order
  const at = (minute: number | undefined, what: string, run: () => void): readonly Appointment[] =>
    minute === undefined ? [] : [{ at: minute, what: `${what} of order ${number}`, run }]
  return [
    ...at(order.placedAt, 'placing', () => shops.place(order)),
    ...at(order.edit?.at, 'edit', () => shops.edit(order)),
    ...at(order.paidAt, 'payment', () => shops.pay(order)),
    ...at(order.cancelledAt, 'cancellation', () => shops.cancel(order)),
    ...at(refund?.kind === 'money' ? refund.at : undefined, 'refund', () => shops.payBack(order)),
    ...at(order.releasedAt, 'late webhooks', () => shops.release(order)),
  ]
}

/** Buyers and clerks of both shops: orders, payments, edits, cancellations and goodwill, each at its minute. */
export function shopsDesk(house: House): Desk {
  const open = house.plan.orders.flatMap((order) => appointmentsOf(house, order)).sort((a, b) => a.at - b.at)
  return {
    name: 'shops',
    async work(minute) {
      while (open[0] !== undefined && open[0].at <= minute) open.shift()?.run()
      return open.map(({ what }) => what)
    },
  }
}

/** Buyers who call when the parcel is on the way: the clerk cancels once the shop shows the order completed. */
export function lateCancelDesk({ plan, shops }: House): Desk {
  const open = new Set(plan.orders.filter(({ lateCancel }) => lateCancel))
  return {
    name: 'late cancellations',
    async work() {
      for (const order of open) {
        if (!shops.placed.has(order.number) || shops.statusOf(order) !== 'completed') continue
        shops.cancel(order)
        open.delete(order)
      }
      return [...open].map(({ number, shop }) => `order ${number} (${shop}) until its shop shows it completed`)
    },
  }
}
