import { oneOf } from '../../simulator/day/chance.ts'
import { type BookedAftersale, type BookedLine, type BookedOrder, orderName, shelfOf } from './books.ts'
import { placeRef, productRef, put } from './desk.ts'
import { follow } from './funds.ts'
import type { Month } from './month.ts'
import { shopOf } from './sales.ts'
import { seenOrder } from './warehouse.ts'

/** Of a hundred buyers who got their goods some want to send a piece back on a day; at shops that have documents for it they ask there, at others the goods just come. */
export async function takeBack(month: Month): Promise<void> {
  const { books, chance, day } = month
  await answer(month)
  const shipped = [...books.orders.values()].filter(({ lines }) => lines.some((line) => line.shipped > line.returned))
  const count = shipped.length === 0 ? 0 : Math.round(shipped.length * 0.004) + 2
  for (let n = 0; n < count; n++) {
    const order = oneOf(chance, shipped)
    const line = order.lines.find((one) => one.shipped > one.returned + askedOf(month, one))
    if (line === undefined) continue
    const { aftersales } = shopOf(month, order).shop
    if (aftersales === undefined) {
      await countIn(month, order, line, `${day}-${n}`)
      payBack(month, order, line)
    } else {
      const amount = priceOf(month, order, line)
      const id = aftersales.ask(order.id, order.lines.indexOf(line), 1, amount)
      const name = orderName(order.connection, order.id)
      books.aftersales.set(`${order.connection}/${id}`, { order: name, id, line, amount, status: 'requested' })
    }
  }
}

/** Pieces of a line that a buyer has asked to send back and that have not come. */
const askedOf = ({ books }: Month, line: BookedLine): number =>
  [...books.aftersales.values()].filter((one) => one.line === line && (one.status === 'requested' || one.status === 'approved')).length

/** A day later a request is refused or agreed to, and of what was agreed to most comes, is counted in by the warehouse, and is paid back by the shop. */
async function answer(month: Month): Promise<void> {
  const { books, chance, day } = month
  for (const [key, one] of books.aftersales) {
    const order = books.orders.get(one.order)
    const aftersales = order === undefined ? undefined : shopOf(month, order).shop.aftersales
    if (order === undefined || aftersales === undefined) continue
    if (one.status === 'requested') {
      one.status = chance() < 0.2 ? 'rejected' : 'approved'
      if (one.status === 'rejected') aftersales.refuse(order.id, one.id)
      else aftersales.agree(order.id, one.id)
    } else if (one.status === 'approved' && chance() < 0.8) await finish(month, { key, one, order, day })
  }
}

async function finish(
  month: Month,
  { key, one, order, day }: { readonly key: string; readonly one: BookedAftersale; readonly order: BookedOrder; readonly day: number },
): Promise<void> {
  const aftersales = shopOf(month, order).shop.aftersales
  // both tell of the same goods: the shop, which may put them on its own shelf, and the warehouse
  aftersales?.countIn(order.id, one.id, month.chance() < 0.5)
  await countIn(month, order, one.line, `${day}-${key.replaceAll(/\W+/g, '-')}`)
  aftersales?.settle(order.id, one.id, one.amount)
  one.status = 'closed'
}

/** The warehouse counts a piece in: by the hub, which keeps its stock. */
async function countIn(month: Month, order: BookedOrder, line: BookedLine, name: string): Promise<void> {
  const { books } = month
  const key = orderName(order.connection, order.id)
  const seen = await seenOrder(month, key)
  const shelf = shelfOf(books, { code: line.article })
  const at = new Date().toISOString()
  const number = `RT-${key.replaceAll('/', '-')}-${name}`.slice(0, 90)
  await put(month, 'shipment', `hub/${number}`, {
    number,
    direction: 'return',
    status: 'delivered',
    order: { type: 'sales-order', key },
    deliveredAt: at,
    takenAt: at,
    from: { name: 'Buyer' },
    to: placeRef(shelf.warehouse),
    lines: [
      {
        key: '1',
        orderLine: { key: seen.lines.find(({ article }) => article === line.article)?.key ?? '' },
        product: productRef(line.article),
        quantity: '1',
        unit: 'EA',
      },
    ],
  })
  line.returned += 1
  shelf.sellable += 1
  books.posted.returns++
  follow(month, order)
}

const priceOf = (month: Month, order: BookedOrder, line: BookedLine): string =>
  month.cast.articles.find(({ code }) => code === line.article)?.prices[shopOf(month, order).merchant.place] ?? '1.00'

function payBack(month: Month, order: BookedOrder, line: BookedLine): void {
  const { shop } = shopOf(month, order)
  shop.payBack(order.id, {
    refund: { kind: 'goods', amount: priceOf(month, order, line), line: order.lines.indexOf(line), quantity: 1, at: 0 },
  } as Parameters<typeof shop.payBack>[1])
}
