import type { Stream } from '../../src/connector/types.ts'
import type { Json } from '../../src/model/json.ts'
import { changes, one, record } from './rpc.ts'

const text = { type: 'string' }
const maybe = { type: ['string', 'null'] }
const list = { type: 'array' }
const relation = { type: ['object', 'null'] }
/** An order may name a contact; its company is the party. */
export const party = ['partner_id.name', 'partner_id.commercial_partner_id']
export const product = ['product_id.default_code', 'product_id.name']
export const under = (field: string, names: readonly string[]): readonly string[] => names.map((name) => `${field}.${name}`)

const order = {
  fields: ['name', 'origin', 'state', ...party, 'currency_id.name', 'date_order', 'amount_untaxed', 'amount_tax', 'amount_total'],
  schema: record(['name', 'state', 'partner_id', 'order_line'], {
    name: text,
    state: text,
    origin: maybe,
    client_order_ref: maybe,
    partner_id: relation,
    order_line: list,
  }),
  lines: under('order_line', ['sequence', 'display_type', 'name', ...product, 'product_uom_id.name', 'price_unit', 'price_subtotal']),
  blindSpots: ['a line written by itself moves its own write_date only: read the stream of its lines as well'],
}
const purchase = {
  model: 'purchase.order',
  fields: [
    ...order.fields,
    'partner_ref',
    'date_planned',
    'picking_type_id.warehouse_id.code',
    ...order.lines,
    'order_line.product_qty',
    'order_line.date_planned',
  ],
  schema: order.schema,
  blindSpots: order.blindSpots,
}
const sale = {
  model: 'sale.order',
  fields: [
    ...order.fields,
    'client_order_ref',
    'note',
    ...under('partner_shipping_id', ['name', 'street', 'street2', 'city', 'zip', 'country_id.code', 'phone', 'email']),
    ...order.lines,
    'order_line.product_uom_qty',
  ],
  schema: order.schema,
  blindSpots: order.blindSpots,
}

/** Our line numbers stand in the sequence of the lines. */
const hubLines = { each: 'order_line', key: 'id', number: 'sequence' }

/** Lines written after their order: it shows them only when it is read again. A line is made with its order, in one transaction, and then says nothing. */
const linesOf = (title: string, model: string, quantity: string, stream: string, domain: readonly Json[] = []): Stream => {
  const {
    byKey: _byKey,
    ids: _ids,
    ...polled
  } = changes({
    title,
    model,
    domain,
    fields: ['order_id.write_date', 'product_id', quantity, 'price_unit', 'name'],
    schema: {
      type: 'object',
      required: ['id', 'write_date', 'order_id'],
      properties: {
        id: { type: 'integer' },
        write_date: text,
        order_id: { type: 'object', required: ['id'], properties: { id: { type: 'integer' }, write_date: text } },
      },
    },
    blindSpots: ['a line deleted from a draft leaves no trace; the change of the totals moves the order'],
  })
  return { ...polled, parts: [], pokes: { stream, key: 'order_id.id', when: 'write_date > order_id.write_date' } }
}

export const purchases: Stream = {
  ...changes({ ...purchase, title: 'Purchase orders; those that the hub made are known by their origin' }),
  hubRef: { path: 'origin', document: 'purchase-order', by: 'key' },
  hubLines,
  parts: one('purchase-order', 'purchase'),
}
export const purchaseLines = linesOf('Lines of purchase orders, edited by themselves', 'purchase.order.line', 'product_qty', 'purchases')

export const saleOrders: Stream = {
  ...changes({ ...sale, title: 'Sale orders; those that the hub made are known by the reference of the customer' }),
  hubRef: { path: 'client_order_ref', document: 'sales-order', by: 'key' },
  hubLines,
  parts: one('sales-order', 'sale-order'),
}
export const saleOrderLines = linesOf('Lines of sale orders, edited by themselves', 'sale.order.line', 'product_uom_qty', 'sale-orders')

/** Only what has a reference of the customer, which may be written later: who is not in the list is not deleted. */
const referenced = (title: string): Omit<Stream, 'parts'> => {
  const { ids: _ids, ...polled } = changes({
    ...sale,
    title,
    domain: [['client_order_ref', '!=', false]],
    blindSpots: [...sale.blindSpots, 'deleted drafts leave no trace'],
  })
  return { ...polled, hubLines }
}

/** For books whose own orders are nobody's business: sales that the hub brought here are known by the reference, all others are set aside. */
export const sales: Stream = {
  ...referenced('Sale orders made from our orders'),
  hubRef: { path: 'client_order_ref', document: 'sales-order', by: 'key' },
  parts: [{ document: 'sales-order', mode: 'replace', identity: { kind: 'mirror', identifiers: [], foreign: 'ignore' } }],
}
export const orderResponses: Stream = {
  ...referenced("Sale orders that answer our purchase orders (seller's books)"),
  hubRef: { path: 'client_order_ref', document: 'purchase-order' },
  parts: one('order-response', 'order-response'),
}
export const responseLines = linesOf(
  'Lines of these answers, edited by themselves',
  'sale.order.line',
  'product_uom_qty',
  'order-responses',
  [['order_id.client_order_ref', '!=', false]],
)
