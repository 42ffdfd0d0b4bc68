import { createHash } from 'node:crypto'
import type { FaultBoard } from '../faults.ts'
import { orderJson, type Site } from './json.ts'
import { customerJson, noteJson, productJson, refundJson, refundWithParentJson, variationJson } from './json-records.ts'
import type { Rate } from './money.ts'
import type { Customer, Meta, Note, Order, Product, Refund } from './types.ts'

/** One thing that a client of the API brought about: what a test counts truth from. `body` is what the client sent, or what changed. */
export type Effect = {
  readonly at: Date
  readonly kind: EffectKind
  readonly id: number
  readonly body: unknown
}
export type EffectKind =
  | 'order-created'
  | 'order-updated'
  | 'order-deleted'
  | 'status-set'
  | 'meta-set'
  | 'note-added'
  | 'refund-created'
  | 'product-created'
  | 'product-updated'
  | 'product-deleted'
  | 'stock-set'
  | 'price-set'
  | 'customer-created'
  | 'customer-updated'
  | 'webhook-created'
  | 'webhook-updated'
  | 'webhook-deleted'

/** What happened to a record, as the topics of webhooks name it. */
export type Resource = 'order' | 'product' | 'customer'
export type Happening = 'created' | 'updated' | 'deleted' | 'restored'
export type Announce = (resource: Resource, happening: Happening, id: number, json: () => string, createdAt: number) => void

/** Everything a shop knows, and the only place where it changes. Records are replaced, never changed, so their JSON text is kept until then. */
export type ShopBook = {
  readonly site: Site
  readonly taxRate: Rate
  readonly taxShipping: boolean
  readonly orders: ReadonlyMap<number, Order>
  readonly products: ReadonlyMap<number, Product>
  readonly customers: ReadonlyMap<number, Customer>
  readonly refunds: ReadonlyMap<number, Refund>
  readonly log: Effect[]
  /** The site's clock in epoch ms, cut to whole seconds as every stamp of WordPress is. */
  stamp(): number
  /** Next id; orders, refunds, products and variations share one sequence, as posts do. */
  nextId(of: 'post' | 'item' | 'meta' | 'comment' | 'customer' | 'webhook'): number
  orderKey(id: number): string
  /** Stores an order with a fresh modification stamp and announces it. Returns what was stored. */
  saveOrder(order: Order, happening: Happening): Order
  /** Stores a trashed order; what is announced is only its id, as for one that is gone. */
  trashOrder(order: Order): Order
  dropOrder(id: number): void
  saveProduct(product: Product, happening: Happening): Product
  dropProduct(id: number): void
  saveCustomer(customer: Customer, happening: Happening): Customer
  saveRefund(refund: Refund): void
  addNote(note: Omit<Note, 'id' | 'createdAt'>): Note
  notesOf(orderId: number): readonly Note[]
  orderText(order: Order): string
  /** Variations have a shape of their own; `asProduct` renders one in the shape of the product list, where a search by SKU shows it. */
  productText(product: Product, asProduct?: boolean): string
  customerText(customer: Customer): string
  refundText(refund: Refund, withParent?: boolean): string
  noteText(note: Note): string
  effect(kind: EffectKind, id: number, body: unknown): void
}

export type ShopBookOptions = {
  readonly site: Site
  readonly taxRate: Rate
  readonly taxShipping: boolean
  readonly clock: () => Date
  readonly announce: Announce
  readonly faults: FaultBoard
}

const kept = <T extends object>(render: (value: T) => unknown): ((value: T) => string) => {
  const texts = new WeakMap<T, string>()
  return (value) => {
    const known = texts.get(value)
    if (known !== undefined) return known
    const text = JSON.stringify(render(value))
    texts.set(value, text)
    return text
  }
}

