import type { JsonObject } from '../../model/json.ts'
import type { Database, Row, Value } from './database.ts'
import { amountOf, converted, sumOf } from './exact.ts'
import { linesOf } from './read.ts'
import { userError } from './refusal.ts'

const quantityOf: Readonly<Record<string, string>> = {
  'purchase.order.line': 'product_qty',
  'sale.order.line': 'product_uom_qty',
  'account.move.line': 'quantity',
}
const parentOf: Readonly<Record<string, readonly [by: string, model: string]>> = {
  'purchase.order.line': ['order_id', 'purchase.order'],
  'sale.order.line': ['order_id', 'sale.order'],
  'account.move.line': ['move_id', 'account.move'],
}

/** Stored figures that follow a line: its own amount, and the totals of its document, which is written only where they change. Taxes are not simulated. */
export function recompute(db: Database, model: string, row: Row, fields: readonly string[]): void {
  if (model === 'res.partner') {
    const company = typeof row.parent_id === 'number' ? db.row(model, row.parent_id) : row
    row.commercial_partner_id = company === row ? row.id : (company.commercial_partner_id ?? company.id)
  }
  const quantity = quantityOf[model]
  const parent = parentOf[model]
  if (quantity === undefined || parent === undefined || ![quantity, 'price_unit', 'id'].some((name) => fields.includes(name))) return
  row.price_subtotal = amountOf(row[quantity], row.price_unit)
  const [by, document] = parent
  const head = db.rows(document).find(({ id }) => id === row[by])
  if (head === undefined) return
  const total = sumOf(linesOf(db, model, by, head.id).map((line) => line.price_subtotal))
  if (total !== head.amount_total) db.write(document, head.id, { amount_untaxed: total, amount_total: total })
}

const numbered = (db: Database, prefix: string, model: string): string =>
  `${prefix}${String(db.rows(model).filter(({ name }) => String(name).startsWith(prefix)).length + 1).padStart(5, '0')}`

/** What the server fills in where a create leaves it out. */
export function withDefaults(db: Database, model: string, values: JsonObject): JsonObject {
  const [company] = db.rows('res.company')
  const head = { company_id: company?.id ?? false, currency_id: company?.currency_id as number, state: 'draft' }
  switch (model) {
    case 'purchase.order':
      return lined(
        db,
        { name: numbered(db, 'P', model), ...head, date_order: db.now(), picking_type_id: typeId(db, 'incoming'), ...values },
        'order_line',
      )
    case 'sale.order':
      return lined(
        db,
        { name: numbered(db, 'S', model), ...head, date_order: db.now(), partner_shipping_id: values.partner_id ?? false, ...values },
        'order_line',
      )
    case 'account.move':
      return lined(db, { ...head, payment_state: 'not_paid', ...values }, 'invoice_line_ids')
    default:
      return values
  }
}

/** A line takes its unit and its text from its product. */
function lined(db: Database, values: JsonObject, field: string): JsonObject {
  const commands = values[field]
  if (!Array.isArray(commands)) return values
  const unit = db.fields('sale.order.line').product_uom === undefined || field !== 'order_line' ? 'product_uom_id' : 'product_uom'
  return {
    ...values,
    [field]: (commands as readonly (readonly [number, number, JsonObject])[]).map(([code, id, line]) => {
      if (code !== 0 || typeof line.product_id !== 'number') return [code, id, line]
      const product = db.row('product.product', line.product_id)
      const sequence = field === 'order_line' ? { sequence: 10 } : {}
      return [
        code,
        id,
        { ...sequence, name: `[${String(product.default_code)}] ${String(product.name)}`, [unit]: product.uom_id as number, ...line },
      ]
    }) as never,
  }
}

export const typeId = (db: Database, code: string): number => db.rows('stock.picking.type').find((type) => type.code === code)?.id ?? 0
const locationId = (db: Database, usage: string): number => db.rows('stock.location').find((location) => location.usage === usage)?.id ?? 0

/** How much of the reference unit a unit holds; in 17 and 18, which count the other way round, every unit is taken for its own reference. */
const factorOf = (db: Database, unit: Value | undefined): number => Number(db.row('uom.uom', Number(unit)).factor ?? 1) || 1

