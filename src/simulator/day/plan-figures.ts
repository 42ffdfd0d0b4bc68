import { type Cents, cents, money, sum, taxIn, taxOn } from '../woocommerce/money.ts'
import type { DayFigures, PieceFigures, ShopFigures, SupplierFigures } from './figures.ts'
import { americanTax, europeanTax, type PlannedArticle, priceOf } from './plan-articles.ts'
import type { PlannedOrder } from './plan-orders.ts'
import { casePrice, type PlannedPurchase, piecesPerCase } from './plan-purchases.ts'
import type { ShopName } from './plan-sizes.ts'

const total = (values: readonly number[]): number => values.reduce((all, value) => all + value, 0)
const piecesOf = (orders: readonly PlannedOrder[]): number => total(orders.flatMap(({ lines }) => lines.map(({ quantity }) => quantity)))
const casesOf = (purchases: readonly PlannedPurchase[], figure: 'cases' | 'confirmed' | 'arrived' | 'broken'): number =>
  total(purchases.flatMap(({ lines }) => lines.map((line) => line[figure])))

export type Trade = {
  readonly articles: readonly PlannedArticle[]
  readonly orders: readonly PlannedOrder[]
  readonly purchases: readonly PlannedPurchase[]
}

/** Money of one order as its shop will show it. */
export const orderMoney = (articles: ReadonlyMap<string, PlannedArticle>, { shop, lines, shipping }: PlannedOrder) => {
  const goods = lines.map(({ article, quantity, discount }) => {
    const of = articles.get(article)
    if (!of) throw new RangeError(`the plan has no article ${article}`)
    return priceOf(of, shop) * BigInt(quantity) - cents(discount)
  })
  const carriage = cents(shipping)
  const inside = shop === 'shop-eu'
  const tax = inside
    ? sum([...goods, carriage].map((amount) => taxIn(amount, europeanTax)))
    : sum(goods.map((amount) => taxOn(amount, americanTax)))
  return { goods: sum(goods), shipping: carriage, tax, total: sum(goods) + carriage + (inside ? 0n : tax) }
}

const shopFigures = ({ articles, orders }: Trade, shop: ShopName, shown: number): ShopFigures => {
  const known = new Map(articles.map((article) => [article.code, article]))
  const mine = orders.filter((order) => order.shop === shop)
  const cancelled = mine.filter(({ fate }) => fate === 'cancelled')
  const of = (some: readonly PlannedOrder[], figure: 'goods' | 'shipping' | 'tax' | 'total'): Cents =>
    sum(some.map((order) => orderMoney(known, order)[figure]))
  const refunds = mine.flatMap(({ refund }) => (refund ? [cents(refund.amount)] : []))
  const placed = of(mine, 'total')
  return {
    currency: shop === 'shop-us' ? 'USD' : 'EUR',
    orders: mine.length,
    shipped: mine.filter(({ fate }) => fate === 'shipped').length,
    open: mine.filter(({ fate }) => fate === 'open').length,
    cancelled: cancelled.length,
    refunds: refunds.length,
    goods: money(of(mine, 'goods')),
    shipping: money(of(mine, 'shipping')),
    tax: money(of(mine, 'tax')),
    taxOfSum: money(shop === 'shop-us' ? taxOn(of(mine, 'goods'), americanTax) : taxIn(placed, europeanTax)),
    placed: money(placed),
    cancelledMoney: money(of(cancelled, 'total')),
    refundedMoney: money(sum(refunds)),
    net: money(placed - of(cancelled, 'total') - sum(refunds)),
    shown,
  }
}

const pieceFigures = ({ articles, orders, purchases }: Trade): PieceFigures => {
  const shipped = piecesOf(orders.filter(({ fate }) => fate === 'shipped'))
  const open = piecesOf(orders.filter(({ fate }) => fate === 'open'))
  const cancelled = piecesOf(orders.filter(({ fate }) => fate === 'cancelled'))
  const opening = total(articles.map(({ opening: pieces }) => pieces))
  const returned = total(orders.map(({ refund }) => (refund?.kind === 'goods' ? refund.quantity : 0)))
  const arrived = casesOf(purchases, 'arrived') * piecesPerCase
  const quarantined = casesOf(purchases, 'broken') * piecesPerCase
  const ordered = casesOf(purchases, 'cases') * piecesPerCase
  const confirmed = casesOf(purchases, 'confirmed') * piecesPerCase
  const closing = opening + arrived - quarantined - shipped + returned
  return {
    opening,
    receiptsAccepted: arrived - quarantined,
    shipped,
    returned,
    closing,
    reserved: open,
    available: closing - open,
    ordered,
    cutAndRefused: ordered - confirmed,
    confirmed,
    arrived,
    inTransit: confirmed - arrived,
    sold: shipped + open + cancelled,
    cancelled,
    open,
    quarantined,
  }
}

const supplierFigures = (purchases: readonly PlannedPurchase[]): SupplierFigures => {
  const price = cents(casePrice)
  const answered = (answer: PlannedPurchase['answer']): number => purchases.filter((purchase) => purchase.answer === answer).length
  const arrived = casesOf(purchases, 'arrived')
  const broken = casesOf(purchases, 'broken')
  return {
    purchases: purchases.length,
    accepted: answered('accepted'),
    cut: answered('cut'),
    refused: answered('refused'),
    casesOrdered: casesOf(purchases, 'cases'),
    casesConfirmed: casesOf(purchases, 'confirmed'),
    casesArrived: arrived,
    casesBroken: broken,
    owed: money(price * BigInt(arrived - broken)),
    invoiced: money(price * BigInt(arrived)),
    variance: money(price * BigInt(broken)),
  }
}

/** Pieces of each article that may be sold at the end of the day; negative where the shops sold more than there is. */
export const availableAtRest = ({ articles, orders, purchases }: Trade): ReadonlyMap<string, number> => {
  const available = new Map(articles.map(({ code, opening }) => [code, opening]))
  const move = (code: string, pieces: number): void => {
    available.set(code, (available.get(code) ?? 0) + pieces)
  }
  for (const { lines, fate, refund } of orders) {
    if (fate === 'cancelled') continue
    for (const { article, quantity } of lines) move(article, -quantity)
    const back = refund?.kind === 'goods' ? lines[refund.line] : undefined
    if (back && refund?.kind === 'goods') move(back.article, refund.quantity)
  }
  for (const { lines } of purchases) {
    for (const { article, arrived, broken } of lines) move(article, (arrived - broken) * piecesPerCase)
  }
  return available
}

/** What the day must come out at, added up from the plan alone. */
export const planFigures = (trade: Trade): DayFigures => {
  const shown = total([...availableAtRest(trade).values()].map((pieces) => Math.max(0, pieces)))
  return {
    pieces: pieceFigures(trade),
    shops: { 'shop-us': shopFigures(trade, 'shop-us', shown), 'shop-eu': shopFigures(trade, 'shop-eu', shown) },
    supplier: supplierFigures(trade.purchases),
  }
}
