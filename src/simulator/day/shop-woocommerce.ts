import type { OrderEdit } from '../woocommerce/floor.ts'
import type { Shop } from '../woocommerce/shop.ts'
import { seededCredentials } from './credentials.ts'
import type { PlannedOrder } from './plan-orders.ts'
import type { ShopName } from './plan-sizes.ts'
import { lineIds, shopOrder, statusOf } from './shop-record.ts'
import type { DayShop, Start } from './system.ts'
import { startDayShop, subscribe } from './world-shops.ts'

/** `shop`: the simulated WooCommerce itself, for tests that look inside. */
export type WooShop = DayShop & { readonly shop: Shop }

const handling = { sent: undefined, quiet: 'quiet', twice: 'twice', reversed: 'hold' } as const

const encoder = new TextEncoder()
/** One that is cut off, one that is a page of HTML. */
const garbled: Readonly<Record<ShopName, Uint8Array>> = {
  'shop-us': encoder.encode('{"id":100,"number":"100","status":"process'),
  'shop-eu': encoder.encode('<!DOCTYPE html><html><body>Es gab einen kritischen Fehler auf deiner Website.</body></html>'),
}

const changeOf = (shop: Shop, id: number, order: PlannedOrder): OrderEdit => {
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

const api = /^\/wp-json\/wc\/v3\//
const orderList = /^\/wp-json\/wc\/v3\/orders$/

const troubleOf = (name: ShopName, { board }: Start): readonly (() => void)[] =>
  name === 'shop-us'
    ? [
        board.arm('429-retry-after', { times: 3, seconds: 1, path: api }),
        board.arm('429', { times: 3, path: api }),
        board.arm('page-shift', { times: 1 }),
        board.arm('same-second', { times: 10 }),
        board.arm('duplicate', { times: 5, path: /^order\./ }),
        board.arm('missing', { times: 5, path: /^order\./ }),
        board.arm('late', { times: 5, ms: 900, path: /^order\.updated$/ }),
        board.arm('out-of-order', { times: 5, ms: 500, path: /^order\./ }),
      ]
    : [
        board.arm('500', { times: 2, path: api }),
        board.arm('503', { times: 2, path: api }),
        board.arm('html-200', { times: 2, method: 'GET', path: orderList }),
        board.arm('missing', { times: 3, path: /^order\.created$/ }),
        board.arm('silent-death', { times: 1, path: /^order\.updated$/ }),
      ]

/** A WooCommerce shop of the day. */
export const startWooShop = async (name: ShopName, start: Start): Promise<WooShop> => {
  const keys = seededCredentials(start.seed).shops[name]
  const { shop, products } = await startDayShop(name, start.articles, keys, start.board)
  const prefix = name === 'shop-us' ? 'SHOP_US' : 'SHOP_EU'
  return {
    shop,
    url: shop.url,
    environment: {
      [`${prefix}_URL`]: shop.url,
      [`${prefix}_KEY`]: keys.consumerKey,
      [`${prefix}_SECRET`]: keys.consumerSecret,
      [`${prefix}_WEBHOOK_SECRET`]: keys.webhookSecret,
    },
    leftOut: [],
    productKey: (code) => String(products.get(code)),
    place(order) {
      const { registered, ...billing } = order.buyer
      const unpaid = order.paidAt !== undefined || order.fate === 'cancelled'
      return shop.placeOrder({
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
    },
    edit: (id, order) => shop.editOrder(id, changeOf(shop, id, order)),
    pay: (id) => shop.payOrder(id),
    cancel: (id) => shop.cancelOrder(id),
    payBack(id, { refund }) {
      if (refund === undefined) return
      if (refund.kind === 'money') {
        shop.refundOrder(id, { amount: refund.amount, reason: 'Goodwill', restock: false })
        return
      }
      const lineId = lineIds(shop.order(id))[refund.line] ?? 0
      const line = { lineId, quantity: refund.quantity, amount: refund.amount }
      shop.refundOrder(id, { amount: refund.amount, reason: 'Goods returned', restock: false, lines: [line] })
    },
    releaseWebhooks: (id) => void shop.releaseWebhooks(id, 'reversed'),
    isCompleted: (id) => statusOf(shop.order(id)) === 'completed',
    sendGarbled: () => void shop.sendSigned('order.updated', 100, garbled[name]),
    subscribe: (address) => subscribe(shop, keys, address),
    stockOf: (sku) => shop.stockOf(sku) ?? undefined,
    orders: () => shop.orders().map(shopOrder),
    tracked: () =>
      shop.log.flatMap(({ kind, id, body }) => (kind === 'meta-set' ? [{ id, number: /HT26\d{6}/.exec(JSON.stringify(body))?.[0] }] : [])),
    webhooks() {
      const count = (kind: string): number => shop.sent.filter(({ outcome }) => outcome.kind === kind).length
      return {
        answered: count('answered'),
        failed: count('failed'),
        missing: count('missing'),
        silent: count('silent'),
        duplicates: shop.sent.filter(({ duplicate }) => duplicate).length,
      }
    },
    trouble: () => troubleOf(name, start),
    close: () => shop.close(),
  }
}
