import type { JsonObject } from '../model/json.ts'
import type { DocumentType, Ledger } from './ledger.ts'
import type { Truth } from './truth.ts'

/** One small trade as both sides show it, cut from a real run: a purchase cut to 5 cases of which one came broken, and a shop order that was shipped. */
const decimal = (text: string): JsonObject => ({ __class__: 'Decimal', decimal: text })
const today: JsonObject = { __class__: 'date', year: 2026, month: 11, day: 24 }
const ref = (connection: string, externalKey: string, type: string): JsonObject => ({ connection, externalKey, type })
const lamp = (connection: string, id: string): JsonObject => ({ ref: ref(connection, id, 'product'), sku: 'LAMP-08' })

const documents: Readonly<Record<DocumentType, readonly { readonly key: string; readonly number: string; readonly body: JsonObject }[]>> = {
  'purchase-order': [
    {
      key: 'harbour-erp/1',
      number: '1',
      body: {
        number: '1',
        status: 'issued',
        currency: 'CNY',
        issueDate: '2026-11-24',
        buyer: { ref: { key: 'HARBOUR', type: 'party' } },
        seller: { ref: ref('harbour-erp', '3', 'party') },
        totals: { grandTotal: '720.00' },
        lines: [
          {
            key: '11',
            number: '1',
            product: lamp('harbour-erp', '8'),
            quantity: '6.000000',
            unit: 'XCS',
            unitPrice: '120.00',
            lineAmount: '720.00',
          },
        ],
      },
    },
  ],
  'order-response': [
    {
      key: 'ningbo-erp/4',
      number: '2',
      body: {
        number: '2',
        kind: 'accepted',
        order: ref('ningbo-erp', '4', 'purchase-order'),
        lines: [{ number: '1', product: lamp('ningbo-erp', '45'), quantity: '5.000000', unit: 'XCS', unitPrice: '120.0000' }],
      },
    },
  ],
  'goods-receipt': [
    {
      key: 'harbour-erp/1',
      number: '1',
      body: {
        deliveryNote: 'NL-1000',
        supplier: { ref: ref('harbour-erp', '3', 'party') },
        location: { ref: ref('harbour-erp', '5', 'location') },
        lines: [
          {
            order: ref('harbour-erp', '1', 'purchase-order'),
            orderLine: { key: '11' },
            product: lamp('harbour-erp', '8'),
            unit: 'XCS',
            accepted: '4.000000',
            rejected: '0',
          },
          {
            order: ref('harbour-erp', '1', 'purchase-order'),
            orderLine: { key: '11' },
            product: lamp('harbour-erp', '8'),
            unit: 'XCS',
            accepted: '0',
            rejected: '1.000000',
          },
        ],
      },
    },
  ],
  invoice: [
    {
      key: 'harbour-erp/1',
      number: 'NBL-0001',
      body: {
        issuer: { ref: ref('harbour-erp', '3', 'party') },
        currency: 'CNY',
        issueDate: '2026-11-24',
        totals: { grandTotal: '600.00' },
        lines: [{ quantity: '5.000000', lineAmount: '600.00' }],
      },
    },
  ],
  'sales-order': [
    {
      key: 'shop-eu/151',
      number: '151',
      body: {
        status: 'closed',
        currency: 'EUR',
        totals: { grandTotal: '96.34', taxTotal: '15.38', chargeTotal: '3.36' },
        charges: [{ amount: '3.36' }],
        shipTo: { name: 'Liam Kowalska', street: ['123 Hafenstraße'] },
        lines: [
          {
            key: '301',
            number: '1',
            product: lamp('shop-eu', '147'),
            quantity: '3',
            unit: 'C62',
            lineAmount: '77.60',
            taxes: [{ amount: '14.74' }],
          },
        ],
      },
    },
  ],
  shipment: [
    {
      key: 'harbour-erp/1',
      number: '1',
      body: {
        direction: 'outbound',
        order: ref('harbour-erp', '6', 'sales-order'),
        from: { ref: ref('harbour-erp', '5', 'location') },
        parcels: [{ tracking: 'HT26000007' }],
        lines: [
          {
            key: '56',
            order: ref('harbour-erp', '6', 'sales-order'),
            product: lamp('harbour-erp', '8'),
            quantity: '3.000000',
            unit: 'C62',
          },
        ],
      },
    },
  ],
  refund: [{ key: 'shop-eu/158', number: '158', body: { order: ref('shop-eu', '151', 'sales-order'), amount: '29.90' } }],
  'stock-level': [],
}

