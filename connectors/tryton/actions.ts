import type { Command, Matches } from '../../src/connector/types.ts'
import type { JsonSchema } from '../../src/model/json.ts'
import { rpc } from './rpc.ts'

const decimal = {
  type: 'object',
  required: ['__class__', 'decimal'],
  properties: { __class__: { const: 'Decimal' }, decimal: { type: 'string' } },
}

const saleInput: JsonSchema = {
  type: 'object',
  additionalProperties: false,
  required: ['reference', 'party', 'currency', 'lines'],
  properties: {
    reference: { type: 'string', minLength: 1 },
    party: { type: 'integer' },
    address: { type: 'integer' },
    currency: { type: 'integer' },
    saleDate: { type: 'object' },
    comment: { type: 'string' },
    lines: {
      type: 'array',
      items: {
        type: 'object',
        additionalProperties: false,
        required: ['sequence', 'quantity', 'unit_price'],
        properties: {
          sequence: { type: 'integer' },
          product: { type: 'integer' },
          unit: { type: 'integer' },
          description: { type: 'string' },
          quantity: decimal,
          unit_price: decimal,
        },
      },
    },
  },
}

/** `sale.line` rows have no key of ours: their sequence is our line number. */
const readSale = rpc('model.sale.sale.read', [
  ['{key|integer}'],
  [
    'state',
    'reference',
    'comment',
    'lines.sequence',
    'lines.product',
    'lines.unit',
    'lines.description',
    'lines.quantity',
    'lines.unit_price',
    'write_date',
    'create_date',
  ],
])
/** All that `changeSale` writes; whoever processes a sale leaves it as it is. */
const written: Matches = {
  equal: [['comment', 'comment']],
  lists: [
    {
      rows: ['lines', 'lines'],
      key: ['sequence', 'sequence'],
      equal: [
        ['product', 'product'],
        ['unit', 'unit'],
        ['description', 'description'],
      ],
      decimal: [
        ['quantity', 'quantity.decimal'],
        ['unit_price', 'unit_price.decimal'],
      ],
    },
  ],
}
/** Only these may still be edited; Tryton writes into later states without touching the moves already made. */
const editable = ['draft', 'quotation']

/**
 * `reference` carries our number and is neither unique nor checked by Tryton: looked up before every doubtful retry. `quote` numbers the sale and needs an
 * address; the seller's people quote what a buyer ordered themselves.
 */
export const createSale = (mapping: string, quote: boolean): Command => ({
  mapping,
  input: saleInput,
  call: rpc('model.sale.sale.create', [
    [
      {
        company: '{config.company}',
        party: '{input.party}',
        invoice_address: '{input.address}',
        shipment_address: '{input.address}',
        currency: '{input.currency}',
        reference: '{input.reference}',
        sale_date: '{input.saleDate}',
        comment: '{input.comment}',
        lines: [['create', '{input.lines}']],
      },
    ],
  ]),
  key: 'result.0',
  once: {
    kind: 'find',
    call: rpc('model.sale.sale.search_read', [
      [
        ['reference', '=', '{input.reference}'],
        ['party', '=', '{input.party}'],
      ],
      0,
      1,
      [['id', 'ASC']],
      ['reference'],
    ]),
    records: 'result',
    key: 'id',
  },
  ...(quote ? { then: [rpc('model.sale.sale.quote', [['{key|integer}']])] } : {}),
  read: { call: readSale, record: 'result.0', stream: 'sales' },
})

/** Lines are replaced whole, so that a repeated change ends in the same sale; Tryton lets lines be deleted in a draft only. */
export const changeSale = (mapping: string, quote: boolean): Command => ({
  mapping,
  input: saleInput,
  requires: { call: rpc('model.sale.sale.read', [['{key|integer}'], ['state', 'lines']]), path: 'result.0.state', in: editable },
  prepare: [rpc('model.sale.sale.draft', [['{key|integer}']])],
  call: rpc('model.sale.sale.write', [
    ['{key|integer}'],
    {
      comment: '{input.comment}',
      lines: [
        ['delete', '{before.result.0.lines}'],
        ['create', '{input.lines}'],
      ],
    },
  ]),
  once: { kind: 'natural', why: 'the write replaces all lines by the ones of the order' },
  ...(quote ? { then: [rpc('model.sale.sale.quote', [['{key|integer}']])] } : {}),
  read: { call: readSale, record: 'result.0', stream: 'sales', matches: written },
})

/** A sale that is already processed answers the button with null and stays: the state read back tells. */
export const cancelSale = (mapping: string): Command => ({
  mapping,
  input: saleInput,
  call: rpc('model.sale.sale.cancel', [['{key|integer}']]),
  once: { kind: 'natural', why: 'cancelling a cancelled sale changes nothing' },
  read: { call: readSale, record: 'result.0', stream: 'sales', proves: { path: 'state', in: ['cancelled'] } },
})
