import type { Bill } from '../kingdee/account.ts'
import type { Kingdee } from '../kingdee/kingdee.ts'
import { seededCredentials } from './credentials.ts'
import { createKingdeeSheets } from './erp-kingdee-sheets.ts'
import {
  account,
  appId,
  caseUnit,
  freightCode,
  grossPrice,
  isStanding,
  mainWarehouse,
  netPrice,
  ordersIn,
  quarantineWarehouse,
  startCompany,
  user,
} from './erp-kingdee-start.ts'
import { casePrice, piecesPerCase } from './plan-purchases.ts'
import type { BuyerErp, MovedPieces, Start } from './system.ts'
import { buyerCode, supplierCode } from './world-erps.ts'

/** `erp`: the simulated Kingdee itself, for tests that look inside. */
export type KingdeeBuyer = BuyerErp & { readonly erp: Kingdee }

const organisation = '100'

/** Pieces of the audited documents of a form that came to or left one warehouse, or any. */
const piecesIn = (erp: Kingdee, form: string, quantity: string, warehouse?: string): number =>
  erp
    .bills(form)
    .filter(isStanding)
    .flatMap(({ entries }) => entries)
    .filter(({ values }) => warehouse === undefined || (values['FStockId.FNumber'] ?? values['FStockID.FNumber']) === warehouse)
    .reduce((sum, { values }) => sum + Number(values[quantity]) * (values['FUnitID.FNumber'] === caseUnit ? piecesPerCase : 1), 0)

const movedIn = (erp: Kingdee): MovedPieces => ({
  opening: piecesIn(erp, 'STK_InvInit', 'FQty', mainWarehouse),
  receiptsAccepted: piecesIn(erp, 'STK_InStock', 'FRealQty', mainWarehouse),
  shipped: piecesIn(erp, 'SAL_OUTSTOCK', 'FRealQty', mainWarehouse),
  returned: piecesIn(erp, 'SAL_RETURNSTOCK', 'FRealQty', mainWarehouse),
  arrived: piecesIn(erp, 'STK_InStock', 'FRealQty'),
  quarantined: piecesIn(erp, 'STK_InStock', 'FRealQty', quarantineWarehouse),
})

/** Harbour's books in a Kingdee, whose prices contain 13 % tax. All web customers are one; the organisation itself is a customer too, as those that trade with each other are. */
export const startKingdeeBuyer = async ({ articles, seed, board }: Start): Promise<KingdeeBuyer> => {
  const { harbourPassword: secret } = seededCredentials(seed)
  const { erp, products } = await startCompany({ organisation, secret, faults: board, articles, hasStock: true })
  erp.addMaterial({ number: freightCode, name: '运费' })
  erp.addCustomer('WEB', '网店客户')
  erp.addCustomer(buyerCode, 'Harbour Trading')
  erp.addSupplier({ number: supplierCode, name: '宁波灯具有限公司', taxId: '91330200MA2AFXXX0X' })
  const sheets = createKingdeeSheets(erp, products)
  const bill = (form: string, id: number): Bill => erp.bills(form).find((one) => one.id === id) ?? { id, head: {}, entries: [] }
  const shippedLines = (sale: number) =>
    bill('SAL_SaleOrder', sale).entries.flatMap(({ values }, line) =>
      values['FMaterialId.FNumber'] === freightCode ? [] : [{ line, quantity: Number(values.FQty) }],
    )
  const lineNumbered = (sale: number, number: number): number =>
    bill('SAL_SaleOrder', sale).entries.findIndex(({ values }) => values.FEntryNote === String(number))
  const isSent = (sale: number): boolean => {
    const number = bill('SAL_SaleOrder', sale).head.FBillNo
    return erp.bills('SAL_OUTSTOCK').some((out) => isStanding(out) && out.entries.some(({ values }) => values.FSoorDerno === number))
  }
  return {
    erp,
    url: erp.url,
    environment: { HARBOUR_URL: erp.url, HARBOUR_ACCOUNT: account, HARBOUR_USER: user, HARBOUR_APP_ID: appId, HARBOUR_APP_SECRET: secret },
    leftOut: [],
    products,
    createsSale: /^SAL_SaleOrder\.Save$/,
    purchase: (lines) =>
      erp.purchase(
        supplierCode,
        lines.map(({ article, cases }) => ({ material: article, quantity: cases, price: Number(casePrice), unit: caseUnit })),
      ).id,
    purchaseNumbers: async () => new Map(erp.bills('PUR_PurchaseOrder').map(({ id, head }) => [id, String(head.FBillNo)])),
    receive(purchase, lines, deliveryNote, invoice) {
      const came = lines.flatMap(({ line, accepted, rejected }) => [
        { line: line - 1, quantity: accepted },
        { line: line - 1, quantity: rejected, warehouse: quarantineWarehouse },
      ])
      erp.receive(
        purchase,
        came.filter(({ quantity }) => quantity > 0),
        deliveryNote,
      )
      const billed = lines.map(({ line, accepted, rejected }) => ({ line: line - 1, quantity: accepted + rejected }))
      erp.bill(
        purchase,
        billed.filter(({ quantity }) => quantity > 0),
        invoice,
      )
    },
    saleOf: (reference) => sheets.saleOf(reference),
    isReady: (sale) => isStanding(bill('SAL_SaleOrder', sale)),
    isSent,
    sheet: (sale) => sheets.newest(sale),
    events: () => sheets.events(),
    ship: (sale, tracking) => void erp.ship(sale, shippedLines(sale), tracking),
    takeBack: (sale, { line, quantity }, reference) => void erp.takeBack(sale, [{ line: lineNumbered(sale, line), quantity }], reference),
    quantity: (code) =>
      erp
        .bills('STK_Inventory')
        .filter(({ head }) => head['FMaterialId.FNumber'] === code && head['FStockId.FNumber'] === mainWarehouse)
        .reduce((sum, { head }) => sum + Number(head.FBaseQty), 0),
    restart: (downMs) => erp.restart(downMs),
    records: async () => ({
      sales: ordersIn(erp, 'SAL_SaleOrder', (number) => number, netPrice),
      purchases: ordersIn(erp, 'PUR_PurchaseOrder', () => '', grossPrice).filter(({ state }) => state === 'confirmed'),
      moved: movedIn(erp),
      invoices: erp.bills('AP_Payable').flatMap((payable) => (isStanding(payable) ? [String(payable.head.FALLAMOUNTFOR)] : [])),
    }),
    trouble: () => [board.arm('503', { times: 2 })],
    close: () => erp.close(),
  }
}
