export const pairNames = ['woocommerce+tryton', 'shopify+odoo', 'vendure+kingdee'] as const
/** A kind of shop and a kind of ERP, as `crossdock demo --pair` names them; the first plays when nobody says which. */
export type PairName = (typeof pairNames)[number]
