import { isObject, type Json, type JsonObject } from '../../model/json.ts'
import { createErpReader, type ErpReader } from './erp-reader.ts'
import { type ShopName, shopNames } from './plan-sizes.ts'
import { type ShopOrder, shopOrder } from './shop-record.ts'
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
  readonly state: string
  readonly comment: string
  readonly lines: readonly TradeLine[]
  /** A delivery of it has left the house. */
  readonly shipped: boolean
}

/** Goods that really moved, in pieces. Places by code, or by type where they have none. */
export type DoneMove = { readonly pieces: number; readonly from: string; readonly to: string; readonly cause: string }

/** Everything that the four systems say at one moment. */
export type Truth = {
  readonly orders: Readonly<Record<ShopName, readonly ShopOrder[]>>
  /** Sales in Harbour's ERP by reference; more than one is a double. */
  readonly sales: ReadonlyMap<string, readonly TradeOrder[]>
  readonly purchases: readonly TradeOrder[]
  /** Sales in Ningbo's ERP by reference. */
  readonly supplierSales: ReadonlyMap<string, readonly TradeOrder[]>
  readonly moves: readonly DoneMove[]
  /** Untaxed amounts of the posted supplier invoices. */
  readonly invoices: readonly string[]
}

const text = (value: Json | undefined): string => (typeof value === 'string' || typeof value === 'number' ? String(value) : '')
const object = (value: Json | undefined): JsonObject => (isObject(value) ? value : {})
const objects = (value: Json | undefined): readonly JsonObject[] => (Array.isArray(value) ? value.filter(isObject) : [])

const lineFields = ['lines.sequence', 'lines.product.code', 'lines.quantity', 'lines.unit.factor', 'lines.unit_price']
const orderFields = ['number', 'reference', 'state', 'comment', ...lineFields]

const linesOf = (row: JsonObject): readonly TradeLine[] =>
  [...objects(row['lines.'])]
    .sort((a, b) => Number(a.sequence ?? 0) - Number(b.sequence ?? 0))
    .flatMap((line) => {
      const article = text(object(line['product.']).code)
      const factor = Number(object(line['unit.']).factor ?? 1)
      return article === '' ? [] : [{ article, quantity: Number(line.quantity), factor, price: text(line.unit_price) }]
    })

const orderOf = (row: JsonObject): TradeOrder => ({
  id: Number(row.id),
  number: text(row.number),
  reference: text(row.reference),
  state: text(row.state),
  comment: text(row.comment),
  lines: linesOf(row),
  shipped: objects(row['shipments.']).some(({ state }) => state === 'done'),
})

const byReference = (orders: readonly TradeOrder[]): ReadonlyMap<string, readonly TradeOrder[]> => {
  const found = new Map<string, TradeOrder[]>()
  for (const order of orders) {
    if (order.reference === '') continue
    found.set(order.reference, [...(found.get(order.reference) ?? []), order])
  }
  return found
}

const salesIn = async (reader: ErpReader): Promise<ReadonlyMap<string, readonly TradeOrder[]>> => {
  const rows = await reader.all('sale.sale', [], [...orderFields, 'shipments.state'])
  return byReference(rows.map(orderOf))
}

const placeOf = (location: Json | undefined): string => text(object(location).code) || text(object(location).type)

const movesIn = async (reader: ErpReader): Promise<readonly DoneMove[]> => {
  const places = ['from_location.code', 'from_location.type', 'to_location.code', 'to_location.type']
  const rows = await reader.all('stock.move', [['state', '=', 'done']], ['internal_quantity', 'shipment', ...places])
  return rows.map((row) => ({
    pieces: Number(row.internal_quantity),
    from: placeOf(row['from_location.']),
    to: placeOf(row['to_location.']),
    cause: text(row.shipment).split(',')[0] ?? '',
  }))
}

const invoicesIn = async (reader: ErpReader): Promise<readonly string[]> => {
  const posted = [
    ['type', '=', 'in'],
    ['state', 'in', ['posted', 'paid']],
  ]
  const rows = await reader.all('account.invoice', posted, ['untaxed_amount'])
  return rows.map(({ untaxed_amount: amount }) => text(amount))
}

/** Reads all four systems. No fault may be armed meanwhile. Rejects with a HubError when an ERP does not answer. */
export const readTruth = async (world: World): Promise<Truth> => {
  const { credentials } = world
  const harbour = createErpReader(world.harbour.erp.url, world.harbour.erp.database, credentials.harbourPassword)
  const ningbo = createErpReader(world.ningbo.erp.url, world.ningbo.erp.database, credentials.ningboPassword)
  const ordersOf = (name: ShopName) => world.shops[name].shop.orders().map(shopOrder)
  const [american, european] = shopNames
  const purchases = await harbour.all('purchase.purchase', [['state', 'in', ['processing', 'done']]], orderFields)
  return {
    orders: { [american]: ordersOf(american), [european]: ordersOf(european) } as Readonly<Record<ShopName, readonly ShopOrder[]>>,
    sales: await salesIn(harbour),
    purchases: purchases.map(orderOf),
    supplierSales: await salesIn(ningbo),
    moves: await movesIn(harbour),
    invoices: await invoicesIn(harbour),
  }
}
