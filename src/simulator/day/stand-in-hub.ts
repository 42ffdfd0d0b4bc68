import { isObject, type Json } from '../../model/json.ts'
import type { Erp } from '../tryton/erp.ts'
import { money } from '../woocommerce/money.ts'
import { seededCredentials } from './credentials.ts'
import { saleReference } from './day-book.ts'
import { createErpReader } from './erp-reader.ts'
import type { TrytonBuyer } from './erp-tryton-buyer.ts'
import type { TrytonSeller } from './erp-tryton-seller.ts'
import { unknownCode } from './plan-articles.ts'
import { type ShopName, shopNames } from './plan-sizes.ts'
import { shopOrder } from './shop-record.ts'
import type { WooShop } from './shop-woocommerce.ts'
import { readTruth } from './truth.ts'
import { availableInErp } from './verdict.ts'
import type { World } from './world.ts'

/**
 * For tests of the world only: does with the shortest possible code what a hub has to do, looking into the systems from inside and asking
 * before every write. `step` brings everything up to date once; calls that a fault broke are made good by the next step.
 */
export type StandInHub = { step(): Promise<void>; learnCrosswalk(): void }

/** The simulated systems themselves. The world must be one of WooCommerce and Tryton. */
export const insideOf = (world: World) => ({
  harbour: world.harbour as TrytonBuyer,
  ningbo: world.ningbo as TrytonSeller,
  shops: world.shops as Readonly<Record<ShopName, WooShop>>,
  credentials: seededCredentials(world.plan.seed),
})

const decimal = (value: string): Json => ({ __class__: 'Decimal', decimal: value })

const addressOf = (record: object): string => {
  const { shipping, customer_note: note } = JSON.parse(JSON.stringify(record))
  return [shipping.first_name, shipping.address_1, shipping.city, note].filter(Boolean).join(', ')
}

