import type { BusinessCentral } from '../business-central/company.ts'
import { orderIn } from './erp-business-central-start.ts'
import type { SaleSheet } from './sale-sheets.ts'
import { followSheets } from './sheet-log.ts'

/** What API clients made of sales orders in a Business Central, which are known by their numbers. */
export const createBusinessCentralSheets = (erp: BusinessCentral, products: ReadonlyMap<string, number>) => {
  const places = new Map<number, string>()
  const sheetOf = (id: string): SaleSheet | undefined => {
    const head = erp.book.find('salesOrders', id)
    if (head === undefined) return undefined
    const { lines, comment } = orderIn(erp, head, erp.book.lines('salesOrders', id), 'draft')
    return { comment, lines: lines.map(({ article, quantity }) => ({ product: products.get(article) ?? 0, quantity })) }
  }
  const sheets = followSheets(erp.log, ({ kind, set, id, entity }, book) => {
    const order = set === 'salesOrders' ? id : set === 'salesOrderLines' ? String(entity.documentId) : undefined
    const head = order === undefined ? undefined : set === 'salesOrders' ? entity : erp.book.find('salesOrders', order)
    if (order === undefined || head === undefined) return
    const sale = Number(head.number)
    if (kind === 'created') {
      places.set(sale, id)
      book.created(sale, String(head.externalDocumentNumber ?? ''), sheetOf(order))
    } else if (kind === 'deleted') book.button(sale, 'cancel')
    else book.written(sale, sheetOf(order))
  })
  return {
    ...sheets,
    /** The id of a sale. Throws a RangeError for one that no API client made. */
    idOf(sale: number): string {
      sheets.events()
      const id = places.get(sale)
      if (id === undefined) throw new RangeError(`there is no sales order ${sale}`)
      return id
    },
  }
}
