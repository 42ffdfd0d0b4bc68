import { holdNames } from '../store/hold.ts'
import { grouped } from '../store/in-list.ts'
import {
  deleteOrderLines,
  orderLinesOf,
  orderStatesOf,
  replaceReservations,
  reservationsOf,
  saveOrderLines,
  saveOrderStates,
  saveSold,
  soldOf,
} from '../store/order.ts'
import { salesOf, saveSales } from '../store/sale.ts'
import type { OrderLineTable, OrderStateTable, ReservationTable, SaleTable } from '../store/tables.ts'
import { assemble } from './assemble.ts'
import { type Cause, readAfresh, touchProduct } from './books.ts'
import { judge, note } from './findings.ts'
import { settleLines } from './links.ts'
import type { OrderMatch } from './match/match-order.ts'
import { storedMatches, writeMatches } from './match/write-matches.ts'
import type { OrderCase } from './order-case.ts'
import { type OrderFigures, orderCodes, orderFigures } from './order-figures.ts'
import { journalMoves } from './order-moves.ts'
import { takeOver } from './reserve.ts'
import { differs, rowChanges, rowName } from './rows.ts'
import { settledCase } from './settle-order.ts'
import { type DocumentName, documentName, namedDocument, refIn } from './shelf.ts'
import { holdOrders, touchLinked } from './touch-linked.ts'
import type { Books } from './types.ts'

const noCause: Cause = { baseline: true, envelope: null }

/**
 * Computes order_state, order_line, reservation and sold of the touched orders again and writes what differs. Products whose figures move are touched.
 * `judged`: documents that said something about an order before this unit of work, by order; their findings may have to close.
 */
export async function deriveOrders(books: Books, judged: ReadonlyMap<string, ReadonlySet<string>>): Promise<void> {
  const touched = books.data.orders
  if (touched.size === 0) return
  await holdOrders(books, touched.keys())
  readAfresh(books)
  const known = await touchLinked(books)
  readAfresh(books)
  const cases = await assemble(books.data.shelf, [...touched.keys()].map(namedDocument), known)
  await settleLines(
    books,
    [...cases.values()].map(({ order }) => order),
  )
  const figures = new Map([...cases].map(([name, each]) => [name, orderFigures(each)]))
  const names = [...cases.values()].map(({ order }) => order)
  const before = await storedFigures(books, names)
  noteReplaced(books, cases, before.states)
  const purchases = names.flatMap(({ type, key }) => (type === 'purchase-order' ? [key] : []))
  const matched = await storedMatches(books, purchases)
  for (const [name, orderCase] of cases) {
    const seller = sellerToCharge(orderCase)
    const before = books.data.drafts.get(name)?.before
    const former = before === undefined || before.type !== 'sales-order' ? undefined : orderCase.keyOf(refIn(before.body.seller))
    if (seller !== undefined || former !== undefined)
      books.data.costing.set(name, { orderCase, seller: seller ?? '', former: former ?? '', lines: figures.get(name)?.lines ?? [] })
    // goods of a purchase are worth what its prices say now, and invoices differ from that
    if (orderCase.order.type === 'purchase-order')
      for (const related of orderCase.related)
        if (related.type === 'goods-receipt' || related.type === 'invoice') books.data.payables.add(documentName(related))
    for (const document of new Set([name, ...orderCase.related.map(documentName), ...(judged.get(name) ?? [])]))
      judge(books, { ...namedDocument(document), codes: orderCodes, order: orderCase.order.key })
  }
  for (const { key, order_key } of matched.lines) judge(books, { type: 'invoice', key, codes: orderCodes, order: order_key })
  for (const { findings } of figures.values()) for (const finding of findings) note(books, finding)
  await writeLines(
    books,
    before.lines,
    [...figures.values()].flatMap(({ lines }) => lines),
  )
  if (purchases.length > 0) await writeMatches(books, matched, matchesOf(figures))
  await writeStates(books, before.states, [...figures.values()])
  const taken = await takeOver(
    books.tx,
    books.tenant,
    books.now,
    [...figures.values()].map(({ state }) => state),
  )
  for (const product of taken) {
    touchProduct(books, product)
    books.data.restated.add(product)
  }
  await writeSales(books, before, [...figures.values()])
  journalMoves(books, before, [...figures.values()])
  for (const [name, { daySales, state }] of figures) {
    if (state.type !== 'sales-order') continue
    books.data.daySales.set(name, daySales)
    const orderCase = cases.get(name)
    if (orderCase !== undefined) books.data.settled.set(name, settledCase(orderCase, state))
  }
  await writeReservations(books, before.reservations, figures)
}

