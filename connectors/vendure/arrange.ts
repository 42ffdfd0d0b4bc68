import type { Arrange } from '../../src/connector/types.ts'
import { at, type Json } from '../../src/model/json.ts'

const listAt = (value: Json | undefined, path: string): readonly Json[] => {
  const found = value === undefined ? undefined : at(value, path)
  return Array.isArray(found) ? found : []
}
const sum = (numbers: readonly number[]): number => numbers.reduce((all, one) => all + one, 0)

/**
 * Quantities of order lines as Vendure takes them: a line once, though it may come in several rows (lots). Undefined when more left than is not in another fulfilment: somebody fulfilled the same goods
 * meanwhile, or an edit took them out.
 */
export const arrangeLines: Arrange = (input, before) => {
  const left = new Map<string, number>()
  for (const line of listAt(input, 'lines')) {
    const key = String(at(line, 'line'))
    left.set(key, (left.get(key) ?? 0) + Number(at(line, 'quantity')))
  }
  const rows = new Map(listAt(before, 'data.order.lines').map((row) => [String(at(row, 'id')), row]))
  const isOpen = [...left].every(([key, quantity]) => quantity <= open(rows.get(key)))
  return isOpen ? [...left].map(([orderLineId, quantity]) => ({ orderLineId, quantity })) : undefined
}

const open = (row: Json | undefined): number => {
  const parcels = listAt(row, 'fulfillmentLines').filter((parcel) => at(parcel, 'fulfillment.state') !== 'Cancelled')
  return row === undefined ? 0 : Number(at(row, 'quantity')) - sum(parcels.map((parcel) => Number(at(parcel, 'quantity'))))
}
