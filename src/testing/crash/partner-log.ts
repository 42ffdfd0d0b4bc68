/** What the partner's systems hold and what happened to them: the driver's own truth, which no counter of the hub has touched. */

export interface CrashOrder {
  readonly id: number
  readonly state: 'open'
  /** changes with every revision, for ever forward */
  readonly at: string
  readonly placed: string
  readonly total: string
  readonly currency: string
  readonly note: string
  readonly lines: readonly { readonly id: number; readonly sku: string; readonly qty: string; readonly amount: string }[]
}

export type EffectKind = 'sale' | 'sale-change' | 'booking' | 'letter' | 'stock'
/** One thing that really happened. `what`: reference of an order, or article. `figure`: revision, or stock. */
export interface Effect {
  readonly at: number
  readonly kind: EffectKind
  readonly what: string
  readonly figure: number
  readonly key?: string
}

export interface Sale {
  readonly id: number
  rev: number
  readonly reference: string
  body: Readonly<Record<string, unknown>>
}

export interface PartnerLog {
  readonly effects: Effect[]
  /** the shop's orders by id, as they are now */
  readonly orders: Map<number, CrashOrder>
  /** when the first revision of each stood there */
  readonly placed: Map<number, number>
  /** puts a new order, or a new revision of one, into the shop */
  place(order: CrashOrder): void
  readonly sales: Map<number, Sale>
  /** answers by idempotency key */
  readonly bookings: Map<string, number>
  /** what the shop shows, by article */
  readonly shown: Map<string, number>
  /** on hand at the ERP, by article id */
  readonly onHand: Map<number, number>
  readonly skus: readonly string[]
  note(kind: EffectKind, what: string, figure: number, key?: string): void
}

export function openPartnerLog(skus: readonly string[], onHand: number): PartnerLog {
  const effects: Effect[] = []
  const orders = new Map<number, CrashOrder>()
  const placed = new Map<number, number>()
  return {
    effects,
    orders,
    placed,
    place(order) {
      orders.set(order.id, order)
      if (!placed.has(order.id)) placed.set(order.id, Date.now())
    },
    sales: new Map(),
    bookings: new Map(),
    shown: new Map(),
    onHand: new Map(skus.map((_, index) => [index + 1, onHand])),
    skus,
    note: (kind, what, figure, key) => void effects.push({ at: Date.now(), kind, what, figure, ...(key === undefined ? {} : { key }) }),
  }
}

/** `v7` -> 7 */
export const revisionOf = (note: unknown): number => Number(/^v(\d+)$/.exec(String(note))?.[1] ?? Number.NaN)
