import type { JsonObject } from '../../model/json.ts'
import { harbourStaff } from '../staff-harbour.ts'
import { numberOf, related, rowsOf, textOf } from '../tryton-values.ts'
import { buy, cancel, edit, payBack } from './buyers.ts'
import { connection, type ShopHouse } from './shop-house.ts'
import { type ShopOrderPlan, trackingOf } from './shop-plan.ts'

/** One group of people: does some of what is due and answers what it still waits for. */
export interface ShopDesk {
  readonly name: string
  work(): Promise<readonly string[]>
}

export const referenceOf = (id: string): string => `${connection}/${id}`
const atOnce = 4
/** No goods yet; or the shop's database gave its transaction up for another one, and with it what had been set aside in it. */
const triesAgain = /INSUFFICIENT_STOCK|SAVEPOINT \w+ does not exist|Deadlock found/

/** Buyers at the checkout, spread over `pace` seconds; one whose goods have not come to the shop yet tries again. */
export function buyersDesk(house: ShopHouse, pace: number): ShopDesk {
  const began = performance.now()
  const open = [...house.orders]
  return {
    name: 'buyers',
    async work() {
      const share = Math.min(1, (performance.now() - began) / 1000 / pace)
      const due = Math.ceil(share * house.orders.length) - house.placed.size
      const batch = open.splice(0, Math.max(0, Math.min(due, atOnce)))
      await Promise.all(
        batch.map(async (order) => {
          try {
            house.placed.set(order.number, await buy(house.server.address, house.books, order))
          } catch (error) {
            if (!triesAgain.test(String(error))) throw error
            open.push(order)
          }
        }),
      )
      return open.map(({ number }) => `order ${number} to be placed`)
    },
  }
}

/** The shop's own people: edits and cancels before the goods leave, money back after. */
export function shopDesk(house: ShopHouse): ShopDesk {
  const open = new Set(house.orders.filter(({ fate }) => fate !== 'plain'))
  return {
    name: 'shop',
    async work() {
      for (const order of [...open].slice(0, house.orders.length)) {
        const id = house.placed.get(order.number)
        if (id === undefined) continue
        if (order.fate === 'edited') await edit(house.shop, id, order)
        else if (order.fate === 'cancelled') await cancel(house.shop, id)
        else await payBack(house.shop, id, order.back)
        open.delete(order)
      }
      return [...open].map(({ number, fate }) => `order ${number} to be ${fate}`)
    },
  }
}

/** Whether a sale shows the last quantities of its order. */
const isLast = (order: ShopOrderPlan, sale: JsonObject): boolean => {
  const wanted = new Map(
    order.lines.map(({ article, quantity }, at) => [article, at === 0 && order.fate === 'edited' ? order.edited : quantity]),
  )
  return rowsOf(sale, 'lines').every((line) => {
    const code = textOf(related(line, 'product'), 'code')
    return code === '' || wanted.get(code) === numberOf(line, 'quantity')
  })
}

/** Harbour's warehouse: packs and ships what stands in its books as a quotation, cancelled orders never. */
export function packersDesk(house: ShopHouse): ShopDesk {
  const staff = harbourStaff(house.harbour.tryton, house.harbour.books, house.today)
  const open = new Set(house.orders.filter(({ fate }) => fate !== 'cancelled'))
  return {
    name: 'warehouse',
    async work() {
      const due = new Map(
        [...open].flatMap((order) => {
          const id = house.placed.get(order.number)
          return id === undefined ? [] : [[referenceOf(id), order] as const]
        }),
      )
      if (due.size > 0) {
        const sales = await house.harbour.tryton.rows(
          'sale.sale',
          [
            ['state', '=', 'quotation'],
            ['reference', 'in', [...due.keys()]],
          ],
          ['reference', 'lines.quantity', 'lines.product.code'],
        )
        const ready = sales
          .flatMap((sale) => {
            const order = due.get(textOf(sale, 'reference'))
            return order && isLast(order, sale) ? [{ order, sale: Number(sale.id), tracking: trackingOf(order) }] : []
          })
          .slice(0, 8)
        const left = ready.length === 0 ? [] : await staff.ship(ready)
        for (const { order, sale } of ready) if (left.includes(sale)) open.delete(order)
      }
      return [...open].map(({ number, fate }) => `order ${number} (${fate}) as a quoted sale`)
    },
  }
}

/** Trucks of the supplier: goods that Harbour bought and counts in during the day. */
export function dockDesk(house: ShopHouse): ShopDesk {
  const staff = harbourStaff(house.harbour.tryton, house.harbour.books, house.today)
  const open = house.day.purchases.filter(({ lines }) => lines.some(({ arrived }) => arrived > 0)).slice(0, 3)
  let count = 0
  return {
    name: 'dock',
    async work() {
      const purchase = open.shift()
      if (purchase === undefined) return []
      count++
      const { id } = await staff.buy(purchase)
      await staff.receive(id, purchase, `TRUCK-${count}`, `BILL-${count}`)
      return open.map(() => 'a truck')
    },
  }
}
