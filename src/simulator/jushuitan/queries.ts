import { isObject, type Json, type JsonObject } from '../../model/json.ts'
import { type AfterSale, type Book, lockedOf, type Movement, type Order, type Purchase, payable, type Sku, type Versioned } from './book.ts'
import { missing, Refusal } from './refusal.ts'

const yuan = (amount: number): number => amount / 100
const listOf = (value: Json | undefined): readonly string[] =>
  Array.isArray(value) ? value.map(String) : typeof value === 'string' && value !== '' ? value.split(',') : []

interface Found {
  readonly row: Versioned
  readonly value: JsonObject
}
interface Asked {
  readonly biz: JsonObject
  /** most rows of a page */
  readonly most: number
  /** longest span in days */
  readonly days?: number
  /** name of the list in the answer */
  readonly name?: string
  /** names of the fields that ask for one record, each with what it is compared with */
  readonly by: Readonly<Record<string, (value: JsonObject) => Json | undefined>>
  readonly version?: 'start_ts' | 'ts'
}

/** A page of a list: by ids, by row version, or of what was changed within a span. */
export function page(found: readonly Found[], { biz, most, days = 7, name = 'datas', by, version }: Asked): JsonObject {
  const ids = Object.entries(by).filter(([field]) => listOf(biz[field]).length > 0)
  let rows = [...found]
  const start = version === undefined ? undefined : biz[version]
  if (ids.length > 0) for (const [field, of] of ids) rows = rows.filter(({ value }) => listOf(biz[field]).includes(String(of(value))))
  else if (start !== undefined) rows = rows.filter(({ row }) => row.ts >= Number(start))
  else rows = within(rows, biz, days)
  rows.sort((one, other) => (start === undefined ? 0 : one.row.ts - other.row.ts))
  const [index, size] = [Number(biz.page_index ?? 1), Number(biz.page_size ?? 30)]
  if (size > most) throw new Refusal(-4, `page_size 最大 ${most}`)
  const shown = rows.slice((index - 1) * size, index * size)
  return {
    data: {
      page_index: index,
      page_size: size,
      data_count: rows.length,
      page_count: Math.ceil(rows.length / size),
      has_next: index * size < rows.length,
      [name]: shown.length === 0 ? null : shown.map(({ value }) => value),
    },
  }
}

function within(rows: readonly Found[], { modified_begin: begin, modified_end: end }: JsonObject, days: number): Found[] {
  if (typeof begin !== 'string' || typeof end !== 'string') throw missing('modified_begin, modified_end')
  const [from, to] = [begin, end].map((text) => Date.parse(`${text.replace(' ', 'T')}Z`))
  if (!((to ?? 0) - (from ?? 0) <= days * 86_400_000)) throw new Refusal(-4, `时间间隔不能超过${days}天`)
  return rows.filter(({ row }) => row.modified.slice(0, 19) >= begin && row.modified.slice(0, 19) <= end)
}

const orderOf = (order: Order): JsonObject => ({
  o_id: order.id,
  so_id: order.number,
  shop_id: order.shop,
  shop_name: '商家自有商城',
  status: order.status,
  type: '普通订单',
  ts: order.ts,
  order_date: order.placed.slice(0, 19),
  created: order.placed,
  modified: order.modified,
  pay_date: order.paid ?? null,
  pay_amount: yuan(payable(order)),
  paid_amount: order.paid === undefined ? 0 : yuan(payable(order)),
  freight: String(yuan(order.freight)),
  free_amount: yuan(order.free),
  currency: order.currency,
  outer_pay_id: order.paid === undefined ? '' : order.paidAs,
  shop_buyer_id: order.buyer,
  buyer_message: order.note,
  receiver_name: order.receiver.name,
  receiver_address: order.receiver.address,
  receiver_city: order.receiver.city,
  receiver_state: order.receiver.state,
  receiver_zip: order.receiver.zip,
  receiver_country: order.receiver.country,
  l_id: order.tracking ?? null,
  logistics_company: order.carrier ?? null,
  send_date: order.sent ?? null,
  items: order.lines.map((line) => ({
    oi_id: line.id,
    outer_oi_id: line.outer,
    sku_id: line.sku,
    name: line.name,
    qty: line.quantity,
    // what one came to, with four decimals
    price: Math.round((line.amount * 100) / line.quantity) / 10_000,
    base_price: yuan(line.price),
    amount: yuan(line.amount),
    is_gift: false,
  })),
})

const afterSaleOf = (book: Book, row: AfterSale): JsonObject => {
  const order = book.orderOf(row.order)
  return {
    as_id: row.id,
    outer_as_id: row.number,
    o_id: row.order,
    so_id: order.number,
    status: row.status,
    shop_status: row.shown,
    good_status: row.received === undefined ? null : 'SELLER_RECEIVED',
    type: row.type,
    question_type: row.reason,
    ts: String(row.ts),
    created: row.created,
    modified: row.modified,
    confirm_date: row.status === 'Confirmed' ? row.modified : null,
    refund: yuan(row.amount),
    payment: 0,
    currency: order.currency,
    items: row.lines.map((line) => {
      const own = order.lines.find(({ id }) => id === line.line)
      return {
        asi_id: line.id,
        outer_oi_id: own?.outer ?? '',
        sku_id: own?.sku ?? '',
        name: own?.name ?? '',
        qty: line.quantity,
        r_qty: line.received,
        defective_qty: line.defective,
        receive_date: row.received?.slice(0, 19) ?? null,
        amount: yuan(line.amount),
      }
    }),
  }
}

