import type { Call, CommandAction, StateAction, Step } from '../../src/connector/types.ts'
import { arrangeLines } from './arrange.ts'
import {
  ask,
  cancelMutation,
  fulfilMutation,
  fulfilmentsQuery,
  moveFulfilmentMutation,
  openLinesQuery,
  orderStateQuery,
  setStockMutation,
  variantStockQuery,
} from './graphql.ts'

const id = { type: 'string', minLength: 1 }

/** Vendure keeps what is on hand and takes off by itself what its orders have allocated: the figure that may be sold goes there with the allocated goods. */
export const setStock: StateAction = {
  kind: 'state',
  title: 'Stock that may be sold at a location',
  document: 'stock-level',
  mapping: 'vendure/set-stock',
  input: {
    type: 'object',
    additionalProperties: false,
    required: ['variant', 'location', 'quantity'],
    properties: { variant: id, location: id, quantity: { type: 'integer' } },
  },
  call: ask(setStockMutation, {
    input: [{ id: '{input.variant}', stockLevels: [{ stockLocationId: '{input.location}', stockOnHand: '{gross}' }] }],
  }),
  once: { kind: 'natural', why: 'it sets a figure' },
  current: {
    call: ask(variantStockQuery, { id: '{input.variant}' }),
    among: { records: 'data.productVariant.stockLevels', match: 'record.stockLocationId == input.location' },
    value: 'stockOnHand',
    reserved: 'stockAllocated',
    answered: 'data.updateProductVariants.0.stockLevels',
    wanted: 'quantity',
    orders: 'orders',
  },
}

/** Vendure's own names of the states. A cancelled order cannot be cancelled again: its state is read first. */
export const cancelOrder: StateAction = {
  kind: 'state',
  title: 'Order cancelled, with its shipping charges',
  document: 'sales-order',
  mapping: 'vendure/cancel-order',
  input: {
    type: 'object',
    additionalProperties: false,
    required: ['order', 'state'],
    properties: { order: id, state: { const: 'Cancelled' }, reason: { type: 'string' } },
  },
  call: ask(cancelMutation, { input: { orderId: '{input.order}', reason: '{input.reason}', cancelShipping: true } }),
  once: { kind: 'natural', why: 'an order is cancelled once, a second time is refused' },
  current: { call: ask(orderStateQuery, { id: '{input.order}' }), value: 'data.order.state', wanted: 'state', orders: 'orders' },
}

const input = {
  type: 'object',
  additionalProperties: false,
  required: ['order', 'tracking', 'method', 'state', 'lines'],
  properties: {
    order: id,
    tracking: id,
    method: id,
    state: { enum: ['Pending', 'Shipped', 'Delivered'] },
    lines: {
      type: 'array',
      minItems: 1,
      maxItems: 500,
      items: {
        type: 'object',
        additionalProperties: false,
        required: ['line', 'quantity'],
        properties: { line: id, quantity: { type: 'integer', minimum: 1 } },
      },
    },
  },
}
const ofOrder: Call = ask(fulfilmentsQuery, { id: '{input.order}' })
const records = 'data.order.fulfillments'
const step = (state: string, from: string, when: string): Step => ({
  ...ask(moveFulfilmentMutation, { id: '{key}', state }),
  only: { call: ofOrder, records, match: `record.id == key && record.state == '${from}' && (${when})` },
})
const then = [
  step('Shipped', 'Pending', "input.state == 'Shipped' || input.state == 'Delivered'"),
  step('Delivered', 'Shipped', "input.state == 'Delivered'"),
]

/** On SQLite all requests of Vendure share one connection, and the rollback of one undoes what another was answered. */
const stays = {
  call: ofOrder,
  records,
  match:
    "record.id == key && (input.state == 'Pending' || record.state == input.state || record.state == 'Delivered' || record.state == 'Cancelled')",
}

/** The order's own states follow those of its fulfilments. */
export const fulfilOrder: CommandAction = {
  kind: 'command',
  title: 'Goods of an order left, with tracking code; later: arrived',
  document: 'shipment',
  create: {
    mapping: 'vendure/fulfil',
    input,
    requires: {
      call: ask(openLinesQuery, { id: '{input.order}' }),
      path: 'data.order.state',
      in: ['PaymentAuthorized', 'PaymentSettled', 'PartiallyShipped', 'PartiallyDelivered'],
      arrange: arrangeLines,
    },
    call: ask(fulfilMutation, {
      input: {
        lines: '{arranged}',
        handler: {
          code: 'manual-fulfillment',
          arguments: [
            { name: 'method', value: '{input.method}' },
            { name: 'trackingCode', value: '{input.tracking}' },
          ],
        },
      },
    }),
    once: {
      kind: 'find',
      call: ofOrder,
      records,
      match: "record.trackingCode == input.tracking && record.state != 'Cancelled'",
      key: 'id',
    },
    key: 'data.addFulfillmentToOrder.id',
    then,
    stays,
  },
  change: {
    mapping: 'vendure/fulfil',
    input,
    call: ofOrder,
    once: { kind: 'natural', why: 'it looks at the fulfilment, and takes it a step further only from the step before' },
    then,
    stays,
  },
}
