import { type BookedOrder, orderName } from './books.ts'
import { currencyOf } from './cast.ts'
import { today } from './days.ts'
import { callOff, type DepositBook, type FundedOrder, freeze, needOf, queueOf, reckon, release, usableOf } from './deposit-books.ts'
import { cent, written } from './exact.ts'
import type { Month } from './month.ts'
import { costOf } from './price-books.ts'
import { shopOf } from './sales.ts'

/** What an order costs its merchant, by the prices of this day. */
function orderCost(month: Month, order: BookedOrder): FundedOrder {
  const { merchant, shop } = shopOf(month, order)
  const record = shop.orders().find(({ id }) => id === order.id)
  if (record === undefined) throw new Error(`${order.connection} has lost its order ${order.id}`)
  const currency = currencyOf(merchant)
  return {
    key: orderName(order.connection, order.id),
    lines: order.lines.map(({ article, quantity }) => ({
      article,
      cost: costOf(month.prices, { merchant: merchant.key, currency, article, quantity, day: today() }).amount,
    })),
    // WooCommerce tells freight without its tax, the others with it
    freight: (record.shippingNet + (merchant.platform === 'woocommerce' ? 0n : record.shippingTax)) * cent,
    ...{ waiting: false, placedAt: '', isOff: false, captured: 0n, refunded: 0n },
  }
}

/**
 * The hub has read everything: new orders take their money, and what was called off gives it back. Who of several new ones of one merchant comes first is as they reached the hub; that none overtook an older one,
 * that what is frozen was there, and that nothing waits without need is held against the books.
 */
export async function lookAtFunds(month: Month): Promise<void> {
  const { hub, books, deposits, moneyDifferences: differences } = month
  const waits = new Map((await hub.rows('/v1/orders?funds=awaiting_funds')).map((row) => [String(row.key), String(row.placedAt)]))
  const fresh = new Map<DepositBook, FundedOrder[]>()
  for (const [key, order] of books.orders) {
    const book = deposits.get(order.connection)
    const known = book?.orders.get(key)
    if (book === undefined) continue
    if (known === undefined) {
      const made = orderCost(month, order)
      made.isOff = order.cancelled
      fresh.set(book, [...(fresh.get(book) ?? []), made])
    } else if (order.cancelled && !known.isOff) callOff(book, known)
  }
  for (const book of deposits.values()) {
    release(book)
    const older = queueOf(book).length > 0
    for (const order of fresh.get(book) ?? []) {
      book.orders.set(order.key, order)
      const placedAt = waits.get(order.key)
      if (placedAt !== undefined) Object.assign(order, { waiting: true, placedAt })
      else if (older && needOf(order) > 0n)
        differences.push({ what: `order ${order.key}`, books: 'waits behind older ones', hub: 'is funded' })
      if (placedAt === undefined) freeze(book, order)
    }
    compareQueue(month, book, waits)
  }
}

function compareQueue({ moneyDifferences: differences }: Month, book: DepositBook, waits: ReadonlyMap<string, string>): void {
  const [first] = queueOf(book)
  if (usableOf(book) < 0n)
    differences.push({ what: `deposit of ${book.merchant}`, books: `lacks ${written(-usableOf(book))}`, hub: 'froze it' })
  if (first !== undefined && needOf(first) <= usableOf(book))
    differences.push({ what: `order ${first.key}`, books: `is paid for by ${written(usableOf(book))}`, hub: 'waits' })
  for (const { key, waiting } of book.orders.values())
    if (waiting !== waits.has(key)) differences.push({ what: `order ${key} waits`, books: String(waiting), hub: String(waits.has(key)) })
}

/** Whether an order may be packed: its money is frozen, by the generator's books. */
export const isFunded = ({ deposits }: Month, key: string, { connection }: BookedOrder): boolean =>
  deposits.get(connection)?.orders.get(key)?.waiting === false

/** Goods of an order left or came back. */
export function follow({ deposits }: Month, order: BookedOrder): void {
  const book = deposits.get(order.connection)
  const funded = book?.orders.get(orderName(order.connection, order.id))
  if (book !== undefined && funded !== undefined) reckon(book, funded, order.lines)
}
