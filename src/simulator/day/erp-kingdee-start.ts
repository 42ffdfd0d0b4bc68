import { divide } from '../../model/decimal.ts'
import type { FaultBoard } from '../faults.ts'
import type { Bill } from '../kingdee/account.ts'
import { type Kingdee, startKingdee } from '../kingdee/kingdee.ts'
import type { PlannedArticle } from './plan-articles.ts'
import { piecesPerCase } from './plan-purchases.ts'
import type { TradeLine, TradeOrder } from './truth.ts'

/** Number of the unit in both companies. */
export const caseUnit = 'Xiang'
/** Where sellable goods lie, and where those that are not fit. */
export const mainWarehouse = 'CK001'
export const quarantineWarehouse = 'CK009'
/** What freight is sold as: no article. */
export const freightCode = 'FREIGHT'

export type KingdeeStart = {
  /** Number of its one organisation; part of the login too. */
  readonly organisation: string
  readonly secret: string
  readonly faults: FaultBoard
  readonly articles: readonly PlannedArticle[]
  readonly hasStock: boolean
}

export const account = '6631ab4f2c8e90'
export const user = 'hub'
/** The second half is masked in the signature and must be base64. */
export const appId = 'crossdock_YWJjZGVmZ2hpamtsbW5vcHFyc3R1dnd4'

/** As much as a quick real one needs. */
const saveMs = 15

/** A company of the day in a Kingdee: its articles, which it also buys or sells by the case. Answers the ids of their materials too. */
export const startCompany = async ({ organisation, secret, faults, articles, hasStock }: KingdeeStart) => {
  const erp = await startKingdee({ account, user, appId, appSecret: secret, password: secret, organisation, faults, saveMs })
  erp.addWarehouse(mainWarehouse, '成品仓')
  erp.addWarehouse(quarantineWarehouse, '不良品仓')
  const products = new Map(
    articles.map(({ code, name, ean, opening }) => {
      const packs = { [caseUnit]: piecesPerCase }
      return [code, erp.addMaterial({ number: code, name, barcode: ean, packs, ...(hasStock ? { stock: opening } : {}) })]
    }),
  )
  return { erp, products }
}

const text = (value: unknown): string => (typeof value === 'string' || typeof value === 'number' ? String(value) : '')
type Entry = Bill['entries'][number]['values']

const factorOf = ({ 'FUnitId.FNumber': unit }: Entry): number => (unit === caseUnit ? piecesPerCase : 1)
/** Lines in the order of our numbers, or as they stand where people wrote them. */
const place = ({ values }: Bill['entries'][number]): number => Number(values.FEntryNote ?? 0)

const lineOf = (values: Entry, priceOf: (values: Entry) => string): readonly TradeLine[] => {
  const article = text(values['FMaterialId.FNumber'])
  return article === freightCode ? [] : [{ article, quantity: Number(values.FQty), factor: factorOf(values), price: priceOf(values) }]
}

/** What one costs without tax, and with it. */
export const netPrice = ({ FAmount, FQty }: Entry): string => divide(text(FAmount), text(FQty), 6, 'half-up')
export const grossPrice = ({ FTaxPrice }: Entry): string => text(FTaxPrice)

const isVoid = ({ head }: Bill): boolean => head.FCancelStatus === 'B'
export const isStanding = (bill: Bill): boolean => bill.head.FDocumentStatus === 'C' && !isVoid(bill)

/** Sales or purchases as the company's own people see them. Freight is a material of its own, which is no article. */
export const ordersIn = (
  erp: Kingdee,
  form: 'SAL_SaleOrder' | 'PUR_PurchaseOrder',
  referenceOf: (number: string) => string,
  priceOf: (values: Entry) => string,
): readonly TradeOrder[] => {
  const gone = new Set(
    erp
      .bills('SAL_OUTSTOCK')
      .filter(isStanding)
      .flatMap(({ entries }) => entries.map(({ values }) => text(values.FSoorDerno))),
  )
  return erp.bills(form).map((bill) => {
    const number = text(bill.head.FBillNo)
    return {
      id: bill.id,
      number,
      reference: referenceOf(number),
      state: isVoid(bill) ? 'cancelled' : isStanding(bill) ? 'confirmed' : 'draft',
      comment: [text(bill.head.FReceiveAddress), text(bill.head.FNote)].join('\n'),
      lines: bill.entries.toSorted((a, b) => place(a) - place(b)).flatMap(({ values }) => lineOf(values, priceOf)),
      shipped: gone.has(number),
      ...(form === 'SAL_SaleOrder' ? { total: text(bill.head.FBillAllAmount) } : {}),
    }
  })
}
