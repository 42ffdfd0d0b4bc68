import { at, type JsonObject } from '../../model/json.ts'
import type { PlannedArticle } from '../../simulator/day/plan-articles.ts'
import type { ShopClient } from './shop-client.ts'

/** Ids of the shop's database. */
export interface ShopBooks {
  /** variant of each article */
  readonly variants: ReadonlyMap<string, string>
  /** the location that the ERP fills, named by its code there, and one that nobody fills */
  readonly location: string
  readonly other: string
}

/** Pieces that lie at the other location from the beginning to the end. */
export const otherStock = 0

const named = (name: string, more: JsonObject = {}): JsonObject[] => [{ languageCode: 'en', name, ...more }]
const argument = (name: string, value: string): JsonObject => ({ name, value })

/** A channel in dollars with prices without tax, a shipping and a payment method, two stock locations, and the articles with the stock of the morning, which the hub takes for known. */
export async function seedShop(shop: ShopClient, articles: readonly PlannedArticle[], locationCode: string): Promise<ShopBooks> {
  const made = async (mutation: string, type: string, input: JsonObject): Promise<string> => {
    const data = await shop.ask(`mutation($input: ${type}!) { ${mutation}(input: $input) { __typename ... on Node { id } } }`, { input })
    return String(at(data, `${mutation}.id`) ?? '')
  }
  const country = await made('createCountry', 'CreateCountryInput', { code: 'US', enabled: true, translations: named('United States') })
  const zone = await made('createZone', 'CreateZoneInput', { name: 'United States', memberIds: [country] })
  const taxCategory = await made('createTaxCategory', 'CreateTaxCategoryInput', { name: 'Standard', isDefault: true })
  await made('createTaxRate', 'CreateTaxRateInput', { name: 'Sales tax', enabled: true, value: 8, categoryId: taxCategory, zoneId: zone })
  const channel = String(at(await shop.ask('{ activeChannel { id } }'), 'activeChannel.id'))
  await made('updateChannel', 'UpdateChannelInput', {
    id: channel,
    defaultTaxZoneId: zone,
    defaultShippingZoneId: zone,
    defaultCurrencyCode: 'USD',
    availableCurrencyCodes: ['USD'],
  })
  await made('createShippingMethod', 'CreateShippingMethodInput', {
    code: 'parcel',
    fulfillmentHandler: 'manual-fulfillment',
    translations: named('Parcel', { description: '' }),
    checker: { code: 'default-shipping-eligibility-checker', arguments: [argument('orderMinimum', '0')] },
    calculator: {
      code: 'default-shipping-calculator',
      arguments: [argument('rate', '490'), argument('taxRate', '0'), argument('includesTax', 'exclude')],
    },
  })
  await made('createPaymentMethod', 'CreatePaymentMethodInput', {
    code: 'card',
    enabled: true,
    translations: named('Card', { description: '' }),
    handler: { code: 'dummy-payment-handler', arguments: [argument('automaticSettle', 'true')] },
  })
  const location = String(at(await shop.ask('{ stockLocations { items { id } } }'), 'stockLocations.items.0.id'))
  await made('updateStockLocation', 'UpdateStockLocationInput', { id: location, name: locationCode })
  const other = await made('createStockLocation', 'CreateStockLocationInput', {
    name: 'POPUP',
    description: 'a place that the ERP does not fill',
  })
  const variants = new Map<string, string>()
  for (const { code, name, prices, opening } of articles) {
    const product = await made('createProduct', 'CreateProductInput', {
      enabled: true,
      translations: named(name, { slug: code.toLowerCase(), description: '' }),
    })
    const data = await shop.ask('mutation($input: [CreateProductVariantInput!]!) { createProductVariants(input: $input) { id } }', {
      input: [
        {
          productId: product,
          sku: code,
          price: Math.round(Number(prices['shop-us']) * 100),
          taxCategoryId: taxCategory,
          trackInventory: 'TRUE',
          translations: named(name),
          stockLevels: [
            { stockLocationId: location, stockOnHand: opening },
            { stockLocationId: other, stockOnHand: otherStock },
          ],
        },
      ],
    })
    variants.set(code, String(at(data, 'createProductVariants.0.id')))
  }
  return { variants, location, other }
}
