import type { SaleEvent, SaleSheet, SaleSheets } from './sale-sheets.ts'

/** What the log of an ERP told of sales so far. */
export interface SheetBook {
  newest(sale: number): SaleSheet | undefined
  /** `sheet`: undefined where the sale is gone before anybody looked */
  created(sale: number, reference: string, sheet: SaleSheet | undefined): void
  /** a sale as it is now; the same as before is nothing new */
  written(sale: number, sheet: SaleSheet | undefined): void
  button(sale: number, button: string): void
}
export type FollowedSheets = SaleSheets & {
  /** the first sale with this reference */
  saleOf(reference: string): number | undefined
}

/** Follows the log of an ERP that API clients wrote in: `take` says what one of its entries did to sales. Each call reads only what is new since the last one. */
export const followSheets = <Entry>(log: readonly Entry[], take: (entry: Entry, book: SheetBook) => void): FollowedSheets => {
  const sheets = new Map<number, SaleSheet>()
  const references = new Map<number, string>()
  const first = new Map<string, number>()
  const events: SaleEvent[] = []
  let read = 0

  const tell = (kind: 'created' | 'written', sale: number, sheet: SaleSheet | undefined): void => {
    if (sheet === undefined || JSON.stringify(sheets.get(sale)) === JSON.stringify(sheet)) return
    sheets.set(sale, sheet)
    events.push({ kind, sale, reference: references.get(sale) ?? '', sheet })
  }
  const book: SheetBook = {
    newest: (sale) => sheets.get(sale),
    created: (sale, reference, sheet) => {
      references.set(sale, reference)
      if (!first.has(reference)) first.set(reference, sale)
      tell('created', sale, sheet)
    },
    written: (sale, sheet) => tell('written', sale, sheet),
    button: (sale, button) => void events.push({ kind: 'button', sale, reference: references.get(sale) ?? '', button }),
  }
  const follow = (): void => {
    for (const entry of log.slice(read)) take(entry, book)
    read = log.length
  }
  return {
    saleOf: (reference) => {
      follow()
      return first.get(reference)
    },
    newest: (sale) => {
      follow()
      return sheets.get(sale)
    },
    events: () => {
      follow()
      return events
    },
  }
}
