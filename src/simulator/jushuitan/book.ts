/** Row versions, ids and wall times of one merchant. Amounts in cents. */
export interface Versioned {
  ts: number
  modified: string
}
export interface OrderLine {
  readonly id: number
  readonly outer: string
  readonly sku: string
  readonly name: string
  quantity: number
  readonly price: number
  /** off the whole line */
  readonly discount: number
  amount: number
}
export type OrderStatus = 'WaitPay' | 'WaitConfirm' | 'Question' | 'Delivering' | 'Sent' | 'Cancelled' | 'Split' | 'Merged'
/** `quiet`: no message leaves; `twice`: each twice; `hold`: kept back until they are released */
export type Handling = 'sent' | 'quiet' | 'twice' | 'hold'
export interface Receiver {
  readonly name: string
  readonly address: string
  readonly city: string
  readonly state: string
  readonly zip: string
  readonly country: string
}
export interface Order extends Versioned {
  readonly id: number
  readonly number: string
  readonly shop: number
  readonly placed: string
  readonly lines: readonly OrderLine[]
  readonly freight: number
  readonly free: number
  readonly currency: string
  readonly buyer: string
  readonly paidAs: string
  receiver: Receiver
  note: string
  status: OrderStatus
  paid: string | undefined
  sent: string | undefined
  tracking: string | undefined
  carrier: string | undefined
  webhooks: Handling
}
export interface AfterSale extends Versioned {
  readonly id: number
  readonly order: number
  readonly number: string
  status: 'WaitConfirm' | 'Confirmed' | 'Cancelled'
  /** what the marketplace says (shop_status) */
  shown: 'WAIT_SELLER_AGREE' | 'WAIT_BUYER_RETURN_GOODS' | 'SELLER_REFUSE_BUYER' | 'SUCCESS'
  readonly type: string
  readonly reason: string
  readonly amount: number
  readonly created: string
  /** when the warehouse counted in what came back */
  received?: string
  readonly lines: readonly {
    readonly id: number
    readonly line: number
    readonly quantity: number
    readonly amount: number
    received: number
    defective: number
  }[]
}
export interface Purchase extends Versioned {
  readonly id: number
  readonly number: string
  readonly supplier: number
  readonly date: string
  readonly note: string
  status: 'Creating' | 'Confirmed' | 'Finished' | 'Cancelled'
  readonly lines: readonly {
    readonly id: number
    readonly sku: string
    readonly quantity: number
    readonly price: number
    readonly note: string
  }[]
}
/** Goods that came from a supplier, or left for a buyer. */
export interface Movement extends Versioned {
  readonly id: number
  readonly kind: 'in' | 'out'
  /** purchase or order */
  readonly of: number
  readonly at: string
  readonly lines: readonly { readonly id: number; readonly line: number; readonly sku: string; readonly quantity: number }[]
}
export interface Sku extends Versioned {
  readonly code: string
  readonly name: string
  readonly barcode: string
  quantity: number
}
export interface Supplier extends Versioned {
  readonly id: number
  readonly code: string
  readonly name: string
}

export interface Book {
  readonly warehouse: number
  readonly warehouseName: string
  readonly shop: number
  readonly orders: Map<number, Order>
  readonly afterSales: Map<number, AfterSale>
  readonly purchases: Map<number, Purchase>
  readonly movements: Map<number, Movement>
  readonly skus: Map<string, Sku>
  readonly stamps: Map<string, Versioned>
  readonly suppliers: Map<number, Supplier>
  /** numbers of counts that were taken */
  readonly counts: Map<string, number>
  readonly nextId: () => number
  /** Beijing time with ms, as it tells times */
  readonly now: () => string
  readonly stamp: () => Versioned
  /** a row is written */
  readonly touch: (row: Versioned) => void
  /** the database is moved: its row versions begin anew */
  readonly countAnew: () => void
  readonly skuOf: (code: string) => Sku
  readonly orderOf: (id: number) => Order
}

/** China has had no summer time since 1991. */
const offsetMs = 8 * 3_600_000
export const wallOf = (at: Date): string => new Date(at.getTime() + offsetMs).toISOString().slice(0, -1).replace('T', ' ')

export function openBook(place: Pick<Book, 'warehouse' | 'warehouseName' | 'shop'>, clock: () => Date): Book {
  let id = 700_000
  let version = 5_021_000_000
  const found = <K, V>(rows: ReadonlyMap<K, V>, key: K, what: string): V => {
    const row = rows.get(key)
    if (row === undefined) throw new Error(`there is no ${what} ${String(key)}`)
    return row
  }
  const book: Book = {
    ...place,
    orders: new Map(),
    afterSales: new Map(),
    purchases: new Map(),
    movements: new Map(),
    skus: new Map(),
    stamps: new Map(),
    suppliers: new Map(),
    counts: new Map(),
    nextId: () => ++id,
    now: () => wallOf(clock()),
    stamp: () => ({ ts: ++version, modified: book.now() }),
    touch: (row) => void Object.assign(row, book.stamp()),
    countAnew: () => {
      version = 1000
      for (const rows of [book.orders, book.afterSales, book.movements, book.stamps])
        for (const row of [...rows.values()].toSorted((one, other) => one.ts - other.ts)) row.ts = ++version
    },
    skuOf: (code) => found(book.skus, code, 'article'),
    orderOf: (order) => found(book.orders, order, 'order'),
  }
  return book
}

const over: ReadonlySet<OrderStatus> = new Set(['Sent', 'Cancelled', 'Split', 'Merged'])
export const isOver = ({ status }: Order): boolean => over.has(status)

/** What open orders have taken of an article. */
export const lockedOf = ({ orders }: Book, sku: string): number =>
  [...orders.values()]
    .filter((order) => !isOver(order))
    .flatMap(({ lines }) => lines)
    .reduce((sum, line) => (line.sku === sku ? sum + line.quantity : sum), 0)

/** The figures of these articles moved: their row of stock is written. */
export function restamp(book: Book, skus: readonly string[]): void {
  for (const sku of new Set(skus)) book.stamps.set(sku, book.stamp())
}
export const goodsOf = ({ lines }: Pick<Order, 'lines'>): number => lines.reduce((sum, { amount }) => sum + amount, 0)
/** 应付金额 */
export const payable = (order: Pick<Order, 'lines' | 'freight' | 'free'>): number => goodsOf(order) + order.freight - order.free
