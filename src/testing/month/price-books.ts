import { type Amount, exact, nearestCent } from './exact.ts'

/** What goods cost merchants, by the generator's own words: lists with their steps, and who is of which tier from which day on. */
export interface PriceBooks {
  /** by {@link priceName} */
  readonly prices: Map<string, readonly PriceStep[]>
  /** by merchant, in the order of their days */
  readonly tiers: Map<string, { readonly tier: Tier; readonly from: string }[]>
}

export interface PriceStep {
  readonly minQuantity?: number
  readonly price: string
  /** days, both included */
  readonly validFrom?: string
  readonly validTo?: string
}

/** Lists of each tier, in the order in which they are looked at; `base` holds for everybody after them. */
export const tierLists = { GOLD: ['gold', 'silver'], SILVER: ['silver'] } as const
export type Tier = keyof typeof tierLists
export const lists = ['gold', 'silver', 'base'] as const
export type List = (typeof lists)[number]

export const openPriceBooks = (): PriceBooks => ({ prices: new Map(), tiers: new Map() })

export const priceName = (list: string, currency: string, article: string): string => `${list}/${currency}/${article}`

/** What pieces of an article cost a merchant on a day. @throws Error when no list has a price: the month leaves no article without one */
export function costOf(
  { prices, tiers }: PriceBooks,
  { merchant, currency, article, quantity, day }: Wanted,
): { readonly list: string; readonly amount: Amount } {
  const tier = tiers.get(merchant)?.findLast(({ from }) => from <= day)?.tier
  for (const list of [...(tier === undefined ? [] : tierLists[tier]), 'base']) {
    const step = (prices.get(priceName(list, currency, article)) ?? [])
      .filter(({ minQuantity = 0, validFrom = '', validTo = '9999' }) => minQuantity <= quantity && validFrom <= day && day <= validTo)
      .sort((a, b) => (b.minQuantity ?? 0) - (a.minQuantity ?? 0))[0]
    if (step !== undefined) return { list, amount: nearestCent(exact(step.price) * BigInt(quantity)) }
  }
  throw new Error(`${article} costs ${merchant} nothing on ${day}`)
}

export interface Wanted {
  readonly merchant: string
  readonly currency: string
  readonly article: string
  readonly quantity: number
  readonly day: string
}
