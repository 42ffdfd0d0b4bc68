import { startBusinessCentralBuyer } from './erp-business-central-buyer.ts'
import { startBusinessCentralSeller } from './erp-business-central-seller.ts'
import { startKingdeeBuyer } from './erp-kingdee-buyer.ts'
import { startKingdeeSeller } from './erp-kingdee-seller.ts'
import { startOdooBuyer } from './erp-odoo-buyer.ts'
import { startOdooSeller } from './erp-odoo-seller.ts'
import { startTrytonBuyer } from './erp-tryton-buyer.ts'
import { startTrytonSeller } from './erp-tryton-seller.ts'
import type { PairName } from './pair-names.ts'
import { startJushuitanShop } from './shop-jushuitan.ts'
import { startShopifyShop } from './shop-shopify.ts'
import { startVendureShop } from './shop-vendure.ts'
import { startWooShop } from './shop-woocommerce.ts'
import type { Pair } from './system.ts'

export const pairs: Readonly<Record<PairName, Pair>> = {
  'woocommerce+tryton': { startShop: startWooShop, startBuyer: startTrytonBuyer, startSeller: startTrytonSeller },
  'shopify+odoo': { startShop: startShopifyShop, startBuyer: startOdooBuyer, startSeller: startOdooSeller },
  'shopify+business-central': {
    startShop: startShopifyShop,
    startBuyer: startBusinessCentralBuyer,
    startSeller: startBusinessCentralSeller,
  },
  'vendure+kingdee': { startShop: startVendureShop, startBuyer: startKingdeeBuyer, startSeller: startKingdeeSeller },
  'jushuitan+kingdee': { startShop: startJushuitanShop, startBuyer: startKingdeeBuyer, startSeller: startKingdeeSeller },
}
