import { isObject, type Json, type JsonObject } from '../../model/json.ts'
import { type BookedLine, type BookedOrder, shelfOf } from './books.ts'
import { placeRef, productRef, put } from './desk.ts'
import { follow, isFunded } from './funds.ts'
import type { Month } from './month.ts'

const objects = (value: Json | undefined): JsonObject[] => (Array.isArray(value) ? value.filter(isObject) : [])

/** An order as the warehouse sees it in the hub: what it shows is packed, and nothing else. */
export interface Seen {
  readonly key: string
  readonly lines: readonly { readonly key: string; readonly article: string }[]
}

export async function seenOrder({ hub }: Month, key: string): Promise<Seen> {
  const { document } = await hub.get(`/v1/documents/sales-order/one?key=${encodeURIComponent(key)}`)
  const lines = isObject(document) ? objects(document.lines) : []
  return { key, lines: lines.map((line) => ({ key: String(line.key), article: String(isObject(line.product) ? line.product.sku : '') })) }
}

/** Packs what the hub shows as open, paid and with the money of its merchant, as far as the shelf reaches. One parcel an order and warehouse. */
export async function pack(month: Month): Promise<void> {
  const { hub, books, day } = month
  const rows = await hub.rows('/v1/orders?status=open&payment=paid&funds=funded')
  for (const { key } of rows) {
    const order = books.orders.get(String(key))
    if (order === undefined) throw new Error(`the hub shows an order that no shop has: ${String(key)}`)
    const open = order.lines.filter(({ quantity, shipped }) => shipped < quantity)
    if (open.length === 0 || order.cancelled || !order.paid || !isFunded(month, String(key), order)) continue
    const ready = open.filter((line) => shelfOf(books, { code: line.article }).sellable >= line.quantity - line.shipped)
    // an order of which a piece is missing waits for it, one in two; the others go in parts
    if (ready.length === 0 || (ready.length < open.length && month.chance() < 0.5)) continue
    const seen = await seenOrder(month, String(key))
    for (const [warehouse, lines] of Map.groupBy(ready, ({ article }) => shelfOf(books, { code: article }).warehouse))
      await ship(month, order, seen, warehouse, lines, `${day}`)
  }
}

async function ship(
  month: Month,
  order: BookedOrder,
  seen: Seen,
  warehouse: string,
  lines: readonly BookedLine[],
  day: string,
): Promise<void> {
  const { books } = month
  const at = new Date().toISOString()
  const key = `hub/SH-${seen.key.replaceAll('/', '-')}-${warehouse}-${day}`
  const tracking = `HT26${String(100_000 + books.posted.shipments).slice(-6)}`
  await put(month, 'shipment', key, {
    number: key.slice(4),
    direction: 'outbound',
    status: 'shipped',
    order: { type: 'sales-order', key: seen.key },
    shippedAt: at,
    takenAt: at,
    from: placeRef(warehouse),
    carrier: { code: 'dhl' },
    parcels: [{ key: '1', tracking }],
    lines: lines.map((line, index) => ({
      key: String(index + 1),
      orderLine: { key: seen.lines.find(({ article }) => article === line.article)?.key ?? '' },
      product: productRef(line.article),
      quantity: String(line.quantity - line.shipped),
      unit: 'EA',
    })),
  })
  for (const line of lines) {
    shelfOf(books, { code: line.article }).sellable -= line.quantity - line.shipped
    line.shipped = line.quantity
  }
  order.tracking = tracking
  follow(month, order)
  books.posted.shipments++
}
