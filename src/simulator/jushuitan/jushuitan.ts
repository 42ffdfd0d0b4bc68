import type { Json, JsonObject } from '../../model/json.ts'
import type { FaultBoard } from '../faults.ts'
import { startServer } from '../server.ts'
import { type Book, type Order, openBook, type Purchase } from './book.ts'
import { openDoor } from './door.ts'
import { createMessages, type Messages } from './messages.ts'
import { query } from './queries.ts'
import { Refusal } from './refusal.ts'
import { createStaff, type Staff } from './staff.ts'
import { write } from './writes.ts'

export interface JushuitanOptions {
  readonly appKey: string
  readonly appSecret: string
  readonly faults: FaultBoard
  /** five calls in a second and a hundred in a minute, as Jushuitan allows; without limits when left out */
  readonly limits?: boolean
  readonly warehouseName?: string
  /** true time; the server's own clock adds the fault `clock-skew` */
  readonly now?: () => Date
  readonly port?: number
}
export interface Effect {
  readonly path: string
  readonly biz: Json
}
export type Jushuitan = Staff & {
  readonly url: string
  readonly warehouse: number
  readonly shop: number
  /** requests by path: `POST /open/orders/single/query` */
  readonly counts: Readonly<Record<string, number>>
  /** what clients of the API changed, in order */
  readonly log: readonly Effect[]
  readonly messages: Messages
  /** messages of an order that were held back go out, the newest first */
  release(order: number): void
  readonly book: Book
  orders(): readonly Readonly<Order>[]
  purchases(): readonly Readonly<Purchase>[]
  refundsOf(order: number): readonly number[]
  /** tokens that were given end now */
  endTokens(): void
  forbidRefresh(): void
  /** the database is moved, and counts its writes anew */
  countAnew(): void
  close(): Promise<void>
}

/**
 * A merchant of 聚水潭 on the loopback interface, held in memory: one shop of its own, one warehouse, signed forms and their tokens, lists by row version or by spans of seven days (suppliers: one), uploads of orders and
 * purchases, counts, sending. Times are those of Beijing. Written from the documentation as public clients transcribe it (ieu/jst-java).
 *
 * Not simulated: marketplaces, approval of orders, waves and picking, merged orders, several warehouses, batches and serial numbers, orders that are archived, and fields nobody here reads. Money that is given back brings no
 * article back to the shelf: that the warehouse counts in.
 */
export async function startJushuitan(options: JushuitanOptions): Promise<Jushuitan> {
  const { faults, appKey, appSecret, limits = false, warehouseName = '主仓', now = () => new Date() } = options
  const clock = (): Date => new Date(now().getTime() + faults.skew())
  const place = { warehouse: 12_124_122, shop: 10_400_001 }
  const book = openBook({ ...place, warehouseName }, clock)
  const log: Effect[] = []
  const messages = createMessages(faults)
  const call = (path: string, biz: Json): JsonObject => {
    const read = query(book, path, biz)
    if (read !== undefined) return read
    const before = new Map([...book.orders].map(([id, { ts }]) => [id, ts]))
    const done = write(book, path, biz)
    if (done === undefined) throw new Refusal(404, `接口不存在: ${path}`)
    log.push({ path, biz })
    for (const order of book.orders.values())
      if (before.get(order.id) !== order.ts) messages.tell('order', { o_id: order.id, so_id: order.number, status: order.status }, order)
    return done
  }
  const door = openDoor({ appKey, appSecret, limits, now: () => clock().getTime(), call })
  const server = await startServer({ routes: door.routes, faults, clock, port: options.port })
  return {
    ...createStaff(book, messages.tell),
    ...place,
    url: server.url,
    counts: server.counts,
    log,
    messages,
    book,
    release: (order) => messages.release(book.orderOf(order)),
    orders: () => [...book.orders.values()],
    purchases: () => [...book.purchases.values()],
    refundsOf: (order) =>
      [...book.afterSales.values()].flatMap((row) => (row.order === order && row.status === 'Confirmed' ? [row.amount] : [])),
    endTokens: door.endTokens,
    forbidRefresh: door.forbidRefresh,
    countAnew: book.countAnew,
    close: () => server.close(),
  }
}
