export const pairNames = ['woocommerce+tryton', 'shopify+odoo', 'vendure+kingdee', 'shopify+business-central', 'jushuitan+kingdee'] as const
/** A kind of shop and a kind of ERP, as `crossdock demo --pair` names them; the first plays when nobody says which. */
export type PairName = (typeof pairNames)[number]

/** In these the hub subscribes itself to what the systems tell, and renews that; in the others the owners of the shops did it. */
export const subscribedByHub: ReadonlySet<PairName> = new Set(['shopify+business-central'])
