/** What `crossdock simulate` says. */
export const enSimulate = {
  'simulate.about': 'a partner system on this machine, to try a workspace against',
  'simulate.woocommerce': 'a WooCommerce shop with articles and paid orders',
  'simulate.tryton': 'a Tryton ERP with articles, stock and a purchase',
  'simulate.shopify': 'a shop of Shopify with products and orders',
  'simulate.odoo': 'an Odoo with products, stock and a purchase',
  'simulate.series': 'series of its API: 19 (JSON-2) or 18 (JSON-RPC)',
  'simulate.port': 'port on 127.0.0.1; any when left out',
  'simulate.currency': 'currency of the system',
  'simulate.seed': 'seed of the chance with which faults happen',
  'simulate.fault': 'a fault and how often it happens (0 to 1), may be repeated: {kinds}',
  'simulate.badFault': "'{fault}' is no fault: write one of {kinds}, with a rate from 0 to 1 as in 503=0.1.",
  'simulate.zone': 'time zone of the shop',
  'simulate.tax': 'percent of tax',
  'simulate.orders': 'orders that are there at the start',
  'simulate.until': 'Runs until Ctrl-C.',
} as const satisfies Readonly<Record<string, string>>
