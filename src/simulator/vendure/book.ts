/** What a shop keeps. Ids count up by kind; amounts are whole pennies; times of changes have whole seconds, as Vendure writes them to SQLite. */
export interface Variant {
  readonly id: number
  readonly sku: string
  readonly name: string
  /** as entered: with the tax inside where the shop's prices include it */
  readonly price: number
  readonly createdAt: string
  updatedAt: string
}
export interface Level {
  readonly id: number
  readonly variant: number
  readonly location: number
  onHand: number
  allocated: number
  updatedAt: string
}
export interface Location {
  readonly id: number
  readonly name: string
  readonly createdAt: string
}
export interface Line {
  readonly id: number
  readonly variant: number
  readonly placed: number
  /** off the whole line, as entered */
  readonly discount: number
  quantity: number
}
export interface Address {
  readonly fullName: string
  readonly streetLine1: string
  readonly city: string
  readonly province: string | null
  readonly postalCode: string
  readonly country: string
  readonly countryCode: string
}
export interface Payment {
  readonly id: number
  readonly amount: number
  readonly createdAt: string
  state: 'Authorized' | 'Settled' | 'Cancelled'
  updatedAt: string
}
export interface Fulfilment {
  readonly id: number
  readonly method: string
  readonly tracking: string
  readonly createdAt: string
  readonly lines: readonly { readonly line: number; readonly quantity: number }[]
  state: 'Pending' | 'Shipped' | 'Delivered' | 'Cancelled'
  updatedAt: string
}
export interface Refund {
  readonly id: number
  readonly total: number
  readonly reason: string
  readonly lines: readonly { readonly line: number; readonly quantity: number }[]
  readonly createdAt: string
  state: 'Pending' | 'Settled'
  updatedAt: string
}
export interface Order {
  readonly id: number
  readonly code: string
  readonly createdAt: string
  readonly placedAt: string
  readonly buyer: { readonly firstName: string; readonly lastName: string; readonly email: string }
  readonly lines: Line[]
  readonly payments: Payment[]
  readonly refunds: Refund[]
  readonly fulfilments: Fulfilment[]
  shippingAddress: Address
  /** as entered */
  shipping: number
  state: string
  updatedAt: string
}
export interface Book {
  readonly currency: string
  /** percent of goods, and of shipping */
  readonly taxRate: number
  readonly shippingTaxRate: number
  readonly pricesIncludeTax: boolean
  readonly variants: Map<number, Variant>
  readonly levels: Map<number, Level>
  readonly locations: Map<number, Location>
  readonly orders: Map<number, Order>
  /** now: with milliseconds, and cut to seconds */
  readonly now: () => string
  readonly second: () => string
  readonly nextId: (kind: string) => number
}

/** What has left or is packed of a line. */
export const fulfilledOf = ({ fulfilments }: Order, line: number): number =>
  fulfilments
    .filter(({ state }) => state !== 'Cancelled')
    .flatMap(({ lines }) => lines)
    .reduce((sum, one) => (one.line === line ? sum + one.quantity : sum), 0)

/** The state of an order by its fulfilments, as Vendure moves it along. */
export function stateOf(order: Order): string {
  const moved = (states: readonly string[]) => (line: Line) =>
    order.fulfilments
      .filter(({ state }) => states.includes(state))
      .flatMap(({ lines }) => lines)
      .reduce((sum, one) => (one.line === line.id ? sum + one.quantity : sum), 0)
  const [arrived, left] = [moved(['Delivered']), moved(['Shipped', 'Delivered'])]
  const all = (of: (line: Line) => number) => order.lines.every((line) => of(line) >= line.quantity)
  const some = (of: (line: Line) => number) => order.lines.some((line) => of(line) > 0)
  if (all(arrived)) return 'Delivered'
  if (some(arrived)) return 'PartiallyDelivered'
  if (all(left)) return 'Shipped'
  return some(left) ? 'PartiallyShipped' : order.state
}

export interface Priced {
  readonly net: number
  readonly gross: number
}
/** An amount as entered, without and with its tax, rounded half up once. */
export const priced = (amount: number, percent: number, { pricesIncludeTax }: Pick<Book, 'pricesIncludeTax'>): Priced =>
  pricesIncludeTax
    ? { gross: amount, net: amount - Math.round((amount * percent) / (100 + percent)) }
    : { net: amount, gross: amount + Math.round((amount * percent) / 100) }

/** What a line costs after its discount, and before. A line that was cancelled costs nothing. */
export const linePriced = ({ quantity, discount, variant }: Line, book: Book): { readonly full: Priced; readonly paid: Priced } => {
  const full = (book.variants.get(variant)?.price ?? 0) * quantity
  const paid = quantity === 0 ? 0 : full - discount
  return { full: priced(full, book.taxRate, book), paid: priced(paid, book.taxRate, book) }
}

export const shippingPriced = ({ shipping }: Pick<Order, 'shipping'>, book: Book): Priced => priced(shipping, book.shippingTaxRate, book)

/** What the buyer owes by what the order holds now. */
export const totalOf = (order: Order, book: Book): Priced => {
  const parts = [...order.lines.map((line) => linePriced(line, book).paid), shippingPriced(order, book)]
  const sum = (name: 'net' | 'gross') => parts.reduce((all, part) => all + part[name], 0)
  return { net: sum('net'), gross: sum('gross') }
}
