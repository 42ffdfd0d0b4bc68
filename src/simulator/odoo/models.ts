/** Fields of the simulated models, as Odoo 19 names them; `older` is the name that 17 and 18 have, `new` what they do not have (they count factors the other way round). */
export type Field =
  | { readonly type: 'char' | 'text' | 'integer' | 'float' | 'boolean' | 'date' | 'datetime'; readonly older?: string; readonly new?: true }
  | { readonly type: 'many2one'; readonly to: string; readonly older?: string }
  | { readonly type: 'one2many'; readonly to: string; readonly by: string }
  | { readonly type: 'many2many'; readonly to: string; readonly new?: true }

const [char, text, integer, float, boolean, date, datetime] = (
  ['char', 'text', 'integer', 'float', 'boolean', 'date', 'datetime'] as const
).map((type): Field => ({ type })) as [Field, Field, Field, Field, Field, Field, Field]
const one = (to: string): Field => ({ type: 'many2one', to })
const unit: Field = { type: 'many2one', to: 'uom.uom', older: 'product_uom' }
const many = (to: string, by: string): Field => ({ type: 'one2many', to, by })

export type Fields = Readonly<Record<string, Field>>
const stamps: Fields = { id: integer, create_date: datetime, write_date: datetime, display_name: char }

const orderLine = (order: string): Fields => ({
  order_id: one(order),
  sequence: integer,
  display_type: char,
  name: text,
  product_id: one('product.product'),
  product_uom_id: unit,
  price_unit: float,
  price_subtotal: float,
})
const order = (model: string): Fields => ({
  name: char,
  origin: char,
  state: char,
  company_id: one('res.company'),
  partner_id: one('res.partner'),
  currency_id: one('res.currency'),
  date_order: datetime,
  amount_untaxed: float,
  amount_tax: float,
  amount_total: float,
  order_line: many(`${model}.line`, 'order_id'),
})

const declared: Readonly<Record<string, Fields>> = {
  'res.company': { name: char, currency_id: one('res.currency') },
  'res.currency': { name: char, active: boolean },
  'res.country': { name: char, code: char },
  'res.country.state': { name: char, code: char },
  'res.partner': {
    name: char,
    ref: char,
    active: boolean,
    is_company: boolean,
    parent_id: one('res.partner'),
    commercial_partner_id: one('res.partner'),
    vat: char,
    email: char,
    phone: char,
    street: char,
    street2: char,
    city: char,
    zip: char,
    state_id: one('res.country.state'),
    country_id: one('res.country'),
    supplier_rank: integer,
    customer_rank: integer,
  },
  'uom.uom': { name: char, active: boolean, factor: { type: 'float', new: true } },
  'product.product': {
    name: char,
    default_code: char,
    barcode: char,
    active: boolean,
    type: char,
    uom_id: one('uom.uom'),
    uom_ids: { type: 'many2many', to: 'uom.uom', new: true },
    lst_price: float,
    currency_id: one('res.currency'),
    stock_quant_ids: many('stock.quant', 'product_id'),
  },
  'stock.warehouse': { name: char, code: char, active: boolean },
  'stock.location': { name: char, usage: char, warehouse_id: one('stock.warehouse') },
  'stock.quant': {
    product_id: one('product.product'),
    location_id: one('stock.location'),
    owner_id: one('res.partner'),
    quantity: float,
    reserved_quantity: float,
  },
  'stock.picking.type': { name: char, code: char, warehouse_id: one('stock.warehouse') },
  'delivery.carrier': { name: char },
  'stock.picking': {
    name: char,
    origin: char,
    note: text,
    state: char,
    date_done: datetime,
    partner_id: one('res.partner'),
    picking_type_id: one('stock.picking.type'),
    carrier_id: one('delivery.carrier'),
    carrier_tracking_ref: char,
    purchase_id: one('purchase.order'),
    sale_id: one('sale.order'),
    backorder_id: one('stock.picking'),
    move_ids: many('stock.move', 'picking_id'),
  },
  'stock.move': {
    picking_id: one('stock.picking'),
    product_id: one('product.product'),
    product_uom: one('uom.uom'),
    product_uom_qty: float,
    quantity: float,
    picked: boolean,
    state: char,
    location_id: one('stock.location'),
    location_dest_id: one('stock.location'),
    purchase_line_id: one('purchase.order.line'),
    sale_line_id: one('sale.order.line'),
  },
  'purchase.order': {
    ...order('purchase.order'),
    partner_ref: char,
    date_planned: datetime,
    picking_type_id: one('stock.picking.type'),
  },
  'purchase.order.line': { ...orderLine('purchase.order'), product_qty: float, qty_received: float, date_planned: datetime },
  'sale.order': { ...order('sale.order'), client_order_ref: char, note: text, locked: boolean, partner_shipping_id: one('res.partner') },
  'sale.order.line': { ...orderLine('sale.order'), product_uom_qty: float, qty_delivered: float },
  'account.move': {
    name: char,
    ref: char,
    move_type: char,
    state: char,
    payment_state: char,
    company_id: one('res.company'),
    partner_id: one('res.partner'),
    currency_id: one('res.currency'),
    invoice_date: date,
    invoice_date_due: date,
    narration: text,
    amount_untaxed: float,
    amount_tax: float,
    amount_total: float,
    invoice_line_ids: many('account.move.line', 'move_id'),
  },
  'account.move.line': {
    move_id: one('account.move'),
    display_type: char,
    name: char,
    product_id: one('product.product'),
    product_uom_id: one('uom.uom'),
    quantity: float,
    price_unit: float,
    price_subtotal: float,
    purchase_line_id: one('purchase.order.line'),
    sale_line_ids: { type: 'many2many', to: 'sale.order.line' },
  },
  'res.users': { name: char, login: char },
}

export type Series = 'now' | 'older'

const namedIn = (series: Series, fields: Fields): Fields => {
  const named = Object.entries(fields)
    .filter(([, field]) => series === 'now' || !('new' in field))
    .map(([name, field]) => [series === 'older' && 'older' in field && field.older ? field.older : name, field] as const)
  return { ...stamps, ...Object.fromEntries(named) }
}
const every = (series: Series): ReadonlyMap<string, Fields> =>
  new Map(Object.entries(declared).map(([model, fields]) => [model, namedIn(series, fields)]))
const known: Readonly<Record<Series, ReadonlyMap<string, Fields>>> = { now: every('now'), older: every('older') }

/** Fields of a model as the series of the server names them; undefined: there is no such model. */
export const fieldsOf = (model: string, series: Series): Fields | undefined => known[series].get(model)
export const modelNames: readonly string[] = Object.keys(declared)
