import type { JsonObject } from '../../model/json.ts'
import type { FaultBoard } from '../faults.ts'
import type { Row } from '../odoo/database.ts'
import { type Odoo, startOdoo } from '../odoo/odoo.ts'
import type { PlannedArticle } from './plan-articles.ts'
import { piecesPerCase } from './plan-purchases.ts'
import type { TradeOrder } from './truth.ts'

/** Name of the unit in both companies. */
export const caseUnit = `Case of ${piecesPerCase}`

export type OdooStart = {
  readonly companyName: string
  readonly currency: string
  readonly apiKey: string
  readonly faults: FaultBoard
  readonly articles: readonly PlannedArticle[]
  readonly priceOf: (article: PlannedArticle) => string
}

/** As much as a quick real one needs. */
const createMs = 15

/** A company of the day in an Odoo 19: its articles, which it also buys or sells by the case. Answers the ids of their products too. */
export const startCompany = async ({ articles, priceOf, ...options }: OdooStart) => {
  const odoo = await startOdoo({ ...options, createMs })
  odoo.addUnit(caseUnit, piecesPerCase)
  const products = new Map(
    articles.map((article) => {
      const { code, name, ean } = article
      return [code, odoo.addProduct({ code, name, price: Number(priceOf(article)), barcode: ean, packs: [caseUnit] })]
    }),
  )
  return { odoo, products }
}

export const currencyOf = (odoo: Odoo, code: string): number => odoo.rows('res.currency').find(({ name }) => name === code)?.id ?? 0

const text = (value: Row[string] | undefined): string => (typeof value === 'string' ? value : '')
const states: Readonly<Record<string, TradeOrder['state']>> = {
  sale: 'confirmed',
  purchase: 'confirmed',
  done: 'confirmed',
  cancel: 'cancelled',
}

/** Sales or purchases as the company's own people see them. Freight is a service, which is no article. */
export const ordersIn = (odoo: Odoo, kind: 'sale' | 'purchase'): readonly TradeOrder[] => {
  const [reference, quantity] = kind === 'sale' ? ['client_order_ref', 'product_uom_qty'] : ['origin', 'product_qty']
  const lines = Map.groupBy(odoo.rows(`${kind}.order.line`), (line) => line.order_id)
  const gone = new Set(odoo.rows('stock.picking').flatMap(({ state, sale_id }) => (state === 'done' ? [sale_id] : [])))
  const lineOf = (line: Row): TradeOrder['lines'] => {
    const product = odoo.row('product.product', Number(line.product_id))
    if (product.type === 'service') return []
    const { factor } = odoo.row('uom.uom', Number(line.product_uom_id))
    const article = text(product.default_code)
    return [{ article, quantity: Number(line[quantity]), factor: Number(factor), price: String(line.price_unit) }]
  }
  return odoo.rows(`${kind}.order`).map((order) => ({
    id: order.id,
    number: text(order.name),
    reference: text(order[reference]),
    state: states[text(order.state)] ?? 'draft',
    comment: text(order.note),
    lines: [...(lines.get(order.id) ?? [])].sort((a, b) => Number(a.sequence) - Number(b.sequence)).flatMap(lineOf),
    shipped: kind === 'sale' && gone.has(order.id),
  }))
}

/** What an effect of an API client names: the ids of its records, and their values. */
export const idsOf = (args: JsonObject): readonly number[] => (Array.isArray(args.ids) ? args.ids.map(Number) : [])
