import { multiply, round } from '../../model/decimal.ts'
import { cents, money } from '../woocommerce/money.ts'
import { fateOf } from './counted.ts'
import { saleReference } from './day-book.ts'
import { showsEdit, trackingOf } from './desk-warehouse.ts'
import { tellsTax } from './plan-left-out.ts'
import { piecesPerCase } from './plan-purchases.ts'
import { type ShopName, shopNames } from './plan-sizes.ts'
import type { SaleEvent, SaleSheet } from './sale-sheets.ts'
import type { ShopOrder } from './shop-record.ts'
import type { TradeOrder, Truth } from './truth.ts'
import type { World } from './world.ts'

type Stock = ReadonlyMap<string, number>

const articleOf = (world: World, shop: ShopName): ReadonlyMap<string, string> =>
  new Map(world.plan.articles.map(({ skus, code }) => [skus[shop], code]))

const lineText = (article: string, quantity: number, amount: string): string =>
  `${quantity} x ${article}${amount === '' ? '' : ` = ${amount}`}`

/** Without tax; where the shop does not tell it, the amounts of single lines cannot be held against an ERP that takes it out. */
const orderLines = (articles: ReadonlyMap<string, string>, { lines }: ShopOrder, hasTax: boolean): string =>
  lines.map(({ sku, quantity, net }) => lineText(articles.get(sku) ?? sku, quantity, hasTax ? money(net) : '')).join(', ')

const saleLines = ({ lines }: TradeOrder, hasTax: boolean): string =>
  lines
    .map(({ article, quantity, price }) =>
      lineText(article, quantity, hasTax ? round(multiply(price, String(quantity)), 2, 'half-even') : ''),
    )
    .join(', ')

const lostOf = (world: World, truth: Truth, shop: ShopName): string[] => {
  const articles = articleOf(world, shop)
  const hasTax = tellsTax(world.leftOut)
  return truth.orders[shop].flatMap((order) => {
    const reference = saleReference(shop, order.id)
    const fate = fateOf(truth, shop, order)
    const sale = truth.sales.get(reference)?.[0]
    if (!sale) return fate === 'cancelled' ? [] : [`order ${reference} has no sale in Harbour's ERP`]
    if (fate === 'cancelled') return sale.state === 'cancelled' ? [] : [`the cancellation of ${reference} did not reach Harbour's ERP`]
    // some shops tell no amounts any more of what they cancelled too late
    const isTold = order.status !== 'cancelled' || order.total > 0n
    const [wanted, found] = [orderLines(articles, order, hasTax), saleLines(sale, hasTax)]
    const lines = !isTold || wanted === found ? [] : [`sale ${reference} shows ${found} where the shop says ${wanted}`]
    const isWorth = !isTold || sale.total === undefined || cents(sale.total) === order.total
    const worth = isWorth ? [] : [`sale ${reference} comes to ${sale.total} where the shop says ${money(order.total)}`]
    const untracked = fate === 'shipped' && order.tracking === undefined
    return [...lines, ...worth, ...(untracked ? [`the tracking number of ${reference} is not in its shop`] : [])]
  })
}

const sheetOf = (world: World, sale: TradeOrder | undefined): SaleSheet | undefined =>
  sale && {
    comment: sale.comment,
    lines: sale.lines.map(({ article, quantity }) => ({ product: world.harbour.products.get(article) ?? 0, quantity })),
  }

const lostEdits = (world: World, truth: Truth): string[] =>
  world.plan.orders.flatMap((order) => {
    const id = world.book.orders.get(order.number)
    if (!order.edit || id === undefined) return []
    const reference = saleReference(order.shop, id)
    const shown = showsEdit(world, order, sheetOf(world, truth.sales.get(reference)?.[0]))
    return shown ? [] : [`the edit (${order.edit.kind}) of ${reference} is not in Harbour's ERP`]
  })

