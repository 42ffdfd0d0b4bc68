import { isObject, type Json, type JsonObject } from '../../model/json.ts'
import type { Kingdee } from '../kingdee/kingdee.ts'
import { freightCode } from './erp-kingdee-start.ts'
import type { SaleSheet } from './sale-sheets.ts'
import { type FollowedSheets, followSheets } from './sheet-log.ts'

const objects = (value: Json | undefined): readonly JsonObject[] => (Array.isArray(value) ? value.filter((item) => isObject(item)) : [])
const numberOf = (value: Json | undefined): string => (isObject(value) ? String(value.FNumber) : '')
const textOf = (value: Json | undefined): string => (typeof value === 'string' ? value : '')

const buttons: Readonly<Record<string, string>> = { Audit: 'confirm', ExcuteOperation: 'cancel' }

/** What API clients made of sales in a Kingdee, which are known by their numbers. */
export const createKingdeeSheets = (erp: Kingdee, products: ReadonlyMap<string, number>): FollowedSheets => {
  const linesOf = (model: JsonObject): SaleSheet['lines'] =>
    objects(model.FSaleOrderEntry)
      .filter(({ FMaterialId }) => FMaterialId !== undefined && numberOf(FMaterialId) !== freightCode)
      .toSorted((a, b) => Number(a.FEntryNote) - Number(b.FEntryNote))
      .map(({ FMaterialId, FQty }) => ({ product: products.get(numberOf(FMaterialId)) ?? 0, quantity: Number(FQty) }))
  return followSheets(erp.log, ({ operation, body, result }, book) => {
    if (body.formid !== 'SAL_SaleOrder') return
    const { Id, Number: number } = isObject(result) && isObject(result.Result) ? result.Result : {}
    const sale = Number(Id)
    const model = isObject(body.data) ? body.data.Model : undefined
    if (operation === 'Save' && isObject(model)) {
      const sheet = { lines: linesOf(model), comment: [textOf(model.FReceiveAddress), textOf(model.FNote)].join('\n') }
      if (book.newest(sale) === undefined) book.created(sale, String(number), sheet)
      else book.written(sale, sheet)
    }
    const button = buttons[operation]
    if (button !== undefined) book.button(sale, button)
  })
}
