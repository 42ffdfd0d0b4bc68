import type { Database } from './database.ts'
import type { Row } from './fields.ts'
import { idOf, numberOf, textOf } from './fields.ts'
import { settled } from './number-text.ts'

/** What lies at each place, in the product's own unit, kept up with every change of a move. */
export type StockBook = {
  /** Sum of the done moves. */
  onHand(product: number, location: number): number
  /** What assigned moves will take away. */
  assignedOut(product: number, location: number): number
  /** On hand and all open moves. */
  forecast(product: number, location: number): number
  /** Places where the product ever moved. */
  places(product: number): readonly number[]
}

type Shelf = { hand: number; assignedOut: number; open: number }

const factorOf = (db: Database, uom: number | undefined): number => {
  const row = uom === undefined ? undefined : db.row('product.uom', uom)
  return row ? numberOf(row, 'factor') : 1
}

/** A move's quantity in the default unit of its product: 5 cases of 12 are 60. */
export const inDefaultUnit = (db: Database, move: Row): number => {
  const product = db.row('product.product', Number(move.product))
  const template = product ? db.row('product.template', Number(product.template)) : undefined
  const base = template ? factorOf(db, idOf(template, 'default_uom')) : 1
  return settled((numberOf(move, 'quantity') * factorOf(db, idOf(move, 'uom'))) / base)
}

export const createStockBook = (): StockBook & { follow(db: Database): void } => {
  const shelves = new Map<number, Map<number, Shelf>>()

  const shelf = (product: number, location: number): Shelf => {
    let places = shelves.get(product)
    if (!places) {
      places = new Map()
      shelves.set(product, places)
    }
    let found = places.get(location)
    if (!found) {
      found = { hand: 0, assignedOut: 0, open: 0 }
      places.set(location, found)
    }
    return found
  }
  const look = (product: number, location: number): Shelf | undefined => shelves.get(product)?.get(location)

  const count = (db: Database, move: Row, sign: 1 | -1): void => {
    const product = numberOf(move, 'product')
    const from = shelf(product, numberOf(move, 'from_location'))
    const to = shelf(product, numberOf(move, 'to_location'))
    const quantity = sign * inDefaultUnit(db, move)
    switch (textOf(move, 'state')) {
      case 'done':
        from.hand = settled(from.hand - quantity)
        to.hand = settled(to.hand + quantity)
        return
      case 'assigned':
        from.assignedOut = settled(from.assignedOut + quantity)
        from.open = settled(from.open - quantity)
        to.open = settled(to.open + quantity)
        return
      case 'draft':
        from.open = settled(from.open - quantity)
        to.open = settled(to.open + quantity)
        return
    }
  }

  return {
    onHand: (product, location) => look(product, location)?.hand ?? 0,
    assignedOut: (product, location) => look(product, location)?.assignedOut ?? 0,
    forecast: (product, location) => {
      const found = look(product, location)
      return found ? settled(found.hand + found.open) : 0
    },
    places: (product) => [...(shelves.get(product)?.keys() ?? [])],
    follow(db) {
      db.watch('stock.move', (before, after) => {
        if (before) count(db, before, -1)
        if (after) count(db, after, 1)
      })
    },
  }
}
