/** What a shop keeps. Ids count up by kind; amounts are whole pennies; times of changes have whole seconds, as Vendure writes them to SQLite. */
export interface Variant {
  readonly id: number
  readonly sku: string
  readonly name: string
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
  quantity: number
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
  readonly payment: { readonly id: number; readonly amount: number; readonly createdAt: string }
  readonly refunds: Refund[]
  readonly fulfilments: Fulfilment[]
  shipping: number
  state: string
  updatedAt: string
}
export interface Book {
  readonly currency: string
  /** percent of every price */
  readonly taxRate: number
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

export const withTax = (amount: number, { taxRate }: Pick<Book, 'taxRate'>): number => Math.round((amount * (100 + taxRate)) / 100)
