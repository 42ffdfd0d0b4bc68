import { multiply } from '../../model/decimal.ts'
import type { Database } from './database.ts'
import { numberOf, textOf } from './fields.ts'
import { confirmCount } from './inventory.ts'
import type { StockBook } from './stock-book.ts'
import type { Writer } from './write.ts'

export type PartyInput = {
  readonly code: string
  readonly name: string
  /** What the party is to the company, for the reader of a script. The system keeps no such mark: a supplier is who has purchases. */
  readonly roles?: readonly ('customer' | 'supplier' | 'carrier')[]
  readonly address?: { readonly street?: string; readonly postalCode?: string; readonly city?: string; readonly country?: string }
  readonly identifiers?: readonly { readonly type: string | null; readonly code: string }[]
  readonly email?: string
}

export type ProductInput = {
  readonly code: string
  readonly name: string
  /** Symbol of the unit in which stock is counted and pieces are sold: `u`. */
  readonly unit: string
  readonly price: string
  readonly cost: string
  /** Symbols of bigger units it is bought in, from {@link UnitInput}; the first is the purchase unit. */
  readonly packs?: readonly string[]
  readonly ean?: string
}

/** A unit that holds `factor` of the unit `of` (`u` when absent). */
export type UnitInput = { readonly symbol: string; readonly name: string; readonly factor: number; readonly of?: string }

export type LocationInput = { readonly code: string; readonly name: string }

/** What the ERP's people do with its master data. Not seen in the log, which is for API clients. */
export type Masters = {
  /** Returns the party's id. It always gets one address, for orders need it. */
  addParty(input: PartyInput): number
  addProduct(input: ProductInput): number
  addUnit(input: UnitInput): number
  /** A storage place inside the warehouse. */
  addLocation(input: LocationInput): number
  /** Counts a product at a place (`STO` when absent): from now on so much lies there. */
  setOpeningStock(code: string, quantity: number, location?: string): void
  setPrice(code: string, price: string): void
  setActive(code: string, active: boolean): void
  /** Pieces on hand at the place with this code, in the product's own unit. */
  quantity(code: string, location?: string): number
}

/** Finds the one row whose field holds the text. @throws RangeError that says what is missing. */
export const byText = (db: Database, model: string, field: string, value: string): number => {
  const [id] = db.where(model, field, value)
  if (id === undefined) throw new RangeError(`this ERP has no ${model} with ${field} "${value}"; add it first`)
  return id
}

/** The product with this code. */
export const productByCode = (db: Database, code: string): number => {
  const template = byText(db, 'product.template', 'code', code)
  const [product] = db.where('product.product', 'template', template)
  if (product === undefined) throw new RangeError(`product template "${code}" has no variant`)
  return product
}

const decimal = (value: string) => ({ __class__: 'Decimal', decimal: value })

export const createMasters = (db: Database, writer: Writer, stock: StockBook): Masters => {
  const made = (model: string, values: Parameters<Writer['create']>[1][number]): number => {
    const [id] = db.transaction(() => writer.create(model, [values]))
    if (id === undefined) throw new RangeError(`${model} was not made`)
    return id
  }
  return {
    addParty: ({ code, name, address = {}, identifiers = [], email }) =>
      made('party.party', {
        code,
        name,
        addresses: [
          [
            'create',
            [
              {
                street: address.street ?? '1 Quay Road',
                postal_code: address.postalCode ?? null,
                city: address.city ?? 'Harbour',
                country: address.country === undefined ? null : byText(db, 'country.country', 'code', address.country),
              },
            ],
          ],
        ],
        identifiers: [['create', identifiers.map(({ type, code: number }) => ({ type, code: number }))]],
        contact_mechanisms: [['create', email === undefined ? [] : [{ type: 'email', value: email }]]],
      }),
    addProduct({ code, name, unit, price, cost, packs = [], ean }) {
      const base = byText(db, 'product.uom', 'symbol', unit)
      const [pack] = packs.map((symbol) => byText(db, 'product.uom', 'symbol', symbol))
      const template = made('product.template', {
        code,
        name,
        type: 'goods',
        default_uom: base,
        sale_uom: base,
        purchase_uom: pack ?? base,
        salable: true,
        purchasable: true,
        list_price: decimal(price),
        account_category: 1,
        products: [
          [
            'create',
            [
              {
                suffix_code: '',
                cost_price: decimal(cost),
                identifiers: [['create', ean === undefined ? [] : [{ type: 'ean', code: ean }]]],
              },
            ],
          ],
        ],
      })
      return db.where('product.product', 'template', template)[0] ?? 0
    },
    addUnit({ symbol, name, factor, of = 'u' }) {
      const base = db.need('product.uom', byText(db, 'product.uom', 'symbol', of))
      const whole = factor * numberOf(base, 'factor')
      return made('product.uom', {
        symbol,
        name,
        category: base.category ?? null,
        factor: whole,
        rate: Number((1 / whole).toFixed(12)),
        rounding: 1,
        digits: 0,
      })
    },
    addLocation: ({ code, name }) =>
      made('stock.location', { code, name, type: 'storage', parent: byText(db, 'stock.location', 'code', 'WH') }),
    setOpeningStock(code, quantity, location = 'STO') {
      const product = productByCode(db, code)
      db.transaction(() => {
        const [id = 0] = writer.create('stock.inventory', [
          {
            company: 1,
            location: byText(db, 'stock.location', 'code', location),
            empty_quantity: 'keep',
            lines: [['create', [{ product, quantity }]]],
          },
        ])
        confirmCount(db, stock, db.need('stock.inventory', id))
      })
    },
    setPrice(code, price) {
      const template = byText(db, 'product.template', 'code', code)
      db.transaction(() => writer.write('product.template', [template], { list_price: decimal(multiply(price, '1')) }))
    },
    setActive(code, active) {
      const template = byText(db, 'product.template', 'code', code)
      const product = productByCode(db, textOf(db.need('product.template', template), 'code'))
      db.transaction(() => {
        writer.write('product.template', [template], { active })
        writer.write('product.product', [product], { active })
      })
    },
    quantity: (code, location = 'STO') => stock.onHand(productByCode(db, code), byText(db, 'stock.location', 'code', location)),
  }
}
