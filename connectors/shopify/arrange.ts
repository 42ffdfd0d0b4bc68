import type { Arrange } from '../../src/connector/types.ts'
import { at, type Json, type JsonObject } from '../../src/model/json.ts'

const listAt = (value: Json, path: string): readonly Json[] => {
  const found = at(value, path)
  return Array.isArray(found) ? found : []
}

/**
 * Quantities of order lines, whole numbers on both sides, of which one may come in several rows (lots), spread over the open lines of the order's fulfilment orders, in their order. Undefined when more left than is open: somebody fulfilled the same goods meanwhile.
 */
export const arrangeLines: Arrange = (input, before) => {
  const open = new Map<string, number>()
  for (const line of listAt(input, 'lines')) {
    const key = String(at(line, 'line'))
    open.set(key, (open.get(key) ?? 0) + Number(at(line, 'quantity')))
  }
  const arranged: JsonObject[] = []
  for (const node of listAt(before, 'data.order.fulfillmentOrders.nodes')) {
    const lines: JsonObject[] = []
    for (const line of listAt(node, 'lineItems.nodes')) {
      const key = String(at(line, 'lineItem.id'))
      const quantity = Math.min(open.get(key) ?? 0, Number(at(line, 'remainingQuantity') ?? 0))
      if (quantity <= 0) continue
      lines.push({ id: at(line, 'id') ?? null, quantity })
      open.set(key, (open.get(key) ?? 0) - quantity)
    }
    if (lines.length > 0) arranged.push({ fulfillmentOrderId: at(node, 'id') ?? null, fulfillmentOrderLineItems: lines })
  }
  return [...open.values()].some((left) => left > 0) ? undefined : arranged
}
