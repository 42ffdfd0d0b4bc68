import { isObject, type Json, type JsonObject } from '../../model/json.ts'
import type { Odoo } from '../odoo/odoo.ts'
import { idsOf } from './erp-odoo-start.ts'
import type { SaleEvent, SaleSheet } from './sale-sheets.ts'

type Line = { readonly product: number; readonly quantity: number }

const made = (commands: Json | undefined): readonly Line[] =>
  (Array.isArray(commands) ? (commands as readonly Json[]) : [])
    .flatMap((command) => (Array.isArray(command) && isObject(command[2]) ? [command[2] as JsonObject] : []))
    .map(({ product_id, product_uom_qty }) => ({ product: Number(product_id), quantity: Number(product_uom_qty) }))

const buttons: Readonly<Record<string, string>> = { action_confirm: 'confirm', action_cancel: 'cancel' }

/** Follows the log of an Odoo: what API clients made of sales. Each call reads only what is new since the last one. */
export const createOdooSheets = (odoo: Odoo) => {
  const sheets = new Map<number, SaleSheet>()
  const references = new Map<number, string>()
  const first = new Map<string, number>()
  const events: SaleEvent[] = []
  let read = 0

  const create = (sale: number, values: JsonObject): void => {
    const reference = String(values.client_order_ref ?? '')
    references.set(sale, reference)
    if (!first.has(reference)) first.set(reference, sale)
    const sheet = { lines: made(values.order_line), comment: String(values.note ?? '') }
    sheets.set(sale, sheet)
    events.push({ kind: 'created', sale, reference, sheet })
  }
  /** One line by itself, in its place among those of its sale. */
  const writeLine = (id: number, values: JsonObject): void => {
    const row = odoo.row('sale.order.line', id)
    const sale = Number(row.order_id)
    const before = sheets.get(sale)
    if (before === undefined || typeof values.product_uom_qty !== 'number') return
    const quantity = values.product_uom_qty
    const place = Number(row.sequence) - 1
    if (before.lines[place]?.quantity === quantity) return
    const sheet = { ...before, lines: before.lines.map((line, at) => (at === place ? { ...line, quantity } : line)) }
    sheets.set(sale, sheet)
    events.push({ kind: 'written', sale, reference: references.get(sale) ?? '', sheet })
  }
  const writeNote = (sale: number, comment: string): void => {
    const before = sheets.get(sale)
    if (before === undefined || before.comment === comment) return
    const sheet = { ...before, comment }
    sheets.set(sale, sheet)
    events.push({ kind: 'written', sale, reference: references.get(sale) ?? '', sheet })
  }
  const follow = (): void => {
    for (; read < odoo.log.length; read += 1) {
      const effect = odoo.log[read]
      if (effect === undefined) continue
      const { model, method, args, result } = effect
      if (model === 'sale.order.line' && method === 'write' && isObject(args.vals)) for (const id of idsOf(args)) writeLine(id, args.vals)
      if (model !== 'sale.order') continue
      const values = Array.isArray(args.vals_list) ? args.vals_list.filter(isObject) : []
      const ids = Array.isArray(result) ? result.map(Number) : []
      if (method === 'create') for (const [at, sale] of ids.entries()) create(sale, values[at] ?? {})
      if (method === 'write' && isObject(args.vals) && typeof args.vals.note === 'string')
        for (const sale of idsOf(args)) writeNote(sale, args.vals.note)
      const button = buttons[method]
      if (button !== undefined)
        for (const sale of idsOf(args)) events.push({ kind: 'button', sale, reference: references.get(sale) ?? '', button })
    }
  }
  return {
    /** The first sale with this reference. */
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
