import { isObject, type Json, type JsonObject } from '../../model/json.ts'
import type { Kingdee } from '../kingdee/kingdee.ts'
import { freightCode } from './erp-kingdee-start.ts'
import type { SaleEvent, SaleSheet } from './sale-sheets.ts'

const objects = (value: Json | undefined): readonly JsonObject[] => (Array.isArray(value) ? value.filter((item) => isObject(item)) : [])
const numberOf = (value: Json | undefined): string => (isObject(value) ? String(value.FNumber) : '')
const textOf = (value: Json | undefined): string => (typeof value === 'string' ? value : '')

const buttons: Readonly<Record<string, string>> = { Audit: 'confirm', ExcuteOperation: 'cancel' }

/** Follows the log of a Kingdee: what API clients made of sales. Each call reads only what is new since the last one. */
export const createKingdeeSheets = (erp: Kingdee, products: ReadonlyMap<string, number>) => {
  const sheets = new Map<number, SaleSheet>()
  const references = new Map<number, string>()
  const first = new Map<string, number>()
  const events: SaleEvent[] = []
  let read = 0

  const linesOf = (model: JsonObject): SaleSheet['lines'] =>
    objects(model.FSaleOrderEntry)
      .filter(({ FMaterialId }) => FMaterialId !== undefined && numberOf(FMaterialId) !== freightCode)
      .toSorted((a, b) => Number(a.FEntryNote) - Number(b.FEntryNote))
      .map(({ FMaterialId, FQty }) => ({ product: products.get(numberOf(FMaterialId)) ?? 0, quantity: Number(FQty) }))
  const saved = (sale: number, reference: string, model: JsonObject): void => {
    const sheet = { lines: linesOf(model), comment: [textOf(model.FReceiveAddress), textOf(model.FNote)].join('\n') }
    sheets.set(sale, sheet)
    const isNew = !references.has(sale)
    references.set(sale, reference)
    if (!first.has(reference)) first.set(reference, sale)
    events.push({ kind: isNew ? 'created' : 'written', sale, reference, sheet })
  }
  const follow = (): void => {
    for (; read < erp.log.length; read += 1) {
      const { operation, body, result } = erp.log[read] ?? { operation: '', body: {}, result: null }
      if (body.formid !== 'SAL_SaleOrder') continue
      const { Id, Number: number } = isObject(result) && isObject(result.Result) ? result.Result : {}
      const [sale, reference] = [Number(Id), String(number)]
      const model = isObject(body.data) ? body.data.Model : undefined
      if (operation === 'Save' && isObject(model)) saved(sale, reference, model)
      const button = buttons[operation]
      if (button !== undefined) events.push({ kind: 'button', sale, reference, button })
    }
  }
  return {
    /** The first sale with this number. */
    saleOf(reference: string): number | undefined {
      follow()
      return first.get(reference)
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
