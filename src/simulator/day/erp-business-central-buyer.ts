import type { BusinessCentral } from '../business-central/company.ts'
import { seededCredentials } from './credentials.ts'
import { createBusinessCentralSheets } from './erp-business-central-sheets.ts'
import { caseUnit, freight, ids, orderIn, startCompany, warehouse } from './erp-business-central-start.ts'
import type { LeftOut } from './plan-left-out.ts'
import { casePrice, piecesPerCase } from './plan-purchases.ts'
import type { BuyerErp, MovedPieces, Start } from './system.ts'
import type { TradeOrder } from './truth.ts'
import { quarantineCode, supplierCode } from './world-erps.ts'

/** Nothing: what the API v2.0 does not tell (units, stock by location, tracking numbers, broken goods) has another way, which the connector's README names. */
const leftOut: readonly LeftOut[] = []

const movedIn = ({ goods }: BusinessCentral): MovedPieces => {
  const sum = (entryType: string, location: string, documentType?: string): number =>
    goods.entries
      .filter((entry) => entry.entryType === entryType && entry.location === location)
      .filter((entry) => documentType === undefined || entry.documentType === documentType)
      .reduce((total, { quantity }) => total + quantity, 0)
  const arrived = sum('Purchase', warehouse)
  const quarantined = sum('Transfer', quarantineCode)
  return {
    opening: sum('Positive_x0020_Adjmt_x002E_', warehouse),
    receiptsAccepted: arrived - quarantined,
    shipped: -sum('Sale', warehouse, 'Sales_x0020_Shipment'),
    returned: sum('Sale', warehouse, 'Sales_x0020_Return_x0020_Receipt'),
    arrived,
    quarantined,
  }
}

/** Those that were received and invoiced whole are gone from the list, and stand in the archive. */
const purchasesIn = (erp: BusinessCentral): readonly TradeOrder[] =>
  [
    ...erp.book.all('purchaseOrders').map((head) => ({ head, lines: erp.book.lines('purchaseOrders', head.id) })),
    ...erp.book.archived('purchaseOrders'),
  ]
    .filter(({ head }) => head.status === 'Open')
    .map(({ head, lines }) => orderIn(erp, head, lines, 'confirmed'))

const troubleIn = ({ board }: Start): readonly (() => void)[] => [
  board.arm('503', { times: 2 }),
  board.arm('answer-lost', { times: 2, method: 'PATCH', path: /salesOrder/ }),
  board.arm('answer-lost', { times: 1, method: 'DELETE', path: /salesOrders/ }),
  board.arm('missing', { times: 3, path: /^(salesCreditMemos|purchaseInvoices)$/ }),
  board.arm('duplicate', { times: 3, path: /^sales/ }),
]

/** Harbour's books in a Business Central: one customer is all web customers, one service is freight, what is broken goes to a location of its own. */
export const startBusinessCentralBuyer = async (start: Start): Promise<BuyerErp> => {
  const { articles, seed, board } = start
  const { harbourPassword: clientSecret } = seededCredentials(seed)
  const erp = await startCompany({
    companyName: 'Harbour Trading',
    clientSecret,
    board,
    articles,
    priceOf: ({ prices }) => prices['shop-us'],
    openingOf: ({ opening }) => opening,
  })
  erp.addParty('customers', { id: ids.webCustomer, number: 'WEB', displayName: 'Customers of the web shops' })
  erp.addParty('vendors', { number: supplierCode, displayName: 'Ningbo Lamps Co., Ltd.', city: 'Ningbo', country: 'CN' })
  erp.addItem({ code: freight, name: 'Freight', price: '0', type: 'Service' })
  erp.book.add('locations', { code: quarantineCode, displayName: 'Quarantine', city: '' })
  const products = new Map(articles.map(({ code }, at) => [code, at + 1]))
  const sheets = createBusinessCentralSheets(erp, products)
  const purchases = new Map<number, { readonly id: string; readonly number: string }>()
  const saleAt = (sale: number) => erp.book.find('salesOrders', sheets.idOf(sale))
  return {
    url: erp.url,
    environment: { HARBOUR_URL: erp.url, HARBOUR_SECRET: clientSecret },
    leftOut,
    products,
    createsSale: /\/companies\/salesOrders#new$/,
    purchase(lines) {
      const { id, number } = erp.order('purchaseOrders', {
        vendorNumber: supplierCode,
        currencyCode: 'CNY',
        purchaseOrderLines: lines.map(({ article, cases }) => ({
          lineType: 'Item',
          lineObjectNumber: article,
          unitOfMeasureCode: caseUnit,
          quantity: cases,
          directUnitCost: Number(casePrice),
        })),
      })
      purchases.set(Number(number), { id, number: String(number) })
      return Number(number)
    },
    purchaseNumbers: async () => new Map([...purchases].map(([key, { number }]) => [key, number])),
    receive(purchase, lines, _deliveryNote, invoice) {
      const id = purchases.get(purchase)?.id ?? ''
      const ordered = erp.book.lines('purchaseOrders', id)
      const came = new Map(lines.flatMap(({ line, accepted, rejected }) => (accepted + rejected > 0 ? [[line, accepted + rejected]] : [])))
      const { number } = erp.receive(id, came)
      for (const { line, rejected } of lines)
        if (rejected > 0)
          erp.putAside(String(ordered[line - 1]?.lineObjectNumber), rejected * piecesPerCase, quarantineCode, String(number))
      erp.invoice(id, invoice, came)
    },
    saleOf: (reference) => sheets.saleOf(reference),
    isReady: (sale) => saleAt(sale)?.fullyShipped === false,
    isSent: (sale) => saleAt(sale)?.fullyShipped === true,
    sheet: (sale) => sheets.newest(sale),
    events: () => sheets.events(),
    ship: (sale, tracking) => void erp.ship(sheets.idOf(sale), tracking),
    takeBack: (sale, { line, quantity }) => void erp.takeBack(sheets.idOf(sale), line, quantity),
    quantity: (code) => erp.goods.quantity(code, warehouse),
    restart: (downMs) => erp.restart(downMs),
    records: async () => ({
      sales: erp.book
        .all('salesOrders')
        .map((head) => orderIn(erp, head, erp.book.lines('salesOrders', head.id), head.status === 'Open' ? 'confirmed' : 'draft')),
      purchases: purchasesIn(erp),
      moved: movedIn(erp),
      invoices: erp.book.all('purchaseInvoices').map(({ totalAmountExcludingTax }) => String(totalAmountExcludingTax)),
    }),
    trouble: () => troubleIn(start),
    close: () => erp.close(),
  }
}
