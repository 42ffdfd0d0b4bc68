import type { Article, Cast } from './cast.ts'
import { type Amount, exact, nearestCent } from './exact.ts'

/**
 * The generator's own books: what it did and what shops and the hub acknowledged, in whole pieces. The right side of every comparison; nothing in it was read from the hub's figures.
 */
export interface MonthBooks {
  /** by article: pieces that lie in its warehouse and may be sold, and those that may not */
  readonly shelves: Map<string, Shelf>
  /** by connection and the shop's own id */
  readonly orders: Map<string, BookedOrder>
  readonly purchases: Map<string, BookedPurchase>
  /** what buyers asked for at shops that have documents for it, by connection and the shop's id */
  readonly aftersales: Map<string, BookedAftersale>
  /** posted receipts, shipments and returns, each counted when the hub had said yes */
  readonly posted: { receipts: number; shipments: number; returns: number; counts: number }
  /** orders that a shop did not take because its shelf was empty */
  refused: number
}

export interface Shelf {
  readonly warehouse: string
  sellable: number
  damaged: number
}

export interface BookedOrder {
  readonly connection: string
  readonly id: number
  readonly lines: readonly BookedLine[]
  paid: boolean
  cancelled: boolean
  /** its platform bears a discount */
  readonly isReduced: boolean
  tracking: string | undefined
}

export interface BookedAftersale {
  readonly order: string
  readonly id: string
  readonly line: BookedLine
  readonly amount: string
  status: 'requested' | 'rejected' | 'approved' | 'closed'
}

export interface BookedLine {
  readonly article: string
  quantity: number
  shipped: number
  returned: number
}

export interface BookedPurchase {
  readonly supplier: string
  readonly lines: readonly {
    readonly line: string
    readonly article: string
    readonly price: PurchasePrice
    readonly ordered: number
    confirmed: number
    accepted: number
    rejected: number
  }[]
  closed: boolean
  /** day on which the truck comes; undefined: nothing comes any more */
  due: number | undefined
}

/** Price of so many pieces. */
export interface PurchasePrice {
  readonly amount: string
  readonly pieces: number
}

/** What pieces cost, to the cent. */
export const worthOf = ({ amount, pieces }: PurchasePrice, count: number): Amount =>
  nearestCent(exact(amount) * BigInt(count), BigInt(pieces))

export const openMonthBooks = ({ articles }: Cast): MonthBooks => ({
  shelves: new Map(articles.map(({ code, warehouse }) => [code, { warehouse, sellable: 0, damaged: 0 }])),
  orders: new Map(),
  purchases: new Map(),
  aftersales: new Map(),
  posted: { receipts: 0, shipments: 0, returns: 0, counts: 0 },
  refused: 0,
})

export const orderName = (connection: string, id: number): string => `${connection}/${id}`

export function shelfOf({ shelves }: MonthBooks, { code }: Pick<Article, 'code'>): Shelf {
  const shelf = shelves.get(code)
  if (shelf === undefined) throw new Error(`there is no article ${code}`)
  return shelf
}

/** Pieces of an article that orders still want: placed, not called off, not shipped. */
export const promised = ({ orders }: MonthBooks): Map<string, number> => {
  const sums = new Map<string, number>()
  for (const { lines, cancelled } of orders.values())
    for (const { article, quantity, shipped } of lines)
      if (!cancelled && quantity > shipped) sums.set(article, (sums.get(article) ?? 0) + quantity - shipped)
  return sums
}

/** Pieces of an article that suppliers confirmed and that have not come. */
export const underWay = ({ purchases }: MonthBooks): Map<string, number> => {
  const sums = new Map<string, number>()
  for (const { lines, closed } of purchases.values())
    for (const { article, confirmed, accepted, rejected } of lines) {
      const open = closed ? 0 : Math.max(0, confirmed - accepted - rejected)
      if (open > 0) sums.set(article, (sums.get(article) ?? 0) + open)
    }
  return sums
}
