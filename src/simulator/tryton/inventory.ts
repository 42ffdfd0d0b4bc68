import type { Database } from './database.ts'
import type { Row } from './fields.ts'
import { idOf, numberOf } from './fields.ts'
import { settled } from './number-text.ts'
import type { StockBook } from './stock-book.ts'

/** Books the difference between what was counted and what the book holds against the lost-and-found place. */
export const confirmCount = (db: Database, stock: StockBook, inventory: Row): void => {
  const place = numberOf(inventory, 'location')
  const lost = db.where('stock.location', 'type', 'lost_found')[0] ?? 0
  for (const id of db.where('stock.inventory.line', 'inventory', inventory.id)) {
    const line = db.need('stock.inventory.line', id)
    const product = numberOf(line, 'product')
    const expected = stock.onHand(product, place)
    const difference = line.quantity === null ? 0 : settled(numberOf(line, 'quantity') - expected)
    db.update('stock.inventory.line', id, { expected_quantity: expected })
    if (difference === 0) continue
    const template = db.need('product.template', numberOf(db.need('product.product', product), 'template'))
    db.insert('stock.move', {
      product,
      quantity: Math.abs(difference),
      uom: idOf(template, 'default_uom') ?? null,
      from_location: difference > 0 ? lost : place,
      to_location: difference > 0 ? place : lost,
      shipment: null,
      origin: `stock.inventory.line,${id}`,
      planned_date: inventory.date ?? null,
      effective_date: inventory.date ?? null,
      state: 'done',
      company: inventory.company ?? null,
      unit_price: null,
      cost_price: null,
      currency: null,
      ignored: false,
    })
  }
  db.update('stock.inventory', inventory.id, { state: 'done' })
}
