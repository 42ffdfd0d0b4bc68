import type { JsonObject } from '../../model/json.ts'
import type { Database, Row } from './database.ts'
import { callMethod } from './methods.ts'
import { moveGoods, typeId } from './trade.ts'

export interface PartnerInput {
  readonly name: string
  readonly ref?: string
  readonly kind: 'supplier' | 'customer'
  readonly vat?: string
  readonly email?: string
  readonly city?: string
  /** ISO 3166-1: US, DE or CN */
  readonly country?: string
}
export interface ProductInput {
  readonly code: string
  readonly name: string
  readonly price: number
  readonly barcode?: string
  readonly unit?: string
  /** other units it is bought and sold in */
  readonly packs?: readonly string[]
  /** goods when left out */
  readonly type?: 'consu' | 'service'
}
export interface OrderLineInput {
  readonly product: string
  readonly quantity: number
  readonly price: number
  /** that of the product when left out */
  readonly unit?: string
}
/** What the dock counted of one line of a purchase, by its place from 1, in the unit of the product. */
export interface Counted {
  readonly line: number
  readonly accepted: number
  readonly rejected: number
}

/** What people of the company do at their screens. */
export interface Staff {
  addPartner(input: PartnerInput): number
  addProduct(input: ProductInput): number
  /** a unit of so many of the reference; not in the series `older` */
  addUnit(name: string, factor: number): number
  setStock(code: string, quantity: number): void
  /** `confirm`: ordered, not only asked for */
  purchase(supplier: number, lines: readonly OrderLineInput[], more?: JsonObject, confirm?: boolean): number
  sell(customer: number, lines: readonly OrderLineInput[], more?: JsonObject, confirm?: boolean): number
  /** validates the open transfer of an order; `quantities` by code, all when left out */
  transfer(
    order: { readonly purchase?: number; readonly sale?: number },
    quantities?: Readonly<Record<string, number>>,
    more?: JsonObject,
  ): number
  /** counts a truck in: what is broken goes to scrap, what did not come waits in a backorder */
  receive(purchase: number, counted: readonly Counted[], more?: JsonObject): number
  /** a posted bill for so much of some lines of a purchase, by their places from 1, in its unit */
  bill(purchase: number, lines: readonly { readonly line: number; readonly quantity: number }[], more: JsonObject): number
  /** a posted invoice of a purchase or a sale */
  invoice(order: { readonly purchase?: number; readonly sale?: number }, more: JsonObject): number
  /** goods of a sale come back; `quantities` by code, all when left out */
  takeBack(sale: number, quantities?: Readonly<Record<string, number>>, more?: JsonObject): number
  write(model: string, id: number, values: JsonObject): void
  press(model: string, id: number, button: string, context?: JsonObject): void
  remove(model: string, id: number): void
}

