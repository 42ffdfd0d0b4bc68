import type { Stream } from '../../src/connector/types.ts'
import { party, product, under } from './orders.ts'
import { changes, one, record } from './rpc.ts'

const text = { type: 'string' }
const maybe = { type: ['string', 'null'] }
const list = { type: 'array' }
const relation = { type: ['object', 'null'] }

/** A picking that is done is not written any more, except for its notes. */
const pickings = (title: string, code: 'incoming' | 'outgoing', link: string, fields: readonly string[]): Omit<Stream, 'parts'> =>
  changes({
    title,
    model: 'stock.picking',
    domain: [
      ['picking_type_id.code', '=', code],
      ['state', '=', 'done'],
    ],
    fields: [
      'name',
      'origin',
      'state',
      'date_done',
      ...party,
      'picking_type_id.warehouse_id.code',
      ...fields,
      ...under('move_ids', [...product, 'state', 'quantity', 'product_uom.name', 'location_id.usage', 'location_dest_id.usage', link]),
    ],
    schema: record(['name', 'state', 'date_done', 'picking_type_id', 'move_ids'], {
      name: text,
      state: text,
      date_done: text,
      picking_type_id: { type: 'object' },
      move_ids: list,
    }),
  })

export const receipts: Stream = {
  ...pickings('Goods received', 'incoming', 'purchase_line_id.order_id', []),
  parts: one('goods-receipt', 'receipt', { when: "count(move_ids, location_id.usage == 'customer') == 0" }),
}
export const shipments: Stream = {
  ...pickings('Goods shipped to customers', 'outgoing', 'sale_line_id.order_id', ['carrier_id.name', 'carrier_tracking_ref']),
  parts: one('shipment', 'shipment'),
}
export const returns: Stream = {
  ...pickings('Goods returned by customers', 'incoming', 'sale_line_id.order_id', []),
  parts: one('shipment', 'return', { key: 'return-{key}', when: "count(move_ids, location_id.usage == 'customer') > 0" }),
}

/** With a number: once posted. One that is set back to draft keeps it. */
const invoice = (title: string, types: readonly string[], link: string): Omit<Stream, 'parts'> =>
  changes({
    title,
    model: 'account.move',
    domain: [
      ['move_type', 'in', types],
      ['name', '!=', false],
    ],
    fields: [
      'name',
      'ref',
      'move_type',
      'state',
      'payment_state',
      'invoice_date',
      'invoice_date_due',
      ...party,
      'currency_id.name',
      'amount_untaxed',
      'amount_tax',
      'amount_total',
      ...under('invoice_line_ids', [
        ...product,
        'display_type',
        'name',
        'quantity',
        'product_uom_id.name',
        'price_unit',
        'price_subtotal',
        link,
      ]),
    ],
    schema: record(['name', 'move_type', 'state', 'partner_id', 'invoice_line_ids'], {
      name: text,
      ref: maybe,
      move_type: text,
      state: text,
      partner_id: relation,
      invoice_line_ids: list,
    }),
    blindSpots: ['a line written by itself does not move write_date of its invoice; a posted one is locked'],
  })

export const invoices: Stream = {
  ...invoice('Bills of suppliers, once posted', ['in_invoice', 'in_refund'], 'purchase_line_id.order_id'),
  parts: one('invoice', 'supplier-invoice'),
}
export const customerInvoices: Stream = {
  ...invoice('Invoices to customers, once posted', ['out_invoice', 'out_refund'], 'sale_line_ids.order_id'),
  parts: one('invoice', 'customer-invoice'),
}
