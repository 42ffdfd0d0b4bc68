import type { FaultBoard } from '../faults.ts'
import { type Erp, startErp } from '../tryton/erp.ts'
import type { PlannedArticle } from './plan-articles.ts'
import { piecesPerCase } from './plan-purchases.ts'

/** Login name of the hub in both ERPs. */
export const hubUser = 'hub'
export const supplierCode = 'NINGBO'
export const buyerCode = 'HARBOUR'
export const quarantineCode = 'QUAR'

const caseUnit = { symbol: 'cs', name: `Case of ${piecesPerCase}`, factor: piecesPerCase }

export type StartedErp = {
  readonly erp: Erp
  /** Id of each article's product in this ERP. */
  readonly products: ReadonlyMap<string, number>
}

/** As much as a quick real one needs. */
const createMs = 15

/**
 * Harbour's own ERP in the morning: one party for all web customers (id 3), the supplier, articles, and the opening stock in STO.
 */
export const startHarbour = async (articles: readonly PlannedArticle[], password: string, faults: FaultBoard): Promise<StartedErp> => {
  const erp = await startErp({
    name: 'Harbour ERP',
    companyName: 'Harbour Trading Ltd',
    currency: 'USD',
    database: 'harbour',
    user: hubUser,
    password,
    faults,
    createMs,
  })
  erp.addUnit(caseUnit)
  erp.addLocation({ code: quarantineCode, name: 'Quarantine' })
  erp.addParty({ code: buyerCode, name: 'Harbour Trading', address: { street: '1 Harbor Walk', city: 'Portsmouth', country: 'US' } })
  erp.addParty({ code: 'WEB', name: 'Customers of the web shops', roles: ['customer'], address: { city: 'Portsmouth', country: 'US' } })
  erp.addParty({
    code: supplierCode,
    name: 'Ningbo Lamps Co., Ltd.',
    roles: ['supplier'],
    address: { street: '88 Zhongshan East Road', postalCode: '315000', city: 'Ningbo', country: 'CN' },
  })
  const products = new Map(
    articles.map(({ code, name, ean, prices }) => [
      code,
      erp.addProduct({ code, name, unit: 'u', price: prices['shop-us'], cost: '1.40', packs: [caseUnit.symbol], ean }),
    ]),
  )
  for (const { code, opening } of articles) erp.setOpeningStock(code, opening)
  return { erp, products }
}

/** Ningbo's ERP: Harbour is one customer among others, and some lamps are made for others only. */
export const startNingbo = async (articles: readonly PlannedArticle[], password: string, faults: FaultBoard): Promise<StartedErp> => {
  const erp = await startErp({
    name: 'Ningbo ERP',
    companyName: '宁波灯具有限公司',
    currency: 'CNY',
    database: 'ningbo',
    user: hubUser,
    password,
    faults,
    createMs,
  })
  erp.addUnit(caseUnit)
  erp.addParty({ code: 'BAYVIEW', name: 'Bayview Hotels', roles: ['customer'], address: { city: 'Qingdao', country: 'CN' } })
  erp.addParty({
    code: buyerCode,
    name: 'Harbour Trading',
    roles: ['customer'],
    address: { street: '1 Harbor Walk', city: 'Portsmouth', country: 'US' },
  })
  const products = new Map(
    articles.map(({ code, name, ean }) => [
      code,
      erp.addProduct({ code, name, unit: 'u', price: '10.00', cost: '6.20', packs: [caseUnit.symbol], ean }),
    ]),
  )
  for (const code of ['HOTEL-01', 'HOTEL-02']) {
    erp.addProduct({ code, name: `Bedside lamp ${code}`, unit: 'u', price: '14.00', cost: '8.00' })
  }
  return { erp, products }
}
