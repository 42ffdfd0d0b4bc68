import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { packageRoot } from '../../package-root.ts'
import type { Cast, Merchant, Platform } from './cast.ts'
import { pricePercent, quantityPercent } from './match-proof.ts'
import { agreedFee } from './payout-books.ts'
import { prefixOf } from './shops.ts'

const dayOf: Readonly<Record<Platform, string>> = {
  woocommerce: 'demo',
  shopify: 'demo-shopify-odoo',
  jushuitan: 'demo-jushuitan-kingdee',
}

interface DayWorkspace {
  readonly connections: Readonly<Record<string, object>>
  readonly routes: readonly { readonly id: string; readonly action: string }[]
  readonly settings: object
}

/** The workspace of the month: a connection for each merchant, set up as the shop of the same platform in the day of trade, and two routes for each. */
export function writeMonthWorkspace(folder: string, { merchants }: Cast): void {
  const days = new Map(Object.entries(dayOf).map(([platform, name]) => [platform, readDay(name)]))
  const dayFor = ({ platform }: Merchant): DayWorkspace => days.get(platform) ?? readDay(dayOf.woocommerce)
  const workspace = {
    $schema: join(packageRoot, 'schemas/meta/workspace.json'),
    tenant: 'default',
    connections: Object.fromEntries(merchants.map((merchant) => [merchant.connection, connectionOf(merchant, dayFor(merchant))])),
    routes: merchants.flatMap((merchant) => routesOf(merchant, dayFor(merchant))),
    settings: { ...dayFor(merchants[0] as Merchant).settings, sweepMs: 500 },
    matching: { tolerance: { quantity: { percent: quantityPercent }, price: { percent: pricePercent } } },
  }
  mkdirSync(join(folder, 'overlays'), { recursive: true })
  writeFileSync(join(folder, overlay), JSON.stringify({ $schema: join(packageRoot, 'schemas/meta/overlay.json'), fields: fundedLines }))
  writeFileSync(join(folder, 'crossdock.json'), `${JSON.stringify(workspace, null, 2)}\n`)
}

const readDay = (name: string): DayWorkspace => JSON.parse(readFileSync(join(packageRoot, 'workspaces', name, 'crossdock.json'), 'utf8'))

const settlement = { dueDays: 5, fee: agreedFee, tolerance: '0.00' }

/** On marketplaces behind Jushuitan the platform bears what a line is cheaper than its full price. */
const overlay = 'overlays/marketplace-order.json'
const reduction = { expr: 'round(base_price * qty - amount, 2)' }
const discounts = { list: [{ when: 'base_price * qty - amount >= 0.005', fields: { amount: reduction, fundedBy: { value: 'platform' } } }] }
const fundedLines = { lines: { fields: { unitPrice: { from: 'base_price', convert: 'decimal' }, discounts } } }

/** Streams that the day of trade does without. */
const more: Readonly<Partial<Record<Platform, object>>> = { shopify: { returns: { every: '3s', lookback: '2s' } } }

function connectionOf(merchant: Merchant, { connections }: DayWorkspace): object {
  const text = JSON.stringify(connections[merchant.place])
    .replaceAll(/\$\{env:SHOP_(US|EU)/g, `$\{env:${prefixOf(merchant)}`)
    .replaceAll('$' + '{env:SHOPS_SINCE', `$\{env:${prefixOf(merchant)}_SINCE`)
  const day = JSON.parse(text)
  return {
    ...day,
    streams: { ...day.streams, ...more[merchant.platform] },
    title: `Shop of ${merchant.key}`,
    books: merchant.key,
    settlement,
    ...(merchant.platform === 'jushuitan' ? { mappings: { 'jushuitan/order': overlay } } : {}),
  }
}

function routesOf({ connection, range, place }: Merchant, { routes }: DayWorkspace): object[] {
  const short = place === 'shop-us' ? 'us' : 'eu'
  const actionOf = (id: string) => routes.find((route) => route.id === `${id}-to-${short}`)?.action
  return [
    {
      id: `stock-to-${connection}`,
      document: 'stock-level',
      when: `condition == 'sellable' && (${range.map((code) => `product.ref.key == '${code}'`).join(' || ')})`,
      to: connection,
      action: actionOf('stock'),
      mode: 'live',
      coalesce: '500ms',
      limit: { percent: 100 },
    },
    {
      id: `tracking-to-${connection}`,
      document: 'shipment',
      when: `direction == 'outbound' && order.origin == '${connection}'`,
      to: connection,
      action: actionOf('tracking'),
      mode: 'live',
    },
  ]
}