const links: Readonly<Record<string, string>> = {
  'harbour-erp/3/party': 'NINGBO',
  'harbour-erp/5/location': 'WH',
  'harbour-erp/8/product': 'LAMP-08',
  'ningbo-erp/45/product': 'LAMP-08',
  'shop-eu/147/product': 'LAMP-08',
  'harbour-erp/1/purchase-order': 'harbour-erp/1',
  'ningbo-erp/4/purchase-order': 'harbour-erp/1',
  'harbour-erp/6/sales-order': 'shop-eu/151',
  'shop-eu/151/sales-order': 'shop-eu/151',
}

export const sampleLedger: Ledger = {
  of: (type) => documents[type].map((document) => ({ origin: document.key.split('/')[0] ?? '', ...document })),
  keyOf(reference) {
    if (typeof reference !== 'object' || reference === null || !('type' in reference)) return ''
    const { key, connection, externalKey, type } = reference
    return typeof key === 'string' ? key : (links[`${String(connection)}/${String(externalKey)}/${String(type)}`] ?? '')
  },
  stats: {},
  findings: [],
  dead: [],
  unproven: [],
}

const product: JsonObject = { id: 8, code: 'LAMP-08' }
const unit = (symbol: string, factor: number): JsonObject => ({ id: factor, symbol, factor })
const caseLine = (id: number, quantity: number, amount: string): JsonObject => ({
  id,
  sequence: 1,
  type: 'line',
  'product.': product,
  quantity,
  'unit.': unit('cs', 12),
  unit_price: decimal('120.0000'),
  amount: decimal(amount),
})
const move = (id: number, quantity: number, place: string): JsonObject => ({
  id,
  quantity,
  'product.': product,
  'uom.': unit('cs', 12),
  'to_location.': { id, code: place },
  'origin.': { id: 50, 'origin.': { id: 11, sequence: 1, 'purchase.': { id: 1, number: '1' } } },
})

export const sampleTruth: Truth = {
  purchases: [
    {
      id: 1,
      number: '1',
      state: 'processing',
      'party.': { id: 3, code: 'NINGBO' },
      'currency.': { id: 3, code: 'CNY' },
      purchase_date: today,
      total_amount: decimal('720.00'),
      'lines.': [caseLine(11, 6, '720.00')],
    },
  ],
  supplierSales: [
    {
      id: 4,
      number: '2',
      reference: '1',
      state: 'processing',
      'party.': { id: 4, code: 'HARBOUR' },
      'currency.': { id: 1, code: 'CNY' },
      'lines.': [caseLine(9, 5, '600.00')],
    },
  ],
  receipts: [
    {
      id: 1,
      number: '1',
      reference: 'NL-1000',
      'supplier.': { id: 3, code: 'NINGBO' },
      'warehouse.': { id: 5, code: 'WH' },
      'inventory_moves.': [move(58, 1, 'QUAR'), move(56, 4, 'STO')],
    },
  ],
  invoices: [
    {
      id: 1,
      number: '1',
      reference: 'NBL-0001',
      'party.': { id: 3, code: 'NINGBO' },
      'currency.': { id: 3, code: 'CNY' },
      invoice_date: today,
      total_amount: decimal('600.00'),
      'lines.': [caseLine(1, 5, '600.00')],
    },
  ],
  sales: [
    {
      id: 6,
      number: '1',
      reference: 'shop-eu/151',
      state: 'processing',
      comment: 'Liam Kowalska, 123 Hafenstraße, 3511 AB, Utrecht, NL',
      'currency.': { id: 2, code: 'EUR' },
      'shipments.': [{ id: 1, state: 'done' }],
      'lines.': [
        { id: 15, sequence: 1, 'product.': product, quantity: 3, 'unit.': unit('u', 1), unit_price: decimal('25.8667') },
        { id: 16, sequence: 1001, 'product.': null, quantity: 1, 'unit.': null, unit_price: decimal('3.3600') },
      ],
    },
  ],
  shipments: [
    {
      id: 1,
      number: '1',
      reference: 'HT26000007',
      'warehouse.': { id: 5, code: 'WH' },
      'outgoing_moves.': [
        {
          id: 56,
          quantity: 3,
          'product.': product,
          'uom.': unit('u', 1),
          'origin.': { id: 15, sequence: 1, 'sale.': { id: 6, reference: 'shop-eu/151' } },
        },
      ],
    },
  ],
  returns: [],
  moves: [],
  onHand: new Map(),
  orders: {
    'shop-us': [],
    'shop-eu': [
      {
        id: 151,
        status: 'completed',
        lines: [{ id: 301, sku: 'LAMP-08', quantity: 3, net: 7760n, tax: 1474n }],
        shippingNet: 336n,
        shippingTax: 64n,
        tax: 1538n,
        total: 9634n,
        captured: 9634n,
        refunds: [2990n],
        tracking: 'HT26000007',
      },
    ],
  },
}
