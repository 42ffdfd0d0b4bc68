import type { Arrange, CommandAction } from '../../src/connector/types.ts'
import { compare, isZero, subtract } from '../../src/model/decimal.ts'
import { find, patch, post } from './odata.ts'
import { listOf, object, positive, rowsOf, word } from './shapes.ts'

/**
 * No more than is open. What else the lines of the order say is to be received would be posted with it: such a line stops it, unless it comes too (in Purchases & Payables Setup let Default Qty. to Receive be Blank).
 * undefined: it cannot be done (any more).
 */
const toReceive: Arrange = (input, before) => {
  const [order] = rowsOf(before, 'value')
  const lines = rowsOf(order, 'purchaseOrderLines').filter(({ lineType }) => lineType === 'Item')
  const wanted = new Map(rowsOf(input, 'lines').map(({ item, quantity }) => [item, String(quantity)]))
  const others = lines.some(({ lineObjectNumber: item, receiveQuantity }) => !wanted.has(item) && !isZero(String(receiveQuantity ?? 0)))
  const fits = [...wanted].every(([item, comes]) =>
    lines.some(
      ({ lineObjectNumber, quantity, receivedQuantity }) =>
        lineObjectNumber === item && compare(comes, subtract(String(quantity), String(receivedQuantity ?? 0))) <= 0,
    ),
  )
  return fits && !others ? true : undefined
}

/** `Microsoft.NAV.receiveAndInvoice` posts what the lines say is to be received and invoiced (resources/dynamics_purchaseorder.md); there is no bound action that only receives. */
export const receiveAndInvoice: CommandAction = {
  kind: 'command',
  title: 'Goods of a purchase order received, and invoiced with it',
  document: 'goods-receipt',
  create: {
    mapping: 'business-central/receive',
    input: object(['order', 'lines'], {
      order: word(20),
      lines: listOf(object(['item', 'quantity'], { item: word(20), quantity: positive })),
    }),
    requires: {
      call: find('purchaseOrders', "number eq '{input.order|quoted}'", { $expand: 'purchaseOrderLines' }),
      path: 'value.0.fullyReceived',
      in: [false],
      arrange: toReceive,
    },
    prepare: [
      {
        ...patch('purchaseOrderLines', 'row', { receiveQuantity: '{item.quantity}', invoiceQuantity: '{item.quantity}' }),
        each: { of: 'lines', by: 'item', rows: 'value.0.purchaseOrderLines', key: 'lineObjectNumber' },
      },
    ],
    call: post('purchaseOrders({before.value.0.id})/Microsoft.NAV.receiveAndInvoice'),
    once: { kind: 'none', why: 'a receipt carries nothing of ours, and the order may be gone after its posting' },
    keyBefore: 'value.0.number',
  },
}
