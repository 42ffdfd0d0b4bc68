import { type Cents, cents } from '../woocommerce/money.ts'
import { type Chance, oneOf, shuffled } from './chance.ts'
import { type PlannedArticle, priceOf, redCode, unknownCode } from './plan-articles.ts'
import type { Draft, DraftLine } from './plan-draft.ts'
import type { ShopName } from './plan-sizes.ts'

/** Which articles a planner may still sell, so that no article but the red one is ever sold beyond what lies there in the morning. */
export type Shelves = {
  readonly articles: readonly PlannedArticle[]
  take(article: number, pieces: number): void
  /** Indexes of the articles of which this shop may still sell so many pieces. */
  sellable(shop: ShopName, pieces: number): readonly number[]
}

/** Of an article's opening stock at most this share is planned to be sold; the rest covers pieces that an edited order holds for a while. */
const soldShare = 0.75

export const createShelves = (articles: readonly PlannedArticle[]): Shelves => {
  const room = articles.map(({ opening }) => Math.floor(opening * soldShare))
  const forAll = articles.flatMap(({ code }, index) => (code === redCode ? [] : [index]))
  const forUs = forAll.filter((index) => articles[index]?.code !== unknownCode)
  return {
    articles,
    take(article, pieces) {
      room[article] = (room[article] ?? 0) - pieces
    },
    sellable: (shop, pieces) => (shop === 'shop-us' ? forUs : forAll).filter((index) => (room[index] ?? 0) >= pieces),
  }
}

export const articleAt = (shelves: Shelves, index: number): PlannedArticle => {
  const article = shelves.articles[index]
  if (!article) throw new RangeError(`there is no article ${index}`)
  return article
}

/** What a line costs before its discount. */
export const fullPrice = (shelves: Shelves, shop: ShopName, line: DraftLine): Cents =>
  priceOf(articleAt(shelves, line.article), shop) * BigInt(line.quantity)

const indexOf = (shelves: Shelves, code: string): number => shelves.articles.findIndex((article) => article.code === code)

const add = (shelves: Shelves, draft: Draft, article: number, quantity: number, fixed: boolean): void => {
  shelves.take(article, quantity)
  draft.lines.push({ article, quantity, discount: 0n, fixed })
}

/** How the pieces of an order fall into lines: 3 is 3, 2+1, 1+2 or 1+1+1. */
const splitPieces = (chance: Chance, pieces: number): number[] => {
  const lines: number[] = []
  for (let left = pieces; left > 0; ) {
    const quantity = chance() < 0.5 ? left : 1 + Math.floor(chance() * left)
    lines.push(quantity)
    left -= quantity
  }
  return lines
}

/** About what two pieces that come back cost, so that the refunds of a shop sum to what they shall. */
const returnedPrice: Readonly<Record<ShopName, Cents>> = { 'shop-us': cents('21.00'), 'shop-eu': cents('21.60') }

const near = (shelves: Shelves, shop: ShopName, price: Cents): ((a: number, b: number) => number) => {
  const away = (index: number): number => Math.abs(Number(priceOf(articleAt(shelves, index), shop) - price))
  return (a, b) => away(a) - away(b)
}

/** Gives every order its lines; those with a part that asks for a certain article get it first. */
export const drawLines = (chance: Chance, shelves: Shelves, drafts: readonly Draft[]): void => {
  for (const draft of shuffled(chance, drafts)) {
    const { shop, part } = draft
    let left = draft.pieces
    if (part === 'red') {
      add(shelves, draft, indexOf(shelves, redCode), left, true)
      continue
    }
    if (part === 'unknown') {
      add(shelves, draft, indexOf(shelves, unknownCode), 1, true)
      left -= 1
    }
    if (part === 'goods-back') {
      const [...candidates] = shelves.sellable(shop, 2)
      const nearest = candidates.sort(near(shelves, shop, returnedPrice[shop])).slice(0, 6)
      add(shelves, draft, oneOf(chance, nearest), 2, true)
      left -= 2
    }
    for (const quantity of splitPieces(chance, left)) {
      const used = new Set(draft.lines.map(({ article }) => article))
      const free = shelves.sellable(shop, quantity).filter((index) => !used.has(index))
      add(shelves, draft, oneOf(chance, free), quantity, false)
    }
  }
}
