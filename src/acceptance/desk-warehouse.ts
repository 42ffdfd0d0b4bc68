import type { JsonObject } from '../model/json.ts'
import { saleReference } from '../simulator/day/day-book.ts'
import type { PlannedOrder } from '../simulator/day/plan-orders.ts'
import type { Desk, House } from './house.ts'
import { harbourStaff } from './staff-harbour.ts'
import { numberOf, related, rowsOf, textOf } from './tryton-values.ts'

/** Sales of one round: Tryton ships ten of them in a few seconds, and nobody waits longer for its lock. */
const batch = 8

export const trackingOf = (order: PlannedOrder): string => `HT26${String(order.number).padStart(6, '0')}`

/** Whether a sale shows what the buyer changed; always true for an order that nobody edited. */
export function showsEdit(order: PlannedOrder, sale: JsonObject): boolean {
  const { edit } = order
  const comment = textOf(sale, 'comment')
  if (!edit) return true
  if (edit.kind === 'address') return comment.includes(edit.street)
  if (edit.kind === 'note') return comment.includes(edit.note)
  const lines = rowsOf(sale, 'lines')
  return order.lines.every(({ article, quantity }, at) => {
    const line = lines.find((one) => numberOf(one, 'sequence') === at + 1)
    return textOf(related(line, 'product'), 'code') === article && numberOf(line, 'quantity') === quantity
  })
}

/** Packs and ships what stands in Harbour's books as a quotation, an edited order only when its sale shows the edit. */
export function warehouseDesk({ plan, shops, harbour, today }: House): Desk {
  const staff = harbourStaff(harbour.tryton, harbour.books, today)
  const open = new Set(plan.orders.filter(({ packedFrom }) => packedFrom !== undefined))
  return {
    name: 'warehouse',
    async work(minute) {
      const due = new Map<string, PlannedOrder>()
      for (const order of open) {
        const id = shops.placed.get(order.number)
        if (id !== undefined && minute >= (order.packedFrom ?? 0)) due.set(saleReference(order.shop, id), order)
      }
      if (due.size > 0) {
        const sales = await harbour.tryton.rows(
          'sale.sale',
          [
            ['state', '=', 'quotation'],
            ['reference', 'in', [...due.keys()]],
          ],
          ['reference', 'comment', 'lines.sequence', 'lines.quantity', 'lines.product.code'],
        )
        const ready = sales
          .flatMap((sale) => {
            const order = due.get(textOf(sale, 'reference'))
            return order && showsEdit(order, sale) ? [{ order, sale: Number(sale.id), tracking: trackingOf(order) }] : []
          })
          .slice(0, batch)
        const left = ready.length === 0 ? [] : await staff.ship(ready)
        for (const { order, sale } of ready) if (left.includes(sale)) open.delete(order)
      }
      return [...open].map(({ number, shop, edit }) => `order ${number} (${shop}${edit ? `, edited: ${edit.kind}` : ''}) as a quoted sale`)
    },
  }
}

/** Parcels that come back: counted into storage first, then paid back in the shop. */
export function returnsDesk({ plan, shops, harbour, today }: House): Desk {
  const staff = harbourStaff(harbour.tryton, harbour.books, today)
  const open = new Set(plan.orders.filter(({ refund }) => refund?.kind === 'goods'))
  return {
    name: 'returns',
    async work(minute) {
      for (const order of open) {
        const { refund } = order
        const id = shops.placed.get(order.number)
        if (refund?.kind !== 'goods' || id === undefined || minute < refund.at) continue
        const [sale] = await harbour.tryton.rows(
          'sale.sale',
          [
            ['reference', '=', saleReference(order.shop, id)],
            ['shipment_state', '=', 'sent'],
          ],
          ['number'],
        )
        if (!sale) continue
        await staff.takeBack(Number(sale.id), refund.line, refund.quantity, `RMA-${order.number}`)
        shops.payBack(order)
        open.delete(order)
      }
      return [...open].map(({ number, shop }) => `return of order ${number} (${shop}) once it was sent`)
    },
  }
}
