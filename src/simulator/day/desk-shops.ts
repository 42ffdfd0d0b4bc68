import { reject } from '../../model/errors.ts'
import type { OrderEdit } from '../woocommerce/floor.ts'
import type { Shop } from '../woocommerce/shop.ts'
import { type Appointment, createSchedule, createWatch, type Desk, type Duty } from './desk.ts'
import type { PlannedOrder } from './plan-orders.ts'
import { shopNames } from './plan-sizes.ts'
import { lineIds, statusOf } from './shop-record.ts'
import type { World } from './world.ts'

/** The shop and its id of an order that was placed. Throws a RangeError before that. */
export const placedOrder = (world: World, order: PlannedOrder): { readonly shop: Shop; readonly id: number } => {
  const id = world.book.orders.get(order.number)
  if (id === undefined) throw new RangeError(`order ${order.number} of the plan was not placed yet`)
  return { shop: world.shops[order.shop].shop, id }
}

const handling = { sent: undefined, quiet: 'quiet', twice: 'twice', reversed: 'hold' } as const

const place = (world: World, order: PlannedOrder): void => {
  const { shop, products } = world.shops[order.shop]
  const { registered, ...billing } = order.buyer
  const unpaid = order.paidAt !== undefined || order.fate === 'cancelled'
  const id = shop.placeOrder({
    lines: order.lines.map(({ article, firstQuantity, discount }) => ({
      productId: products.get(article) ?? 0,
      quantity: firstQuantity,
      ...(discount === '0.00' ? {} : { discount }),
    })),
    shipping: order.shipping,
    paid: !unpaid,
    unpaidStatus: 'on-hold',
    billing,
    ...(registered ? { customer: billing.email } : {}),
    ...(handling[order.announcing] ? { webhooks: handling[order.announcing] } : {}),
  })
  world.book.orders.set(order.number, id)
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

const changeOf = (world: World, order: PlannedOrder): OrderEdit => {
  const { shop, id } = placedOrder(world, order)
  switch (order.edit?.kind) {
    case 'quantity': {
      const ids = lineIds(shop.order(id))
      const changed = order.lines.flatMap(({ quantity, firstQuantity }, at) => {
        const lineId = ids[at]
        return quantity === firstQuantity || lineId === undefined ? [] : [{ lineId, quantity }]
      })
      return { lines: changed }
    }
    case 'address':
      return { shippingAddress: { address_1: order.edit.street } }
    case 'note':
      return { note: order.edit.note }
    default:
      return {}
  }
}

/** Gives back what the plan says. Goods are not put on the shop's shelf: its stock comes from the ERP, where they were counted in. */
export const payBack = (world: World, order: PlannedOrder): void => {
  const { refund } = order
  if (!refund) return
  const { shop, id } = placedOrder(world, order)
  if (refund.kind === 'money') {
    shop.refundOrder(id, { amount: refund.amount, reason: 'Goodwill', restock: false })
    return
  }
  const lineId = lineIds(shop.order(id))[refund.line] ?? 0
  const line = { lineId, quantity: refund.quantity, amount: refund.amount }
  shop.refundOrder(id, { amount: refund.amount, reason: 'Goods returned', restock: false, lines: [line] })
}

const appointmentsOf = (world: World, order: PlannedOrder): Appointment[] => {
  const { placedAt, paidAt, edit, cancelledAt, releasedAt, refund } = order
  const later = (at: number | undefined, run: (shop: Shop, id: number) => void): Appointment[] =>
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
    ...later(edit?.at, (shop, id) => shop.editOrder(id, changeOf(world, order))),
    ...later(paidAt, (shop, id) => shop.payOrder(id)),
    ...later(cancelledAt, (shop, id) => shop.cancelOrder(id)),
    ...later(early, () => payBack(world, order)),
    ...later(releasedAt, (shop, id) => {
      shop.releaseWebhooks(id, 'reversed')
    }),
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
          ready: () => world.book.orders.has(order.number) && statusOf(inShop().shop.order(inShop().id)) === 'completed',
          run: () => inShop().shop.cancelOrder(inShop().id),
        }
      }),
  )

const encoder = new TextEncoder()

/** At 16:00 each shop sends a properly signed webhook that nobody can read: one cut off, one that is a page of HTML. */
export const garbledDesk = (world: World): Desk => {
  const bytes = {
    'shop-us': encoder.encode('{"id":100,"number":"100","status":"process'),
    'shop-eu': encoder.encode('<!DOCTYPE html><html><body>Es gab einen kritischen Fehler auf deiner Website.</body></html>'),
  }
  const names = shopNames.map(
    (name): Appointment => ({
      at: 16 * 60,
      run: () => {
        world.shops[name].shop.sendSigned('order.updated', 100, bytes[name])
      },
    }),
  )
  return createSchedule('garbled webhooks', names)
}
