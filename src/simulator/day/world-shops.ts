import { reject } from '../../model/errors.ts'
import type { FaultBoard } from '../faults.ts'
import { type Shop, startShop } from '../woocommerce/shop.ts'
import type { ShopKeys } from './credentials.ts'
import { type PlannedArticle, unknownCode } from './plan-articles.ts'
import type { ShopName } from './plan-sizes.ts'

const places: Readonly<Record<ShopName, { currency: string; pricesIncludeTax: boolean; taxRate: string; zone: string }>> = {
  'shop-us': { currency: 'USD', pricesIncludeTax: false, taxRate: '9', zone: 'America/New_York' },
  'shop-eu': { currency: 'EUR', pricesIncludeTax: true, taxRate: '19', zone: 'Europe/Berlin' },
}

export type StartedShop = {
  readonly shop: Shop
  /** Id of each article's product in this shop, by the article's code in the ERP. */
  readonly products: ReadonlyMap<string, number>
}

/** A shop in the morning: it shows the same stock as the ERP. LAMP-49 has no barcode in `shop-us`, so nothing there tells what it is. */
export const startDayShop = async (
  name: ShopName,
  articles: readonly PlannedArticle[],
  keys: ShopKeys,
  faults: FaultBoard,
): Promise<StartedShop> => {
  const { consumerKey, consumerSecret } = keys
  const shop = await startShop({ name, ...places[name], faults, consumerKey, consumerSecret })
  const products = new Map(
    articles.map(({ code, name: title, ean, prices, opening, skus }) => {
      const anonymous = name === 'shop-us' && code === unknownCode
      const product = { sku: skus[name], name: title, price: prices[name], stock: opening, ...(anonymous ? {} : { gtin: ean }) }
      return [code, shop.addProduct(product)]
    }),
  )
  return { shop, products }
}

const topics = ['order.created', 'order.updated', 'order.deleted'] as const

/** Subscribes an address to what happens to a shop's orders, as its owner would with the API. Throws a HubError when the shop refuses. */
export const subscribe = async (shop: Shop, keys: ShopKeys, deliveryUrl: string): Promise<void> => {
  const authorization = `Basic ${Buffer.from(`${keys.consumerKey}:${keys.consumerSecret}`).toString('base64')}`
  for (const topic of topics) {
    const answer = await fetch(`${shop.url}/wp-json/wc/v3/webhooks`, {
      method: 'POST',
      headers: { authorization, 'content-type': 'application/json' },
      body: JSON.stringify({ name: `Crossdock ${topic}`, topic, delivery_url: deliveryUrl, secret: keys.webhookSecret }),
    })
    const text = await answer.text()
    if (answer.status !== 201) {
      throw reject(
        'webhook-refused',
        `${shop.name} refused the webhook ${topic} to ${deliveryUrl} with ${answer.status}: ${text.slice(0, 200)}`,
      )
    }
  }
}
