import { type BusinessCentral, startBusinessCentral } from '../business-central/company.ts'
import type { Entity } from '../business-central/query.ts'
import type { FaultBoard } from '../faults.ts'
import type { PlannedArticle } from './plan-articles.ts'
import { piecesPerCase } from './plan-purchases.ts'
import type { TradeOrder } from './truth.ts'

/** Code of the unit in both companies. */
export const caseUnit = 'CASE'
/** What the workspace names by their ids. */
export const ids = { location: '00000000-0000-4000-8000-000000000001', webCustomer: '00000000-0000-4000-8000-000000000002' } as const
/** Code of the location where goods come in and leave; the shops call theirs the same. */
export const warehouse = 'WH'
/** The article that freight is sold as. */
export const freight = 'FREIGHT'
/** Client id of the hub in both companies. */
const clientId = 'crossdock-of-the-demo'
/** As much as a quick real one needs. */
const createMs = 15
/** A day lasts seconds here: three days of a subscription, and the half minute before a change is told, are as much shorter. */
const [lifeMs, delayMs] = [6_000, 300]

export type CompanyStart = {
  readonly companyName: string
  readonly clientSecret: string
  readonly board: FaultBoard
  readonly articles: readonly PlannedArticle[]
  readonly priceOf: (article: PlannedArticle) => string
  /** pieces on the shelf in the morning; none when left out */
  readonly openingOf?: (article: PlannedArticle) => number
}

/** A company of the day in a Business Central: its articles, which it also buys or sells by the case. */
export const startCompany = async (start: CompanyStart): Promise<BusinessCentral> => {
  const { companyName, clientSecret, board, articles, priceOf, openingOf } = start
  const options = {
    companyName,
    clientId,
    clientSecret,
    faults: board,
    createMs,
    lifeMs,
    delayMs,
    main: { id: ids.location, code: warehouse },
  }
  const erp = await startBusinessCentral(options)
  for (const article of articles) {
    const { code, name, ean: gtin } = article
    const units = { [caseUnit]: piecesPerCase }
    erp.addItem({ code, name, gtin, price: priceOf(article), units, stock: openingOf?.(article) ?? 0 })
  }
  return erp
}

const text = (value: unknown): string => (typeof value === 'string' ? value : '')
const note = 'NOTE'

/** One order as the company's own people see it. Freight is a service, which is no article. */
export const orderIn = (erp: BusinessCentral, head: Entity, lines: readonly Entity[], state: TradeOrder['state']): TradeOrder => {
  const { number, externalDocumentNumber, shipToName, shipToAddressLine1, shipToCity, fullyShipped } = head
  const comment = lines.find(({ lineType, description2 }) => lineType === 'Comment' && description2 === note)?.description
  return {
    id: Number(number),
    number: text(number),
    reference: text(externalDocumentNumber),
    state,
    comment: [shipToName, shipToAddressLine1, shipToCity, comment].map(text).join(', '),
    lines: lines
      .filter(({ lineType, lineObjectNumber }) => lineType === 'Item' && lineObjectNumber !== freight)
      .map(({ lineObjectNumber, quantity, unitOfMeasureCode, unitPrice, directUnitCost }) => ({
        article: text(lineObjectNumber),
        quantity: Number(quantity),
        factor: erp.goods.factor(text(lineObjectNumber), text(unitOfMeasureCode)),
        price: String(unitPrice ?? directUnitCost ?? 0),
      })),
    shipped: fullyShipped === true,
  }
}

/** Nothing of it is left, and nobody released it: the seller does not want it. */
export const isRefused = (head: Entity, lines: readonly Entity[]): boolean => {
  const items = lines.filter(({ lineType }) => lineType === 'Item')
  return head.status === 'Draft' && items.length > 0 && items.every(({ quantity }) => Number(quantity) === 0)
}
