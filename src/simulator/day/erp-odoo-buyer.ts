import type { Odoo } from '../odoo/odoo.ts'
import { seededCredentials } from './credentials.ts'
import { createOdooSheets } from './erp-odoo-sheets.ts'
import { caseUnit, currencyOf, ordersIn, startCompany } from './erp-odoo-start.ts'
import type { LeftOut } from './plan-left-out.ts'
import { casePrice, piecesPerCase } from './plan-purchases.ts'
import type { BuyerErp, MovedPieces, Start } from './system.ts'
import { buyerCode, supplierCode } from './world-erps.ts'

/** Odoo's API has no webhooks either: all of it is polled, which leaves nothing out. */
const leftOut: readonly LeftOut[] = []

const movedIn = (odoo: Odoo): MovedPieces => {
  const places = new Map(odoo.rows('stock.location').map(({ id, name }) => [id, String(name)]))
  const moves = odoo
    .rows('stock.move')
    .filter(({ state }) => state === 'done')
    .map((move) => ({
      pieces: Number(move.quantity),
      from: places.get(Number(move.location_id)),
      to: places.get(Number(move.location_dest_id)),
    }))
  const sum = (from: string, to?: string): number =>
    moves.filter((move) => move.from === from && (to === undefined || move.to === to)).reduce((total, { pieces }) => total + pieces, 0)
  return {
    opening: sum('Inventory adjustment', 'Stock'),
    receiptsAccepted: sum('Vendors', 'Stock'),
    shipped: sum('Stock', 'Customers'),
    returned: sum('Customers', 'Stock'),
    arrived: sum('Vendors'),
    quarantined: sum('Vendors', 'Scrap'),
  }
}

/** Harbour's books in an Odoo: partner 1 is all web customers, the last product is freight. The workspace names both by their ids. */
export const startOdooBuyer = async ({ articles, seed, board }: Start): Promise<BuyerErp> => {
  const { harbourPassword: apiKey } = seededCredentials(seed)
  const { odoo, products } = await startCompany({
    companyName: 'Harbour Trading',
    currency: 'USD',
    apiKey,
    faults: board,
    articles,
    priceOf: ({ prices }) => prices['shop-us'],
  })
  odoo.addPartner({ name: 'Customers of the web shops', ref: 'WEB', kind: 'customer' })
  const supplier = odoo.addPartner({ name: 'Ningbo Lamps Co., Ltd.', ref: supplierCode, kind: 'supplier', city: 'Ningbo', country: 'CN' })
  odoo.addPartner({ name: 'Harbour Trading', ref: buyerCode, kind: 'customer', city: 'Portsmouth', country: 'US' })
  odoo.addProduct({ code: 'FREIGHT', name: 'Freight', price: 0, type: 'service' })
  for (const { code, opening } of articles) odoo.setStock(code, opening)
  const sheets = createOdooSheets(odoo)
  const today = (): string => new Date().toISOString().slice(0, 10)
  const codeOf = (sale: number, place: number): string => {
    const line = odoo.rows('sale.order.line').find((row) => row.order_id === sale && row.sequence === place)
    return String(odoo.row('product.product', Number(line?.product_id)).default_code)
  }
  return {
    url: odoo.url,
    environment: { HARBOUR_URL: odoo.url, HARBOUR_KEY: apiKey },
    leftOut,
    products,
    createsSale: /^sale\.order\.create$/,
    purchase: (lines) =>
      odoo.purchase(
        supplier,
        lines.map(({ article, cases }) => ({ product: article, quantity: cases, price: Number(casePrice), unit: caseUnit })),
        { currency_id: currencyOf(odoo, 'CNY') },
      ),
    purchaseNumbers: async () => new Map(odoo.rows('purchase.order').map(({ id, name }) => [id, String(name)])),
    receive(purchase, lines, deliveryNote, invoice) {
      const pieces = lines.map(({ line, accepted, rejected }) => ({
        line,
        accepted: accepted * piecesPerCase,
        rejected: rejected * piecesPerCase,
      }))
      const came = lines
        .map(({ line, accepted, rejected }) => ({ line, quantity: accepted + rejected }))
        .filter(({ quantity }) => quantity > 0)
      odoo.receive(purchase, pieces, { note: deliveryNote })
      odoo.bill(purchase, came, { ref: invoice, invoice_date: today() })
    },
    saleOf: (reference) => sheets.saleOf(reference),
    isReady: (sale) => odoo.row('sale.order', sale).state === 'sale',
    isSent: (sale) => odoo.rows('stock.picking').some(({ sale_id, state }) => sale_id === sale && state === 'done'),
    sheet: (sale) => sheets.newest(sale),
    events: () => sheets.events(),
    ship: (sale, tracking) => void odoo.transfer({ sale }, undefined, { carrier_tracking_ref: tracking }),
    takeBack: (sale, { line, quantity }, reference) => void odoo.takeBack(sale, { [codeOf(sale, line)]: quantity }, { note: reference }),
    quantity(code) {
      const product = products.get(code)
      const here = odoo.rows('stock.quant').filter((row) => row.product_id === product && row.location_id === 3)
      return here.reduce((total, { quantity }) => total + Number(quantity), 0)
    },
    restart: (downMs) => odoo.restart(downMs),
    records: async () => ({
      sales: ordersIn(odoo, 'sale'),
      purchases: ordersIn(odoo, 'purchase').filter(({ state }) => state === 'confirmed'),
      moved: movedIn(odoo),
      invoices: odoo.rows('account.move').flatMap((move) => (move.state === 'posted' ? [String(move.amount_untaxed)] : [])),
    }),
    trouble: () => [board.arm('503', { times: 2 })],
    close: () => odoo.close(),
  }
}
