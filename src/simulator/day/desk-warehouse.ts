import { saleReference } from './day-book.ts'
import { createWatch, type Desk, type Duty } from './desk.ts'
import { payBack } from './desk-shops.ts'
import type { PlannedOrder } from './plan-orders.ts'
import type { SaleSheet } from './sale-sheets.ts'
import type { World } from './world.ts'

/** The sale of an order in Harbour's ERP, as soon as there is one. */
const saleOf = (world: World, order: PlannedOrder): number | undefined => {
  const id = world.book.orders.get(order.number)
  return id === undefined ? undefined : world.harbour.saleOf(saleReference(order.shop, id))
}

/** Whether a sale shows what the buyer changed; always true for an order that nobody edited. */
export const showsEdit = (world: World, order: PlannedOrder, sheet: SaleSheet | undefined): boolean => {
  const { edit } = order
  if (!edit) return true
  if (!sheet) return false
  if (edit.kind === 'address') return sheet.comment.includes(edit.street)
  if (edit.kind === 'note') return sheet.comment.includes(edit.note)
  return order.lines.every(({ article, quantity }, at) => {
    const line = sheet.lines[at]
    return line?.product === world.harbour.products.get(article) && line?.quantity === quantity
  })
}

export const trackingOf = (order: PlannedOrder): string => `HT26${String(order.number).padStart(6, '0')}`

/** Packs and ships what stands in the ERP as a sale, an edited order only when its sheet shows the edit. */
export const warehouseDesk = (world: World): Desk =>
  createWatch(
    'warehouse',
    world.plan.orders.flatMap((order): Duty[] => {
      const { packedFrom } = order
      if (packedFrom === undefined) return []
      return [
        {
          what: `order ${order.number} (${order.shop}${order.edit ? `, edited: ${order.edit.kind}` : ''}) as a quoted sale in Harbour's ERP`,
          ready: (minute) => {
            if (minute < packedFrom) return false
            const sale = saleOf(world, order)
            if (sale === undefined || !world.harbour.isReady(sale)) return false
            return order.edit === undefined || showsEdit(world, order, world.harbour.sheet(sale))
          },
          run: () => {
            const sale = saleOf(world, order)
            if (sale !== undefined) world.harbour.ship(sale, trackingOf(order))
          },
        },
      ]
    }),
  )

/** Parcels that come back: counted into storage in the ERP first, then paid back in the shop. */
export const returnsDesk = (world: World): Desk =>
  createWatch(
    'returns',
    world.plan.orders.flatMap((order): Duty[] => {
      const { refund } = order
      if (refund?.kind !== 'goods') return []
      return [
        {
          what: `return of order ${order.number} (${order.shop}) once it was sent`,
          ready: (minute) => {
            const sale = saleOf(world, order)
            return minute >= refund.at && sale !== undefined && world.harbour.isSent(sale)
          },
          run: () => {
            const sale = saleOf(world, order)
            if (sale === undefined) return
            world.harbour.takeBack(sale, { line: refund.line + 1, quantity: refund.quantity }, `RMA-${order.number}`)
            payBack(world, order)
          },
        },
      ]
    }),
  )
