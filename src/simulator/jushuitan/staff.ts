import { type AfterSales, createAfterSales } from './after-sales.ts'
import { type Book, type Handling, isOver, type Order, type Receiver, restamp } from './book.ts'
import { cancelOrder, sendOrder } from './writes.ts'

export interface PlacedLine {
  readonly sku: string
  readonly quantity: number
  /** cents, for one */
  readonly price: number
  /** cents off the whole line */
  readonly discount?: number
}
/** What buyers and people do, each with the messages that it causes. Amounts in cents. */
export interface Staff extends AfterSales {
  addSku(of: { readonly code: string; readonly name: string; readonly barcode?: string; readonly stock: number }): void
  addSupplier(code: string, name: string): number
  placeOrder(of: {
    readonly lines: readonly PlacedLine[]
    readonly number?: string
    readonly freight?: number
    readonly currency?: string
    readonly paid?: boolean
    readonly buyer?: string
    readonly receiver?: Receiver
    readonly note?: string
    readonly webhooks?: Handling
  }): number
  /** money comes in for an order that waited for it */
  pay(order: number): void
  cancel(order: number): void
  amend(order: number, change: { readonly note?: string; readonly address?: string }): void
  /** a clerk changes how many of a line the buyer gets, counted from 0 */
  modify(order: number, place: number, quantity: number): void
  /** the order is over, and what becomes of it is two orders */
  split(order: number): readonly [number, number]
  send(order: number, carrier: string, tracking: string): void
  /** of a supplier, confirmed */
  purchase(supplier: number, lines: readonly { readonly sku: string; readonly quantity: number; readonly price: number }[]): number
  receive(purchase: number, lines: readonly { readonly sku: string; readonly quantity: number }[]): number
  count(sku: string, quantity: number): void
  order(id: number): Readonly<Order>
  stock(sku: string): number
}

const nowhere: Receiver = { name: '王先生', address: '文三路 90 号', city: '杭州市', state: '浙江省', zip: '', country: 'CN' }

/** `tell` hears of every order and after-sale that changed. */
export function createStaff(book: Book, tell: (topic: string, body: object, order?: Order) => void): Staff {
  const tellOrder = (order: Order) => tell('order', { o_id: order.id, so_id: order.number, status: order.status }, order)
  const skusOf = (order: Order) => order.lines.map(({ sku }) => sku)
  const changed = (order: Order) => {
    book.touch(order)
    tellOrder(order)
  }
  const insert = (of: Omit<Order, 'id' | 'ts' | 'modified'>): Order => {
    const order: Order = { ...of, id: book.nextId(), ...book.stamp() }
    book.orders.set(order.id, order)
    restamp(book, skusOf(order))
    tellOrder(order)
    return order
  }
  return {
    ...createAfterSales(book, tell),
    addSku: ({ code, name, barcode = '', stock }) => {
      book.skus.set(code, { code, name, barcode, quantity: stock, ...book.stamp() })
      restamp(book, [code])
    },
    addSupplier: (code, name) => {
      const id = book.nextId()
      book.suppliers.set(id, { id, code, name, ...book.stamp() })
      return id
    },
    placeOrder: ({
      lines,
      number,
      freight = 0,
      currency = '',
      paid = true,
      buyer = '买家',
      receiver = nowhere,
      note = '',
      webhooks = 'sent',
    }) => {
      const at = book.now()
      const own = number ?? `SO${String(10_000 + book.orders.size)}`
      return insert({
        number: own,
        shop: book.shop,
        placed: at,
        lines: lines.map(({ sku, quantity, price, discount = 0 }, place) => ({
          id: book.nextId(),
          outer: `${own}-${place + 1}`,
          sku,
          name: book.skuOf(sku).name,
          quantity,
          price,
          discount,
          amount: quantity * price - discount,
        })),
        freight,
        free: 0,
        currency,
        buyer,
        paidAs: `PAY-${own}`,
        receiver,
        note,
        status: paid ? 'WaitConfirm' : 'WaitPay',
        paid: paid ? at.slice(0, 19) : undefined,
        sent: undefined,
        tracking: undefined,
        carrier: undefined,
        webhooks,
      }).id
    },
    pay: (id) => {
      const order = book.orderOf(id)
      order.paid = book.now().slice(0, 19)
      if (order.status === 'WaitPay') order.status = 'WaitConfirm'
      changed(order)
    },
    cancel: (id) => {
      const order = book.orderOf(id)
      if (isOver(order)) throw new Error(`Jushuitan cancels no order that was sent: ${order.number}`)
      cancelOrder(book, order)
      tellOrder(order)
    },
    amend: (id, { note, address }) => {
      const order = book.orderOf(id)
      if (note !== undefined) order.note = note
      if (address !== undefined) order.receiver = { ...order.receiver, address }
      changed(order)
    },
    modify: (id, place, quantity) => {
      const order = book.orderOf(id)
      const line = order.lines[place]
      if (line === undefined || isOver(order)) throw new Error(`${order.number} has no line ${place} that can be changed`)
      line.quantity = quantity
      line.amount = quantity * line.price - line.discount
      restamp(book, [line.sku])
      changed(order)
    },
    split: (id) => {
      const order = book.orderOf(id)
      const [first, ...others] = order.lines
      if (first === undefined || others.length === 0) throw new Error(`${order.number} has nothing to split`)
      const status = order.status
      order.status = 'Split'
      changed(order)
      const half = (lines: Order['lines'], freight: number) =>
        insert({ ...order, status, lines: lines.map((line) => ({ ...line, id: book.nextId() })), freight, free: 0 }).id
      return [half([first], order.freight), half(others, 0)]
    },
    send: (id, carrier, tracking) => {
      const order = book.orderOf(id)
      sendOrder(book, order, carrier, tracking)
      tellOrder(order)
    },
    purchase: (supplier, lines) => {
      const id = book.nextId()
      const rows = lines.map((line) => ({ id: book.nextId(), note: '', ...line }))
      book.purchases.set(id, {
        id,
        number: '',
        supplier,
        date: book.now().slice(0, 19),
        note: '',
        status: 'Confirmed',
        lines: rows,
        ...book.stamp(),
      })
      return id
    },
    receive: (purchase, lines) => {
      const id = book.nextId()
      const rows = lines.map((line) => ({ id: book.nextId(), line: 0, ...line }))
      for (const { sku, quantity } of lines) book.skuOf(sku).quantity += quantity
      book.movements.set(id, { id, kind: 'in', of: purchase, at: book.now(), lines: rows, ...book.stamp() })
      restamp(
        book,
        lines.map(({ sku }) => sku),
      )
      return id
    },
    count: (sku, quantity) => {
      book.skuOf(sku).quantity = quantity
      restamp(book, [sku])
    },
    order: book.orderOf,
    stock: (sku) => book.skuOf(sku).quantity,
  }
}
