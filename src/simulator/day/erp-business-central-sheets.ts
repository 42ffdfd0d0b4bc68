import type { BusinessCentral } from '../business-central/company.ts'
import { orderIn } from './erp-business-central-start.ts'
import type { SaleEvent, SaleSheet } from './sale-sheets.ts'

/** Follows the log of a Business Central: what API clients made of sales orders, which are known by their numbers. Each call reads only what is new since the last one. */
export const createBusinessCentralSheets = (erp: BusinessCentral, products: ReadonlyMap<string, number>) => {
  const sheets = new Map<number, SaleSheet>()
  const references = new Map<number, string>()
  const places = new Map<number, string>()
  const first = new Map<string, number>()
  const events: SaleEvent[] = []
  let read = 0

  const sheetOf = (id: string): SaleSheet | undefined => {
    const head = erp.book.find('salesOrders', id)
    if (head === undefined) return undefined
    const { lines, comment } = orderIn(erp, head, erp.book.lines('salesOrders', id), 'draft')
    return { comment, lines: lines.map(({ article, quantity }) => ({ product: products.get(article) ?? 0, quantity })) }
  }
  const note = (kind: 'created' | 'written', sale: number, sheet: SaleSheet | undefined): void => {
    if (sheet === undefined || JSON.stringify(sheets.get(sale)) === JSON.stringify(sheet)) return
    sheets.set(sale, sheet)
    events.push({ kind, sale, reference: references.get(sale) ?? '', sheet })
  }
  const follow = (): void => {
    for (; read < erp.log.length; read += 1) {
      const effect = erp.log[read]
      if (effect === undefined) continue
      const { kind, set, id, entity } = effect
      const order = set === 'salesOrders' ? id : set === 'salesOrderLines' ? String(entity.documentId) : undefined
      const head = order === undefined ? undefined : set === 'salesOrders' ? entity : erp.book.find('salesOrders', order)
      if (order === undefined || head === undefined) continue
      const sale = Number(head.number)
      const reference = String(head.externalDocumentNumber ?? '')
      if (kind === 'created') {
        places.set(sale, id)
        references.set(sale, reference)
        if (!first.has(reference)) first.set(reference, sale)
      }
      if (kind === 'deleted') events.push({ kind: 'button', sale, reference, button: 'cancel' })
      else note(kind, sale, sheetOf(order))
    }
  }
  return {
    /** The first sale with this reference. */
    saleOf(reference: string): number | undefined {
      follow()
      return first.get(reference)
    },
    /** The id of a sale. Throws a RangeError for one that no API client made. */
    idOf(sale: number): string {
      const id = places.get(sale)
      if (id === undefined) throw new RangeError(`there is no sales order ${sale}`)
      return id
    },
    newest(sale: number): SaleSheet | undefined {
      follow()
      return sheets.get(sale)
    },
    events(): readonly SaleEvent[] {
      follow()
      return events
    },
  }
}
