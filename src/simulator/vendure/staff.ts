import { type Address, type Book, type Fulfilment, fulfilledOf, type Level, type Order, stateOf, totalOf } from './book.ts'

/** What people and buyers do in the shop, each with the events that the plugin tells of. */
export interface Staff {
  addLocation(name: string): number
  /** answers its number; the stock lies at the first location */
  addVariant(of: { readonly sku: string; readonly name: string; readonly price: number; readonly stock: number }): number
  /** `isPaid`: at the checkout, as it is when this is absent; else its payment waits to be settled. `webhooks`: what becomes of all its events */
  placeOrder(of: {
    readonly lines: readonly { readonly variant: number; readonly quantity: number; readonly discount?: number }[]
    readonly shipping?: number
    readonly buyer?: Order['buyer']
    readonly address?: Address
    readonly isPaid?: boolean
    readonly webhooks?: Handling
  }): number
  /** another quantity of a line, by place from 0; the payment that waited no longer fits */
  modify(order: number, place: number, quantity: number): void
  readdress(order: number, change: Partial<Address>): void
  /** takes the money for what the order holds now */
  settle(order: number): void
  fulfil(order: number, of: Pick<Fulfilment, 'lines' | 'method' | 'tracking'>): Fulfilment
  moveFulfilment(id: number, state: Fulfilment['state']): Fulfilment
  /** money back; settled when asked for */
  refund(order: number, total: number, reason: string, lines?: Order['refunds'][number]['lines']): void
  cancel(order: number): void
  setStock(variant: number, location: number, onHand: number): void
  order(id: number): Readonly<Order>
  orders(): readonly Readonly<Order>[]
  /** at the first location, or the one that is named */
  level(variant: number, location?: number): Readonly<Level>
}

export type Tell = (topic: 'order.changed' | 'variant.changed' | 'stock.changed', id: number) => void
/** Events of an order: never sent, sent twice, or kept until somebody lets them go. */
export type Handling = 'sent' | 'quiet' | 'twice' | 'hold'

const somewhere = {
  streetLine1: '1 High St',
  city: 'Leeds',
  province: null,
  postalCode: 'LS1 1AA',
  country: 'United Kingdom',
  countryCode: 'GB',
}