/** Routes look again at orders that others count in the place of since now, and at those that count by themselves again. */
function noteReplaced({ data }: Books, cases: ReadonlyMap<string, OrderCase>, before: readonly OrderStateTable[]): void {
  const aside = new Set(before.filter(({ status }) => status === 'split' || status === 'merged').map(documentName))
  for (const [name, { links }] of cases) {
    const heirs = links?.heirs ?? []
    if (heirs.length > 0)
      data.replaced.set(
        name,
        new Set(heirs.flatMap((key) => data.shelf.documents.get(documentName({ type: 'sales-order', key }))?.origin ?? [])),
      )
    if (heirs.length > 0 !== aside.has(name)) data.restood.add(name)
  }
}
const matchesOf = (figures: ReadonlyMap<string, OrderFigures>): ReadonlyMap<string, OrderMatch> =>
  new Map([...figures.values()].flatMap(({ state: { type, key }, match }) => (type === 'purchase-order' ? [[key, match] as const] : [])))

/** Key of the party whose order it is, where that may cost it something: drafts are not placed, and what a baseline load brought is history. */
const sellerToCharge = ({ order, keyOf }: OrderCase): string | undefined =>
  order.type !== 'sales-order' || order.status === 'draft' || order.baseline ? undefined : keyOf(refIn(order.body.seller))

interface Stored {
  readonly lines: readonly OrderLineTable[]
  readonly states: readonly OrderStateTable[]
  readonly reservations: readonly ReservationTable[]
  readonly sales: readonly SaleTable[]
}

async function storedFigures({ tx, tenant, data }: Books, orders: readonly DocumentName[]): Promise<Stored> {
  const lines: OrderLineTable[] = []
  const states: OrderStateTable[] = []
  const known = orders.filter(
    (order) => data.drafts.get(documentName(order))?.before !== undefined || !data.drafts.has(documentName(order)),
  )
  for (const [type, group] of grouped(known, (order) => order.type)) {
    const keys = group.map(({ key }) => key)
    lines.push(...(await orderLinesOf(tx, tenant, type, keys)))
    states.push(...(await orderStatesOf(tx, tenant, type, keys)))
  }
  const sales = known.filter(({ type }) => type === 'sales-order').map(({ key }) => key)
  return { lines, states, reservations: await reservationsOf(tx, tenant, sales), sales: await salesOf(tx, tenant, sales) }
}

async function writeLines(books: Books, before: readonly OrderLineTable[], now: readonly OrderLineTable[]): Promise<void> {
  const { changed, replaced, gone } = rowChanges(before, now, (row) => rowName(row.type, row.key, row.line))
  await saveOrderLines(books.tx, changed)
  await deleteOrderLines(books.tx, gone)
  await moveSold(books, [...replaced, ...gone], changed)
  for (const row of [...replaced, ...gone, ...changed])
    if (row.type === 'purchase-order' && row.product !== null) {
      touchProduct(books, row.product, causeOf(books, row))
      books.data.purchased.add(row.product)
    }
}

const causeOf = (books: Books, name: DocumentName): Cause => books.data.orders.get(documentName(name)) ?? noCause

