import type { CommandAction, JsonTemplate, StateAction } from '../../src/connector/types.ts'
import { ask } from './ask.ts'

const text = { type: 'string', minLength: 1 }
/** Jushuitan counts whole pieces. */
const count = { type: 'number', minimum: 1, multipleOf: 1 }
const money = { type: 'number' }
const known = { type: 'object', additionalProperties: false, required: ['number'], properties: { number: text } }
const firstOrder = 'data.orders.0'
const orderNow = ask('orders/single/query', { o_ids: ['{key|integer}'], page_index: 1, page_size: 1 })
const purchaseNow = ask('purchase/query', { po_ids: ['{key}'], page_index: 1, page_size: 1 })

const items = (fields: Readonly<Record<string, JsonTemplate>>, required: readonly string[]) => ({
  type: 'array',
  minItems: 1,
  maxItems: 500,
  items: { type: 'object', additionalProperties: false, required: [...required], properties: fields },
})

/** 采购单上传. A line keeps our number in its note. */
export const purchase: CommandAction = {
  kind: 'command',
  title: 'Purchase order, confirmed',
  document: 'purchase-order',
  create: {
    mapping: 'jushuitan/purchase-upload',
    input: {
      type: 'object',
      additionalProperties: false,
      required: ['number', 'supplier', 'date', 'items'],
      properties: {
        number: { ...text, maxLength: 50 },
        supplier: text,
        date: text,
        note: text,
        items: items(
          { sku_id: text, qty: count, price: money, tax_rate: { type: 'number', multipleOf: 1 }, remark: text, plan_arrive_date: text },
          ['sku_id', 'qty', 'remark'],
        ),
      },
    },
    call: ask('jushuitan/purchase/upload', {
      external_id: '{input.number}',
      supplier_id: '{input.supplier|integer}',
      wms_co_id: '{config.warehouse|integer}',
      po_date: '{input.date}',
      remark: '{input.note}',
      is_confirm: true,
      items: '{input.items}',
    }),
    key: 'data.data.po_id',
    once: {
      kind: 'find',
      call: ask('purchase/query', { so_ids: ['{input.number}'], page_index: 1, page_size: 10 }),
      records: 'data.datas',
      match: "record.so_id == input.number && record.status != 'Cancelled' && record.status != 'Delete'",
      key: 'po_id',
    },
    read: { call: purchaseNow, record: 'data.datas.0', stream: 'purchases' },
  },
  cancel: {
    mapping: 'jushuitan/purchase-cancel',
    input: known,
    requires: { call: purchaseNow, path: 'data.datas.0.status', in: ['Creating', 'WaitConfirm', 'Confirmed'] },
    call: ask('webapi/wmsapi/purchase/cancel', { po_ids: ['{key|integer}'], type: 'po' }),
    once: { kind: 'natural', why: 'an order that is void is not made void again: its state is read first' },
    read: { call: purchaseNow, record: 'data.datas.0', stream: 'purchases', proves: { path: 'status', in: ['Cancelled', 'Delete'] } },
  },
}

