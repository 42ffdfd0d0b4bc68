import type { CommandAction } from '../../src/connector/types.ts'
import { rpc, specification } from './rpc.ts'

const id = { type: 'integer' }
const text = { type: 'string', minLength: 1 }
const number = { type: 'number' }
const mark = 'Crossdock {effectKey}'

/**
 * The open transfer of an order is validated with the quantities that really moved; Odoo keeps the rest in a backorder. Our mark in its notes is what an unanswered try is known by. An article that stands
 * twice in the transfer, or not at all, is refused, for a person.
 */
const transfer = (
  title: string,
  document: string,
  code: 'incoming' | 'outgoing',
  order: string,
  stream: string,
  mapping: string,
): CommandAction => ({
  kind: 'command',
  title,
  document,
  create: {
    mapping: `odoo/${mapping}`,
    input: {
      type: 'object',
      additionalProperties: false,
      required: ['order', 'lines'],
      properties: {
        order: id,
        tracking: text,
        lines: {
          type: 'array',
          minItems: 1,
          items: {
            type: 'object',
            additionalProperties: false,
            required: ['product', 'quantity'],
            properties: { product: id, quantity: number },
          },
        },
      },
    },
    requires: {
      call: rpc('stock.picking', 'web_search_read', {
        domain: [
          [order, '=', '{input.order}'],
          ['picking_type_id.code', '=', code],
          ['state', 'in', ['confirmed', 'assigned']],
        ],
        specification: specification(['state', 'move_ids.product_id']),
        order: 'id asc',
        limit: 1,
        count_limit: 1,
      }),
      path: 'records.0.state',
      in: ['confirmed', 'assigned'],
    },
    prepare: [
      rpc('stock.picking', 'write', { ids: ['{before.records.0.id}'], vals: { note: mark, carrier_tracking_ref: '{input.tracking}' } }),
      {
        ...rpc('stock.move', 'write', { ids: ['{row.id}'], vals: { quantity: '{item.quantity}', picked: true } }),
        each: { of: 'lines', by: 'product', rows: 'records.0.move_ids', key: 'product_id' },
      },
    ],
    call: rpc('stock.picking', 'button_validate', { ids: ['{before.records.0.id}'] }, { skip_backorder: true, skip_sms: true }),
    keyBefore: 'records.0.id',
    once: {
      kind: 'find',
      call: rpc('stock.picking', 'search_read', {
        domain: [
          ['note', 'ilike', mark],
          ['picking_type_id.code', '=', code],
          ['state', '=', 'done'],
        ],
        fields: ['state'],
        limit: 1,
      }),
      records: '',
      key: 'id',
    },
    read: {
      call: rpc('stock.picking', 'web_read', { ids: ['{key|integer}'], specification: specification(['state', 'write_date']) }),
      record: '0',
      stream,
      proves: { path: 'state', in: ['done'] },
    },
  },
})

export const receive = transfer(
  'Goods received: the open receipt of the purchase is validated',
  'goods-receipt',
  'incoming',
  'purchase_id',
  'receipts',
  'receive',
)
export const ship = transfer(
  'Goods shipped: the open delivery of the sale is validated',
  'shipment',
  'outgoing',
  'sale_id',
  'shipments',
  'ship',
)

/** A draft: nothing is booked before a person has looked at it and posts it. */
export const bill: CommandAction = {
  kind: 'command',
  title: 'Bill of a supplier, as a draft',
  document: 'invoice',
  create: {
    mapping: 'odoo/bill',
    input: {
      type: 'object',
      additionalProperties: false,
      required: ['reference', 'partner', 'currency', 'type', 'date', 'lines'],
      properties: {
        reference: text,
        partner: id,
        currency: id,
        type: { enum: ['in_invoice', 'in_refund'] },
        date: text,
        dueDate: text,
        lines: {
          type: 'array',
          minItems: 1,
          items: {
            type: 'array',
            minItems: 3,
            maxItems: 3,
            prefixItems: [
              { const: 0 },
              { const: 0 },
              {
                type: 'object',
                additionalProperties: false,
                required: ['quantity', 'price_unit'],
                properties: { product_id: id, name: text, quantity: number, price_unit: number },
              },
            ],
          },
        },
      },
    },
    call: rpc('account.move', 'create', {
      vals_list: [
        {
          move_type: '{input.type}',
          company_id: '{config.company}',
          partner_id: '{input.partner}',
          currency_id: '{input.currency}',
          ref: '{input.reference}',
          invoice_date: '{input.date}',
          invoice_date_due: '{input.dueDate}',
          invoice_line_ids: '{input.lines}',
        },
      ],
    }),
    key: '0',
    once: {
      kind: 'find',
      call: rpc('account.move', 'search_read', {
        domain: [
          ['ref', '=', '{input.reference}'],
          ['partner_id', '=', '{input.partner}'],
          ['move_type', '=', '{input.type}'],
          ['company_id', '=', '{config.company}'],
        ],
        fields: ['ref'],
        order: 'id asc',
        limit: 1,
      }),
      records: '',
      key: 'id',
    },
  },
}