/** Confirmed goods become a picking that waits for them, in the unit of the product whatever the order's is (`stock.propagate_uom` is off). Services move nothing. */
export function planPicking(db: Database, kind: 'purchase' | 'sale', order: Row): void {
  const incoming = kind === 'purchase'
  const prefix = incoming ? 'WH/IN/' : 'WH/OUT/'
  const [quantity, unit] = [
    incoming ? 'product_qty' : 'product_uom_qty',
    db.fields('sale.order.line').product_uom === undefined ? 'product_uom_id' : 'product_uom',
  ]
  const picking = db.create('stock.picking', {
    name: numbered(db, prefix, 'stock.picking'),
    origin: order.name as string,
    state: 'assigned',
    partner_id: order.partner_id as number,
    picking_type_id: typeId(db, incoming ? 'incoming' : 'outgoing'),
    [incoming ? 'purchase_id' : 'sale_id']: order.id,
  })
  for (const line of linesOf(db, `${kind}.order.line`, 'order_id', order.id)) {
    const product = typeof line.product_id === 'number' ? db.row('product.product', line.product_id) : undefined
    if (product === undefined || product.type === 'service') continue
    const pieces = converted(line[quantity], factorOf(db, line[unit]), factorOf(db, product.uom_id))
    db.create('stock.move', {
      picking_id: picking.id,
      product_id: product.id,
      product_uom: product.uom_id as number,
      product_uom_qty: pieces,
      quantity: pieces,
      state: 'assigned',
      location_id: locationId(db, incoming ? 'supplier' : 'internal'),
      location_dest_id: locationId(db, incoming ? 'internal' : 'customer'),
      [incoming ? 'purchase_line_id' : 'sale_line_id']: line.id,
    })
  }
}

export function moveGoods(db: Database, product: number, location: number, quantity: number): void {
  const quant = db.rows('stock.quant').find((row) => row.product_id === product && row.location_id === location && row.owner_id === false)
  if (quant === undefined) db.create('stock.quant', { product_id: product, location_id: location, quantity })
  else db.write('stock.quant', quant.id, { quantity: sumOf([quant.quantity, quantity]) })
}

/** `button_validate`: what is picked, or all where nothing is, is done; the rest waits in a backorder, which a person is asked about unless the context says not to. */
export function validatePicking(db: Database, picking: Row, skipBackorder: boolean): true | 'backorder' {
  if (!['assigned', 'confirmed'].includes(String(picking.state)))
    throw userError('You cannot validate a transfer that is done or cancelled.')
  const moves = linesOf(db, 'stock.move', 'picking_id', picking.id).filter(({ state }) => state !== 'done' && state !== 'cancel')
  const picked = moves.some((move) => move.picked === true) ? moves.filter((move) => move.picked === true) : moves
  if (!picked.some(({ quantity }) => Number(quantity) > 0)) throw userError('You cannot validate a transfer if no quantities are reserved.')
  const rest = moves
    .map((move) => [move, sumOf([move.product_uom_qty, picked.includes(move) ? -Number(move.quantity) : 0])] as const)
    .filter(([, open]) => open > 0)
  if (rest.length > 0 && !skipBackorder) return 'backorder'
  for (const move of picked) {
    const [from, to] = [Number(move.location_id), Number(move.location_dest_id)]
    moveGoods(db, Number(move.product_id), from, -Number(move.quantity))
    moveGoods(db, Number(move.product_id), to, Number(move.quantity))
    for (const [field, model, done] of [
      ['purchase_line_id', 'purchase.order.line', 'qty_received'],
      ['sale_line_id', 'sale.order.line', 'qty_delivered'],
    ] as const)
      if (typeof move[field] === 'number') {
        const line = db.row(model, move[field])
        const unit = line.product_uom === undefined ? line.product_uom_id : line.product_uom
        const counted = converted(move.quantity, factorOf(db, move.product_uom), factorOf(db, unit))
        db.write(model, line.id, { [done]: sumOf([line[done], counted]) })
      }
    db.write('stock.move', move.id, { state: 'done', picked: true, product_uom_qty: move.quantity as number })
  }
  if (rest.length > 0) {
    const { name, origin, partner_id, picking_type_id, purchase_id, sale_id } = picking
    const prefix = String(name).replace(/\d+$/, '')
    const back = db.create('stock.picking', {
      name: numbered(db, prefix, 'stock.picking'),
      origin,
      partner_id,
      picking_type_id,
      purchase_id,
      sale_id,
      state: 'assigned',
      backorder_id: picking.id,
    } as JsonObject)
    for (const [move, open] of rest) {
      const { product_id, product_uom, location_id, location_dest_id, purchase_line_id, sale_line_id } = move
      db.create('stock.move', {
        picking_id: back.id,
        product_id,
        product_uom,
        product_uom_qty: open,
        quantity: open,
        state: 'assigned',
        location_id,
        location_dest_id,
        purchase_line_id,
        sale_line_id,
      } as JsonObject)
      if (!picked.includes(move)) db.remove('stock.move', move.id)
    }
  }
  db.write('stock.picking', picking.id, { state: 'done', date_done: db.now() })
  return true
}
