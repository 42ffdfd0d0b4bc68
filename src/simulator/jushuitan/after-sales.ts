import { type AfterSale, type Book, type Order, restamp } from './book.ts'

export interface AskedBack {
  readonly amount: number
  readonly reason?: string
  readonly lines?: readonly { readonly line: number; readonly quantity: number }[]
}

/** What becomes of an after-sale (售后), each with its message. */
export interface AfterSales {
  /** the money goes back at once; goods of `lines` are not counted in. Answers as_id, as the others take it */
  refund(order: number, of: AskedBack): number
  /** a buyer asks, and waits for an answer */
  askBack(order: number, of: AskedBack): number
  refuseAfterSale(id: number): void
  agreeAfterSale(id: number): void
  /** the warehouse counts in what comes back: `sellable` on its shelf, else broken */
  countBack(id: number, sellable: boolean): void
  /** the money goes back, and the case is over */
  confirmAfterSale(id: number): void
}

/** `tell` hears of every after-sale that changed. */
export function createAfterSales(book: Book, tell: (topic: string, body: object, order?: Order) => void): AfterSales {
  const insert = (
    id: number,
    { amount, reason = '七天无理由退货', lines = [] }: AskedBack,
    state: Pick<AfterSale, 'status' | 'shown'>,
  ): AfterSale => {
    const order = book.orderOf(id)
    const made = book.nextId()
    const row: AfterSale = {
      id: made,
      order: id,
      number: `R${made}`,
      ...state,
      type: lines.length === 0 ? '仅退款' : '普通退货',
      reason,
      amount,
      created: book.now(),
      lines: lines.map(({ line, quantity }) => {
        const of = order.lines.find((one) => one.id === line)
        if (of === undefined) throw new Error(`there is no line ${line}`)
        return {
          id: book.nextId(),
          line,
          quantity,
          amount: Math.round((of.amount * quantity) / of.quantity),
          received: 0,
          defective: 0,
        }
      }),
      ...book.stamp(),
    }
    book.afterSales.set(made, row)
    return row
  }
  const tellOf = (row: AfterSale) => {
    const order = book.orderOf(row.order)
    tell('refund', { as_id: row.id, so_id: order.number }, order)
    return row.id
  }
  const change = (id: number, by: (row: AfterSale) => void) => {
    const row = book.afterSales.get(id)
    if (row === undefined) throw new Error(`there is no after-sale ${id}`)
    by(row)
    book.touch(row)
    tellOf(row)
  }
  return {
    refund: (order, of) => tellOf(insert(order, of, { status: 'Confirmed', shown: 'SUCCESS' })),
    askBack: (order, of) => tellOf(insert(order, of, { status: 'WaitConfirm', shown: 'WAIT_SELLER_AGREE' })),
    refuseAfterSale: (id) =>
      change(id, (row) => {
        row.shown = 'SELLER_REFUSE_BUYER'
      }),
    agreeAfterSale: (id) =>
      change(id, (row) => {
        row.shown = 'WAIT_BUYER_RETURN_GOODS'
      }),
    countBack: (id, sellable) =>
      change(id, (row) => {
        row.received = book.now()
        const order = book.orderOf(row.order)
        for (const line of row.lines) {
          line.received = line.quantity
          if (!sellable) line.defective = line.quantity
          const sku = order.lines.find((one) => one.id === line.line)?.sku
          if (!sellable || sku === undefined) continue
          const goods = book.skuOf(sku)
          goods.quantity += line.quantity
          restamp(book, [sku])
        }
      }),
    confirmAfterSale: (id) =>
      change(id, (row) => {
        row.status = 'Confirmed'
        row.shown = 'SUCCESS'
      }),
  }
}