const purchaseOf = (book: Book, row: Purchase): JsonObject => ({
  po_id: row.id,
  so_id: row.number,
  status: row.status,
  po_date: row.date,
  modified: row.modified,
  supplier_id: row.supplier,
  seller: book.suppliers.get(row.supplier)?.name ?? '',
  wms_co_id: book.warehouse,
  remark: row.note,
  items: row.lines.map((line) => ({
    poi_id: line.id,
    sku_id: line.sku,
    name: book.skus.get(line.sku)?.name ?? '',
    qty: line.quantity,
    price: yuan(line.price),
    remark: line.note,
  })),
})

const movementOf = (book: Book, row: Movement): JsonObject => {
  const head = {
    io_id: row.id,
    status: 'Confirmed',
    ts: row.ts,
    io_date: row.at.slice(0, 19),
    modified: row.modified,
    wms_co_id: book.warehouse,
  }
  const items = row.lines.map((line) => ({
    ioi_id: line.id,
    oi_id: String(line.line),
    sku_id: line.sku,
    name: book.skus.get(line.sku)?.name ?? '',
    qty: line.quantity,
    unit: '件',
  }))
  if (row.kind === 'in') return { ...head, po_id: row.of, supplier_id: book.purchases.get(row.of)?.supplier ?? 0, items }
  const order = book.orderOf(row.of)
  return { ...head, o_id: row.of, so_id: order.number, l_id: order.tracking ?? '', logistics_company: order.carrier ?? '', items }
}

const skuOf = ({ code, name, barcode, modified }: Sku): JsonObject => ({
  sku_id: code,
  i_id: code,
  name,
  modified,
  enabled: 1,
  sku_type: 'normal',
  unit: '件',
  sku_code: barcode,
})

const each = <R extends Versioned>(rows: Iterable<R>, value: (row: R) => JsonObject): readonly Found[] =>
  [...rows].map((row) => ({ row, value: value(row) }))
const field = (name: string) => (value: JsonObject) => value[name]

const lists: Readonly<Record<string, (book: Book, biz: JsonObject) => JsonObject>> = {
  'orders/single/query': (book, biz) =>
    page(each(book.orders.values(), orderOf), {
      biz,
      most: 100,
      name: 'orders',
      by: { o_ids: field('o_id'), so_ids: field('so_id') },
      version: 'start_ts',
    }),
  'refund/single/query': (book, biz) =>
    page(
      each(book.afterSales.values(), (row) => afterSaleOf(book, row)),
      { biz, most: 50, by: { as_ids: field('as_id'), so_ids: field('so_id') }, version: 'start_ts' },
    ),
  'orders/out/simple/query': (book, biz) =>
    page(moved(book, 'out'), { biz, most: 50, by: { io_ids: field('io_id'), so_ids: field('so_id') }, version: 'start_ts' }),
  'purchasein/query': (book, biz) =>
    page(moved(book, 'in'), { biz, most: 50, by: { io_ids: field('io_id'), po_ids: field('po_id') }, version: 'start_ts' }),
  'purchase/query': (book, biz) =>
    page(
      each(book.purchases.values(), (row) => purchaseOf(book, row)),
      { biz, most: 50, by: { po_ids: field('po_id'), so_ids: field('so_id') } },
    ),
  'sku/query': (book, biz) => page(each(book.skus.values(), skuOf), { biz, most: 50, by: { sku_ids: field('sku_id') } }),
  'supplier/query': (book, biz) =>
    page(
      each(book.suppliers.values(), ({ id, code, name, modified }) => ({
        supplier_id: id,
        supplier_code: code,
        name,
        modified,
        enabled: true,
      })),
      {
        biz,
        most: 500,
        days: 1,
        by: { supplier_ids: field('supplier_id'), supplier_codes: field('supplier_code') },
      },
    ),
  'inventory/query': (book, biz) =>
    page(stockOf(book), { biz, most: 100, name: 'inventorys', by: { sku_ids: field('sku_id') }, version: 'ts' }),
  'wms/partner/query': ({ warehouse, warehouseName }) => ({
    data: {
      page_index: 1,
      page_size: 50,
      data_count: 1,
      page_count: 1,
      has_next: false,
      datas: [{ wms_co_id: warehouse, co_id: warehouse, name: warehouseName, is_main: true, status: '生效' }],
    },
  }),
}
const stockOf = (book: Book): readonly Found[] =>
  [...book.stamps].map(([sku, row]) => ({
    row,
    value: {
      sku_id: sku,
      ts: row.ts,
      qty: book.skuOf(sku).quantity,
      order_lock: lockedOf(book, sku),
      pick_lock: 0,
      virtual_qty: 0,
      modified: row.modified,
    },
  }))
const moved = (book: Book, kind: Movement['kind']): readonly Found[] =>
  each(
    [...book.movements.values()].filter((row) => row.kind === kind),
    (row) => movementOf(book, row),
  )

/** Asked for by row version nothing else may be asked for; else the list is that of the documentation. */
export function query(book: Book, path: string, biz: Json): JsonObject | undefined {
  return lists[path]?.(book, isObject(biz) ? biz : {})
}
