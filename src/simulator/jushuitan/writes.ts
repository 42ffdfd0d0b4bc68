import { isObject, type Json, type JsonObject } from '../../model/json.ts'
import { type Book, isOver, type Order, restamp } from './book.ts'
import { missing, Refusal } from './refusal.ts'

const cents = (value: Json | undefined): number => Math.round(Number(value ?? 0) * 100)
const text = (value: Json | undefined): string =>
  typeof value === 'string' ? value : value === undefined || value === null ? '' : String(value)
const objects = (value: Json | undefined): readonly JsonObject[] =>
  (Array.isArray(value) ? value.filter((item: Json) => isObject(item)) : []) as readonly JsonObject[]
const needed = (biz: JsonObject, ...names: readonly string[]): void => {
  for (const name of names) if (biz[name] === undefined || biz[name] === null || biz[name] === '') throw missing(name)
}

/** (shop, so_id) is unique: the same order again is the same order. The head must be what lines and freight make. */
function uploadOrder(book: Book, biz: JsonObject): JsonObject {
  needed(biz, 'shop_id', 'so_id', 'order_date', 'shop_status', 'pay_amount', 'receiver_name', 'receiver_address')
  const number = text(biz.so_id)
  const refused = (msg: string) => ({ o_id: null, so_id: number, issuccess: false, msg })
  const known = [...book.orders.values()].find((order) => order.number === number && order.shop === Number(biz.shop_id))
  if (known !== undefined) return { o_id: known.id, so_id: number, issuccess: true, msg: '' }
  if (number.length > 50) return refused('线上单号长度不能超过50')
  const items = objects(biz.items)
  if (items.some(({ sku_id: sku }) => !book.skus.has(text(sku)))) return refused('商品编码不存在')
  const freight = cents(biz.freight)
  if (items.reduce((sum, { amount }) => sum + cents(amount), freight) !== cents(biz.pay_amount)) return refused('商品金额与应付金额不一致')
  const pay = isObject(biz.pay) ? biz.pay : undefined
  const order: Order = {
    id: book.nextId(),
    number,
    shop: Number(biz.shop_id),
    placed: text(biz.order_date),
    lines: items.map((item) => ({
      id: book.nextId(),
      outer: text(item.outer_oi_id),
      sku: text(item.sku_id),
      name: text(item.name),
      quantity: Number(item.qty),
      price: cents(item.price),
      discount: 0,
      amount: cents(item.amount),
    })),
    freight,
    free: 0,
    currency: text(biz.currency),
    buyer: text(biz.shop_buyer_id),
    paidAs: text(pay?.outer_pay_id),
    receiver: {
      name: text(biz.receiver_name),
      address: text(biz.receiver_address),
      city: text(biz.receiver_city),
      state: text(biz.receiver_state),
      zip: text(biz.receiver_zip),
      country: text(biz.receiver_country),
    },
    note: text(biz.buyer_message),
    status: pay !== undefined && cents(pay.amount) === cents(biz.pay_amount) ? 'WaitConfirm' : 'WaitPay',
    paid: pay === undefined ? undefined : text(pay.pay_date),
    sent: undefined,
    tracking: undefined,
    carrier: undefined,
    webhooks: 'sent',
    ...book.stamp(),
  }
  book.orders.set(order.id, order)
  restamp(
    book,
    order.lines.map(({ sku }) => sku),
  )
  return { o_id: order.id, so_id: number, issuccess: true, msg: '' }
}

function cancelOrders(book: Book, biz: JsonObject): void {
  for (const id of Array.isArray(biz.o_ids) ? (biz.o_ids as readonly Json[]) : []) {
    const order = book.orders.get(Number(id))
    if (order === undefined || order.status === 'Sent') throw new Refusal(-1, '订单不存在或已发货，不能取消')
    cancelOrder(book, order)
  }
}
export function cancelOrder(book: Book, order: Order): void {
  if (isOver(order)) return
  order.status = 'Cancelled'
  book.touch(order)
  restamp(
    book,
    order.lines.map(({ sku }) => sku),
  )
}

