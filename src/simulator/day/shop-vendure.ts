import { createHash } from 'node:crypto'
import { linePriced, type Order, shippingPriced, totalOf } from '../vendure/book.ts'
import { startVendure, type Vendure } from '../vendure/shop.ts'
import { cents, sum } from '../woocommerce/money.ts'
import { seededCredentials } from './credentials.ts'
import type { LeftOut } from './plan-left-out.ts'
import type { PlannedBuyer } from './plan-people.ts'
import type { ShopName } from './plan-sizes.ts'
import type { ShopOrder } from './shop-record.ts'
import type { DayShop, Start } from './system.ts'

/** `shop`: the simulated Vendure itself, for tests that look inside. */
export type VendureShop = DayShop & { readonly shop: Vendure }

const leftOut: readonly LeftOut[] = [
  { part: 'edit-note', why: 'an order of Vendure has no note of its buyer; what the shop notes stands in its history, which is not read' },
]

const taxes = {
  'shop-us': { currency: 'USD', taxRate: 9, shippingTaxRate: 0, pricesIncludeTax: false },
  'shop-eu': { currency: 'EUR', taxRate: 19, shippingTaxRate: 19, pricesIncludeTax: true },
} as const
const handling = { sent: 'sent', quiet: 'quiet', twice: 'twice', reversed: 'hold' } as const
/** One that is cut off, one that is a page of HTML. */
const garbled: Readonly<Record<ShopName, string>> = {
  'shop-us': '{"type":"order.changed","timestamp":"2026-11-23T16:0',
  'shop-eu': '<!DOCTYPE html><html><body>502 Bad Gateway</body></html>',
}
/** The one location has the name of the warehouse whose stock it shows. */
const locationName = 'CK001'

const number = (amount: string): number => Number(cents(amount))
const countries: Readonly<Record<string, string>> = {
  US: 'United States',
  DE: 'Germany',
  FR: 'France',
  NL: 'Netherlands',
  AT: 'Austria',
  PL: 'Poland',
}
const addressOf = ({ first_name, last_name, address_1, city, state, postcode, country }: PlannedBuyer) => ({
  fullName: `${first_name} ${last_name}`,
  streetLine1: address_1,
  city,
  province: state === '' ? null : state,
  postalCode: postcode,
  country: countries[country] ?? country,
  countryCode: country,
})

const reading = /^(Orders|Order|OrderWatch|VariantStock)$/
const troubleOf = (name: ShopName, { board }: Start, endSessions: () => void): readonly (() => void)[] => {
  if (name === 'shop-us')
    return [
      board.arm('429-retry-after', { times: 3, seconds: 1, path: reading }),
      board.arm('429', { times: 3, path: reading }),
      board.arm('answer-lost', { times: 3, path: /^(SetStock|Fulfil|MoveFulfilment)$/ }),
      board.arm('duplicate', { times: 5, path: /^order\.changed$/ }),
      board.arm('missing', { times: 5, path: /^order\.changed$/ }),
      board.arm('late', { times: 5, ms: 900, path: /^order\.changed$/ }),
      board.arm('out-of-order', { times: 5, ms: 500, path: /^order\.changed$/ }),
    ]
  endSessions()
  return [
    board.arm('500', { times: 2, path: reading }),
    board.arm('503', { times: 2, path: reading }),
    board.arm('html-200', { times: 2, path: /^Orders$/ }),
    board.arm('missing', { times: 3, path: /^order\.changed$/ }),
    board.arm('silent-death', { times: 1, path: /^order\.changed$/ }),
  ]
}