/** sold = quantity - cancelled - restocked over all sales of one origin: moved by what its lines moved. */
async function moveSold(books: Books, before: readonly OrderLineTable[], now: readonly OrderLineTable[]): Promise<void> {
  const moves = new Map<string, { readonly connection: string; readonly product: string; readonly cause: Cause; units: bigint }>()
  const add = (row: OrderLineTable, sign: bigint) => {
    if (row.type !== 'sales-order' || row.product === null) return
    const name = rowName(row.origin, row.product)
    const move = moves.get(name) ?? { connection: row.origin, product: row.product, cause: causeOf(books, row), units: 0n }
    move.units += sign * soldUnits(row)
    moves.set(name, move)
  }
  for (const row of before) add(row, -1n)
  for (const row of now) add(row, 1n)
  const wanted = [...moves.values()].filter(({ units }) => units !== 0n)
  if (wanted.length === 0) return
  // the shop moved its own shelf by itself: its figure is looked at, also when something else of this unit of work leaves ours where it was
  for (const { product, cause } of wanted) {
    touchProduct(books, product, cause)
    books.data.restated.add(product)
  }
  await holdNames(
    books.tx,
    books.tenant,
    wanted.map(({ connection, product }) => `sold:${connection}/${product}`),
  )
  const stored = new Map(
    (await soldOf(books.tx, books.tenant, wanted)).map((row) => [rowName(row.connection, row.product), BigInt(row.quantity)]),
  )
  await saveSold(
    books.tx,
    wanted.map(({ connection, product, units }) => ({
      tenant: books.tenant,
      connection,
      product,
      quantity: (stored.get(rowName(connection, product)) ?? 0n) + units,
    })),
  )
}

export const soldUnits = (row: OrderLineTable): bigint => BigInt(row.quantity) - BigInt(row.cancelled) - BigInt(row.restocked)

async function writeStates(books: Books, before: readonly OrderStateTable[], figures: readonly OrderFigures[]): Promise<void> {
  const old = new Map(before.map((row) => [documentName(row), row]))
  for (const { state, lines } of figures) {
    if (state.type !== 'sales-order' || !isCalledOff(state) || isCalledOff(old.get(documentName(state)))) continue
    for (const { product } of lines) {
      if (product === null) continue
      touchProduct(books, product, causeOf(books, state))
      books.data.restated.add(product)
    }
  }
  const now = figures.map(({ state }) => state)
  await saveOrderStates(
    books.tx,
    now.filter((row) => differs(old.get(documentName(row)), row)),
  )
}

/** An order's row moves on when the document, its state or its lines did. */
async function writeSales(books: Books, before: Stored, figures: readonly OrderFigures[]): Promise<void> {
  const old = new Map(before.sales.map((row) => [row.key, row]))
  const states = new Map(before.states.map((row) => [documentName(row), row]))
  const lines = new Map(before.lines.map((row) => [rowName(row.type, row.key, row.line), row]))
  const moved = ({ sale, state, lines: now }: OrderFigures): boolean =>
    differs(old.get(state.key), sale ?? {}) ||
    differs(states.get(documentName(state)), state) ||
    now.some((row) => differs(lines.get(rowName(row.type, row.key, row.line)), row)) ||
    (books.data.drafts.get(documentName(state))?.versions ?? []).length > 0
  await saveSales(
    books.tx,
    figures.flatMap((each) => (each.sale !== undefined && moved(each) ? [{ ...each.sale, updated_at: books.now }] : [])),
  )
}

const isCalledOff = (state: OrderStateTable | undefined): boolean => state?.status === 'cancelled' || state?.status === 'deleted'

async function writeReservations(
  books: Books,
  before: readonly ReservationTable[],
  figures: ReadonlyMap<string, OrderFigures>,
): Promise<void> {
  const old = grouped(before, (row) => row.order_key)
  const changed: { readonly key: string; readonly rows: readonly ReservationTable[] }[] = []
  for (const [name, { reservations }] of figures) {
    const { type, key } = namedDocument(name)
    if (type !== 'sales-order') continue
    const was = old.get(key) ?? []
    if (sameRows(was, reservations)) continue
    changed.push({ key, rows: reservations })
    for (const { product } of [...was, ...reservations]) touchProduct(books, product, causeOf(books, { type, key }))
  }
  await replaceReservations(
    books.tx,
    books.tenant,
    changed.filter(({ key }) => old.has(key)).map(({ key }) => key),
    changed.flatMap(({ rows }) => rows),
  )
}

function sameRows(a: readonly ReservationTable[], b: readonly ReservationTable[]): boolean {
  const name = (row: ReservationTable) => rowName(row.product, row.line, row.part)
  const old = new Map(a.map((row) => [name(row), row]))
  return a.length === b.length && b.every((row) => !differs(old.get(name(row)), row))
}
