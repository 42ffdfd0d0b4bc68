import { type Amount, shareOf, sumOf } from './exact.ts'

/** The deposit of one merchant by the generator's own account. */
export interface DepositBook {
  readonly merchant: string
  readonly currency: string
  available: Amount
  frozen: Amount
  /** how far `available` may go below nothing */
  credit: Amount
  readonly orders: Map<string, FundedOrder>
  /** what changed the money of the merchant: freezes and releases leave it where it is */
  readonly entries: DepositEntry[]
}

export interface DepositEntry {
  readonly kind: 'top-up' | 'withdraw' | 'adjust' | 'capture' | 'refund'
  readonly document: string
  /** negative: it went */
  readonly amount: Amount
}

export interface FundedOrder {
  readonly key: string
  readonly lines: readonly { readonly article: string; readonly cost: Amount }[]
  readonly freight: Amount
  /** it waits for money; its place in the queue is by time, then by key */
  waiting: boolean
  placedAt: string
  /** called off before anything was sent */
  isOff: boolean
  captured: Amount
  refunded: Amount
}

export const openDepositBook = (merchant: string, currency: string): DepositBook => ({
  ...{ merchant, currency, available: 0n, frozen: 0n, credit: 0n },
  ...{ orders: new Map(), entries: [] },
})

export const needOf = ({ lines, freight, isOff }: FundedOrder): Amount => (isOff ? 0n : sumOf(lines.map(({ cost }) => cost)) + freight)
export const usableOf = ({ available, credit }: DepositBook): Amount => available + credit

/** Money of the merchant that came or went; orders that waited for it go, in their order. Answers what they are. */
export function move(book: DepositBook, entry: DepositEntry): readonly string[] {
  book.entries.push(entry)
  if (entry.kind === 'capture') book.frozen += entry.amount
  else book.available += entry.amount
  return release(book)
}

export function freeze(book: DepositBook, order: FundedOrder): void {
  order.waiting = false
  book.available -= needOf(order)
  book.frozen += needOf(order)
}

/** Freezes money for what waits, the longest placed first; the first that there is not enough for ends it. */
export function release(book: DepositBook): readonly string[] {
  const released: string[] = []
  for (const order of queueOf(book)) {
    if (needOf(order) > usableOf(book)) break
    freeze(book, order)
    released.push(order.key)
  }
  return released
}

export const queueOf = ({ orders }: DepositBook): FundedOrder[] =>
  [...orders.values()]
    .filter(({ waiting }) => waiting)
    .sort((a, b) => (a.placedAt < b.placedAt ? -1 : a.placedAt > b.placedAt ? 1 : a.key < b.key ? -1 : 1))

/** An order is called off: what is frozen for it is free again. */
export function callOff(book: DepositBook, order: FundedOrder): void {
  const need = needOf(order)
  if (!order.waiting) {
    book.frozen -= need
    book.available += need
  }
  order.waiting = false
  order.isOff = true
  release(book)
}

/** What was sent of each line so far, and what came back: what is paid for and what is given back follow from it. */
export function reckon(
  book: DepositBook,
  order: FundedOrder,
  pieces: readonly { readonly article: string; readonly quantity: number; readonly shipped: number; readonly returned: number }[],
): void {
  const goods = sumOf(order.lines.map(({ cost }) => cost))
  const partOf = (of: 'shipped' | 'returned') =>
    sumOf(
      order.lines.map(({ article, cost }) => {
        const piece = pieces.find((one) => one.article === article)
        return piece === undefined ? 0n : shareOf(cost, BigInt(piece[of]), BigInt(piece.quantity))
      }),
    )
  const sent = partOf('shipped')
  const isWhole = pieces.every(({ shipped, quantity }) => shipped === quantity)
  const captured = sent + (isWhole ? order.freight : shareOf(order.freight, sent, goods))
  const asked = partOf('returned')
  const refunded = asked < captured ? asked : captured
  const document = `sales-order/${order.key}`
  if (captured !== order.captured) move(book, { kind: 'capture', document, amount: order.captured - captured })
  if (refunded !== order.refunded) move(book, { kind: 'refund', document, amount: refunded - order.refunded })
  order.captured = captured
  order.refunded = refunded
}
