import { seededRandom } from '../../simulator/faults.ts'

/** What becomes of an order; all but the cancelled ones are shipped whole. */
export type Fate = 'plain' | 'edited' | 'cancelled' | 'paid-back'
export interface ShopOrderPlan {
  readonly number: number
  readonly fate: Fate
  readonly buyer: { readonly first: string; readonly last: string }
  readonly lines: readonly { readonly article: string; readonly quantity: number }[]
  /** edited: the quantity of the first line afterwards */
  readonly edited: number
  /** paid back: cents */
  readonly back: number
}

const firsts = ['Ada', 'Bo', 'Chloé', 'Dmitri', 'Eun-ji', 'Fatima', 'Günter', '海伦']
const lasts = ["O'Hara", 'Li', 'Schmidt', 'Ångström', 'de la Cruz', 'Nowak', '王']

/** The orders of one run; the same seed gives the same ones. */
export function planShopOrders(seed: number, count: number, articles: readonly string[]): readonly ShopOrderPlan[] {
  const random = seededRandom(seed)
  const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)] as T
  return Array.from({ length: count }, (_, number) => {
    // in turn, so that none is sold out of its opening stock
    const first = articles[number % articles.length] ?? ''
    const second = articles[(number * 11 + 5) % articles.length] ?? ''
    const lines = [first, ...(random() < 0.4 && second !== first ? [second] : [])].map((article) => ({
      article,
      quantity: 2 + Math.floor(random() * 2),
    }))
    const chance = random()
    const fate = chance < 0.12 ? 'edited' : chance < 0.22 ? 'cancelled' : chance < 0.32 ? 'paid-back' : 'plain'
    return {
      number,
      fate,
      buyer: { first: pick(firsts), last: pick(lasts) },
      lines,
      edited: (lines[0]?.quantity ?? 2) - 1,
      back: 100 + Math.floor(random() * 400),
    }
  })
}

export const trackingOf = ({ number }: ShopOrderPlan): string => `VN26${String(number).padStart(6, '0')}`
