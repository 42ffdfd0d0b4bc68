import { startJushuitanShop } from '../../simulator/day/shop-jushuitan.ts'
import { startShopifyShop } from '../../simulator/day/shop-shopify.ts'
import { startWooShop } from '../../simulator/day/shop-woocommerce.ts'
import type { DayShop } from '../../simulator/day/system.ts'
import { createFaultBoard, type FaultBoard } from '../../simulator/faults.ts'
import type { Article, Cast, Merchant, Platform } from './cast.ts'

/** A merchant's shop, with what its part of the workspace reads from the environment. */
export interface OpenShop {
  readonly merchant: Merchant
  readonly shop: DayShop
  readonly board: FaultBoard
  readonly environment: Readonly<Record<string, string>>
}

const starts: Readonly<Record<Platform, typeof startWooShop | typeof startShopifyShop | typeof startJushuitanShop>> = {
  woocommerce: startWooShop,
  shopify: startShopifyShop,
  jushuitan: startJushuitanShop,
}

/** Prefix of a merchant's names in the environment. */
export const prefixOf = ({ key }: Merchant): string => `SHOP_${key}`

/** Every shop shows nothing on its shelves until the hub tells it what there is. */
export const openShops = ({ merchants, articles }: Cast, seed: number): Promise<readonly OpenShop[]> =>
  Promise.all(
    merchants.map(async (merchant, index) => {
      const board = createFaultBoard(seed * 1000 + index)
      const sold = articles.filter(({ code }) => merchant.range.includes(code)).map((article): Article => ({ ...article, opening: 0 }))
      const shop = await starts[merchant.platform](merchant.place, { articles: sold, seed: seed * 1000 + index, board })
      const renamed = Object.entries(shop.environment).map(([name, value]) => [
        name.replace(/^SHOP_(US|EU)/, prefixOf(merchant)).replace(/^SHOPS_SINCE$/, `${prefixOf(merchant)}_SINCE`),
        value,
      ])
      return { merchant, shop, board, environment: Object.fromEntries(renamed) }
    }),
  )
