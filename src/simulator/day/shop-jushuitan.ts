import { isOver, lockedOf, type Order, payable } from '../jushuitan/book.ts'
import { type Jushuitan, startJushuitan } from '../jushuitan/jushuitan.ts'
import { cents } from '../woocommerce/money.ts'
import { seededCredentials } from './credentials.ts'
import type { LeftOut } from './plan-left-out.ts'
import type { PlannedBuyer } from './plan-people.ts'
import type { ShopName } from './plan-sizes.ts'
import type { ShopOrder } from './shop-record.ts'
import type { DayShop, Start } from './system.ts'

/** `merchant`: the simulated Jushuitan itself, for tests that look inside. */
export type JushuitanShop = DayShop & { readonly merchant: Jushuitan }

const leftOut: readonly LeftOut[] = [
  { part: 'tax', why: 'prices of Jushuitan contain the tax, and it does not tell how much: orders come to their prices and the freight' },
  { part: 'late-cancel', why: 'Jushuitan cancels no order that was sent: what comes back is an after-sale' },
]

const handling = { sent: 'sent', quiet: 'quiet', twice: 'twice', reversed: 'hold' } as const
/** One that is cut off, one that is a page of HTML. */
const garbled: Readonly<Record<ShopName, string>> = {
  'shop-us': '{"o_id":700123,"so_id":"SO100',
  'shop-eu': '<!DOCTYPE html><html><body>502 Bad Gateway</body></html>',
}
/** The one warehouse has the name of the one whose stock it shows. */
const warehouseName = 'CK001'

const number = (amount: string): number => Number(cents(amount))
const receiverOf = ({ first_name, last_name, address_1, city, state, postcode, country }: PlannedBuyer) => ({
  name: `${first_name} ${last_name}`,
  address: address_1,
  city,
  state,
  zip: postcode,
  country,
})

const lists = /\/(orders\/single|refund\/single|inventory)\/query$/
const uploads = /\/(inventoryv2|order\/sent)\/upload$/
const troubleOf = (name: ShopName, { board }: Start, merchant: Jushuitan): readonly (() => void)[] => {
  if (name === 'shop-us')
    return [
      board.arm('429-retry-after', { times: 3, seconds: 1, path: lists }),
      board.arm('429', { times: 3, path: lists }),
      board.arm('answer-lost', { times: 3, path: uploads }),
      board.arm('duplicate', { times: 5, path: /^order$/ }),
      board.arm('missing', { times: 5, path: /^order$/ }),
      board.arm('late', { times: 5, ms: 900, path: /^order$/ }),
      board.arm('out-of-order', { times: 5, ms: 500, path: /^order$/ }),
    ]
  merchant.countAnew()
  return [
    board.arm('500', { times: 2, path: lists }),
    board.arm('503', { times: 2, path: lists }),
    board.arm('html-200', { times: 2, path: lists }),
    board.arm('missing', { times: 3, path: /^order$/ }),
    board.arm('silent-death', { times: 1, path: /^order$/ }),
  ]
}

