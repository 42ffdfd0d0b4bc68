import type { Desk, House } from './house.ts'
import { harbourStaff } from './staff-harbour.ts'
import { answerSale, unansweredSales } from './staff-ningbo.ts'
import { textOf } from './tryton-values.ts'

const confirming = 8 * 60 + 30

/** The buyer writes and confirms the purchase orders at 08:30, one after the other. */
export function buyerDesk({ plan, purchases, harbour, today }: House): Desk {
  const staff = harbourStaff(harbour.tryton, harbour.books, today)
  return {
    name: 'buyer',
    async work(minute) {
      const next = plan.purchases[purchases.size]
      if (next !== undefined && minute >= confirming) purchases.set(purchases.size, await staff.buy(next))
      return plan.purchases.slice(purchases.size).map((_, at) => `purchase ${purchases.size + at + 1} to be written`)
    },
  }
}

/** Ningbo answers each sale that appears in its books, as the plan says. */
export function sellerDesk({ plan, purchases, ningbo }: House): Desk {
  const answered = new Set<number>()
  return {
    name: 'seller',
    async work() {
      const sales = await unansweredSales(ningbo.tryton)
      for (const { id, reference } of sales) {
        const [index] = [...purchases].find(([, { number }]) => number === reference) ?? []
        const purchase = index === undefined ? undefined : plan.purchases[index]
        if (index === undefined || purchase === undefined || answered.has(index)) continue
        await answerSale(ningbo.tryton, id, purchase)
        answered.add(index)
      }
      return plan.purchases.flatMap((_, at) => (answered.has(at) ? [] : [`purchase ${at + 1} as a sale in Ningbo's books`]))
    },
  }
}

/** The truck comes when Ningbo has accepted; what it brings is counted in, and its invoice is posted at once. */
export function dockDesk({ plan, purchases, harbour, ningbo, today }: House): Desk {
  const staff = harbourStaff(harbour.tryton, harbour.books, today)
  const open = new Set(plan.purchases.keys().filter((index) => plan.purchases[index]?.truckAt !== undefined))
  return {
    name: 'dock',
    async work(minute) {
      const loaded = new Set(
        (await ningbo.tryton.rows('sale.sale', [['state', 'in', ['processing', 'done']]], ['reference'])).map((row) =>
          textOf(row, 'reference'),
        ),
      )
      for (const index of open) {
        const planned = plan.purchases[index]
        const purchase = purchases.get(index)
        if (!planned || !purchase || minute < (planned.truckAt ?? 0) || !loaded.has(purchase.number)) continue
        await staff.receive(purchase.id, planned, `NL-${1000 + index}`, `NBL-${String(index + 1).padStart(4, '0')}`)
        open.delete(index)
        break
      }
      return [...open].map((index) => `truck for purchase ${index + 1}`)
    },
  }
}
