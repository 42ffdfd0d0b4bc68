import { type Book, fulfilmentOf, type Handling, type Line, lineTotal, type Order, type Parcel, type Person, taxedAt } from './book.ts'
import { createReturns, type Returns } from './returns.ts'

/** What people and buyers do in the shop, each with the webhooks that it causes. */
export interface Staff extends Returns {
  /** answers the number of the inventory item */
  addProduct(of: {
    readonly sku: string
    readonly name: string
    readonly price: number
    readonly stock: number
    readonly barcode?: string
  }): number
  placeOrder(of: {
    /** `discount`: off the whole line */
    readonly lines: readonly { readonly item: number; readonly quantity: number; readonly discount?: number }[]
    readonly shipping?: number
    readonly paid?: boolean
    readonly buyer?: Person
    readonly webhooks?: Handling
  }): number
  /** money comes in for an order that waited for it */
  pay(order: number): void
  setStock(item: number, quantity: number): void
  /** goods leave; without `lines` all that is open */
  send(order: number, lines?: readonly { readonly line: number; readonly quantity: number }[], tracking?: Parcel['tracking']): Parcel
  /** a fulfilment is cancelled: its goods are open again */
  recall(order: number, fulfilment: number): void
  /** the carrier tells how far it is (FulfillmentDisplayStatus) */
  carry(order: number, fulfilment: number, shown: string): void
  refund(
    order: number,
    of: {
      readonly amount: number
      readonly note?: string
      readonly lines?: readonly { readonly line: number; readonly quantity: number }[]
      /** the goods go back to stock; they do when left out */
      readonly restock?: boolean
    },
  ): number
  /** @throws Error for one of which goods have left: Shopify refuses that since March 2018 (shopify.dev/changelog) */
  cancel(order: number): void
  /** the merchant mends a note, or the street it goes to (orderUpdate) */
  amend(order: number, change: { readonly note?: string; readonly address1?: string }): void
  /** a change that nobody sees */
  touch(order: number): void
  order(id: number): Readonly<Order>
  /** all goods of it have left */
  isFulfilled(order: number): boolean
  stock(item: number): number
}

/** `tell` hears of every event by its topic. */
export function createStaff(book: Book, tell: (topic: string, body: object, order?: Order) => void): Staff {
  const orderOf = (id: number): Order => {
    const order = book.orders.get(id)
    if (order === undefined) throw new Error(`there is no order ${id}`)
    return order
  }
  const tellOrder = (topic: string, order: Order) => {
    const { id, name, updatedAt } = order
    tell(topic, { id, admin_graphql_api_id: `gid://shopify/Order/${id}`, name, updated_at: updatedAt }, order)
  }
  const taxed = (amount: number, wanted = true): number => (book.taxes === undefined || !wanted ? 0 : taxedAt(amount, book.taxes))
  const newLine = (item: number, quantity: number, discount: number): Line => {
    const cost = { quantity, price: book.items.get(item)?.price ?? 0, discount }
    return { id: book.nextId(), item, ...cost, tax: taxed(lineTotal(cost)), open: quantity, refunded: 0 }
  }
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
  const refund: Staff['refund'] = (id, { amount, note = null, lines = [], restock = true }) => {
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
        if (restock) move(found.item, (before) => before + quantity)
        return { line, quantity, amount: Math.round((lineTotal(found) * quantity) / found.quantity) }
      }),
      restocked: restock,
    }
    order.refunds.push(refund)
    tell('refunds/create', { id: refund.id, order_id: id, created_at: refund.at }, order)
    changed(order)
    return refund.id
  }
  return {
    ...createReturns(book, { orderOf, changed, move, refund, tell }),
    addProduct: ({ sku, name, price, stock, barcode = null }) => {
      const id = book.nextId()
      const updatedAt = book.now()
      book.items.set(id, { id, sku, name, price, barcode, updatedAt })
      book.levels.set(id, { item: id, location: book.location, available: stock, updatedAt })
      tell('products/create', { id: book.nextId(), title: name, updated_at: updatedAt, variants: [{ inventory_item_id: id, sku }] })
      return id
    },
    placeOrder: ({ lines, shipping = 0, paid = true, buyer, webhooks = 'sent' }) => {
      const id = book.nextId()
      const now = book.now()
      const order: Order = {
        id,
        name: `#${1001 + book.orders.size}`,
        createdAt: now,
        updatedAt: now,
        lines: lines.map(({ item, quantity, discount = 0 }) => newLine(item, quantity, discount)),
        shipping,
        shippingTax: taxed(shipping, book.taxes?.shipping),
        buyer,
        shipTo: undefined,
        note: null,
        webhooks,
        parcels: [],
        refunds: [],
        returns: [],
        fulfilmentOrder: book.nextId(),
        paid,
        cancelledAt: null,
      }
      book.orders.set(id, order)
      for (const { item, quantity } of lines) move(item, (before) => before - quantity)
      tellOrder('orders/create', order)
      return id
    },
    pay: (id) => {
      const order = orderOf(id)
      order.paid = true
      changed(order)
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
      const parcel: Parcel = { id: book.nextId(), createdAt: now, updatedAt: now, lines: sent, tracking, shown: 'FULFILLED' }
      order.parcels.push(parcel)
      tell('fulfillments/create', { id: parcel.id, order_id: id, updated_at: now }, order)
      changed(order)
      return parcel
    },
    recall: (id, number) => {
      const order = orderOf(id)
      const parcel = order.parcels.find((one) => one.id === number)
      if (parcel === undefined || parcel.shown === 'CANCELED')
        throw new Error(`${order.name} has no fulfilment ${number} that could be cancelled`)
      for (const { line, quantity } of parcel.lines) {
        const found = order.lines.find((one) => one.id === line)
        if (found !== undefined) found.open += quantity
      }
      parcel.shown = 'CANCELED'
      parcel.updatedAt = book.now()
      tell('fulfillments/update', { id: parcel.id, order_id: id, updated_at: parcel.updatedAt }, order)
      changed(order)
    },
    carry: (id, number, shown) => {
      const parcel = orderOf(id).parcels.find((one) => one.id === number)
      if (parcel !== undefined) parcel.shown = shown
    },
    refund,
    cancel: (id) => {
      const order = orderOf(id)
      if (order.parcels.some(({ shown }) => shown !== 'CANCELED'))
        throw new Error(`Shopify cancels no order of which goods have left: ${order.name}`)
      order.cancelledAt = book.now()
      for (const line of order.lines) {
        move(line.item, (before) => before + line.open)
        line.open = 0
      }
      changed(order)
    },
    amend: (id, { note, address1 }) => {
      const order = orderOf(id)
      if (note !== undefined) order.note = note
      if (address1 !== undefined && order.buyer !== undefined) order.shipTo = { ...order.buyer, address1 }
      changed(order)
    },
    touch: (id) => changed(orderOf(id)),
    order: orderOf,
    isFulfilled: (id) => fulfilmentOf(orderOf(id)) === 'FULFILLED',
    stock: (item) => book.levels.get(item)?.available ?? 0,
  }
}