export const createStandInHub = (world: World): StandInHub => {
  const { harbour, ningbo, shops, credentials } = insideOf(world)
  const sent = new Map<string, string>()
  let crosswalk = false

  const rpc = async (erp: Erp, password: string, method: string, params: readonly Json[]): Promise<Json> => {
    const answer = await fetch(`${erp.url}/${erp.database}/`, {
      method: 'POST',
      headers: { authorization: `Basic ${Buffer.from(`hub:${password}`).toString('base64')}`, 'content-type': 'application/json' },
      body: JSON.stringify({ id: 1, method, params: [...params, {}] }),
      signal: AbortSignal.timeout(400),
    })
    const body: Json = JSON.parse(await answer.text())
    if (!isObject(body) || body.error !== undefined) throw new RangeError(`${method}: ${JSON.stringify(body)}`)
    return body.result ?? null
  }
  const inHarbour = (method: string, params: readonly Json[]) => rpc(harbour.erp, credentials.harbourPassword, `model.${method}`, params)

  const order = async (shop: ShopName, record: object): Promise<void> => {
    const seen = shopOrder(record)
    const reference = saleReference(shop, seen.id)
    const articles = new Map(world.plan.articles.map(({ skus, code }) => [skus[shop], code]))
    const unknown = shop === 'shop-us' && seen.lines.some(({ sku }) => articles.get(sku) === unknownCode)
    if (unknown && !crosswalk) return
    const lines = seen.lines.map(({ sku, quantity, net }, at) => ({
      sequence: at + 1,
      product: harbour.products.get(articles.get(sku) ?? '') ?? 0,
      unit: 1,
      quantity: decimal(String(quantity)),
      unit_price: decimal((Number(net) / 100 / quantity).toFixed(4)),
    }))
    const freight = { sequence: 1001, description: 'Shipping', quantity: decimal('1'), unit_price: decimal(money(seen.shippingNet)) }
    const comment = addressOf(record)
    const content = JSON.stringify([lines, comment])
    const [sale] = harbour.erp.salesByReference(reference)
    if (seen.status === 'cancelled') {
      const standing = sale !== undefined && ['draft', 'quotation'].includes(harbour.erp.saleState(sale).state)
      if (standing) await inHarbour('sale.sale.cancel', [[sale]])
      return
    }
    if (sale === undefined) {
      const address = { invoice_address: 2, shipment_address: 2 }
      const values = {
        company: 1,
        party: 3,
        ...address,
        currency: shop === 'shop-us' ? 1 : 2,
        reference,
        comment,
        lines: [['create', [...lines, freight]]],
      }
      sent.set(reference, content)
      await inHarbour('sale.sale.create', [[values]])
      return
    }
    const { state } = harbour.erp.saleState(sale)
    if (state === 'draft') await inHarbour('sale.sale.quote', [[sale]])
    if (sent.get(reference) !== content && (state === 'draft' || state === 'quotation')) {
      const [row] = (await inHarbour('sale.sale.read', [[sale], ['lines']])) as readonly { lines: readonly number[] }[]
      const changed = [
        ['delete', [...(row?.lines ?? [])]],
        ['create', [...lines, freight]],
      ]
      await inHarbour('sale.sale.draft', [[sale]])
      await inHarbour('sale.sale.write', [[sale], { comment, lines: changed }])
      sent.set(reference, content)
      await inHarbour('sale.sale.quote', [[sale]])
    }
  }

  const purchases = async (): Promise<void> => {
    const fields = ['number', 'lines.product.code', 'lines.quantity']
    const reader = createErpReader(harbour.erp.url, harbour.erp.database, credentials.harbourPassword)
    for (const row of await reader.all('purchase.purchase', [['state', '=', 'processing']], fields)) {
      const reference = String(row.number)
      if (ningbo.erp.salesByReference(reference).length > 0) continue
      const rows = (Array.isArray(row['lines.']) ? row['lines.'] : []).filter(isObject)
      const lines = rows.map((line, at) => ({
        sequence: at + 1,
        product: ningbo.products.get(String(isObject(line['product.']) ? line['product.'].code : '')) ?? 0,
        unit: 7,
        quantity: decimal(String(line.quantity)),
        unit_price: decimal('120.00'),
      }))
      const values = { company: 1, party: 3, invoice_address: 2, shipment_address: 2, currency: 3, reference, lines: [['create', lines]] }
      await rpc(ningbo.erp, credentials.ningboPassword, 'model.sale.sale.create', [[values]])
    }
  }

  const parcels = async (): Promise<void> => {
    const reader = createErpReader(harbour.erp.url, harbour.erp.database, credentials.harbourPassword)
    for (const row of await reader.all('stock.shipment.out', [['state', '=', 'done']], ['reference', 'outgoing_moves.sale.reference'])) {
      const [move] = (Array.isArray(row['outgoing_moves.']) ? row['outgoing_moves.'] : []).filter(isObject)
      const reference = isObject(move?.['sale.']) ? String(move['sale.'].reference) : ''
      const [name, id] = reference.split('/')
      const shop = shopNames.find((each) => each === name)
      if (shop === undefined || sent.has(`parcel/${reference}`)) continue
      const keys = credentials.shops[shop]
      const answer = await fetch(`${shops[shop].shop.url}/wp-json/wc/v3/orders/${id}`, {
        method: 'PUT',
        headers: {
          authorization: `Basic ${Buffer.from(`${keys.consumerKey}:${keys.consumerSecret}`).toString('base64')}`,
          'content-type': 'application/json',
        },
        body: JSON.stringify({ status: 'completed', meta_data: [{ key: '_tracking_number', value: row.reference }] }),
      })
      if (answer.status === 200) sent.set(`parcel/${reference}`, reference)
    }
  }

  const shelves = async (): Promise<void> => {
    const stock = availableInErp(world, await readTruth(world))
    for (const shop of shopNames) {
      for (const { code, skus } of world.plan.articles) {
        const wanted = Math.max(0, stock.get(code) ?? 0)
        if (shops[shop].shop.stockOf(skus[shop]) !== wanted) shops[shop].shop.setStock(skus[shop], wanted)
      }
    }
  }

  return {
    learnCrosswalk() {
      crosswalk = true
    },
    async step() {
      for (const shop of shopNames) {
        for (const record of shops[shop].shop.orders()) await order(shop, record).catch(() => undefined)
      }
      for (const part of [purchases, parcels, shelves]) await part().catch(() => undefined)
    },
  }
}
