import type { Order, Person, Taxes } from '../shopify/book.ts'
import { lineTotal, taxOf, totalOf } from '../shopify/book.ts'
import { startShopify } from '../shopify/shop.ts'
import { gid, idOf } from '../shopify/views.ts'
import { cents } from '../woocommerce/money.ts'
import { seededCredentials } from './credentials.ts'
import { unknownCode } from './plan-articles.ts'
import type { LeftOut } from './plan-left-out.ts'
import type { PlannedBuyer } from './plan-people.ts'
import type { ShopName } from './plan-sizes.ts'
import type { ShopOrder } from './shop-record.ts'
import type { DayShop, Start } from './system.ts'

const leftOut: readonly LeftOut[] = [
  {
    part: 'edit-quantity',
    why: 'an edited Shopify order keeps its lines and tells its changes beside them; the simulator has no order edits',
  },
  { part: 'late-cancel', why: 'Shopify cancels no order of which goods have left (since March 2018)' },
]

const taxes: Readonly<Record<ShopName, Taxes>> = {
  'shop-us': { title: 'Sales tax', percent: '9', included: false, shipping: false },
  'shop-eu': { title: 'VAT', percent: '19', included: true, shipping: true },
}
const handling = { sent: 'sent', quiet: 'quiet', twice: 'twice', reversed: 'hold' } as const
/** One that is cut off, one that is a page of HTML. */
const garbled: Readonly<Record<ShopName, string>> = {
  'shop-us': '{"id":100,"admin_graphql_api_id":"gid://shopify/Ord',
  'shop-eu': '<!DOCTYPE html><html><body>We are having some trouble</body></html>',
}
const topics = ['ORDERS_CREATE', 'ORDERS_UPDATED', 'ORDERS_DELETE', 'REFUNDS_CREATE'] as const

const number = (amount: string): number => Number(cents(amount))
const personOf = (buyer: PlannedBuyer): Person => ({
  firstName: buyer.first_name,
  lastName: buyer.last_name,
  address1: buyer.address_1,
  city: buyer.city,
  province: buyer.state === '' ? null : buyer.state,
  zip: buyer.postcode,
  countryCodeV2: buyer.country,
  email: buyer.email,
})

const graphql = /^(Orders|Order|OrderRefunds|Level|SetQuantities)$/

