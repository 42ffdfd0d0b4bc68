import type { Stream } from '../../src/connector/types.ts'
import { changed, counted, one, part } from './ask.ts'

const text = { type: 'string' }
const maybe = { type: ['string', 'null'] }
const whole = { type: 'integer' }
const number = { type: ['number', 'null'] }
const items = { type: 'array', items: { type: 'object', required: ['sku_id', 'qty'], properties: { sku_id: text, qty: whole } } }

/** What the hub uploaded: its payment is known from where it came. */
const isUploaded = "(text(shop_id) == (@.config.shop ?? '') && outer_pay_id == so_id)"
/** Once an order was paid; and when it is over by a split or a merger, so that what was told before counts no more. */
const tellsPayment = `((has(pay_date) && paid_amount > 0) || status == 'Split' || status == 'Merged') && !${isUploaded}`

/** 订单查询. An order that is merged or split is over, and what became of it is an order of its own. */
export const orders: Stream = {
  title: 'Orders of all shops, with what was paid',
  schema: {
    type: 'object',
    required: ['o_id', 'so_id', 'status', 'ts', 'modified', 'order_date', 'pay_amount', 'items'],
    properties: {
      o_id: whole,
      so_id: text,
      status: text,
      ts: whole,
      order_date: text,
      modified: text,
      pay_date: maybe,
      pay_amount: { type: 'number' },
      paid_amount: number,
      items,
    },
  },
  key: 'o_id',
  ...counted('orders/single/query', 50),
  records: 'data.orders',
  byKey: { ...one('orders/single/query', { o_ids: ['{key|integer}'] }), records: 'data.orders' },
  hubRef: { path: 'so_id', document: 'sales-order', by: 'key' },
  hubLines: { each: 'items', key: 'oi_id', number: 'outer_oi_id' },
  parts: [part('sales-order', 'order'), part('payment', 'payment', { key: '{key}/paid', when: tellsPayment })],
  blindSpots: [
    'payments in the shop that orders are uploaded to, under the number of their order: the hub uploads its own so, and they are told where the money came in',
    'orders older than three months, which Jushuitan archives',
    'names and addresses of buyers on marketplaces, which come masked',
  ],
}

export const refunds: Stream = {
  title: 'After-sales, with the money that they give back',
  schema: {
    type: 'object',
    required: ['as_id', 'o_id', 'status', 'ts', 'modified', 'refund'],
    properties: {
      modified: text,
      as_id: whole,
      o_id: whole,
      status: text,
      ts: { anyOf: [whole, text] },
      type: maybe,
      shop_status: maybe,
      good_status: maybe,
      refund: { type: 'number' },
      items,
    },
  },
  key: 'as_id',
  ...counted('refund/single/query', 50),
  records: 'data.datas',
  byKey: one('refund/single/query', { as_ids: ['{key|integer}'] }),
  parts: [part('return', 'return'), part('refund', 'refund', { when: 'refund > 0' })],
  words: ['type', 'shop_status', 'good_status'],
  blindSpots: [
    'what goes out again for an exchange (换货) or is sent once more (补发) is an order of its own',
    'by when the seller has to answer: the settings `returns` of the workspace say it',
  ],
}

export const shipments: Stream = {
  title: 'Goods that left for buyers (销售出库)',
  schema: {
    type: 'object',
    required: ['io_id', 'o_id', 'status', 'ts', 'modified', 'items'],
    properties: {
      modified: text,
      io_id: whole,
      o_id: whole,
      status: text,
      ts: whole,
      io_date: maybe,
      l_id: maybe,
      logistics_company: maybe,
      items,
    },
  },
  key: 'io_id',
  ...counted('orders/out/simple/query', 50),
  records: 'data.datas',
  byKey: one('orders/out/simple/query', { io_ids: ['{key}'] }),
  parts: [part('shipment', 'shipment')],
  blindSpots: [],
}

export const purchases: Stream = {
  title: 'Purchase orders; those that the hub made are known by their number',
  schema: {
    type: 'object',
    required: ['po_id', 'status', 'modified', 'po_date', 'supplier_id', 'items'],
    properties: { po_id: whole, so_id: maybe, status: text, modified: text, po_date: text, supplier_id: whole, seller: maybe, items },
  },
  key: 'po_id',
  ...changed('purchase/query', 50, 7),
  records: 'data.datas',
  byKey: one('purchase/query', { po_ids: ['{key}'] }),
  hubRef: { path: 'so_id', document: 'purchase-order', by: 'key' },
  hubLines: { each: 'items', key: 'poi_id', number: 'remark' },
  parts: [part('purchase-order', 'purchase')],
  blindSpots: ['goods that are counted in move no purchase order: they are receipts'],
}

/** Asked for by row version nothing else may be asked for, and only receipts that are booked come. */
export const receipts: Stream = {
  title: 'Goods received from suppliers (采购入库)',
  schema: {
    type: 'object',
    required: ['io_id', 'status', 'ts', 'modified', 'io_date', 'wms_co_id', 'items'],
    properties: {
      modified: text,
      io_id: whole,
      po_id: { type: ['integer', 'null'] },
      status: text,
      ts: whole,
      io_date: text,
      supplier_id: whole,
      wms_co_id: whole,
      items,
    },
  },
  key: 'io_id',
  ...counted('purchasein/query', 50),
  records: 'data.datas',
  byKey: one('purchasein/query', {
    io_ids: ['{key|integer}'],
    statuss: ['WaitConfirm', 'Confirmed', 'Cancelled', 'Delete', 'Archive', 'OuterConfirming'],
  }),
  parts: [part('goods-receipt', 'receipt')],
  blindSpots: ['a receipt that is cancelled after it was booked: it is not shown any more', 'goods that go back to a supplier (采购退货)'],
}