/** Goods leave the shelf; the order is sent whole. */
export function sendOrder(book: Book, order: Order, carrier: string, tracking: string): void {
  if (order.status === 'Sent') throw new Refusal(0, '订单已发货')
  if (isOver(order)) throw new Refusal(0, '订单已取消')
  const at = book.now()
  Object.assign(order, { status: 'Sent', sent: at, tracking, carrier })
  book.touch(order)
  for (const { sku, quantity } of order.lines) book.skuOf(sku).quantity -= quantity
  const lines = order.lines.map((line) => ({ id: book.nextId(), line: line.id, sku: line.sku, quantity: line.quantity }))
  const id = book.nextId()
  book.movements.set(id, { id, kind: 'out', of: order.id, at, lines, ...book.stamp() })
  restamp(
    book,
    order.lines.map(({ sku }) => sku),
  )
}

function uploadPurchase(book: Book, biz: JsonObject): JsonObject {
  needed(biz, 'external_id', 'supplier_id', 'items')
  const number = text(biz.external_id)
  const known = [...book.purchases.values()].find((row) => row.number === number)
  if (known !== undefined) throw new Refusal(-1, `外部单号 ${number} 已存在`)
  if (!book.suppliers.has(Number(biz.supplier_id))) throw new Refusal(-1, '供应商不存在')
  const lines = objects(biz.items).map((item) => {
    if (!book.skus.has(text(item.sku_id)) || !Number.isInteger(item.qty)) throw new Refusal(-1, '商品编码或数量有误')
    return { id: book.nextId(), sku: text(item.sku_id), quantity: Number(item.qty), price: cents(item.price), note: text(item.remark) }
  })
  const id = book.nextId()
  const date = text(biz.po_date) === '' ? book.now().slice(0, 19) : text(biz.po_date)
  const status = biz.is_confirm === true ? ('Confirmed' as const) : ('Creating' as const)
  book.purchases.set(id, { id, number, supplier: Number(biz.supplier_id), date, note: text(biz.remark), status, lines, ...book.stamp() })
  return { data: { data: { po_id: id, external_id: number } } }
}

function cancelPurchases(book: Book, biz: JsonObject): void {
  for (const id of Array.isArray(biz.po_ids) ? (biz.po_ids as readonly Json[]) : []) {
    const row = book.purchases.get(Number(id))
    if (row === undefined || [...book.movements.values()].some(({ kind, of }) => kind === 'in' && of === row.id))
      throw new Refusal(-1, '采购单不存在或已入库，不能作废')
    row.status = 'Cancelled'
    book.touch(row)
  }
}

/** A count; one with a number that came before is that one, and changes nothing. */
function countStock(book: Book, biz: JsonObject): JsonObject {
  needed(biz, 'so_id', 'items')
  const number = text(biz.so_id)
  const known = book.counts.get(number)
  const id = known ?? book.nextId()
  if (known === undefined && biz.is_confirm === true) {
    for (const { sku_id: sku, qty } of objects(biz.items)) {
      const row = book.skus.get(text(sku))
      if (row === undefined || !Number.isInteger(qty)) throw new Refusal(0, '商品编码或数量有误')
      row.quantity = biz.type === 'check' ? Number(qty) : row.quantity + Number(qty)
    }
    restamp(
      book,
      objects(biz.items).map(({ sku_id: sku }) => text(sku)),
    )
  }
  book.counts.set(number, id)
  return { issuccess: true, data: { data: { so_id: number, io_id: id, msg: '' } } }
}

const writes: Readonly<Record<string, (book: Book, biz: JsonObject) => JsonObject>> = {
  'jushuitan/orderbyoid/cancel': (book, biz) => {
    cancelOrders(book, biz)
    return { data: '' }
  },
  'order/sent/upload': (book, biz) => {
    for (const item of objects(biz.items)) {
      const order = book.orders.get(Number(item.o_id))
      if (order === undefined || order.number !== text(item.so_id)) throw new Refusal(0, '订单不存在')
      sendOrder(book, order, text(item.lc_name), text(item.l_id))
    }
    return { issuccess: true, data: [] }
  },
  'jushuitan/purchase/upload': uploadPurchase,
  'webapi/wmsapi/purchase/cancel': (book, biz) => {
    cancelPurchases(book, biz)
    return { data: '' }
  },
  'jushuitan/inventoryv2/upload': countStock,
}

/** What clients of the API change; undefined: no such address. */
export function write(book: Book, path: string, biz: Json): JsonObject | undefined {
  if (path === 'jushuitan/orders/upload')
    return { data: { datas: objects(Array.isArray(biz) ? biz : [biz]).map((order) => uploadOrder(book, order)) } }
  return writes[path]?.(book, isObject(biz) ? biz : {})
}
