import { isObject, type Json, type JsonObject } from '../../model/json.ts'
import type { Odoo } from '../odoo/odoo.ts'
import { idsOf } from './erp-odoo-start.ts'
import { type FollowedSheets, followSheets, type SheetBook } from './sheet-log.ts'

type Line = { readonly product: number; readonly quantity: number }

const made = (commands: Json | undefined): readonly Line[] =>
  (Array.isArray(commands) ? (commands as readonly Json[]) : [])
    .flatMap((command) => (Array.isArray(command) && isObject(command[2]) ? [command[2] as JsonObject] : []))
    .map(({ product_id, product_uom_qty }) => ({ product: Number(product_id), quantity: Number(product_uom_qty) }))

const buttons: Readonly<Record<string, string>> = { action_confirm: 'confirm', action_cancel: 'cancel' }

/** One line by itself, in its place among those of its sale. */
const writeLine = (odoo: Odoo, book: SheetBook, id: number, { product_uom_qty: quantity }: JsonObject): void => {
  const row = odoo.row('sale.order.line', id)
  const sale = Number(row.order_id)
  const before = book.newest(sale)
  if (before === undefined || typeof quantity !== 'number') return
  const place = Number(row.sequence) - 1
  book.written(sale, { ...before, lines: before.lines.map((line, at) => (at === place ? { ...line, quantity } : line)) })
}
const writeNote = (book: SheetBook, sale: number, comment: string): void => {
  const before = book.newest(sale)
  if (before !== undefined) book.written(sale, { ...before, comment })
}

/** What API clients made of sales in an Odoo. */
export const createOdooSheets = (odoo: Odoo): FollowedSheets =>
  followSheets(odoo.log, ({ model, method, args, result }, book) => {
    if (model === 'sale.order.line' && method === 'write' && isObject(args.vals))
      for (const id of idsOf(args)) writeLine(odoo, book, id, args.vals)
    if (model !== 'sale.order') return
    const values = Array.isArray(args.vals_list) ? args.vals_list.filter(isObject) : []
    const ids = Array.isArray(result) ? result.map(Number) : []
    if (method === 'create')
      for (const [at, sale] of ids.entries()) {
        const { client_order_ref: reference, order_line: lines, note } = values[at] ?? {}
        book.created(sale, String(reference ?? ''), { lines: made(lines), comment: String(note ?? '') })
      }
    if (method === 'write' && isObject(args.vals) && typeof args.vals.note === 'string')
      for (const sale of idsOf(args)) writeNote(book, sale, args.vals.note)
    const button = buttons[method]
    if (button !== undefined) for (const sale of idsOf(args)) book.button(sale, button)
  })
