import { reject } from '../../model/errors.ts'
import { type Appointment, createSchedule, createWatch, type Desk, type Duty } from './desk.ts'
import type { PlannedOrder } from './plan-orders.ts'
import { shopNames } from './plan-sizes.ts'
import type { DayShop } from './system.ts'
import type { World } from './world.ts'

/** The shop and its id of an order that was placed. Throws a RangeError before that. */
export const placedOrder = (world: World, order: PlannedOrder): { readonly shop: DayShop; readonly id: number } => {
  const id = world.book.orders.get(order.number)
  if (id === undefined) throw new RangeError(`order ${order.number} of the plan was not placed yet`)
  return { shop: world.shops[order.shop], id }
}

const place = (world: World, order: PlannedOrder): void => {
  world.book.orders.set(order.number, world.shops[order.shop].place(order))
}

const placeOrComplain = (world: World, order: PlannedOrder): void => {
  try {
    place(world, order)
  } catch (cause) {
    const what = order.lines.map(({ article, firstQuantity }) => `${firstQuantity} x ${article}`).join(', ')
    const why = cause instanceof Error ? cause.message : String(cause)
    throw reject(
      'order-not-placed',
      `${order.shop} cannot sell ${what}: ${why}; it shows less than there is, so look at what set its stock`,
      { cause },
    )
  }
}

/** Gives back what the plan says. */
export const payBack = (world: World, order: PlannedOrder): void => {
  const { shop, id } = placedOrder(world, order)
  shop.payBack(id, order)
}

const appointmentsOf = (world: World, order: PlannedOrder): Appointment[] => {
  const { placedAt, paidAt, edit, cancelledAt, releasedAt, refund } = order
  const later = (at: number | undefined, run: (shop: DayShop, id: number) => void): Appointment[] =>
    at === undefined
      ? []
      : [
          {
            at,
            run: () => {
              const { shop, id } = placedOrder(world, order)
              run(shop, id)
            },
          },
        ]
  const early = refund?.kind === 'money' ? refund.at : undefined
  return [
    { at: placedAt, run: () => placeOrComplain(world, order) },
    ...later(edit?.at, (shop, id) => shop.edit(id, order)),
    ...later(paidAt, (shop, id) => shop.pay(id)),
    ...later(cancelledAt, (shop, id) => shop.cancel(id)),
    ...later(early, () => payBack(world, order)),
    ...later(releasedAt, (shop, id) => shop.releaseWebhooks(id)),
  ]
}

/** Buyers and clerks of both shops: orders, payments, edits, cancellations and goodwill, each at its minute. */
export const shopsDesk = (world: World): Desk =>
  createSchedule(
    'shops',
    world.plan.orders.flatMap((order) => appointmentsOf(world, order)),
  )

/** Buyers who call when the parcel is on the way: the clerk cancels once the shop shows the order completed. */
export const lateCancelDesk = (world: World): Desk =>
  createWatch(
    'late cancellations',
    world.plan.orders
      .filter(({ lateCancel }) => lateCancel)
      .map((order): Duty => {
        const inShop = () => placedOrder(world, order)
        return {
          what: `order ${order.number} (${order.shop}) until its shop shows it completed`,
          ready: () => world.book.orders.has(order.number) && inShop().shop.isCompleted(inShop().id),
          run: () => inShop().shop.cancel(inShop().id),
        }
      }),
  )

/** At 16:00 each shop sends a properly signed webhook that nobody can read. */
export const garbledDesk = (world: World): Desk =>
  createSchedule(
    'garbled webhooks',
    shopNames.map((name): Appointment => ({ at: 16 * 60, run: () => world.shops[name].sendGarbled() })),
  )