const lostPurchases = (truth: Truth): string[] =>
  truth.purchases.flatMap((purchase) => {
    const sale = truth.supplierSales.get(purchase.number)?.[0]
    if (!sale) return [`purchase ${purchase.number} has no sale in Ningbo's ERP`]
    const astray = purchase.lines.filter(
      ({ article }, at) => sale.lines[at]?.article !== article || sale.lines[at]?.factor !== piecesPerCase,
    )
    return astray.length === 0 ? [] : [`sale of purchase ${purchase.number} in Ningbo's ERP has other lines`]
  })

/** Pieces that may be sold by what the ERP says: on hand less the sales that were neither shipped nor cancelled. */
export const availableInErp = (world: World, truth: Truth): Stock => {
  const stock = new Map(world.plan.articles.map(({ code }) => [code, world.harbour.quantity(code)]))
  for (const sale of [...truth.sales.values()].flat()) {
    if (sale.state === 'cancelled' || sale.shipped) continue
    for (const { article, quantity, factor } of sale.lines) stock.set(article, (stock.get(article) ?? 0) - quantity * factor)
  }
  return stock
}

const wrongStock = (world: World, stock: Stock): string[] =>
  shopNames.flatMap((shop) =>
    world.plan.articles.flatMap(({ code, skus }) => {
      const wanted = Math.max(0, stock.get(code) ?? 0)
      const shown = world.shops[shop].stockOf(skus[shop])
      return shown === wanted ? [] : [`${shop} shows ${shown} of ${code}, there are ${wanted} to sell`]
    }),
  )

/** What should stand in a system and does not, or stands there wrongly. Empty once the hub is at rest. */
export const findLost = (world: World, truth: Truth): readonly string[] => [
  ...shopNames.flatMap((shop) => lostOf(world, truth, shop)),
  ...lostEdits(world, truth),
  ...lostPurchases(truth),
  ...wrongStock(world, availableInErp(world, truth)),
]

/** What stands more than once in an ERP. */
export const findDoubled = (truth: Truth): readonly string[] => {
  const doubles = (sales: Truth['sales'], where: string): string[] =>
    [...sales].flatMap(([reference, all]) => (all.length > 1 ? [`${reference} has ${all.length} sales in ${where}`] : []))
  return [...doubles(truth.sales, "Harbour's ERP"), ...doubles(truth.supplierSales, "Ningbo's ERP")]
}

const sameLines = (a: SaleSheet, b: SaleSheet): boolean => JSON.stringify(a.lines) === JSON.stringify(b.lines)

/**
 * Effects that came in the wrong order, from the logs: a sale written or quoted after it was cancelled, one that went back to a content it had
 * before, and a parcel whose number changed.
 */
export const findOutOfOrder = (world: World, events: readonly SaleEvent[]): readonly string[] => {
  const cancelled = new Set<number>()
  const contents = new Map<number, SaleSheet[]>()
  const found: string[] = []
  for (const event of events) {
    if (event.kind === 'button') {
      if (event.button === 'cancel') cancelled.add(event.sale)
      else if (cancelled.has(event.sale)) found.push(`${event.reference}: ${event.button} after it was cancelled`)
      continue
    }
    if (cancelled.has(event.sale)) found.push(`${event.reference}: written after it was cancelled`)
    const before = contents.get(event.sale) ?? []
    const newest = before.at(-1)
    if (newest && !sameLines(newest, event.sheet) && before.some((sheet) => sameLines(sheet, event.sheet))) {
      found.push(`${event.reference}: went back to lines that it had before`)
    }
    contents.set(event.sale, [...before, event.sheet])
  }
  return [...found, ...wrongTracking(world)]
}

const wrongTracking = (world: World): string[] => {
  const numbers = new Map<string, string>()
  for (const order of world.plan.orders) {
    const id = world.book.orders.get(order.number)
    if (id !== undefined) numbers.set(saleReference(order.shop, id), trackingOf(order))
  }
  return shopNames.flatMap((shop) =>
    world.shops[shop].tracked().flatMap(({ id, number: said }) => {
      const reference = saleReference(shop, id)
      const wanted = numbers.get(reference)
      return said === undefined || said === wanted ? [] : [`${reference} got the tracking number ${said} of another order, not ${wanted}`]
    }),
  )
}
