import { isObject, type Json } from '../../model/json.ts'
import type { Erp } from '../tryton/erp.ts'

/** What a sale in the ERP looked like at one moment, as an API client wrote it: product ids with their quantities, and the note on it. */
export type SaleSheet = {
  readonly lines: readonly { readonly product: number; readonly quantity: number }[]
  readonly comment: string
}

/** One thing that an API client did to a sale, in the order of the log. */
export type SaleEvent =
  | { readonly kind: 'created' | 'written'; readonly sale: number; readonly reference: string; readonly sheet: SaleSheet }
  | { readonly kind: 'button'; readonly sale: number; readonly reference: string; readonly button: string }

/** Follows the ERP's log. Each call reads only what is new since the last one. */
export type SaleSheets = {
  /** The newest sheet of a sale. */
  newest(sale: number): SaleSheet | undefined
  /** Everything that API clients did to sales so far. */
  events(): readonly SaleEvent[]
}

const quantityOf = (value: Json | undefined): number => Number(isObject(value) ? value.decimal : value)

const linesOf = (commands: Json | undefined): SaleSheet['lines'] | undefined => {
  if (!Array.isArray(commands)) return undefined
  const made = commands.flatMap((command: Json) => (Array.isArray(command) && command[0] === 'create' ? [command[1]] : []))
  const rows = made.flatMap((each) => (Array.isArray(each) ? each : [])).filter(isObject)
  return rows
    .filter(({ product }) => typeof product === 'number')
    .sort((a, b) => Number(a.sequence ?? 0) - Number(b.sequence ?? 0))
    .map(({ product, quantity }) => ({ product: Number(product), quantity: quantityOf(quantity) }))
}

const sheetOf = (values: Json | undefined, before: SaleSheet): SaleSheet => {
  if (!isObject(values)) return before
  const comment = typeof values.comment === 'string' ? values.comment : before.comment
  return { lines: linesOf(values.lines) ?? before.lines, comment }
}

const blank: SaleSheet = { lines: [], comment: '' }

/** Only what API clients did is seen: what the ERP's own people do stands in no log. */
export const createSaleSheets = (erp: Erp): SaleSheets => {
  const sheets = new Map<number, SaleSheet>()
  const references = new Map<number, string>()
  const events: SaleEvent[] = []
  let read = 0

  const follow = (): void => {
    for (; read < erp.log.length; read += 1) {
      const effect = erp.log[read]
      if (effect?.model !== 'sale.sale') continue
      effect.ids.forEach((sale, at) => {
        if (effect.kind === 'button') {
          events.push({ kind: 'button', sale, reference: references.get(sale) ?? '', button: effect.button ?? '' })
          return
        }
        if (effect.kind === 'deleted') return
        const values = Array.isArray(effect.values) ? effect.values[at] : effect.values
        if (effect.kind === 'created' && isObject(values)) references.set(sale, String(values.reference ?? ''))
        const sheet = sheetOf(values, sheets.get(sale) ?? blank)
        sheets.set(sale, sheet)
        events.push({ kind: effect.kind, sale, reference: references.get(sale) ?? '', sheet })
      })
    }
  }
  return {
    newest(sale) {
      follow()
      return sheets.get(sale)
    },
    events() {
      follow()
      return events
    },
  }
}
