import { seededRandom } from '../faults.ts'
import { type Cents, cents, taxIn } from '../woocommerce/money.ts'
import type { Chance } from './chance.ts'
import type { DayFigures } from './figures.ts'
import { europeanTax, type PlannedArticle, planArticles } from './plan-articles.ts'
import { type Draft, draftOrders } from './plan-draft.ts'
import { planFigures } from './plan-figures.ts'
import { createShelves, drawLines, type Shelves } from './plan-lines.ts'
import { priceExactly, taxByLine, taxExactly } from './plan-money.ts'
import { type PlannedOrder, planOrders } from './plan-orders.ts'
import { type PlannedPurchase, planPurchases } from './plan-purchases.ts'
import { planRefunds, shippingPrice } from './plan-refunds.ts'
import { type DaySizes, daySizes, type ShopName, shopNames } from './plan-sizes.ts'

export type DayPlan = {
  readonly seed: number
  readonly scale: number
  readonly sizes: DaySizes
  readonly articles: readonly PlannedArticle[]
  /** In the order in which they are placed. */
  readonly orders: readonly PlannedOrder[]
  readonly purchases: readonly PlannedPurchase[]
  /** What must come out. */
  readonly figures: DayFigures
}

/** What the goods of one order cost on average after discounts, as entered in the shop. */
const averageGoods: Readonly<Record<ShopName, Cents>> = { 'shop-us': cents('68.00'), 'shop-eu': cents('70.00') }

/** Contained tax of a whole day in Europe, goods and shipping, rounded by line: three cents more than the tax of the sum. */
const europeanDayTax = cents('9452.13')

const priceShop = (chance: Chance, shelves: Shelves, shop: ShopName, drafts: readonly Draft[]): void => {
  const groups = [drafts.filter(({ fate }) => fate === 'cancelled'), drafts.filter(({ fate }) => fate !== 'cancelled')]
  for (const group of groups) priceExactly(chance, shelves, group, averageGoods[shop])
}

const settleEuropeanTax = (chance: Chance, shelves: Shelves, drafts: readonly Draft[]): void => {
  const kept = drafts.filter(({ fate }) => fate !== 'cancelled')
  const cancelled = drafts.filter(({ fate }) => fate === 'cancelled')
  const shipping = taxIn(cents(shippingPrice['shop-eu']), europeanTax) * BigInt(drafts.length)
  taxExactly(chance, shelves, kept, europeanDayTax - shipping - taxByLine(shelves, cancelled))
}

/**
 * The whole day, planned before it begins: the same seed and scale give the same plan. At scale 1 its figures are those of the main job to the
 * cent, whatever the seed; a smaller scale (from 0.01) gives a day in proportion, whose figures are added up in `figures`.
 * Throws a RangeError for a scale outside 0.01 to 1.
 */
export const planDay = (seed: number, scale = 1): DayPlan => {
  const chance = seededRandom(seed)
  const sizes = daySizes(scale)
  const articles = planArticles(chance, sizes.openingPieces, sizes.redOpening)
  const shelves = createShelves(articles)
  const drafts = new Map(shopNames.map((shop) => [shop, draftOrders(chance, shop, sizes.shops[shop])]))
  const refunds = [...drafts].flatMap(([shop, some]) => {
    drawLines(chance, shelves, some)
    priceShop(chance, shelves, shop, some)
    if (shop === 'shop-eu' && scale === 1) settleEuropeanTax(chance, shelves, some)
    return [...planRefunds(shelves, shop, sizes.shops[shop], some)]
  })
  const orders = planOrders(chance, shelves, [...drafts.values()].flat(), new Map(refunds))
  const purchases = planPurchases(chance, articles, sizes.purchases)
  return { seed, scale, sizes, articles, orders, purchases, figures: planFigures({ articles, orders, purchases }) }
}
