import type { Erp } from '../tryton/erp.ts'
import { seededCredentials } from './credentials.ts'
import { createErpReader } from './erp-reader.ts'
import { invoicesIn, movedIn, purchasesIn, salesIn } from './erp-tryton-records.ts'
import { casePrice } from './plan-purchases.ts'
import { createSaleSheets } from './sale-sheets.ts'
import type { BuyerErp, Start } from './system.ts'
import { startHarbour, supplierCode } from './world-erps.ts'

/** `erp`: the simulated Tryton itself, for tests that look inside. */
export type TrytonBuyer = BuyerErp & { readonly erp: Erp }

/** Harbour's books in a Tryton. */
export const startTrytonBuyer = async ({ articles, seed, board }: Start): Promise<TrytonBuyer> => {
  const { harbourPassword: password } = seededCredentials(seed)
  const { erp, products } = await startHarbour(articles, password, board)
  const sheets = createSaleSheets(erp)
  const reader = () => createErpReader(erp.url, erp.database, password)
  return {
    erp,
    url: erp.url,
    environment: { HARBOUR_URL: erp.url, HARBOUR_PASSWORD: password },
    leftOut: [],
    products,
    createsSale: /^model\.sale\.sale\.create$/,
    purchase(lines) {
      const id = erp.createPurchase({
        supplier: supplierCode,
        currency: 'CNY',
        lines: lines.map(({ article, cases }) => ({ product: article, quantity: cases, unit: 'cs', unitPrice: casePrice })),
      })
      erp.confirmPurchase(id)
      return id
    },
    async purchaseNumbers() {
      const rows = await reader().all('purchase.purchase', [['number', '!=', null]], ['number'])
      return new Map(rows.map(({ id, number }) => [Number(id), String(number)]))
    },
    receive(purchase, lines, deliveryNote, invoice) {
      erp.invoiceReceipt(erp.receive(purchase, lines, deliveryNote), invoice)
    },
    saleOf: (reference) => erp.salesByReference(reference)[0],
    isReady: (sale) => erp.saleState(sale).state === 'quotation',
    isSent: (sale) => erp.saleState(sale).shipmentState === 'sent',
    sheet: (sale) => sheets.newest(sale),
    events: () => sheets.events(),
    ship: (sale, carrierTracking) => void erp.shipSale(sale, { carrierTracking }),
    takeBack: (sale, line, reference) => void erp.returnGoods(sale, [line], reference),
    quantity: (code) => erp.quantity(code),
    restart: (downMs) => erp.restart(downMs),
    async records() {
      const read = reader()
      return {
        sales: await salesIn(read),
        purchases: await purchasesIn(read),
        moved: await movedIn(read),
        invoices: await invoicesIn(read),
      }
    },
    trouble: () => [board.arm('503', { times: 2 })],
    close: () => erp.close(),
  }
}
