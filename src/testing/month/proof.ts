import { isObject, type Json, type JsonObject } from '../../model/json.ts'
import { orderName, promised, underWay } from './books.ts'
import type { Month } from './month.ts'
import { shopOf } from './sales.ts'

/** What one side says and the other does not. */
export interface Difference {
  readonly what: string
  readonly books: string
  readonly hub: string
}

/** Every order: the shops' own records and the generator's books against the ledger. */
export async function orderDifferences(month: Month): Promise<readonly Difference[]> {
  const { hub, books, shops } = month
  const differences: Difference[] = []
  const rows = new Map((await hub.rows('/v1/orders')).map((row) => [String(row.key), row]))
  const records = new Map(
    shops.flatMap(({ merchant, shop }) => shop.orders().map((order) => [orderName(merchant.connection, order.id), order] as const)),
  )
  for (const [key, order] of books.orders) {
    const [row, record] = [rows.get(key), records.get(key)]
    rows.delete(key)
    if (row === undefined || record === undefined) {
      differences.push({ what: `order ${key}`, books: 'is there', hub: row === undefined ? 'is missing' : 'is gone from the shop' })
      continue
    }
    const shipped = order.lines.reduce((sum, line) => sum + line.shipped, 0)
    const wanted = order.lines.reduce((sum, line) => sum + line.quantity, 0)
    const returned = order.lines.reduce((sum, line) => sum + line.returned, 0)
    const refunded = record.refunds.reduce((sum, cents) => sum + cents, 0n)
    compare(differences, `order ${key} grandTotal`, euros(record.total), row.total)
    compare(differences, `order ${key} paid`, euros(record.captured), row.paid)
    compare(differences, `order ${key} refunded`, euros(refunded), row.refunded)
    compare(differences, `order ${key} status is cancelled`, String(order.cancelled), String(row.status === 'cancelled'))
    compare(
      differences,
      `order ${key} fulfilment`,
      shipped === 0 ? 'none' : returned >= shipped && shipped === wanted ? 'returned' : shipped === wanted ? 'shipped' : 'part',
      row.fulfilment,
    )
    if (shipped === wanted && wanted > 0)
      compare(differences, `order ${key} is told the shop`, 'true', String(shopOf(month, order).shop.isCompleted(order.id)))
  }
  for (const key of rows.keys()) differences.push({ what: `order ${key}`, books: 'is not there', hub: 'is there' })
  return differences
}

/** Every after-sale: what buyers asked for at shops that have documents for it, and how far it came. */
export async function aftersaleDifferences({ hub, books }: Month): Promise<readonly Difference[]> {
  const differences: Difference[] = []
  const rows = new Map((await hub.rows('/v1/returns')).map((row) => [String(row.key), row]))
  for (const [key, { order, status }] of books.aftersales) {
    const row = rows.get(key)
    rows.delete(key)
    compare(differences, `after-sale ${key} status`, status, row?.status)
    compare(differences, `after-sale ${key} order`, order, row?.order)
    compare(differences, `after-sale ${key} kind`, 'return', row?.kind)
    if (status === 'closed') compare(differences, `after-sale ${key} names its refund`, 'true', String(row?.refund != null))
  }
  for (const key of rows.keys()) differences.push({ what: `after-sale ${key}`, books: 'is not there', hub: 'is there' })
  return differences
}

/** Every article: pieces on the shelf, promised, on their way and free, and what its shops show. */
export async function stockDifferences(month: Month): Promise<readonly Difference[]> {
  const { hub, books, shops } = month
  const differences: Difference[] = []
  const [owed, coming] = [promised(books), underWay(books)]
  const rows = await hub.rows('/v1/stock')
  for (const [code, shelf] of books.shelves) {
    const row = rows.find((one) => one.product === code && one.location === shelf.warehouse && one.condition === 'sellable')
    const reserved = owed.get(code) ?? 0
    compare(differences, `${code} onHand`, String(shelf.sellable), row?.onHand)
    compare(differences, `${code} reserved`, String(reserved), row?.reserved)
    compare(differences, `${code} inTransit`, String(coming.get(code) ?? 0), row?.inTransit)
    compare(differences, `${code} available`, String(shelf.sellable - reserved), row?.available)
    for (const { merchant, shop } of shops)
      if (merchant.range.includes(code))
        compare(
          differences,
          `${code} on the shelf of ${merchant.key}`,
          String(Math.max(0, shelf.sellable - reserved)),
          String(shop.stockOf(code)),
        )
  }
  return differences
}

/** Every purchase: what was ordered, confirmed, accepted and rejected. */
export async function purchaseDifferences(month: Month): Promise<readonly Difference[]> {
  const { hub, books } = month
  const differences: Difference[] = []
  for (const [key, purchase] of books.purchases) {
    const found = await hub.get(`/v1/purchase-orders/one?key=${encodeURIComponent(key)}`)
    const lines = Array.isArray(found.lines) ? found.lines.filter(isObject) : []
    for (const line of purchase.lines) {
      const row: JsonObject = lines.find((one) => one.key === line.line) ?? {}
      compare(differences, `${key} ${line.line} ordered`, String(line.ordered), figureOf(row.ordered))
      compare(differences, `${key} ${line.line} confirmed`, String(line.confirmed), figureOf(row.confirmed))
      compare(differences, `${key} ${line.line} received`, String(line.accepted + line.rejected), row.received)
      compare(differences, `${key} ${line.line} rejected`, String(line.rejected), figureOf(row.rejected))
    }
  }
  return differences
}

/** Articles that the hub says are sold beyond what is there, though the books say that they are not, and the other way round. */
export async function unexplainedOversold(month: Month): Promise<readonly Difference[]> {
  const { hub, books } = month
  const owed = promised(books)
  const told = new Set((await hub.rows('/v1/findings?state=open&code=oversold')).map(({ key }) => String(key)))
  return [...books.shelves].flatMap(([code, { sellable }]) => {
    const isOver = (owed.get(code) ?? 0) > sellable
    const isTold = [...told].some((key) => key.split('/').includes(code))
    return isOver === isTold ? [] : [{ what: `${code} is oversold`, books: String(isOver), hub: String(isTold) }]
  })
}

/** A figure that names its documents. */
const figureOf = (figure: Json | undefined): Json | undefined => (isObject(figure) ? figure.value : undefined)

const euros = (cents: bigint): string => `${cents / 100n}.${String(cents % 100n).padStart(2, '0')}`

export function compare(differences: Difference[], what: string, books: string, hub: unknown): void {
  const found = typeof hub === 'string' ? hub : hub === undefined ? 'nothing' : String(hub)
  if (found !== books && !(Number.isFinite(Number(found)) && found !== '' && Number(found) === Number(books)))
    differences.push({ what, books, hub: found })
}
