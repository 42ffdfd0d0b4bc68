import type { PlannedOrder } from '../simulator/day/plan-orders.ts'
import type { Desk, House } from './house.ts'

interface Appointment {
  readonly at: number
  readonly what: string
  isReady(): boolean
  run(): void
}

const appointmentsOf = ({ shops }: House, order: PlannedOrder): readonly Appointment[] => {
  const { number, refund } = order
  const at = (minute: number | undefined, what: string, run: () => void): readonly Appointment[] =>
    minute === undefined ? [] : [{ at: minute, what: `${what} of order ${number}`, isReady: () => shops.placed.has(number), run }]
  return [
    { at: order.placedAt, what: `placing of order ${number}`, isReady: () => shops.sells(order), run: () => shops.place(order) },
    ...at(order.edit?.at, 'edit', () => shops.edit(order)),
    ...at(order.paidAt, 'payment', () => shops.pay(order)),
    ...at(order.cancelledAt, 'cancellation', () => shops.cancel(order)),
    ...at(refund?.kind === 'money' ? refund.at : undefined, 'refund', () => shops.payBack(order)),
    ...at(order.releasedAt, 'late webhooks', () => shops.release(order)),
  ]
}

/**
 * Buyers and clerks of both shops: orders, payments, edits, cancellations and goodwill, each at its minute. A buyer for whom the shop shows too few pieces comes again until it shows them: what left the warehouse is told by two streams of the
 * ERP, and where it is killed between them the hub subtracts it twice until the second is read.
 */
export function shopsDesk(house: House): Desk {
  let open = house.plan.orders.flatMap((order) => appointmentsOf(house, order)).sort((a, b) => a.at - b.at)
  return {
    name: 'shops',
    async work(minute) {
      open = open.filter(({ at, isReady, run }) => {
        if (at > minute || !isReady()) return true
        run()
        return false
      })
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
