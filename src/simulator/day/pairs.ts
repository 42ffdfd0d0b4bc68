import { startTrytonBuyer } from './erp-tryton-buyer.ts'
import { startTrytonSeller } from './erp-tryton-seller.ts'
import { startWooShop } from './shop-woocommerce.ts'
import type { Pair } from './system.ts'

export const pairNames = ['woocommerce+tryton'] as const
/** A kind of shop and a kind of ERP, as `crossdock demo --pair` names them. */
export type PairName = (typeof pairNames)[number]

export const pairs: Readonly<Record<PairName, Pair>> = {
  'woocommerce+tryton': { startShop: startWooShop, startBuyer: startTrytonBuyer, startSeller: startTrytonSeller },
}
