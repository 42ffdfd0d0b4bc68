import type { StateAction } from '../../src/connector/types.ts'

const id = { type: 'string', minLength: 1 }
const product = '/products/{input.product|path}'

export const setStock: StateAction = {
  kind: 'state',
  title: 'Stock a shop may sell',
  document: 'stock-level',
  mapping: 'woocommerce/stock',
  input: {
    type: 'object',
    additionalProperties: false,
    required: ['product', 'stock_quantity'],
    properties: { product: id, stock_quantity: { type: 'integer', minimum: 0 } },
  },
  call: { method: 'PUT', path: product, json: { manage_stock: true, stock_quantity: '{input.stock_quantity}' } },
  once: { kind: 'natural', why: 'it sets a figure' },
  current: { call: { path: product }, value: 'stock_quantity', orders: 'orders' },
}

/**
 * Core WooCommerce has no shipments: the order carries the tracking number in its meta data, and is completed once all of it has left. A parcel with a part of the
 * order leaves its status alone. A state, because what a parcel means for its order depends on the others: whichever is sent last sees them all.
 */
export const completeOrder: StateAction = {
  kind: 'state',
  title: 'Order shipped, with tracking number; completed when nothing is open',
  document: 'shipment',
  mapping: 'woocommerce/shipment',
  input: {
    type: 'object',
    additionalProperties: false,
    required: ['order', 'tracking', 'carrier'],
    properties: { order: id, status: { const: 'completed' }, tracking: { type: 'string' }, carrier: { type: 'string' } },
  },
  call: {
    method: 'PUT',
    path: '/orders/{input.order}',
    json: {
      status: '{input.status}',
      meta_data: [
        { key: '_tracking_number', value: '{input.tracking}' },
        { key: '_tracking_provider', value: '{input.carrier}' },
      ],
    },
  },
  once: { kind: 'natural', why: 'status and meta data by key are set, not added' },
}

export const orderStatus: StateAction = {
  kind: 'state',
  title: 'Status of an order (cancelled by the ERP)',
  document: 'sales-order',
  mapping: 'woocommerce/order-status',
  input: {
    type: 'object',
    additionalProperties: false,
    required: ['order', 'status'],
    properties: { order: id, status: { enum: ['cancelled', 'completed', 'processing', 'on-hold'] } },
  },
  call: { method: 'PUT', path: '/orders/{input.order}', json: { status: '{input.status}' } },
  once: { kind: 'natural', why: 'it sets a status' },
}
