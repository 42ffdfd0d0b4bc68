import type { Command, Step } from '../../src/connector/types.ts'
import type { Json, JsonSchema } from '../../src/model/json.ts'
import { rpc, specification } from './rpc.ts'

const id = { type: 'integer' }
const text = { type: 'string', minLength: 1 }
const number = { type: 'number' }
const object = (required: readonly string[], properties: JsonSchema): JsonSchema => ({
  type: 'object',
  additionalProperties: false,
  required,
  properties,
})

/** A line as the model takes it, behind the command that makes it: [0, 0, values]. */
const made = (values: JsonSchema): JsonSchema => ({
  type: 'array',
  prefixItems: [{ const: 0 }, { const: 0 }, values],
  minItems: 3,
  maxItems: 3,
})
const key: Json = ['{key|integer}']

interface Kind {
  readonly model: 'purchase.order' | 'sale.order'
  readonly stream: string
  readonly reference: string
  readonly quantity: string
  readonly confirm: string
  readonly cancel: string
  /** who bought and where it goes stands in its note, since all shop customers are one partner */
  readonly noted?: true
}
const purchaseKind: Kind = {
  model: 'purchase.order',
  stream: 'purchases',
  reference: 'origin',
  quantity: 'product_qty',
  confirm: 'button_confirm',
  cancel: 'button_cancel',
}
const saleKind: Kind = {
  model: 'sale.order',
  stream: 'sales',
  reference: 'client_order_ref',
  quantity: 'product_uom_qty',
  confirm: 'action_confirm',
  cancel: 'action_cancel',
}

const lineFields = (kind: Kind): JsonSchema => ({ product_id: id, name: text, [kind.quantity]: number, price_unit: number, sequence: id })
const orderInput = (kind: Kind): JsonSchema =>
  object(['reference', 'partner', 'currency', 'lines'], {
    reference: text,
    partner: id,
    currency: id,
    ...(kind.noted ? { note: text } : {}),
    lines: {
      type: 'array',
      minItems: 1,
      items: made(object(['sequence', kind.quantity], { ...lineFields(kind), product_uom_id: id, product_uom: id })),
    },
  })
const editInput = (kind: Kind): JsonSchema =>
  object(['lines'], {
    ...(kind.noted ? { note: text } : {}),
    lines: { type: 'array', items: object(['sequence', 'quantity'], { sequence: id, quantity: number, price: number }) },
  })

const shown = ({ model, reference, quantity }: Kind) =>
  rpc(model, 'web_read', {
    ids: key,
    specification: specification([
      'state',
      reference,
      'write_date',
      'order_line.sequence',
      `order_line.${quantity}`,
      'order_line.price_unit',
    ]),
  })
/** Odoo refuses to confirm a sale twice, and a purchase may wait for an approval that is not ours to give. */
const confirmed = (kind: Kind): Step => ({
  ...rpc(kind.model, kind.confirm, { ids: key }),
  only: {
    call: rpc(kind.model, 'search_read', { domain: [['id', '=', '{key|integer}']], fields: ['state'] }),
    path: '0.state',
    in: ['draft', 'sent'],
  },
})

/** The reference is neither unique nor checked by Odoo: it is looked up before every doubtful retry. */
const createOrder = (kind: Kind, mapping: string, confirm: boolean): Command => ({
  mapping: `odoo/${mapping}`,
  input: orderInput(kind),
  call: rpc(kind.model, 'create', {
    vals_list: [
      {
        company_id: '{config.company}',
        partner_id: '{input.partner}',
        currency_id: '{input.currency}',
        [kind.reference]: '{input.reference}',
        ...(kind.noted ? { note: '{input.note}' } : {}),
        order_line: '{input.lines}',
      },
    ],
  }),
  key: '0',
  once: {
    kind: 'find',
    call: rpc(kind.model, 'search_read', {
      domain: [
        [kind.reference, '=', '{input.reference}'],
        ['partner_id', '=', '{input.partner}'],
        ['company_id', '=', '{config.company}'],
      ],
      fields: [kind.reference],
      order: 'id asc',
      limit: 1,
    }),
    records: '',
    key: 'id',
  },
  ...(confirm ? { then: [confirmed(kind)] } : {}),
  read: { call: shown(kind), record: '0', stream: kind.stream },
})
/** Line by line, by our line number: Odoo lets quantities and prices of a confirmed order be written and mends its transfers, but no line be taken out. A line more or less is refused, for a person. */
const changeOrder = (kind: Kind, mapping: string): Command => ({
  mapping: `odoo/${mapping}`,
  input: editInput(kind),
  requires: { call: shown(kind), path: '0.state', in: ['draft', 'sent', 'to approve', 'purchase', 'sale'] },
  prepare: [
    {
      ...rpc(`${kind.model}.line`, 'write', {
        ids: ['{row.id}'],
        vals: { [kind.quantity]: '{item.quantity}', price_unit: '{item.price}' },
      }),
      each: { of: 'lines', by: 'sequence', rows: '0.order_line', key: 'sequence' },
    },
  ],
  call: kind.noted
    ? rpc(kind.model, 'write', { ids: key, vals: { note: '{input.note}' } })
    : rpc(kind.model, 'web_read', { ids: key, specification: { state: {} } }),
  once: { kind: 'natural', why: 'figures of lines are set, not added' },
  read: { call: shown(kind), record: '0', stream: kind.stream },
})
const cancelOrder = (kind: Kind, mapping: string): Command => ({
  mapping: `odoo/${mapping}`,
  input: editInput(kind),
  call: rpc(kind.model, kind.cancel, { ids: key }, { disable_cancel_warning: true }),
  once: { kind: 'natural', why: 'cancelling a cancelled order changes nothing' },
  read: { call: shown(kind), record: '0', stream: kind.stream, proves: { path: 'state', in: ['cancel'] } },
})

/** `confirm`: ordered by us. What a buyer ordered is the seller's people's to confirm, to cut or to refuse. */
const order = (kind: Kind, stream: string, mapping: string, confirm = true) => {
  const own = { ...kind, stream }
  return {
    create: createOrder(own, mapping, confirm),
    change: changeOrder(own, `${mapping}-change`),
    cancel: cancelOrder(own, `${mapping}-change`),
  }
}
export const purchase = {
  kind: 'command',
  title: 'Purchase order, confirmed',
  document: 'purchase-order',
  ...order(purchaseKind, 'purchases', 'purchase-create'),
} as const
export const sale = {
  kind: 'command',
  title: 'Customer order as a confirmed sale',
  document: 'sales-order',
  ...order({ ...saleKind, noted: true }, 'sales', 'sale-create'),
} as const
export const purchaseAsSale = {
  kind: 'command',
  title: "Buyer's purchase order as a quotation in the seller's books, for its people to answer",
  document: 'purchase-order',
  ...order(saleKind, 'order-responses', 'purchase-as-sale', false),
} as const
