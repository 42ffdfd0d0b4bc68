import type { Book, Order, Parcel } from './book.ts'

/** What people and buyers do in the shop, each with the webhooks that it causes. */
export interface Staff {
  /** answers the number of the inventory item */
  addProduct(of: {
    readonly sku: string
    readonly name: string
    readonly price: number
    readonly stock: number
    readonly barcode?: string
  }): number
  placeOrder(of: {
    readonly lines: readonly { readonly item: number; readonly quantity: number }[]
    readonly shipping?: number
    readonly paid?: boolean
  }): number
  setStock(item: number, quantity: number): void
  /** goods leave; without `lines` all that is open */
  send(order: number, lines?: readonly { readonly line: number; readonly quantity: number }[], tracking?: Parcel['tracking']): Parcel
  refund(
    order: number,
    of: {
      readonly amount: number
      readonly note?: string
      readonly lines?: readonly { readonly line: number; readonly quantity: number }[]
    },
  ): number
  cancel(order: number): void
  /** a change that nobody sees */
  touch(order: number): void
  order(id: number): Readonly<Order>
  stock(item: number): number
}

/** `tell` hears of every event by its topic. */
export function createStaff(book: Book, tell: (topic: string, body: object) => void): Staff {
  const orderOf = (id: number): Order => {
    const order = book.orders.get(id)
    if (order === undefined) throw new Error(`there is no order ${id}`)
    return order
  }
  const tellOrder = (topic: string, { id, name, updatedAt }: Order) =>
    tell(topic, { id, admin_graphql_api_id: `gid://shopify/Order/${id}`, name, updated_at: updatedAt })
  const changed = (order: Order) => {
    order.updatedAt = book.now()
    tellOrder('orders/updated', order)
  }
  const move = (item: number, by: (before: number) => number) => {
    const level = book.levels.get(item)
    if (level === undefined) throw new Error(`there is no item ${item}`)
    level.available = by(level.available)
    level.updatedAt = book.now()
    tell('inventory_levels/update', {
      inventory_item_id: item,
      location_id: book.location,
      available: level.available,
      updated_at: level.updatedAt,
    })
  }
  return {
    addProduct: ({ sku, name, price, stock, barcode = null }) => {
      const id = book.nextId()
      const updatedAt = book.now()
      book.items.set(id, { id, sku, name, price, barcode, updatedAt })
      book.levels.set(id, { item: id, location: book.location, available: stock, updatedAt })
      tell('products/create', { id: book.nextId(), title: name, updated_at: updatedAt, variants: [{ inventory_item_id: id, sku }] })
      return id
    },
    placeOrder: ({ lines, shipping = 0, paid = true }) => {
      const id = book.nextId()
      const now = book.now()
      const order: Order = {
        id,
        name: `#${1001 + book.orders.size}`,
        createdAt: now,
        updatedAt: now,
        lines: lines.map(({ item, quantity }) => ({
          id: book.nextId(),
          item,
          quantity,
          price: book.items.get(item)?.price ?? 0,
          open: quantity,
          refunded: 0,
        })),
        shipping,
        parcels: [],
        refunds: [],
        fulfilmentOrder: book.nextId(),
        paid,
        cancelledAt: null,
      }
      book.orders.set(id, order)
      for (const { item, quantity } of lines) move(item, (before) => before - quantity)
      tellOrder('orders/create', order)
      return id
    },
    setStock: (item, quantity) => move(item, () => quantity),
    send: (id, lines, tracking = { number: null, company: null, url: null }) => {
      const order = orderOf(id)
      const now = book.now()
      const sent = lines ?? order.lines.filter(({ open }) => open > 0).map((line) => ({ line: line.id, quantity: line.open }))
      for (const { line, quantity } of sent) {
        const found = order.lines.find((one) => one.id === line)
        if (found !== undefined) found.open -= quantity
      }
      const parcel: Parcel = { id: book.nextId(), createdAt: now, updatedAt: now, lines: sent, tracking }
      order.parcels.push(parcel)
      tell('fulfillments/create', { id: parcel.id, order_id: id, updated_at: now })
      changed(order)
      return parcel
    },
    refund: (id, { amount, note = null, lines = [] }) => {
      const order = orderOf(id)
      const refund = {
        id: book.nextId(),
        at: book.now(),
        amount,
        note,
        lines: lines.map(({ line, quantity }) => {
          const found = order.lines.find((one) => one.id === line)
          if (found === undefined) throw new Error(`there is no line ${line}`)
          found.refunded += quantity
          move(found.item, (before) => before + quantity)
          return { line, quantity, amount: found.price * quantity }
        }),
      }
      order.refunds.push(refund)
      tell('refunds/create', { id: refund.id, order_id: id, created_at: refund.at })
      changed(order)
      return refund.id
    },
    cancel: (id) => {
      const order = orderOf(id)
      order.cancelledAt = book.now()
      for (const line of order.lines) {
        move(line.item, (before) => before + line.open)
        line.open = 0
      }
      changed(order)
    },
    touch: (id) => changed(orderOf(id)),
    order: orderOf,
    stock: (item) => book.levels.get(item)?.available ?? 0,
  }
}
