import type { Database } from './database.ts'
import type { Row } from './fields.ts'
import { numberOf, textOf } from './fields.ts'
import type { OrderKind } from './order-relations.ts'
import { userError } from './refusal.ts'
import type { HookTable } from './write.ts'

const nameOf = (db: Database, model: string, row: Row): string => db.table(model).model.recName?.(db, row) ?? String(row.id)

const touch = (model: string) => (db: Database, row: Row) => {
  db.update(model, row.id, {})
}

const orderGoes = (order: OrderKind) => (db: Database, row: Row) => {
  if (['draft', 'quotation', 'cancelled'].includes(textOf(row, 'state'))) return
  throw userError(`To delete ${order} "${nameOf(db, `${order}.${order}`, row)}" you must cancel it.`)
}

const lineGoes = (order: OrderKind) => (db: Database, row: Row) => {
  const owner = db.need(`${order}.${order}`, numberOf(row, order))
  if (['draft', 'cancelled'].includes(textOf(owner, 'state'))) return
  const line = nameOf(db, `${order}.line`, row)
  throw userError(`To delete line "${line}" you must cancel or reset to draft ${order} "${nameOf(db, `${order}.${order}`, owner)}".`)
}

const shipmentGoes = (_: Database, row: Row): void => {
  if (row.state !== 'cancelled') throw userError(`To delete shipment "${textOf(row, 'number')}" you must cancel it.`)
}

/** What the system does by itself when an API client makes or deletes a row. */
export const hooks: HookTable = {
  'sale.sale': { removing: orderGoes('sale') },
  'purchase.purchase': { removing: orderGoes('purchase') },
  'sale.line': { removing: lineGoes('sale') },
  'purchase.line': { removing: lineGoes('purchase') },
  'stock.shipment.in': { made: touch('stock.shipment.in'), removing: shipmentGoes },
  'stock.shipment.out': { removing: shipmentGoes },
  'stock.shipment.out.return': { removing: shipmentGoes },
  'product.product': { made: touch('product.product') },
}
