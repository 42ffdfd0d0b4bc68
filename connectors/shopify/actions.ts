import type { CommandAction, StateAction } from '../../src/connector/types.ts'
import { arrangeLines } from './arrange.ts'
import {
  ask,
  cancelFulfilment,
  fulfil,
  fulfilmentQuery,
  fulfilmentsQuery,
  levelQuery,
  openLinesQuery,
  setQuantities,
  updateTracking,
} from './graphql.ts'

const id = { type: 'string', minLength: 1 }
const item = 'gid://shopify/InventoryItem/{input.item}'
const location = 'gid://shopify/Location/{input.location}'

/** Compare-and-set: the figure that was shown goes along, and Shopify refuses when another one stands there by then. */
export const setInventory: StateAction = {
  kind: 'state',
  title: 'Stock that may be sold at a location',
  document: 'stock-level',
  mapping: 'shopify/inventory',
  input: {
    type: 'object',
    additionalProperties: false,
    required: ['item', 'location', 'quantity'],
    properties: { item: id, location: id, quantity: { type: 'integer' } },
  },
  call: ask(setQuantities, {
    key: '{contentKey}',
    input: {
      name: 'available',
      reason: 'correction',
      quantities: [{ inventoryItemId: item, locationId: location, quantity: '{input.quantity}', changeFromQuantity: '{shown}' }],
    },
  }),
  once: { kind: 'natural', why: 'it sets a figure from the one that was seen, under a key of both' },
  current: {
    call: ask(levelQuery, { item, location }),
    value: 'data.inventoryItem.inventoryLevel.quantities.0.quantity',
    wanted: 'quantity',
    orders: 'orders',
  },
}

const order = 'gid://shopify/Order/{input.order}'
const fulfilment = 'gid://shopify/Fulfillment/{key}'
const tracking = { number: '{input.tracking}', company: '{input.carrier}', url: '{input.url}' }
const input = {
  type: 'object',
  additionalProperties: false,
  required: ['order', 'tracking', 'lines'],
  properties: {
    order: id,
    tracking: id,
    carrier: { type: 'string' },
    url: { type: 'string' },
    lines: {
      type: 'array',
      minItems: 1,
      maxItems: 250,
      items: {
        type: 'object',
        additionalProperties: false,
        required: ['line', 'quantity'],
        properties: { line: id, quantity: { type: 'integer', minimum: 1 } },
      },
    },
  },
}

/** Shopify splits an order into fulfilment orders by itself: what has left is spread over their open lines. Its customers hear of it. */
export const fulfilOrder: CommandAction = {
  kind: 'command',
  title: 'Goods of an order left, with tracking number',
  document: 'shipment',
  create: {
    mapping: 'shopify/fulfil',
    input,
    requires: {
      call: ask(openLinesQuery, { id: order }, 60),
      path: 'data.order.displayFulfillmentStatus',
      in: ['UNFULFILLED', 'PARTIALLY_FULFILLED', 'IN_PROGRESS', 'OPEN', 'PENDING_FULFILLMENT', 'SCHEDULED'],
      arrange: arrangeLines,
    },
    call: ask(fulfil, { fulfillment: { notifyCustomer: true, trackingInfo: tracking, lineItemsByFulfillmentOrder: '{arranged}' } }),
    once: {
      kind: 'find',
      call: ask(fulfilmentsQuery, { id: order }, 20),
      records: 'data.order.fulfillments',
      match: "record.trackingInfo[0].number == input.tracking && record.status != 'CANCELLED'",
      key: 'legacyResourceId',
    },
    key: 'data.fulfillmentCreate.fulfillment.legacyResourceId',
  },
  change: {
    mapping: 'shopify/fulfil',
    input,
    call: ask(updateTracking, { id: fulfilment, tracking }),
    once: { kind: 'natural', why: 'it sets the tracking number' },
  },
  /** Its goods are open again, in fulfilment orders that Shopify makes anew. One that a carrier has, as far as the shop knows, has left. */
  cancel: {
    mapping: 'shopify/fulfil-cancel',
    input: { type: 'object', additionalProperties: false, required: ['order'], properties: { order: id } },
    requires: {
      call: ask(fulfilmentQuery, { id: fulfilment }, 1),
      path: 'data.fulfillment.displayStatus',
      in: [
        'CONFIRMED',
        'FULFILLED',
        'MARKED_AS_FULFILLED',
        'SUBMITTED',
        'LABEL_PURCHASED',
        'LABEL_PRINTED',
        'LABEL_VOIDED',
        'READY_FOR_PICKUP',
        'NOT_DELIVERED',
        'FAILURE',
      ],
      done: ['CANCELED'],
    },
    call: ask(cancelFulfilment, { id: fulfilment }),
    once: { kind: 'natural', why: 'one that is cancelled is left alone' },
  },
}
