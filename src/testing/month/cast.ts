import { between, type Chance, shuffled } from '../../simulator/day/chance.ts'
import { type PlannedArticle, planArticles, unknownCode } from '../../simulator/day/plan-articles.ts'
import { type ShopName, shopNames } from '../../simulator/day/plan-sizes.ts'

/** Who trades in the month: everybody has a key of the ledger, and merchants a shop on one of three platforms. */
export interface Cast {
  readonly merchants: readonly Merchant[]
  readonly suppliers: readonly string[]
  readonly warehouses: readonly string[]
  readonly articles: readonly Article[]
}

export const platforms = ['woocommerce', 'shopify', 'jushuitan'] as const
export type Platform = (typeof platforms)[number]

export interface Merchant {
  /** `M07`; its connection is `m07` */
  readonly key: string
  readonly connection: string
  readonly platform: Platform
  /** currency, taxes and time zone */
  readonly place: ShopName
  /** sends what it sells */
  readonly warehouse: string
  /** articles of that warehouse which it has chosen to sell, by code */
  readonly range: readonly string[]
}

export interface Article extends PlannedArticle {
  readonly supplier: string
  readonly warehouse: string
}

/** What a merchant is paid in by its buyers, and pays in. */
export const currencyOf = ({ place }: Pick<Merchant, 'place'>): string => (place === 'shop-us' ? 'USD' : 'EUR')

export interface CastSizes {
  readonly merchants: number
  readonly suppliers: number
  readonly warehouses: number
}

/** Pieces of all articles when the month begins, and of the red one, which is never bought again: it runs out. */
const openingPieces = 6000
const redPieces = 40

const fewestInRange = 6
const mostInRange = 10

export function planCast(chance: Chance, sizes: CastSizes): Cast {
  const suppliers = named('S', sizes.suppliers)
  const warehouses = named('W', sizes.warehouses)
  // the day of trade has an article that nothing tells from others: the month has none
  const articles = planArticles(chance, openingPieces, redPieces)
    .filter(({ code }) => code !== unknownCode)
    .map((article, index) => ({
      ...article,
      supplier: suppliers[index % suppliers.length] ?? '',
      warehouse: warehouses[index % warehouses.length] ?? '',
    }))
  const merchants = named('M', sizes.merchants).map((key, index) => {
    const warehouse = warehouses[Math.floor(index / platforms.length) % warehouses.length] ?? ''
    const codes = articles.filter((article) => article.warehouse === warehouse).map(({ code }) => code)
    return {
      key,
      connection: key.toLowerCase(),
      platform: platforms[index % platforms.length] ?? 'woocommerce',
      place: shopNames[index % shopNames.length] ?? 'shop-us',
      range: shuffled(chance, codes)
        .slice(0, between(chance, fewestInRange, mostInRange))
        .sort(),
      warehouse,
    }
  })
  return { merchants, suppliers, warehouses, articles }
}

const named = (letter: string, count: number): string[] =>
  Array.from({ length: count }, (_, index) => `${letter}${String(index + 1).padStart(2, '0')}`)