export function createStaff(db: Database): Staff {
  const product = (code: string): number => db.rows('product.product').find((row) => row.default_code === code)?.id ?? 0
  const create = (model: string, values: JsonObject): number =>
    (callMethod(db, model, 'create', { vals_list: [values] }) as readonly number[])[0] ?? 0
  const press = (model: string, id: number, button: string, context: JsonObject = {}): void => {
    callMethod(db, model, button, { ids: [id], context })
  }
  const unitOf = (name: string): number | false => db.rows('uom.uom').find((row) => row.name === name)?.id ?? false
  const unitField = db.fields('sale.order.line').product_uom === undefined ? 'product_uom_id' : 'product_uom'
  const lines = (list: readonly OrderLineInput[], quantity: string): JsonObject['order_line'] =>
    list.map((line, place) => [
      0,
      0,
      {
        sequence: place + 1,
        product_id: product(line.product),
        [quantity]: line.quantity,
        price_unit: line.price,
        ...(line.unit === undefined ? {} : { [unitField]: unitOf(line.unit) }),
      },
    ])
  const lineAt = (purchase: number, place: number): Row => {
    const found = db.rows('purchase.order.line').filter((row) => row.order_id === purchase)[place - 1]
    if (found === undefined) throw new Error(`purchase ${purchase} has no line ${place}`)
    return found
  }
  const placed = (name: string): number => db.rows('stock.location').find((row) => row.name === name)?.id ?? 0
  const open = ({ purchase, sale }: { readonly purchase?: number; readonly sale?: number }) => {
    const found = db
      .rows('stock.picking')
      .find((row) => row.state === 'assigned' && (purchase === undefined ? row.sale_id === sale : row.purchase_id === purchase))
    if (found === undefined) throw new Error('the order has no open transfer')
    return found
  }
  return {
    addPartner: ({ kind, country, ...values }) =>
      create('res.partner', {
        ...values,
        is_company: true,
        [`${kind}_rank`]: 1,
        ...(country === undefined ? {} : { country_id: db.rows('res.country').find(({ code }) => code === country)?.id ?? false }),
      }),
    addUnit: (name, factor) => create('uom.uom', { name, factor }),
    addProduct: ({ code, name, price, barcode, unit = 'Units', packs, type = 'consu' }) =>
      create('product.product', {
        default_code: code,
        name,
        barcode: barcode ?? false,
        type,
        lst_price: price,
        currency_id: 1,
        uom_id: unitOf(unit),
        ...(packs === undefined ? {} : { uom_ids: packs.map((pack) => [4, unitOf(pack), 0]) }),
      }),
    setStock: (code, quantity) =>
      db.transaction(() => {
        const counted = db.row('product.product', product(code))
        const [location_id, location_dest_id] = [placed('Inventory adjustment'), 3]
        const done = { state: 'done', picked: true, product_uom_qty: quantity, quantity }
        db.create('stock.move', { ...done, product_id: counted.id, product_uom: counted.uom_id as number, location_id, location_dest_id })
        moveGoods(db, counted.id, location_dest_id, quantity)
      }),
    purchase: (supplier, list, more = {}, confirm = true) => {
      const id = create('purchase.order', { partner_id: supplier, order_line: lines(list, 'product_qty'), ...more } as JsonObject)
      if (confirm) press('purchase.order', id, 'button_confirm')
      return id
    },
    sell: (customer, list, more = {}, confirm = true) => {
      const id = create('sale.order', { partner_id: customer, order_line: lines(list, 'product_uom_qty'), ...more } as JsonObject)
      if (confirm) press('sale.order', id, 'action_confirm')
      return id
    },
    transfer: (order, quantities, more = {}) => {
      const picking = open(order)
      db.transaction(() => {
        db.write('stock.picking', picking.id, more)
        for (const move of db.rows('stock.move').filter((row) => row.picking_id === picking.id)) {
          const code = String(db.row('product.product', Number(move.product_id)).default_code)
          if (quantities !== undefined) db.write('stock.move', move.id, { quantity: quantities[code] ?? 0, picked: code in quantities })
        }
      })
      press('stock.picking', picking.id, 'button_validate', { skip_backorder: true })
      return picking.id
    },
    receive: (purchase, counted, more = {}) => {
      const picking = open({ purchase })
      db.transaction(() => {
        db.write('stock.picking', picking.id, more)
        for (const { line, accepted, rejected } of counted) {
          const ordered = lineAt(purchase, line)
          const move = db.rows('stock.move').find((row) => row.picking_id === picking.id && row.purchase_line_id === ordered.id)
          if (move === undefined) throw new Error(`line ${line} of purchase ${purchase} is not awaited`)
          if (rejected > 0) {
            const { product_id, product_uom, location_id, purchase_line_id } = move
            const broken = { product_uom_qty: rejected, quantity: rejected, picked: true, state: 'assigned' }
            const to = { location_dest_id: placed('Scrap') }
            db.create('stock.move', {
              picking_id: picking.id,
              product_id,
              product_uom,
              location_id,
              purchase_line_id,
              ...broken,
              ...to,
            } as JsonObject)
          }
          db.write('stock.move', move.id, {
            product_uom_qty: Number(move.product_uom_qty) - rejected,
            quantity: accepted,
            picked: accepted > 0,
          })
        }
      })
      press('stock.picking', picking.id, 'button_validate', { skip_backorder: true })
      return picking.id
    },
    bill: (purchase, list, more) => {
      const order = db.row('purchase.order', purchase)
      const id = create('account.move', {
        move_type: 'in_invoice',
        partner_id: order.partner_id,
        currency_id: order.currency_id,
        invoice_line_ids: list.map(({ line, quantity }) => {
          const ordered = lineAt(purchase, line)
          const { product_id, price_unit } = ordered
          const of = { product_uom_id: ordered[unitField], purchase_line_id: ordered.id }
          return [0, 0, { display_type: 'product', product_id, quantity, price_unit, ...of }]
        }),
        ...more,
      } as JsonObject)
      press('account.move', id, 'action_post')
      return id
    },
    invoice: ({ purchase, sale }, more) => {
      const model = purchase === undefined ? 'sale.order' : 'purchase.order'
      const order = db.row(model, purchase ?? sale ?? 0)
      const quantity = purchase === undefined ? 'product_uom_qty' : 'product_qty'
      const ordered = db.rows(`${model}.line`).filter((line) => line.order_id === order.id)
      const id = create('account.move', {
        move_type: purchase === undefined ? 'out_invoice' : 'in_invoice',
        partner_id: order.partner_id,
        currency_id: order.currency_id,
        invoice_line_ids: ordered.map((line) => [
          0,
          0,
          {
            display_type: 'product',
            product_id: line.product_id,
            quantity: line[quantity],
            price_unit: line.price_unit,
            ...(purchase === undefined ? { sale_line_ids: [[4, line.id, 0]] } : { purchase_line_id: line.id }),
          },
        ]),
        ...more,
      } as JsonObject)
      press('account.move', id, 'action_post')
      return id
    },
    takeBack: (sale, quantities, more = {}) =>
      db.transaction(() => {
        const done = db.rows('stock.picking').find((row) => row.sale_id === sale && row.state === 'done')
        const back = db.create('stock.picking', {
          name: `WH/IN/R${String(sale).padStart(4, '0')}`,
          origin: done?.name ?? false,
          state: 'done',
          date_done: db.now(),
          partner_id: done?.partner_id,
          picking_type_id: typeId(db, 'incoming'),
          sale_id: sale,
          ...more,
        } as JsonObject)
        for (const move of db.rows('stock.move').filter((row) => row.picking_id === done?.id)) {
          const { product_id, product_uom, sale_line_id, location_id, location_dest_id } = move
          const code = String(db.row('product.product', Number(product_id)).default_code)
          const quantity = quantities === undefined ? Number(move.quantity) : (quantities[code] ?? 0)
          if (quantity === 0) continue
          db.create('stock.move', {
            ...{ product_id, product_uom, quantity, sale_line_id },
            product_uom_qty: quantity,
            picking_id: back.id,
            state: 'done',
            picked: true,
            location_id: location_dest_id,
            location_dest_id: location_id,
          } as JsonObject)
          moveGoods(db, Number(product_id), Number(location_id), quantity)
        }
        return back.id
      }),
    write: (model, id, values) => {
      callMethod(db, model, 'write', { ids: [id], vals: values })
    },
    press,
    remove: (model, id) => db.transaction(() => db.remove(model, id)),
  }
}
