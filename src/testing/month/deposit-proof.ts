import { isObject } from '../../model/json.ts'
import { needOf } from './deposit-books.ts'
import { written } from './exact.ts'
import type { Month } from './month.ts'
import { compare, type Difference } from './proof.ts'

/** Every deposit, and what every order has of it, against the generator's books. */
export async function depositDifferences({ hub, deposits }: Month): Promise<readonly Difference[]> {
  const differences: Difference[] = []
  const rows = new Map((await hub.rows('/v1/deposits')).map((row) => [`${String(row.merchant)} ${String(row.currency)}`, row]))
  const orders = new Map((await hub.rows('/v1/orders')).map(({ key, funds }) => [String(key), isObject(funds) ? funds : {}]))
  for (const book of deposits.values()) {
    const name = `${book.merchant} ${book.currency}`
    const row = rows.get(name)
    rows.delete(name)
    compare(differences, `deposit of ${name} available`, written(book.available), row?.available)
    compare(differences, `deposit of ${name} frozen`, written(book.frozen), row?.frozen)
    compare(differences, `deposit of ${name} credit line`, written(book.credit), row?.creditLine)
    for (const order of book.orders.values()) {
      const funds = orders.get(order.key)
      compare(differences, `order ${order.key} cost`, written(needOf(order)), funds?.cost)
      compare(differences, `order ${order.key} frozen`, written(order.waiting ? 0n : needOf(order) - order.captured), funds?.frozen)
      compare(differences, `order ${order.key} captured`, written(order.captured), funds?.captured)
      compare(differences, `order ${order.key} refunded from the deposit`, written(order.refunded), funds?.refunded)
    }
  }
  for (const name of rows.keys()) differences.push({ what: `deposit of ${name}`, books: 'is not there', hub: 'is there' })
  return differences
}
