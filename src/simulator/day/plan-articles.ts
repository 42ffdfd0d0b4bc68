import { type Cents, cents, money, rate, taxIn } from '../woocommerce/money.ts'
import { between, type Chance, dealt, oneOf } from './chance.ts'
import type { ShopName } from './plan-sizes.ts'

/** One article. Prices are those of the shops: `shop-us` without tax, `shop-eu` with 19 % inside. */
export type PlannedArticle = {
  /** Code in the ERP, `LAMP-07`. */
  readonly code: string
  readonly name: string
  readonly ean: string
  readonly prices: Readonly<Record<ShopName, string>>
  /** Pieces on the shelf in the morning. */
  readonly opening: number
  /** SKU in each shop; `shop-us` sells LAMP-49 under a name of its own. */
  readonly skus: Readonly<Record<ShopName, string>>
}

export const redCode = 'LAMP-RED'
/** The article that `shop-us` lists under a SKU which the ERP does not know. */
export const unknownCode = 'LAMP-49'
const unknownSku = 'DESK-LIGHT-2026'
const plainArticles = 49

/** Rate contained in European prices. */
export const europeanTax = rate('19')
/** Rate added in the United States. */
export const americanTax = rate('9')

const kinds = ['Desk lamp', 'Floor lamp', 'Wall lamp', 'Table lamp', 'Clip lamp', 'Lantern', 'Pendant'] as const
const looks = ['brass', 'oak', 'linen', 'matt black', 'opal glass', 'white', 'copper'] as const

const withCheckDigit = (twelve: string): string => {
  const sum = [...twelve].reduce((total, digit, at) => total + Number(digit) * (at % 2 === 0 ? 1 : 3), 0)
  return `${twelve}${(10 - (sum % 10)) % 10}`
}

const endings = Array.from({ length: 100 }, (_, ending) => BigInt(ending)).filter((ending) => [0n, 5n, 9n].includes(ending % 10n))

/**
 * Prices whose contained tax ends a little above a whole cent, so that by line it is rounded down: over a day the sum of the lines then differs
 * from the tax of the sum in a known direction, and the last cents are settled by the discounts.
 */
const europeanPrices = (): readonly Cents[] => {
  const prices: Cents[] = []
  for (let whole = 17n; whole <= 42n; whole += 1n) {
    for (const ending of endings) {
      const price = whole * 100n + ending
      const over = price * 19n - taxIn(price, europeanTax) * 119n
      if (over >= 6n && over <= 13n) prices.push(price)
    }
  }
  return prices
}

/** 49 lamps and the red one. The opening stock sums to `opening`, of which `red` are red. */
export const planArticles = (chance: Chance, opening: number, red: number): readonly PlannedArticle[] => {
  const perArticle = Math.floor((opening - red) / plainArticles)
  const shelves = dealt(chance, opening - red, plainArticles, Math.floor(perArticle * 0.8), Math.ceil(perArticle * 1.2))
  const european = europeanPrices()
  const plain = shelves.map((pieces, index): PlannedArticle => {
    const code = `LAMP-${String(index + 1).padStart(2, '0')}`
    return {
      code,
      name: `${kinds[index % kinds.length]}, ${looks[Math.floor(index / kinds.length)]}`,
      ean: withCheckDigit(`20095000${String(index + 1).padStart(4, '0')}`),
      prices: { 'shop-us': `${between(chance, 17, 41)}.00`, 'shop-eu': money(oneOf(chance, european)) },
      opening: pieces,
      skus: { 'shop-us': code === unknownCode ? unknownSku : code, 'shop-eu': code },
    }
  })
  return [
    ...plain,
    {
      code: redCode,
      name: 'Harbour lamp, signal red',
      ean: withCheckDigit('200950009999'),
      prices: { 'shop-us': '24.00', 'shop-eu': '26.90' },
      opening: red,
      skus: { 'shop-us': redCode, 'shop-eu': redCode },
    },
  ]
}

/** The price of an article in a shop, in cents as entered there. */
export const priceOf = (article: PlannedArticle, shop: ShopName): Cents => cents(article.prices[shop])
