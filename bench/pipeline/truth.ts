import { sha256 } from '../../src/model/id.ts'
import { canonicalJson, isObject, type Json, type JsonObject } from '../../src/model/json.ts'
import { shopOrder } from './orders.ts'

/** An order as a contender has stored it. Amounts x 10^4, quantities x 10^6, as text. */
export interface StoredOrder {
  /** the shop's id */
  readonly id: string
  readonly number: string
  readonly currency: string
  readonly date: string
  readonly goods: string
  readonly charges: string
  readonly tax: string
  readonly grand: string
  readonly document: JsonObject
  readonly lines: readonly { readonly key: string; readonly number: string; readonly quantity: string }[]
}

export interface Checksum {
  readonly orders: number
  readonly lines: number
  readonly hash: string
}

/** Equal exactly when the same orders, lines and documents are stored, in whatever order they are read. */
export function checksum(orders: readonly StoredOrder[]): Checksum {
  const sorted = orders.map((order) => ({ ...order, lines: order.lines.toSorted((a, b) => (a.key < b.key ? -1 : 1)) }))
  sorted.sort((a, b) => (a.id < b.id ? -1 : 1))
  return {
    orders: orders.length,
    lines: orders.reduce((total, { lines }) => total + lines.length, 0),
    hash: sha256(...sorted.map((order) => canonicalJson({ ...order }))),
  }
}

const text = (value: Json | undefined): string => (typeof value === 'string' || typeof value === 'number' ? String(value) : '')
const list = (value: Json | undefined): readonly JsonObject[] => (Array.isArray(value) ? value.filter(isObject) : [])
const inner = (value: Json | undefined): JsonObject => (isObject(value) ? value : {})
/** `12.34` in cents times 10^2. */
const scaled = (amount: Json | undefined): string => String(BigInt(text(amount).replace('.', '')) * 100n)
const utc = (time: Json | undefined): string => text(time).replace('Z', '.000Z')
const filled = (fields: JsonObject): JsonObject => Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== ''))

const addressOf = (from: JsonObject): JsonObject =>
  filled({
    name: text(from.name),
    company: text(from.company),
    street: [text(from.address_1), text(from.address_2)],
    city: text(from.city),
    region: text(from.province),
    postalCode: text(from.zip),
    country: text(from.country),
    contacts: [{ channel: 'phone', value: text(from.phone) }],
  })

/** What has to be stored of a shop's order, by hand: shares nothing with the mapping of the hub or the function of Node-RED. */
export function bookedOrder(order: JsonObject): StoredOrder {
  const items = list(order.line_items)
  const document: JsonObject = {
    number: text(order.number),
    status: 'open',
    sourceStatus: text(order.status),
    placedAt: utc(order.created_at),
    issueDate: text(order.created_at).slice(0, 10),
    channel: 'shop',
    clientSource: text(order.source_name),
    seller: { ref: { type: 'party', key: 'HARBOUR' } },
    buyer: { name: text(inner(order.customer).name) },
    currency: text(order.currency),
    taxBasis: 'exclusive',
    billTo: addressOf(inner(order.billing)),
    shipTo: addressOf(inner(order.shipping)),
    note: text(order.note),
    lines: items.map((item, place) => ({
      key: text(item.id),
      number: String(place + 1),
      product: { sku: text(item.sku), name: `${text(item.title)} - ${text(item.variant_title)}` },
      name: text(item.title),
      quantity: text(item.quantity),
      unit: 'C62',
      unitPrice: text(item.price),
      lineAmount: text(item.total),
      taxes: list(item.tax_lines).map(({ title, rate, amount }) => ({ code: text(title), percent: text(rate), amount: text(amount) })),
    })),
    charges: list(order.shipping_lines).map(({ code, title, price }) => ({
      kind: 'shipping',
      sourceKind: text(code),
      name: text(title),
      amount: text(price),
    })),
    totals: {
      linesTotal: text(order.total_goods),
      chargeTotal: text(order.total_shipping),
      taxTotal: text(order.total_tax),
      grandTotal: text(order.total_price),
    },
    sourceUpdatedAt: utc(order.updated_at),
  }
  return {
    id: text(order.id),
    number: text(order.number),
    currency: text(order.currency),
    date: text(order.created_at).slice(0, 10),
    goods: scaled(order.total_goods),
    charges: scaled(order.total_shipping),
    tax: scaled(order.total_tax),
    grand: scaled(order.total_price),
    document,
    lines: items.map((item, place) => ({
      key: text(item.id),
      number: String(place + 1),
      quantity: String(BigInt(text(item.quantity)) * 1_000_000n),
    })),
  }
}

export const bookedOrders = (from: number, count: number): StoredOrder[] =>
  Array.from({ length: count }, (_, i) => bookedOrder(shopOrder(from + i)))

/** The shop's ids of orders. */
export const idsOf = (from: number, count: number): string[] => Array.from({ length: count }, (_, i) => String(4_500_000_000 + from + i))
