import { type LateLine, lateLines } from '../ledger/late-purchases.ts'
import { amountText } from '../ledger/purchase-view.ts'
import { refIn, textOf, toDocument } from '../ledger/shelf.ts'
import type { LedgerDocument } from '../ledger/types.ts'
import { fromScaled, quantityScale } from '../model/decimal.ts'
import { isObject, type Json } from '../model/json.ts'
import type { Context } from '../pipeline/context.ts'
import { documentsByKey } from '../store/document.ts'
import { grouped } from '../store/in-list.ts'
import { orderLinesOf } from '../store/order.ts'
import { lastHappened, type PurchaseFilter, purchasePage, purchaseStretch } from '../store/purchase-list.ts'
import type { OrderLineTable, OrderStateTable } from '../store/tables.ts'
import { changesOf, changesPage, changesQuery } from './changes.ts'
import { type Page, pageLimit, pageOf, paging, readCursor, writePlace } from './page.ts'
import { route } from './route.ts'
import { count, day, decimal, described, fields, flag, list, nullable, type Of, optional, text, time } from './shape.ts'
import { epochOr, iso, key } from './values.ts'

const tag = 'purchase orders'
const quantity = described(decimal, 'in base units, all lines together')

/** One order in a list: who sells, how far it is, and its quantities. */
const listed = fields({
  key: text(),
  version: count,
  origin: text(),
  number: nullable(text()),
  status: text(),
  fulfilment: described(text(), 'none, part or received, by what came'),
  payment: described(text(), 'none, part, paid or refunded, by payments allocated to the order itself'),
  seller: fields({ key: nullable(text()), name: nullable(text()) }),
  currency: text(),
  issueDate: nullable(text()),
  requestedDate: nullable(text()),
  grandTotal: decimal,
  paid: decimal,
  ordered: quantity,
  cancelled: quantity,
  confirmed: quantity,
  received: described(decimal, 'accepted and rejected'),
  rejected: quantity,
  open: described(decimal, 'confirmed and not yet received'),
  invoiced: quantity,
  late: described(
    list(fields({ line: text(), number: text(), requestedDate: text(), missing: decimal })),
    'lines of an issued order whose requested date is over and of which something is missing',
  ),
  updatedAt: described(time, 'when something last happened to it: a version, goods, money, a finding'),
})
type Listed = Of<typeof listed>

/** Orders read at once where each is looked at, and looked at for one page at most. */
const looksAtOnce = 250
const mostLooks = 1000

async function page(
  hub: Context,
  filter: PurchaseFilter,
  isLate: boolean | undefined,
  after: string,
  limit: number,
): Promise<Page<Listed>> {
  const items: Listed[] = []
  const { database, tenant } = hub
  const now = await database.now()
  const batch = isLate === undefined ? limit + 1 : looksAtOnce
  let place = after
  const until = filter.since === undefined ? undefined : await purchaseStretch(database.read, tenant, after)
  for (let looks = 0; looks < mostLooks; ) {
    const rows = await purchasePage(database.read, tenant, { ...filter, ...(until === undefined ? {} : { until }) }, place, batch)
    for (const one of await shown(hub, rows, now)) {
      if (items.length === limit) return { items, next: writePlace([place]) }
      place = one.key
      looks++
      if (isLate === undefined || one.late.length > 0 === isLate) items.push(one)
    }
    if (rows.length < batch) return { items, next: until === undefined ? null : writePlace([until]) }
  }
  return { items, next: writePlace([place]) }
}

async function shown({ database: { read }, tenant }: Context, rows: readonly OrderStateTable[], now: number): Promise<readonly Listed[]> {
  const keys = rows.map((row) => row.key)
  const type = 'purchase-order'
  const [bodies, all, happened] = await Promise.all([
    documentsByKey(read, tenant, type, keys),
    orderLinesOf(read, tenant, type, keys),
    lastHappened(read, tenant, type, keys),
  ])
  const documents = new Map(bodies.map((row) => [row.key, toDocument(row)]))
  const lines = grouped(all, (row) => row.key)
  return rows.flatMap((state) => {
    const order = documents.get(state.key)
    return order === undefined ? [] : [one(order, state, lines.get(state.key) ?? [], happened.get(state.key) ?? order.changedAt, now)]
  })
}

function one(order: LedgerDocument, state: OrderStateTable, lines: readonly OrderLineTable[], happened: number, now: number): Listed {
  const { body } = order
  const total = (column: 'quantity' | 'cancelled' | 'confirmed' | 'received' | 'rejected' | 'open' | 'invoiced') =>
    fromScaled(
      lines.reduce((all, row) => all + BigInt(row[column]), 0n),
      quantityScale,
    )
  return {
    key: order.key,
    version: order.version,
    origin: order.origin,
    number: order.number,
    status: state.status,
    fulfilment: state.fulfilment,
    payment: state.payment,
    seller: sellerOf(body.seller),
    currency: state.currency,
    issueDate: order.businessDate,
    requestedDate: textOf(body.requestedDate) ?? null,
    grandTotal: amountText(state.grand_total),
    paid: amountText(state.paid),
    ordered: total('quantity'),
    cancelled: total('cancelled'),
    confirmed: total('confirmed'),
    received: total('received'),
    rejected: total('rejected'),
    open: total('open'),
    invoiced: total('invoiced'),
    late: lateLines(order, lines, now).map(lateLine),
    updatedAt: iso(Math.max(order.changedAt, happened)),
  }
}

const lateLine = ({ line, number, requestedDate, missing }: LateLine) => ({
  line,
  number,
  requestedDate,
  missing: fromScaled(missing, quantityScale),
})

/** The seller as the order names it, with the key of its party where it is one. */
export function sellerOf(seller: Json | undefined): Listed['seller'] {
  const ref = refIn(seller)
  return { key: textOf(ref?.key) ?? null, name: isObject(seller) ? (textOf(seller.name) ?? null) : null }
}

export const purchaseOrderRoutes = [
  route({
    id: 'listPurchaseOrders',
    method: 'GET',
    path: '/v1/purchase-orders',
    tag,
    scope: 'read',
    party: 'own',
    summary: {
      en: 'Purchase orders in the order of their keys: how far each is, with its quantities',
      zh: '采购订单列表（按键排序）：进度与各项数量',
    },
    query: {
      status: optional(text(50)),
      fulfilment: optional(text(50)),
      payment: optional(text(50)),
      number: optional(text(200)),
      seller: optional(key),
      from: optional(day),
      to: optional(day),
      late: optional(flag),
      since: optional(time),
      ...paging,
    },
    answer: pageOf(listed),
    handle: async ({ hub, query }) => {
      const { late, limit, after, since, ...filter } = query
      const from = epochOr('since', since)
      const [place] = readCursor(after, 1) ?? ['']
      const found = await page(hub, { ...filter, ...(from === undefined ? {} : { since: from }) }, late, place, pageLimit(limit))
      return { body: found }
    },
  }),
  route({
    id: 'getPurchaseOrderChanges',
    method: 'GET',
    path: '/v1/purchase-orders/changes',
    tag,
    scope: 'read',
    party: 'own',
    summary: {
      en: 'Every change of a purchase order, field by field: who, when, from what to what, why; or what differs between two versions',
      zh: '采购订单的变更日记：逐字段列出何人、何时、由何变为何、为何；或比较两个版本',
    },
    query: changesQuery,
    answer: changesPage,
    handle: async ({ hub, desk, query }) => ({ body: await changesOf(hub, desk.options, 'purchase-order', query) }),
  }),
]