/** A merchant of Jushuitan as a shop of the day. Its articles are known by their code alone, so nothing in `shop-us` tells what LAMP-49 is. At 13:00 the database of `shop-eu` is moved, and counts anew. */
export const startJushuitanShop = async (name: ShopName, start: Start): Promise<JushuitanShop> => {
  const { consumerKey: appKey, consumerSecret: appSecret } = seededCredentials(start.seed).shops[name]
  const merchant = await startJushuitan({ appKey, appSecret, faults: start.board, warehouseName })
  const skus = new Map(start.articles.map(({ code, skus: own }) => [code, own[name]]))
  const prices = new Map(start.articles.map(({ code, prices: own }) => [code, number(own[name])]))
  for (const { code, name: title, ean, opening: stock } of start.articles)
    merchant.addSku({ code: skus.get(code) ?? code, name: title, barcode: ean, stock })
  const { book } = merchant
  const shown = (sku: string): number => merchant.stock(sku) - lockedOf(book, sku)
  const skuOf = (article: string): string => skus.get(article) ?? article
  const recordOf = (order: Readonly<Order>): ShopOrder => {
    const total = BigInt(payable(order))
    return {
      id: order.id,
      status: order.status === 'Cancelled' ? 'cancelled' : order.status,
      lines: order.lines.map(({ id, sku, quantity, amount }) => ({ id, sku, quantity, net: BigInt(amount), tax: 0n })),
      shippingNet: BigInt(order.freight),
      shippingTax: 0n,
      tax: 0n,
      total,
      captured: order.paid === undefined ? 0n : total,
      refunds: merchant.refundsOf(order.id).map(BigInt),
      tracking: order.tracking,
    }
  }
  const prefix = name === 'shop-us' ? 'SHOP_US' : 'SHOP_EU'
  return {
    merchant,
    url: merchant.url,
    environment: {
      [`${prefix}_URL`]: merchant.url,
      [`${prefix}_APP_KEY`]: appKey,
      [`${prefix}_APP_SECRET`]: appSecret,
      SHOPS_SINCE: new Date(Date.now() - 86_400_000).toISOString().slice(0, 10),
    },
    leftOut,
    productKey: skuOf,
    place(order) {
      const lines = order.lines.map(({ article, firstQuantity: quantity, discount }) => ({
        sku: skuOf(article),
        quantity,
        price: prices.get(article) ?? 0,
        discount: number(discount),
      }))
      const short = lines.find(({ sku, quantity }) => shown(sku) < quantity)
      if (short !== undefined) throw new RangeError(`only ${shown(short.sku)} are left`)
      return merchant.placeOrder({
        lines,
        freight: number(order.shipping),
        currency: name === 'shop-us' ? 'USD' : 'EUR',
        paid: order.paidAt === undefined && order.fate !== 'cancelled',
        buyer: order.buyer.email,
        receiver: receiverOf(order.buyer),
        webhooks: handling[order.announcing],
      })
    },
    edit(id, { edit, lines }) {
      if (edit?.kind === 'address') merchant.amend(id, { address: edit.street })
      if (edit?.kind === 'note') merchant.amend(id, { note: edit.note })
      if (edit?.kind !== 'quantity') return
      for (const [place, { quantity, firstQuantity }] of lines.entries())
        if (quantity !== firstQuantity) merchant.modify(id, place, quantity)
    },
    pay: (id) => merchant.pay(id),
    cancel: (id) => merchant.cancel(id),
    payBack(id, { refund }) {
      if (refund === undefined) return
      const line = refund.kind === 'goods' ? merchant.order(id).lines[refund.line] : undefined
      const lines = line === undefined || refund.kind !== 'goods' ? [] : [{ line: line.id, quantity: refund.quantity }]
      merchant.refund(id, { amount: number(refund.amount), reason: refund.kind === 'goods' ? '七天无理由退货' : '补偿', lines })
    },
    aftersales: {
      ask: (id, line, quantity, amount) =>
        String(merchant.askBack(id, { amount: number(amount), lines: [{ line: merchant.order(id).lines[line]?.id ?? 0, quantity }] })),
      refuse: (_, id) => merchant.refuseAfterSale(Number(id)),
      agree: (_, id) => merchant.agreeAfterSale(Number(id)),
      countIn: (_, id, isSellable) => merchant.countBack(Number(id), isSellable),
      settle: (_, id) => merchant.confirmAfterSale(Number(id)),
    },
    releaseWebhooks: (id) => merchant.release(id),
    isCompleted: (id) => isOver(merchant.order(id)),
    sendGarbled: () => merchant.messages.sendRaw('order', garbled[name]),
    subscribe: async (address) => merchant.messages.subscribe(address),
    stockOf: (sku) => (book.skus.has(sku) ? shown(sku) : undefined),
    orders: () => merchant.orders().map(recordOf),
    tracked: () => merchant.orders().flatMap(({ id, tracking }) => (tracking === undefined ? [] : [{ id, number: tracking }])),
    webhooks() {
      const { sent } = merchant.messages
      const count = (outcome: string): number => sent.filter((one) => one.outcome === outcome).length
      return {
        answered: count('answered'),
        failed: count('failed'),
        missing: count('missing'),
        silent: count('silent'),
        duplicates: sent.filter(({ again }) => again).length,
      }
    },
    trouble: () => troubleOf(name, start, merchant),
    close: () => merchant.close(),
  }
}