export function createStaff(book: Book, tell: Tell, handle: (order: number, handling: Handling) => void): Staff {
  const orderOf = (id: number): Order => {
    const order = book.orders.get(id)
    if (order === undefined) throw new RangeError(`there is no order ${id}`)
    return order
  }
  const first = (): number => Math.min(...book.locations.keys())
  const levelOf = (variant: number, location = first()): Level => {
    const known = [...book.levels.values()].find((level) => level.variant === variant && level.location === location)
    if (known !== undefined) return known
    const id = book.nextId('level')
    const level: Level = { id, variant, location, onHand: 0, allocated: 0, updatedAt: book.second() }
    book.levels.set(id, level)
    return level
  }
  const move = (variant: number, by: { readonly onHand?: number; readonly allocated?: number }): void => {
    const level = levelOf(variant)
    level.onHand += by.onHand ?? 0
    level.allocated += by.allocated ?? 0
    level.updatedAt = book.second()
    tell('stock.changed', variant)
  }
  const pay = (order: Order, state: 'Authorized' | 'Settled'): void => {
    const now = book.second()
    order.payments.push({ id: book.nextId('payment'), amount: totalOf(order, book).gross, createdAt: now, updatedAt: now, state })
  }
  const variantOf = (order: Order, line: number): number => order.lines.find(({ id }) => id === line)?.variant ?? 0
  return {
    addLocation: (name) => {
      const id = book.nextId('location')
      book.locations.set(id, { id, name, createdAt: book.second() })
      return id
    },
    addVariant: ({ stock, ...of }) => {
      const id = book.nextId('variant')
      const now = book.second()
      book.variants.set(id, { id, ...of, createdAt: now, updatedAt: now })
      move(id, { onHand: stock })
      tell('variant.changed', id)
      return id
    },
    placeOrder: ({
      lines,
      shipping = 0,
      buyer = { firstName: 'Ada', lastName: 'Byron', email: 'ada@example.test' },
      address = { fullName: `${buyer.firstName} ${buyer.lastName}`, ...somewhere },
      isPaid = true,
      webhooks = 'sent',
    }) => {
      const id = book.nextId('order')
      const now = book.second()
      const order: Order = {
        id,
        code: `SIM${String(id).padStart(13, '0')}`,
        createdAt: now,
        placedAt: book.now(),
        updatedAt: now,
        buyer,
        lines: lines.map(({ variant, quantity, discount = 0 }) => ({
          id: book.nextId('line'),
          variant,
          placed: quantity,
          discount,
          quantity,
        })),
        payments: [],
        refunds: [],
        fulfilments: [],
        shippingAddress: address,
        shipping,
        state: isPaid ? 'PaymentSettled' : 'PaymentAuthorized',
      }
      book.orders.set(id, order)
      handle(id, webhooks)
      pay(order, isPaid ? 'Settled' : 'Authorized')
      for (const { variant, quantity } of lines) move(variant, { allocated: quantity })
      tell('order.changed', id)
      return id
    },
    modify: (id, place, quantity) => {
      const order = orderOf(id)
      const line = order.lines[place]
      if (line === undefined) throw new RangeError(`order ${id} has no line ${place}`)
      move(line.variant, { allocated: quantity - line.quantity })
      line.quantity = quantity
      order.updatedAt = book.second()
      for (const payment of order.payments)
        if (payment.state === 'Authorized') Object.assign(payment, { state: 'Cancelled', updatedAt: book.second() })
      tell('order.changed', id)
    },
    readdress: (id, change) => {
      const order = orderOf(id)
      order.shippingAddress = { ...order.shippingAddress, ...change }
      order.updatedAt = book.second()
      tell('order.changed', id)
    },
    settle: (id) => {
      const order = orderOf(id)
      const waiting = order.payments.find(({ state }) => state === 'Authorized')
      if (waiting === undefined) pay(order, 'Settled')
      else Object.assign(waiting, { state: 'Settled', updatedAt: book.second() })
      order.state = 'PaymentSettled'
      tell('order.changed', id)
    },
    fulfil: (id, of) => {
      const order = orderOf(id)
      const now = book.second()
      const made: Fulfilment = { id: book.nextId('fulfilment'), ...of, createdAt: now, updatedAt: now, state: 'Pending' }
      order.fulfilments.push(made)
      for (const { line, quantity } of of.lines) move(variantOf(order, line), { onHand: -quantity, allocated: -quantity })
      tell('order.changed', id)
      return made
    },
    moveFulfilment: (id, state) => {
      const order = [...book.orders.values()].find(({ fulfilments }) => fulfilments.some((one) => one.id === id))
      const found = order?.fulfilments.find((one) => one.id === id)
      if (order === undefined || found === undefined) throw new RangeError(`there is no fulfilment ${id}`)
      found.state = state
      found.updatedAt = book.second()
      order.state = stateOf(order)
      tell('order.changed', order.id)
      return found
    },
    refund: (id, total, reason, lines = []) => {
      const now = book.second()
      orderOf(id).refunds.push({ id: book.nextId('refund'), total, reason, lines, createdAt: now, updatedAt: now, state: 'Settled' })
      tell('order.changed', id)
    },
    cancel: (id) => {
      const order = orderOf(id)
      for (const line of order.lines) {
        const open = line.quantity - fulfilledOf(order, line.id)
        move(line.variant, { allocated: -open })
        line.quantity = 0
      }
      order.shipping = 0
      order.state = 'Cancelled'
      order.updatedAt = book.second()
      tell('order.changed', id)
    },
    setStock: (variant, location, onHand) => {
      const level = levelOf(variant, location)
      level.onHand = onHand
      level.updatedAt = book.second()
      tell('stock.changed', variant)
    },
    order: orderOf,
    orders: () => [...book.orders.values()],
    level: levelOf,
  }
}
