import { between, type Chance, oneOf } from '../../simulator/day/chance.ts'
import { currencyOf, type Merchant } from './cast.ts'
import { today, tomorrow } from './days.ts'
import type { Month } from './month.ts'
import { type List, lists, type PriceStep, priceName, type Tier, tierLists } from './price-books.ts'

/** Prices that change on a day. */
const changes = 3
const kinds: Readonly<Record<List, string>> = { gold: 'tier', silver: 'tier', base: 'base' }
/** Of a hundred, what a list takes of the lowest price. */
const levels: Readonly<Record<List, number>> = { gold: 100, silver: 110, base: 125 }

/** Tiers and lists before the month begins. One in three merchants is of no tier; one article in four is on no list of gold. */
export async function enterPrices(month: Month, chance: Chance): Promise<void> {
  const { hub, cast, prices } = month
  for (const [level, tier] of (Object.keys(tierLists) as Tier[]).entries())
    await hub.send('PUT', '/v1/tiers', { number: tier, name: tier, level: level + 1, priceLists: [...tierLists[tier]] })
  const rows = ['list,kind,product,currency,taxBasis,price,minQuantity']
  const sold = new Set(cast.merchants.flatMap((merchant) => merchant.range.map((article) => `${currencyOf(merchant)}/${article}`)))
  for (const [index, name] of [...sold].sort().entries()) {
    const [currency = '', article = ''] = name.split('/')
    for (const list of lists) {
      if (list === 'gold' && index % 4 === 0) continue
      const steps = stepsOf(chance, list)
      prices.prices.set(priceName(list, currency, article), steps)
      for (const { price, minQuantity } of steps)
        rows.push([list, kinds[list], article, currency, 'none', price, minQuantity ?? ''].join(','))
    }
  }
  const { refused } = await hub.send('POST', '/v1/prices/import', `${rows.join('\n')}\n`)
  if (Number(refused) !== 0) throw new Error(`${String(refused)} prices were refused`)
  for (const [index, merchant] of cast.merchants.entries())
    if (index % 3 !== 2) await assign(month, merchant, index % 3 === 0 ? 'GOLD' : 'SILVER', today())
}

/** A lowest price between 8 and 16, often with parts of a cent, and less for three pieces and more. */
function stepsOf(chance: Chance, list: List): PriceStep[] {
  const price = (per: number) => {
    const parts = Math.round((between(chance, 80_000, 160_000) * levels[list] * per) / 10_000)
    const fine = chance() < 0.5 ? parts : parts - (parts % 100)
    return `${Math.floor(fine / 10_000)}.${String(fine % 10_000).padStart(4, '0')}`
  }
  return [{ price: price(100) }, { price: price(90), minQuantity: 3 }]
}

/** On each day some prices are others from now on, one from tomorrow on, and a merchant comes to another tier from tomorrow on. */
export async function changePrices(month: Month, chance: Chance): Promise<void> {
  const { cast, prices } = month
  const names = [...prices.prices.keys()]
  for (let n = 0; n < changes; n++) await put(month, oneOf(chance, names), (list) => stepsOf(chance, list))
  await put(month, oneOf(chance, names), (list, now) => [
    ...now.filter(({ validTo }) => validTo === undefined).map((step) => ({ ...step, validTo: today() })),
    ...stepsOf(chance, list).map((step) => ({ ...step, validFrom: tomorrow() })),
  ])
  const merchant = oneOf(chance, cast.merchants)
  if (prices.tiers.get(merchant.key)?.at(-1)?.from !== tomorrow())
    await assign(month, merchant, oneOf(chance, ['GOLD', 'SILVER']), tomorrow())
}

async function put({ hub, prices }: Month, name: string, change: (list: List, now: readonly PriceStep[]) => PriceStep[]): Promise<void> {
  const [list, currency = '', product = ''] = name.split('/') as [List, string?, string?]
  const before = prices.prices.get(name) ?? []
  // a price of which a step has yet to begin is left as it is: two that begin on the same day are refused
  if (before.some(({ validFrom }) => validFrom !== undefined && validFrom > today())) return
  const steps = change(list, before)
  await hub.send('PUT', '/v1/prices', {
    ...{ list, kind: kinds[list], product, currency, taxBasis: 'none' },
    steps: steps.map(({ minQuantity, ...step }) => ({
      ...step,
      ...(minQuantity === undefined ? {} : { minQuantity: String(minQuantity) }),
    })),
    why: 'a new price',
  })
  prices.prices.set(name, steps)
}

/** One person gives a merchant a tier, and another approves it. */
async function assign({ hub, keys, prices }: Month, { key: merchant }: Merchant, tier: Tier, from: string): Promise<void> {
  const { key } = await hub.send('POST', '/v1/tiers/assign', { merchant, tier, validFrom: from, why: 'as it buys' })
  await hub.as(keys.get('checker') ?? '').send('POST', '/v1/tiers/approve', { key: String(key), seen: 1 })
  prices.tiers.set(merchant, [...(prices.tiers.get(merchant) ?? []), { tier, from }])
}