/** 订单上传: (shop, so_id) is unique. What was uploaded is changed by people only: which fields a second upload changes depends on how far the order is. */
export const order: CommandAction = {
  kind: 'command',
  title: 'Order of an own shop (商家自有商城), paid',
  document: 'sales-order',
  create: {
    mapping: 'jushuitan/order-upload',
    input: {
      type: 'object',
      additionalProperties: false,
      required: ['number', 'date', 'buyer', 'receiver', 'amount', 'freight', 'items'],
      properties: {
        number: { ...text, maxLength: 50 },
        date: text,
        buyer: text,
        receiver: {
          type: 'object',
          additionalProperties: false,
          required: ['receiver_name', 'receiver_address'],
          properties: {
            receiver_name: text,
            receiver_address: text,
            receiver_state: text,
            receiver_city: text,
            receiver_district: text,
            receiver_zip: text,
            receiver_country: text,
            receiver_mobile: text,
          },
        },
        amount: money,
        freight: money,
        currency: text,
        note: text,
        items: items(
          { sku_id: text, shop_sku_id: text, name: text, qty: count, price: money, base_price: money, amount: money, outer_oi_id: text },
          ['sku_id', 'qty', 'amount', 'outer_oi_id'],
        ),
      },
    },
    call: {
      ...ask('jushuitan/orders/upload', {}),
      form: {
        version: '2',
        biz: {
          json: [
            {
              shop_id: '{config.shop|integer}',
              so_id: '{input.number}',
              order_date: '{input.date}',
              shop_status: 'WAIT_SELLER_SEND_GOODS',
              shop_buyer_id: '{input.buyer}',
              receiver_name: '{input.receiver.receiver_name}',
              receiver_address: '{input.receiver.receiver_address}',
              receiver_state: '{input.receiver.receiver_state}',
              receiver_city: '{input.receiver.receiver_city}',
              receiver_district: '{input.receiver.receiver_district}',
              receiver_zip: '{input.receiver.receiver_zip}',
              receiver_country: '{input.receiver.receiver_country}',
              receiver_mobile: '{input.receiver.receiver_mobile}',
              pay_amount: '{input.amount}',
              freight: '{input.freight}',
              currency: '{input.currency}',
              buyer_message: '{input.note}',
              items: '{input.items}',
              pay: { outer_pay_id: '{input.number}', pay_date: '{input.date}', amount: '{input.amount}', payment: 'Crossdock' },
            },
          ],
        },
      },
    },
    key: 'data.datas.0.o_id',
    once: {
      kind: 'find',
      call: ask('orders/single/query', { shop_id: '{config.shop|integer}', so_ids: ['{input.number}'], page_index: 1, page_size: 10 }),
      records: 'data.orders',
      match: "record.so_id == input.number && record.status != 'Merged' && record.status != 'Split'",
      key: 'o_id',
    },
    read: { call: orderNow, record: firstOrder, stream: 'orders' },
  },
  cancel: {
    mapping: 'jushuitan/order-cancel',
    input: known,
    requires: { call: orderNow, path: `${firstOrder}.status`, in: ['WaitPay', 'WaitConfirm', 'WaitFConfirm', 'Question', 'Delivering'] },
    call: ask('jushuitan/orderbyoid/cancel', { o_ids: ['{key|integer}'], cancel_type: '不需要了' }),
    once: { kind: 'natural', why: 'an order that is cancelled is not cancelled again: its state is read first' },
    read: { call: orderNow, record: firstOrder, stream: 'orders', proves: { path: 'status', in: ['Cancelled'] } },
  },
}

/** 新建盘点单, a count of everything there (全量): what orders have taken (订单占有) is still on the shelf, so it is counted with what may be sold. */
export const setStock: StateAction = {
  kind: 'state',
  title: 'Stock that may be sold in a warehouse, as a count that is confirmed at once',
  document: 'stock-level',
  mapping: 'jushuitan/set-stock',
  input: {
    type: 'object',
    additionalProperties: false,
    required: ['warehouse', 'sku', 'quantity'],
    properties: { warehouse: text, sku: text, quantity: { type: 'integer', minimum: 0 } },
  },
  call: ask('jushuitan/inventoryv2/upload', {
    wms_co_id: '{input.warehouse|integer}',
    type: 'check',
    is_confirm: true,
    so_id: '{contentKey}',
    warehouse: '1',
    items: [{ sku_id: '{input.sku}', qty: '{gross}' }],
  }),
  once: { kind: 'natural', why: 'it sets a figure, and a count with a number that came before counts as that one' },
  current: {
    call: ask('inventory/query', { wms_co_id: '{input.warehouse|integer}', sku_ids: '{input.sku}', page_index: 1, page_size: 10 }),
    among: { records: 'data.inventorys', match: 'record.sku_id == input.sku' },
    value: 'qty',
    reserved: 'order_lock',
    wanted: 'quantity',
    orders: 'orders',
  },
}

/** 订单发货: a whole order with one tracking number. */
export const send: CommandAction = {
  kind: 'command',
  title: 'An order is sent, with its tracking number',
  document: 'shipment',
  create: {
    mapping: 'jushuitan/send',
    input: {
      type: 'object',
      additionalProperties: false,
      required: ['order', 'tracking', 'carrier'],
      properties: { order: text, tracking: text, carrier: text },
    },
    requires: {
      call: ask('orders/single/query', { o_ids: ['{input.order|integer}'], page_index: 1, page_size: 1 }),
      path: `${firstOrder}.status`,
      in: ['WaitConfirm', 'WaitFConfirm', 'Question', 'Delivering', 'WaitOuterSent'],
    },
    call: ask('order/sent/upload', {
      items: [
        {
          o_id: '{input.order|integer}',
          shop_id: `{before.${firstOrder}.shop_id}`,
          so_id: `{before.${firstOrder}.so_id}`,
          lc_name: '{input.carrier}',
          l_id: '{input.tracking}',
        },
      ],
    }),
    keyBefore: `${firstOrder}.o_id`,
    once: {
      kind: 'find',
      call: ask('orders/single/query', { o_ids: ['{input.order|integer}'], page_index: 1, page_size: 1 }),
      records: 'data.orders',
      match: "record.status == 'Sent' && record.l_id == input.tracking",
      key: 'o_id',
    },
  },
}
