import type { Database } from './database.ts'
import type { Context, Row } from './fields.ts'
import { date, idOf, numberOf } from './fields.ts'
import { settled } from './number-text.ts'
import { inDefaultUnit, type StockBook } from './stock-book.ts'
import { fromWire } from './values.ts'

/** True when the location is inside the other one, or is it. */
const inside = (db: Database, location: number, outer: ReadonlySet<number>): boolean => {
  let at: number | undefined = location
  for (let depth = 0; at !== undefined && depth < 32; depth += 1) {
    if (outer.has(at)) return true
    const row: Row | undefined = db.row('stock.location', at)
    at = row ? idOf(row, 'parent') : undefined
  }
  return false
}

const asked = (context: Context): readonly number[] =>
  Array.isArray(context.locations) ? context.locations.filter((id): id is number => typeof id === 'number') : []

const endOf = (context: Context): string | undefined => {
  const end = context.stock_date_end
  return end === undefined || end === null ? undefined : String(fromWire(date(), typeof end === 'string' ? end : { ...Object(end) }))
}

/** Counts moves up to a day in the past; the book itself only knows now. A forecast counts what was planned by then too. */
const atDay = (db: Database, product: number, places: ReadonlySet<number>, end: string, forecast: boolean): number => {
  let sum = 0
  for (const id of db.where('stock.move', 'product', product)) {
    const move = db.need('stock.move', id)
    const counts = move.state === 'done' ? String(move.effective_date) <= end : forecast && isOpen(move) && String(move.planned_date) <= end
    if (!counts) continue
    if (places.has(numberOf(move, 'to_location'))) sum += inDefaultUnit(db, move)
    if (places.has(numberOf(move, 'from_location'))) sum -= inDefaultUnit(db, move)
  }
  return settled(sum)
}

const isOpen = ({ state }: Row): boolean => state === 'draft' || state === 'assigned'

/**
 * A product's quantity at the places of the context: `locations` (ids; none means 0), `with_childs`, `stock_date_end` (a day in the past gives
 * that day), `stock_assign` (less what is assigned). In the product's default unit.
 */
export const quantityIn = (db: Database, stock: StockBook, product: number, context: Context, forecast: boolean): number => {
  const locations = new Set(asked(context))
  if (locations.size === 0) return 0
  const places = new Set(context.with_childs ? stock.places(product).filter((id) => inside(db, id, locations)) : locations)
  const end = endOf(context)
  if (end !== undefined && end < db.today()) return atDay(db, product, places, end, forecast)
  let sum = 0
  for (const place of places) {
    sum += forecast ? stock.forecast(product, place) : stock.onHand(product, place)
    if (!forecast && context.stock_assign) sum -= stock.assignedOut(product, place)
  }
  return settled(sum)
}
