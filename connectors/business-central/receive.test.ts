import { expect, test } from 'vitest'
import { receiveAndInvoice } from './receive-action.ts'

const order = (receivedQuantity: number, receiveQuantity = 0) => ({
  value: [{ purchaseOrderLines: [{ lineType: 'Item', lineObjectNumber: 'LAMP', quantity: 0.3, receivedQuantity, receiveQuantity }] }],
})
const arranged = (quantity: number, before: ReturnType<typeof order>) =>
  receiveAndInvoice.create.requires?.arrange?.({ lines: [{ item: 'LAMP', quantity }] }, before)

test('what is open is counted exactly: 0.3 less 0.1 is 0.2', () => {
  expect(arranged(0.2, order(0.1))).toBe(true)
  expect(arranged(0.20001, order(0.1))).toBeUndefined()
})
