import type { ShopKeys } from '../simulator/day/credentials.ts'
import type { PlannedArticle } from '../simulator/day/plan-articles.ts'
import type { PlannedOrder } from '../simulator/day/plan-orders.ts'
import { type ShopName, shopNames } from '../simulator/day/plan-sizes.ts'
import { lineIds } from '../simulator/day/shop-record.ts'
import { type StartedShop, startDayShop, subscribe } from '../simulator/day/world-shops.ts'
import { createFaultBoard } from '../simulator/faults.ts'

/** Both web shops, simulated, with the orders that were placed in them. */
export interface Shops {
  readonly of: Readonly<Record<ShopName, StartedShop>>
  /** the shop's own id of each order of the plan that was placed */
  readonly placed: ReadonlyMap<number, number>
  /** whether its shop shows as much as is wanted */
  sells(order: PlannedOrder): boolean
  place(order: PlannedOrder): void
  edit(order: PlannedOrder): void
  pay(order: PlannedOrder): void
  cancel(order: PlannedOrder): void
  payBack(order: PlannedOrder): void
  /** sends the webhooks that were held back, the newest first */
  release(order: PlannedOrder): void
  statusOf(order: PlannedOrder): string
  subscribe(hooks: Readonly<Record<ShopName, string>>): Promise<void>
  close(): Promise<void>
}

const handling = { sent: undefined, quiet: 'quiet', twice: 'twice', reversed: 'hold' } as const

export async function startShops(
  articles: readonly PlannedArticle[],
  keys: Readonly<Record<ShopName, ShopKeys>>,
  seed: number,
): Promise<Shops> {
  const [american, european] = await Promise.all(
    shopNames.map((name, at) => startDayShop(name, articles, keys[name], createFaultBoard(seed + at))),
  )
  if (!american || !european) throw new Error('there are two shops')
  const of = { 'shop-us': american, 'shop-eu': european }
  const placed = new Map<number, number>()
  const found = (order: PlannedOrder) => {
    const id = placed.get(order.number)
    if (id === undefined) throw new RangeError(`order ${order.number} of the plan was not placed yet`)
    return { shop: of[order.shop].shop, id }
  }
  return {
    of,
    placed,
    sells({ shop, lines }) {
      const wanted = Map.groupBy(lines, ({ article }) => article)
      return articles.every(({ code, skus }) => {
        const pieces = (wanted.get(code) ?? []).reduce((sum, { firstQuantity }) => sum + firstQuantity, 0)
        return pieces === 0 || pieces <= of[shop].shop.left(skus[shop])
      })
    },
    place(order) {
      const { shop, products } = of[order.shop]
      const { registered, ...billing } = order.buyer
      const webhooks = handling[order.announcing]
      const id = shop.placeOrder({
        lines: order.lines.map(({ article, firstQuantity, discount }) => ({
          productId: products.get(article) ?? 0,
          quantity: firstQuantity,
          ...(discount === '0.00' ? {} : { discount }),
        })),
        shipping: order.shipping,
        paid: order.paidAt === undefined && order.fate !== 'cancelled',
        unpaidStatus: 'on-hold',
        billing,
        ...(registered ? { customer: billing.email } : {}),
        ...(webhooks ? { webhooks } : {}),
      })
      placed.set(order.number, id)
    },
    edit(order) {
      const { shop, id } = found(order)
      const { edit } = order
      if (edit?.kind === 'address') shop.editOrder(id, { shippingAddress: { address_1: edit.street } })
      if (edit?.kind === 'note') shop.editOrder(id, { note: edit.note })
      if (edit?.kind !== 'quantity') return
      const ids = lineIds(shop.order(id))
      const lines = order.lines.flatMap(({ quantity, firstQuantity }, at) => {
        const lineId = ids[at]
        return quantity === firstQuantity || lineId === undefined ? [] : [{ lineId, quantity }]
      })
      shop.editOrder(id, { lines })
    },
    pay(order) {
      const { shop, id } = found(order)
      shop.payOrder(id)
    },
    cancel(order) {
      const { shop, id } = found(order)
      shop.cancelOrder(id)
    },
    payBack(order) {
      const { refund } = order
      if (!refund) return
      const { shop, id } = found(order)
      const { amount } = refund
      if (refund.kind === 'money') {
        shop.refundOrder(id, { amount, reason: 'Goodwill', restock: false })
        return
      }
      const line = { lineId: lineIds(shop.order(id))[refund.line] ?? 0, quantity: refund.quantity, amount }
      shop.refundOrder(id, { amount, reason: 'Goods returned', restock: false, lines: [line] })
    },
    release(order) {
      const { shop, id } = found(order)
      shop.releaseWebhooks(id, 'reversed')
    },
    statusOf(order) {
      const { shop, id } = found(order)
      return shop.order(id).status
    },
    async subscribe(hooks) {
      for (const name of shopNames) await subscribe(of[name].shop, keys[name], hooks[name])
    },
    async close() {
      for (const name of shopNames) await of[name].shop.close()
    },
  }
}