/** A Vendure shop of the day. Its variants are known by SKU alone, so nothing in `shop-us` tells what LAMP-49 is. */
export const startVendureShop = async (name: ShopName, start: Start): Promise<VendureShop> => {
  const { consumerKey: username, consumerSecret: password, webhookSecret } = seededCredentials(start.seed).shops[name]
  const secret = `whsec_${createHash('sha256').update(webhookSecret).digest('base64')}`
  const shop = await startVendure({ ...taxes[name], username, password, faults: start.board, locationName })
  const variants = new Map(
    start.articles.map(({ code, name: title, prices, opening: stock, skus }) => [
      code,
      shop.addVariant({ sku: skus[name], name: title, price: number(prices[name]), stock }),
    ]),
  )
  const skus = new Map(start.articles.map(({ code, skus: own }) => [variants.get(code) ?? 0, own[name]]))
  const bySku = new Map([...skus].map(([variant, sku]) => [sku, variant]))
  const shown = (variant: number): number => {
    const { onHand, allocated } = shop.level(variant)
    return onHand - allocated
  }
  const recordOf = (order: Readonly<Order>): ShopOrder => {
    const lines = order.lines.map((line) => {
      const { net, gross } = linePriced(line, shop.book).paid
      // a cancelled order still tells what was ordered
      const quantity = order.state === 'Cancelled' ? line.placed : line.quantity
      return { id: line.id, sku: skus.get(line.variant) ?? '', quantity, net: BigInt(net), tax: BigInt(gross - net) }
    })
    const shipping = shippingPriced(order, shop.book)
    const total = totalOf(order, shop.book)
    return {
      id: order.id,
      status: order.state === 'Cancelled' ? 'cancelled' : order.state,
      lines,
      shippingNet: BigInt(shipping.net),
      shippingTax: BigInt(shipping.gross - shipping.net),
      tax: BigInt(total.gross - total.net),
      total: BigInt(total.gross),
      captured: sum(order.payments.filter(({ state }) => state === 'Settled').map(({ amount }) => BigInt(amount))),
      refunds: order.refunds.map((refund) => BigInt(refund.total)),
      tracking: order.fulfilments.find(({ state }) => state !== 'Cancelled')?.tracking,
    }
  }
  const prefix = name === 'shop-us' ? 'SHOP_US' : 'SHOP_EU'
  return {
    shop,
    url: shop.url,
    environment: {
      [`${prefix}_URL`]: shop.url,
      [`${prefix}_USER`]: username,
      [`${prefix}_PASSWORD`]: password,
      [`${prefix}_WEBHOOK_SECRET`]: secret,
    },
    leftOut,
    productKey: (code) => String(variants.get(code)),
    place(order) {
      const lines = order.lines.map(({ article, firstQuantity: quantity, discount }) => ({
        variant: variants.get(article) ?? 0,
        quantity,
        discount: number(discount),
      }))
      const short = lines.find(({ variant, quantity }) => shown(variant) < quantity)
      if (short !== undefined) throw new RangeError(`only ${shown(short.variant)} are left`)
      const { first_name: firstName, last_name: lastName, email } = order.buyer
      return shop.placeOrder({
        lines,
        shipping: number(order.shipping),
        buyer: { firstName, lastName, email },
        address: addressOf(order.buyer),
        isPaid: order.paidAt === undefined && order.fate !== 'cancelled',
        webhooks: handling[order.announcing],
      })
    },
    edit(id, { edit, lines }) {
      if (edit?.kind === 'address') shop.readdress(id, { streetLine1: edit.street })
      if (edit?.kind !== 'quantity') return
      for (const [place, { quantity, firstQuantity }] of lines.entries()) if (quantity !== firstQuantity) shop.modify(id, place, quantity)
    },
    pay: (id) => shop.settle(id),
    cancel: (id) => shop.cancel(id),
    payBack(id, { refund }) {
      if (refund === undefined) return
      const line = refund.kind === 'goods' ? shop.order(id).lines[refund.line] : undefined
      const lines = line === undefined || refund.kind !== 'goods' ? [] : [{ line: line.id, quantity: refund.quantity }]
      shop.refund(id, number(refund.amount), refund.kind === 'goods' ? 'Goods returned' : 'Goodwill', lines)
    },
    releaseWebhooks: (id) => shop.plugin.release(id),
    isCompleted: (id) => shop.order(id).state === 'Shipped',
    sendGarbled: () => shop.plugin.sendSigned(garbled[name]),
    subscribe: async (address) => shop.plugin.init(address, secret),
    stockOf(sku) {
      const variant = bySku.get(sku)
      return variant === undefined ? undefined : shown(variant)
    },
    orders: () => shop.orders().map(recordOf),
    tracked: () => shop.orders().flatMap(({ id, fulfilments }) => fulfilments.map(({ tracking }) => ({ id, number: tracking }))),
    webhooks() {
      const { sent } = shop.plugin
      return {
        answered: sent.filter(({ status }) => status !== undefined).length,
        failed: sent.filter(({ status }) => status === undefined).length,
        ...shop.plugin.unsent(),
        duplicates: sent.filter(({ again }) => again).length,
      }
    },
    trouble: () => troubleOf(name, start, shop.sessions.end),
    close: () => shop.close(),
  }
}
