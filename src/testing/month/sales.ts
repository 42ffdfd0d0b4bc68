import { between, oneOf, shuffled } from '../../simulator/day/chance.ts'
import type { PlannedOrder } from '../../simulator/day/plan-orders.ts'
import { planBuyer } from '../../simulator/day/plan-people.ts'
import { shippingPrice } from '../../simulator/day/plan-refunds.ts'
import { type BookedOrder, orderName } from './books.ts'
import type { Merchant } from './cast.ts'
import { type Amount, exact } from './exact.ts'
import type { Month } from './month.ts'
import type { OpenShop } from './shops.ts'

/** Most orders of one shop on one day; two on average. */
const mostOrders = 4
const mostLines = 3
const mostPieces = 3

/** On one platform every third order is cheaper by so much, and the platform bears it (workspace.ts). */
const reduction = '1.50'
const isReduced = ({ platform }: Merchant, number: number): boolean => platform === 'jushuitan' && number % 3 === 0
export const discountOf = (order: BookedOrder): Amount => (order.isReduced ? exact(reduction) : 0n)

/** People buy in all shops. What a shop's empty shelf refuses was never ordered. */
export async function buyersCome(month: Month): Promise<void> {
  const { chance, shops } = month
  const visits = shops.flatMap((open) => Array.from({ length: between(chance, 0, mostOrders) }, () => open))
  for (const open of shuffled(chance, visits)) {
    placeOne(month, open)
    await breath()
  }
}

/** Webhooks and everything else of this process get their turn. */
const breath = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 2))

function placeOne(month: Month, { merchant, shop }: OpenShop): void {
  const { chance, books } = month
  const paid = chance() < 0.85
  const number = books.orders.size + 1
  const order: PlannedOrder = {
    number,
    shop: merchant.place,
    placedAt: 0,
    lines: shuffled(chance, merchant.range)
      .slice(0, between(chance, 1, mostLines))
      .map((article) => {
        const quantity = between(chance, 1, mostPieces)
        return { article, quantity, firstQuantity: quantity, discount: '0.00' }
      })
      .map((line, place) => ({ ...line, discount: place === 0 && isReduced(merchant, number) ? reduction : '0.00' })),
    shipping: shippingPrice[merchant.place],
    buyer: planBuyer(chance, merchant.place),
    fate: 'shipped',
    announcing: oneOf(chance, ['sent', 'sent', 'sent', 'quiet', 'twice'] as const),
    ...(paid ? {} : { paidAt: 0 }),
    lateCancel: false,
  }
  try {
    const id = shop.place(order)
    books.orders.set(orderName(merchant.connection, id), {
      connection: merchant.connection,
      id,
      lines: order.lines.map(({ article, quantity }) => ({ article, quantity, shipped: 0, returned: 0 })),
      ...{ paid, cancelled: false, isReduced: isReduced(merchant, number) },
      tracking: undefined,
    })
  } catch (error) {
    if (!(error instanceof RangeError)) throw error
    books.refused++
  }
}

/** Those who have not paid pay, or call their order off. */
export function buyersDecide(month: Month): void {
  const { chance } = month
  for (const order of unsettled(month)) {
    const { shop } = shopOf(month, order)
    if (chance() < 0.7) {
      shop.pay(order.id)
      order.paid = true
    } else if (chance() < 0.6) {
      shop.cancel(order.id)
      order.cancelled = true
    }
  }
}

const unsettled = ({ books }: Month): BookedOrder[] => [...books.orders.values()].filter(({ paid, cancelled }) => !paid && !cancelled)

export function shopOf({ shops }: Month, { connection }: BookedOrder): OpenShop {
  const open = shops.find(({ merchant }) => merchant.connection === connection)
  if (open === undefined) throw new Error(`there is no shop ${connection}`)
  return open
}
