import type { Stream } from '../../src/connector/types.ts'
import { changes, record } from './rpc.ts'

const text = { type: 'string' }
const maybe = { type: ['string', 'null'] }
const list = { type: 'array' }
const relation = { type: ['object', 'null'] }
const noDeletes = 'deleted drafts leave no trace'
const lineWrites = 'a line written by itself does not move write_date of its order'

export const purchases: Stream = {
  ...changes({
    title: 'Purchase orders',
    model: 'purchase.purchase',
    fields: [
      'number',
      'reference',
      'state',
      'party.code',
      'party.name',
      'currency.code',
      'purchase_date',
      'delivery_date',
      'untaxed_amount',
      'tax_amount',
      'total_amount',
      'comment',
      'warehouse.code',
      'lines.type',
      'lines.sequence',
      'lines.product.code',
      'lines.description',
      'lines.quantity',
      'lines.unit.symbol',
      'lines.unit_price',
      'lines.amount',
    ],
    schema: record(['state', 'party', 'lines'], { number: maybe, state: text, party: relation, lines: list }),
    blindSpots: [noDeletes, lineWrites],
  }),
  parts: [{ document: 'purchase-order', mapping: 'tryton/purchase', mode: 'replace', when: 'has(number)', identity: { kind: 'origin' } }],
}

export const receipts: Stream = {
  ...changes({
    title: 'Goods received',
    model: 'stock.shipment.in',
    domain: [['state', '=', 'done']],
    fields: [
      'number',
      'reference',
      'state',
      'effective_date',
      'supplier.code',
      'supplier.name',
      'warehouse.code',
      'inventory_moves.quantity',
      'inventory_moves.uom.symbol',
      'inventory_moves.product.code',
      'inventory_moves.to_location.code',
      'inventory_moves.origin.origin.sequence',
      'inventory_moves.origin.origin.purchase',
    ],
    schema: record(['state', 'inventory_moves'], { number: maybe, state: text, inventory_moves: list }),
    blindSpots: [],
  }),
  parts: [{ document: 'goods-receipt', mapping: 'tryton/receipt', mode: 'replace', identity: { kind: 'origin' } }],
}

export const shipments: Stream = {
  ...changes({
    title: 'Shipments to customers, once done',
    model: 'stock.shipment.out',
    domain: [['state', '=', 'done']],
    fields: [
      'number',
      'reference',
      'state',
      'effective_date',
      'customer.code',
      'warehouse.code',
      'outgoing_moves.quantity',
      'outgoing_moves.uom.symbol',
      'outgoing_moves.product.code',
      'outgoing_moves.origin.sequence',
      'outgoing_moves.origin.sale',
    ],
    schema: record(['state', 'outgoing_moves'], { number: maybe, state: text, outgoing_moves: list }),
    blindSpots: [],
  }),
  parts: [{ document: 'shipment', mapping: 'tryton/shipment', mode: 'replace', identity: { kind: 'origin' } }],
}

export const returns: Stream = {
  ...changes({
    title: 'Goods returned by customers, once done',
    model: 'stock.shipment.out.return',
    domain: [['state', '=', 'done']],
    fields: [
      'number',
      'reference',
      'state',
      'customer.code',
      'warehouse.code',
      'incoming_moves.quantity',
      'incoming_moves.uom.symbol',
      'incoming_moves.product.code',
      'incoming_moves.origin.sequence',
      'incoming_moves.origin.sale',
    ],
    schema: record(['state', 'incoming_moves'], { number: maybe, state: text, incoming_moves: list }),
    blindSpots: [],
  }),
  parts: [{ document: 'shipment', mapping: 'tryton/return', mode: 'replace', identity: { kind: 'origin' }, key: 'return-{key}' }],
}

/** Only posted invoices have a number; a draft that was cancelled never was one. An invoice line's origin has the field of its own side only: asked for the other one, Tryton refuses. */
const invoice = (title: string, type: 'in' | 'out', order: 'purchase' | 'sale', mapping: string): Stream => ({
  ...changes({
    title,
    model: 'account.invoice',
    domain: [
      ['type', '=', type],
      ['state', 'in', ['posted', 'paid', 'cancelled']],
    ],
    fields: [
      'type',
      'number',
      'reference',
      'state',
      'invoice_date',
      'party.code',
      'party.name',
      'currency.code',
      'untaxed_amount',
      'tax_amount',
      'total_amount',
      'lines.type',
      'lines.quantity',
      'lines.unit.symbol',
      'lines.unit_price',
      'lines.amount',
      'lines.product.code',
      'lines.description',
      'lines.origin.sequence',
      `lines.origin.${order}`,
    ],
    schema: record(['type', 'state', 'lines'], { type: text, number: maybe, state: text, lines: list }),
    blindSpots: ['a payment moves the state without moving write_date of the invoice in every version'],
  }),
  parts: [{ document: 'invoice', mapping, mode: 'replace', when: 'has(number)', identity: { kind: 'origin' } }],
})

export const invoices = invoice('Invoices of suppliers, once posted', 'in', 'purchase', 'tryton/supplier-invoice')
export const customerInvoices = invoice('Invoices to customers, once posted', 'out', 'sale', 'tryton/customer-invoice')

const saleFields = [
  'number',
  'reference',
  'state',
  'lines.sequence',
  'lines.type',
  'lines.product.code',
  'lines.quantity',
  'lines.unit.symbol',
  'lines.unit_price',
]
const saleSchema = record(['state', 'lines'], { reference: maybe, state: text, lines: list })
const hubLines = { each: 'lines', key: 'id', number: 'sequence' }

/** Sales that the hub brought here from a shop: they are known by the reference, and what happened to an unanswered create is learnt here. */
export const sales: Stream = {
  ...changes({
    title: 'Sales made from our orders',
    model: 'sale.sale',
    fields: saleFields,
    schema: saleSchema,
    blindSpots: [noDeletes, lineWrites],
  }),
  hubRef: { path: 'reference', document: 'sales-order', by: 'key' },
  hubLines,
  parts: [{ document: 'sales-order', mode: 'replace', identity: { kind: 'mirror', identifiers: [], foreign: 'ignore' } }],
}

/** In the seller's books: what became of our purchase order is the seller's answer to it. */
export const orderResponses: Stream = {
  ...changes({
    title: "Sales that answer our purchase orders (seller's books)",
    model: 'sale.sale',
    fields: saleFields,
    schema: saleSchema,
    blindSpots: [noDeletes, lineWrites],
  }),
  hubRef: { path: 'reference', document: 'purchase-order' },
  hubLines,
  parts: [
    { document: 'order-response', mapping: 'tryton/order-response', mode: 'replace', when: 'has(reference)', identity: { kind: 'origin' } },
  ],
}
