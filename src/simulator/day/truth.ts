import { type ShopName, shopNames } from './plan-sizes.ts'
import type { ShopOrder } from './shop-record.ts'
import type { MovedPieces } from './system.ts'
import type { World } from './world.ts'

/** A line with an article; freight and fees have none. Quantities in the unit of the line, `factor` pieces each. */
export type TradeLine = {
  readonly article: string
  readonly quantity: number
  readonly factor: number
  /** Price of one, exact decimal text. */
  readonly price: string
}

/** A sale or purchase as its ERP shows it. */
export type TradeOrder = {
  readonly id: number
  readonly number: string
  readonly reference: string
  /** Draft: still to be answered or packed. */
  readonly state: 'draft' | 'confirmed' | 'cancelled'
  readonly comment: string
  readonly lines: readonly TradeLine[]
  /** A delivery of it has left the house. */
  readonly shipped: boolean
  /** What the buyer pays, tax and freight included, where the ERP counts it. */
  readonly total?: string
}

/** Everything that the four systems say at one moment. */
export type Truth = {
  readonly orders: Readonly<Record<ShopName, readonly ShopOrder[]>>
  /** Sales in Harbour's ERP by reference; more than one is a double. */
  readonly sales: ReadonlyMap<string, readonly TradeOrder[]>
  readonly purchases: readonly TradeOrder[]
  /** Sales in Ningbo's ERP by reference. */
  readonly supplierSales: ReadonlyMap<string, readonly TradeOrder[]>
  readonly moved: MovedPieces
  /** Amounts of the posted supplier invoices, on the basis of the orders' prices. */
  readonly invoices: readonly string[]
}

const byReference = (orders: readonly TradeOrder[]): ReadonlyMap<string, readonly TradeOrder[]> => {
  const found = new Map<string, TradeOrder[]>()
  for (const order of orders) {
    if (order.reference === '') continue
    found.set(order.reference, [...(found.get(order.reference) ?? []), order])
  }
  return found
}

/** Reads all four systems. No fault may be armed meanwhile. Rejects with a HubError when an ERP does not answer. */
export const readTruth = async ({ shops, harbour, ningbo }: World): Promise<Truth> => {
  const { sales, ...books } = await harbour.records()
  const supplierSales = await ningbo.sales()
  const [american, european] = shopNames
  return {
    ...books,
    orders: { [american]: shops[american].orders(), [european]: shops[european].orders() } as Truth['orders'],
    sales: byReference(sales),
    supplierSales: byReference(supplierSales),
  }
}
