import { expect, test } from 'vitest'
import { arrangeLines } from './arrange.ts'

const open = (remainingQuantity: number) => ({
  data: {
    order: { fulfillmentOrders: { nodes: [{ id: 'F1', lineItems: { nodes: [{ id: 'L1', lineItem: { id: 'A' }, remainingQuantity }] } }] } },
  },
})
const lots = {
  lines: [
    { line: 'A', quantity: 2 },
    { line: 'A', quantity: 1 },
  ],
}

test('two rows of one order line are sent as their sum, and refused where less is open', () => {
  expect(arrangeLines(lots, open(5))).toEqual([{ fulfillmentOrderId: 'F1', fulfillmentOrderLineItems: [{ id: 'L1', quantity: 3 }] }])
  expect(arrangeLines(lots, open(2))).toBeUndefined()
})