const troubleOf = (name: ShopName, { board }: Start): readonly (() => void)[] =>
  name === 'shop-us'
    ? [
        board.arm('429-retry-after', { times: 3, seconds: 1, path: graphql }),
        board.arm('429', { times: 3, path: graphql }),
        board.arm('answer-lost', { times: 3, path: /^(SetQuantities|Fulfil)$/ }),
        board.arm('duplicate', { times: 5, path: /^orders\// }),
        board.arm('missing', { times: 5, path: /^orders\// }),
        board.arm('late', { times: 5, ms: 900, path: /^orders\/updated$/ }),
        board.arm('out-of-order', { times: 5, ms: 500, path: /^orders\// }),
      ]
    : [
        board.arm('500', { times: 2, path: graphql }),
        board.arm('503', { times: 2, path: graphql }),
        board.arm('html-200', { times: 2, path: /^Orders$/ }),
        board.arm('missing', { times: 3, path: /^orders\/create$/ }),
        board.arm('silent-death', { times: 1, path: /^orders\/updated$/ }),
      ]

/** A day lasts seconds here: a shop's points come back as much faster than those of a real one. */
const points = { most: 100_000, perSecond: 50_000 }

/** A Shopify shop of the day. LAMP-49 has no barcode in `shop-us`, so nothing there tells what it is. */
export const startShopifyShop = async (name: ShopName, start: Start): Promise<DayShop> => {
  const { consumerKey: clientId, consumerSecret: clientSecret } = seededCredentials(start.seed).shops[name]
  const shop = await startShopify({
    currency: name === 'shop-us' ? 'USD' : 'EUR',
    faults: start.board,
    clientId,
    clientSecret,
    points,
    taxes: taxes[name],
    locationName: 'WH',
  })
  const items = new Map(
    start.articles.map(({ code, name: title, ean, prices, opening: stock, skus }) => {
      const anonymous = name === 'shop-us' && code === unknownCode
      const product = { sku: skus[name], name: title, price: number(prices[name]), stock }
      return [code, shop.addProduct(anonymous ? product : { ...product, barcode: ean })]
    }),
  )
  const skus = new Map(start.articles.map(({ code, skus: own }) => [own[name], items.get(code) ?? 0]))
  const codes = new Map([...skus].map(([sku, item]) => [item, sku]))
  const { included } = taxes[name]
  const recordOf = (order: Readonly<Order>): ShopOrder => ({
    id: order.id,
    status: order.cancelledAt !== null ? 'cancelled' : shop.isFulfilled(order.id) ? 'fulfilled' : 'open',
    lines: order.lines.map((line) => ({
      id: line.id,
      sku: codes.get(line.item) ?? '',
      quantity: line.quantity,
      net: BigInt(lineTotal(line) - (included ? line.tax : 0)),
      tax: BigInt(line.tax),
    })),
    shippingNet: BigInt(order.shipping - (included ? order.shippingTax : 0)),
    shippingTax: BigInt(order.shippingTax),
    tax: BigInt(taxOf(order)),
    total: BigInt(totalOf(order, { taxes: taxes[name] })),
    captured: order.paid ? BigInt(totalOf(order, { taxes: taxes[name] })) : 0n,
    refunds: order.refunds.map(({ amount }) => BigInt(amount)),
    tracking: order.parcels[0]?.tracking.number ?? undefined,
  })
  const prefix = name === 'shop-us' ? 'SHOP_US' : 'SHOP_EU'
  return {
    url: shop.url,
    environment: { [`${prefix}_URL`]: shop.url, [`${prefix}_CLIENT`]: clientId, [`${prefix}_SECRET`]: clientSecret },
    leftOut,
    productKey: (code) => String(items.get(code)),
    place(order) {
      const lines = order.lines.map(({ article, firstQuantity: quantity, discount }) => ({
        item: items.get(article) ?? 0,
        quantity,
        discount: number(discount),
      }))
      const short = lines.find(({ item, quantity }) => shop.stock(item) < quantity)
      if (short !== undefined) throw new RangeError(`only ${shop.stock(short.item)} are left`)
      return shop.placeOrder({
        lines,
        shipping: number(order.shipping),
        paid: order.paidAt === undefined && order.fate !== 'cancelled',
        buyer: personOf(order.buyer),
        webhooks: handling[order.announcing],
      })
    },
    edit(id, { edit }) {
      if (edit?.kind === 'address') shop.amend(id, { address1: edit.street })
      if (edit?.kind === 'note') shop.amend(id, { note: edit.note })
    },
    pay: (id) => shop.pay(id),
    cancel: (id) => shop.cancel(id),
    payBack(id, { refund }) {
      if (refund === undefined) return
      const line = refund.kind === 'goods' ? shop.order(id).lines[refund.line] : undefined
      const lines = line === undefined || refund.kind !== 'goods' ? [] : [{ line: line.id, quantity: refund.quantity }]
      const note = refund.kind === 'goods' ? 'Goods returned' : 'Goodwill'
      shop.refund(id, { amount: number(refund.amount), note, lines, restock: false })
    },
    aftersales: {
      ask: (id, line, quantity) =>
        gid(
          'Return',
          shop.requestReturn(id, { lines: [{ line: shop.order(id).lines[line]?.id ?? 0, quantity }], reason: 'Changed my mind' }),
        ),
      refuse: (id, key) => shop.declineReturn(id, idOf(key), 'worn'),
      agree: (id, key) => shop.approveReturn(id, idOf(key)),
      countIn: (id, key, isSellable) => shop.dispose(id, idOf(key), isSellable ? 'RESTOCKED' : 'NOT_RESTOCKED'),
      settle: (id, key, amount) => shop.closeReturn(id, idOf(key), number(amount)),
    },
    releaseWebhooks: (id) => shop.hooks.release(id),
    isCompleted: (id) => shop.isFulfilled(id),
    sendGarbled: () => shop.hooks.sendSigned('orders/updated', garbled[name]),
    async subscribe(address) {
      for (const topic of topics) shop.hooks.subscribe(topic, address)
    },
    stockOf: (sku) => shop.stock(skus.get(sku) ?? 0),
    orders: () => shop.orders().map(recordOf),
    tracked: () =>
      shop.orders().flatMap(({ id, parcels }) => parcels.map(({ tracking }) => ({ id, number: tracking.number ?? undefined }))),
    webhooks() {
      const count = (outcome: string): number => shop.hooks.sent.filter((sent) => sent.outcome === outcome).length
      return {
        answered: count('answered'),
        failed: count('failed'),
        missing: count('missing'),
        silent: count('silent'),
        duplicates: shop.hooks.sent.filter(({ again }) => again).length,
      }
    },
    trouble: () => troubleOf(name, start),
    close: () => shop.close(),
  }
}
