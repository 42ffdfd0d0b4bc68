import type { PlannedArticle } from '../simulator/day/plan-articles.ts'
import { type SeededCompany, seedCompany } from './seed-company.ts'
import type { TrytonClient } from './tryton-client.ts'
import { day, decimal, textOf } from './tryton-values.ts'

/** Codes of parties and places, the same ones as in the day's story. */
export const supplierCode = 'NINGBO'
export const buyerCode = 'HARBOUR'
export const webCode = 'WEB'
export const quarantineCode = 'QUAR'

/** What the hub's workspace and the house's people need to know of the buyer's books. */
export interface HarbourBooks extends SeededCompany {
  readonly supplier: number
  readonly supplierAddress: number
  readonly customer: number
  readonly customerAddress: number
  readonly storage: number
  readonly input: number
  readonly customers: number
  readonly quarantine: number
  /** id of each article's product */
  readonly products: ReadonlyMap<string, number>
}

export interface NingboBooks extends SeededCompany {
  readonly buyer: number
  readonly products: ReadonlyMap<string, number>
}

/** Harbour's books in the morning: the supplier, one party for all web customers, the articles, and the opening stock in storage. */
export async function seedHarbour(tryton: TrytonClient, articles: readonly PlannedArticle[], today: Date): Promise<HarbourBooks> {
  const seeded = await seedCompany(tryton, buyerCode, 'Harbour Trading Ltd', 'USD', today)
  // the shops bill their customers themselves
  await tryton.write('sale.configuration', [1], { sale_invoice_method: 'manual' })
  const place = (code: string) => tryton.find('stock.location', [['code', '=', code]])
  const warehouse = await place('WH')
  const quarantine = await tryton.create('stock.location', {
    name: 'Quarantine',
    code: quarantineCode,
    type: 'storage',
    parent: warehouse,
  })
  const customer = await party(tryton, webCode, 'Customers of the web shops', { street: '1 Harbor Walk', city: 'Portsmouth' })
  const supplier = await party(tryton, supplierCode, 'Ningbo Lamps Co., Ltd.', {
    street: '88 Zhongshan East Road',
    postal_code: '315000',
    city: 'Ningbo',
  })
  const products = await addProducts(tryton, seeded, articles, (article) => article.prices['shop-us'], '1.40')
  const storage = await place('STO')
  const lines = articles.map(({ code, opening }) => ({ product: products.get(code) ?? 0, quantity: opening }))
  const inventory = await tryton.create('stock.inventory', {
    company: seeded.company,
    location: storage,
    date: day(today),
    empty_quantity: 'keep',
    lines: [['create', lines]],
  })
  await tryton.press('stock.inventory', 'confirm', [inventory])
  return {
    ...seeded,
    supplier: supplier.id,
    supplierAddress: supplier.address,
    customer: customer.id,
    customerAddress: customer.address,
    storage,
    input: await place('IN'),
    customers: await place('CUS'),
    quarantine,
    products,
  }
}

/** Ningbo's books: Harbour is one customer among others, some lamps are made for others only, and the articles have other ids than at Harbour. */
export async function seedNingbo(tryton: TrytonClient, articles: readonly PlannedArticle[], today: Date): Promise<NingboBooks> {
  const seeded = await seedCompany(tryton, supplierCode, '宁波灯具有限公司', 'CNY', today)
  await party(tryton, 'BAYVIEW', 'Bayview Hotels', { city: 'Qingdao' })
  await party(tryton, 'SUNRISE', 'Sunrise Villas', { city: 'Xiamen' })
  const buyer = await party(tryton, buyerCode, 'Harbour Trading', { street: '1 Harbor Walk', city: 'Portsmouth' })
  const others = ['HOTEL-01', 'HOTEL-02'].map((code) => ({ code, name: `Bedside lamp ${code}`, ean: '' }))
  const products = await addProducts(tryton, seeded, [...others, ...articles.toReversed()], () => '10.00', '6.20')
  return { ...seeded, buyer: buyer.id, products }
}

async function party(tryton: TrytonClient, code: string, name: string, address: Readonly<Record<string, string>>) {
  const id = await tryton.create('party.party', { code, name, addresses: [['create', [address]]] })
  return { id, address: await tryton.find('party.address', [['party', '=', id]]) }
}

type Article = Pick<PlannedArticle, 'code' | 'name' | 'ean'>

async function addProducts<A extends Article>(
  tryton: TrytonClient,
  { unit, caseUnit, category }: SeededCompany,
  articles: readonly A[],
  priceOf: (article: A) => string,
  cost: string,
): Promise<ReadonlyMap<string, number>> {
  const templates = articles.map((article) => ({
    name: article.name,
    code: article.code,
    type: 'goods',
    default_uom: unit,
    salable: true,
    sale_uom: unit,
    purchasable: true,
    purchase_uom: caseUnit,
    list_price: decimal(priceOf(article)),
    account_category: category,
    cost_price_method: 'fixed',
    products: [
      [
        'create',
        [
          {
            suffix_code: '',
            cost_price: decimal(cost),
            ...(article.ean === '' ? {} : { identifiers: [['create', [{ type: 'ean', code: article.ean }]]] }),
          },
        ],
      ],
    ],
  }))
  await tryton.call('product.template', 'create', templates)
  const rows = await tryton.rows('product.product', [], ['code'])
  return new Map(rows.map((row) => [textOf(row, 'code'), Number(row.id)]))
}