/** An empty shop. */
export const createShopBook = ({ site, taxRate, taxShipping, clock, announce, faults }: ShopBookOptions): ShopBook => {
  const orders = new Map<number, Order>()
  const products = new Map<number, Product>()
  const customers = new Map<number, Customer>()
  const refunds = new Map<number, Refund>()
  const notes = new Map<number, Note[]>()
  const log: Effect[] = []
  const last = { post: 100, item: 300, meta: 2000, comment: 200, customer: 20, webhook: 0 }

  const stamp = (): number => Math.floor(clock().getTime() / 1000) * 1000
  let lastSaved = 0
  /** When an order is saved: now, or with the fault `same-second` when the order before it was; never before its own last stamp. */
  const savedAt = ({ createdAt, modifiedAt }: Order): number => {
    const hit = lastSaved < Math.max(createdAt, modifiedAt) ? undefined : faults.draw('same-second', { path: 'order' })
    hit?.happened()
    if (hit === undefined) lastSaved = stamp()
    return lastSaved
  }
  const nextId: ShopBook['nextId'] = (of) => {
    last[of] += 1
    return last[of]
  }
  const variationsOf = (product: Product): Product[] => product.variationIds.flatMap((id) => products.get(id) ?? [])

  const orderText = kept<Order>((order) => orderJson(order, site))
  const asProductText = kept<Product>((product) => productJson(product, variationsOf(product), site))
  const asVariationText = kept<Product>((product) => variationJson(product, site))
  const productText: ShopBook['productText'] = (product, asProduct = product.type !== 'variation') =>
    asProduct ? asProductText(product) : asVariationText(product)
  const customerText = kept<Customer>((customer) => customerJson(customer, site))

  const touchParent = (variation: Product): void => {
    const parent = products.get(variation.parentId)
    if (parent) products.set(parent.id, { ...parent })
  }

  return {
    site,
    taxRate,
    taxShipping,
    orders,
    products,
    customers,
    refunds,
    log,
    stamp,
    nextId,
    orderKey: (id) => `wc_order_${createHash('md5').update(`${site.url}${id}`).digest('hex').slice(0, 13)}`,
    saveOrder(order, happening) {
      const saved = { ...order, modifiedAt: savedAt(order) }
      orders.set(saved.id, saved)
      announce('order', happening, saved.id, () => orderText(saved), saved.createdAt)
      return saved
    },
    trashOrder(order) {
      const saved = { ...order, modifiedAt: stamp() }
      orders.set(saved.id, saved)
      announce('order', 'deleted', saved.id, () => JSON.stringify({ id: saved.id }), saved.createdAt)
      return saved
    },
    dropOrder(id) {
      orders.delete(id)
      announce('order', 'deleted', id, () => JSON.stringify({ id }), stamp())
    },
    saveProduct(product, happening) {
      const saved = { ...product, modifiedAt: stamp() }
      products.set(saved.id, saved)
      touchParent(saved)
      announce('product', happening, saved.id, () => productText(saved, true), saved.createdAt)
      return saved
    },
    dropProduct(id) {
      products.delete(id)
      announce('product', 'deleted', id, () => JSON.stringify({ id }), stamp())
    },
    saveCustomer(customer, happening) {
      const saved = { ...customer, modifiedAt: stamp() }
      customers.set(saved.id, saved)
      announce('customer', happening, saved.id, () => customerText(saved), saved.createdAt)
      return saved
    },
    saveRefund(refund) {
      refunds.set(refund.id, refund)
    },
    addNote(note) {
      const saved: Note = { ...note, id: nextId('comment'), createdAt: stamp() }
      notes.set(note.orderId, [...(notes.get(note.orderId) ?? []), saved])
      return saved
    },
    notesOf: (orderId) => notes.get(orderId) ?? [],
    orderText,
    productText,
    customerText,
    refundText: (refund, withParent = false) => JSON.stringify(withParent ? refundWithParentJson(refund, site) : refundJson(refund, site)),
    noteText: (note) => JSON.stringify(noteJson(note, site)),
    effect(kind, id, body) {
      log.push({ at: clock(), kind, id, body })
    },
  }
}

export type MetaChange = { readonly id?: number; readonly key: string; readonly value: unknown }

/** Writes meta the way WC_Data does: by id or else by key, null removes, a new key is appended. */
export const withMeta = (before: readonly Meta[], changes: readonly MetaChange[], nextId: () => number): readonly Meta[] => {
  const after = [...before]
  for (const { id, key, value } of changes) {
    const index = after.findIndex((entry) => (id === undefined ? entry.key === key : entry.id === id))
    const known = after[index]
    if (value === null) after.splice(index, known ? 1 : 0)
    else if (known) after[index] = { ...known, key, value }
    else after.push({ id: nextId(), key, value })
  }
  return after
}
