import type { Database } from './database.ts'

/** A fresh company: its currency and others, countries, units, a warehouse with its locations and kinds of transfer. */
export function seed(db: Database, { companyName, currency }: { readonly companyName: string; readonly currency: string }): void {
  for (const name of new Set([currency, 'USD', 'EUR', 'CNY'])) db.create('res.currency', { name })
  db.create('res.company', { name: companyName, currency_id: 1 })
  for (const [name, code] of [
    ['United States', 'US'],
    ['Germany', 'DE'],
    ['China', 'CN'],
  ] as const)
    db.create('res.country', { name, code })
  for (const [name, factor] of [
    ['Units', 1],
    ['Dozens', 12],
    ['kg', 1],
  ] as const)
    db.create('uom.uom', { name, ...(db.fields('uom.uom').factor === undefined ? {} : { factor }) })
  const warehouse = db.create('stock.warehouse', { name: companyName, code: 'WH' })
  for (const [name, usage] of [
    ['Vendors', 'supplier'],
    ['Customers', 'customer'],
  ] as const)
    db.create('stock.location', { name, usage })
  db.create('stock.location', { name: 'Stock', usage: 'internal', warehouse_id: warehouse.id })
  for (const name of ['Inventory adjustment', 'Scrap']) db.create('stock.location', { name, usage: 'inventory' })
  for (const [name, code] of [
    ['Receipts', 'incoming'],
    ['Delivery Orders', 'outgoing'],
  ] as const)
    db.create('stock.picking.type', { name, code, warehouse_id: warehouse.id })
  db.create('delivery.carrier', { name: 'DHL' })
}
