import { businessDay } from '../model/business-day.ts'
import { reject } from '../model/errors.ts'
import { hubOrigin } from '../model/hub-origin.ts'
import type { JsonObject } from '../model/json.ts'
import { lineOf } from './answer-order.ts'
import { authorDocument, type Fits } from './author.ts'
import type { Author } from './books.ts'
import { businessDateOf } from './document-head.ts'
import { lotsOf } from './movement-legs.ts'
import { type CaseLine, caseLines, type OrderCase, relatedLines } from './order-case.ts'
import { freeNumber, type HeldOrder, holdOrder, hubKeyOf, type OrderCommand, yearOf } from './purchase-commands.ts'
import { isReceipt, isSupplierReturn, rowCount } from './purchase-lines.ts'
import { isPositive, numberOf, quantityText } from './purchase-rules.ts'
import { documentName, fetchDocument, listOf, textOf } from './shelf.ts'
import { holdOrders as waitForOrders } from './touch-linked.ts'
import type { Books, LedgerDocument } from './types.ts'

const type = 'goods-receipt'

/** Goods of one line that came, or go back. `order`: key of its order where it differs from that of the receipt; `line`: key or number of the order's line. */
export interface ReceivedLine {
  readonly order?: string
  readonly line?: string
  readonly product?: JsonObject
  readonly accepted: string
  readonly rejected?: string
  readonly reason?: string
  readonly unit?: string
  readonly location?: JsonObject
  readonly lots?: readonly JsonObject[]
  readonly serials?: readonly string[]
}

export interface Receiving {
  readonly kind: 'receipt' | 'supplier-return'
  readonly number?: string
  readonly order?: string
  /** head fields of a goods receipt: location, receivedAt, supplier, deliveryNote, note … */
  readonly head: JsonObject
  readonly lines: readonly ReceivedLine[]
  /** a draft moves nothing until it is posted */
  readonly draft: boolean
  readonly author: Author
}

/**
 * Writes down goods that came, or that go back to the supplier. What came is a fact: more than was ordered, or goods of an order that is over, are taken and make a finding. What cannot be counted, or goes
 * back without having come, is refused.
 * @throws HubError (reject) `number-taken`, `no-document`, `unknown-line`, `unknown-unit`, `nothing-received`, `no-reason`, `no-product`, `more-than-received`, `lots-over`, `does-not-fit`
 */
export async function receiveGoods(books: Books, receiving: Receiving, fits: Fits): Promise<LedgerDocument> {
  const { kind, head, author, draft } = receiving
  const receivedAt = textOf(head.receivedAt) ?? new Date(books.now).toISOString()
  const ms = Date.parse(receivedAt)
  const number =
    receiving.number ??
    (await freeNumber(
      books,
      type,
      kind === 'receipt' ? 'GR' : 'SR',
      yearOf(Number.isNaN(ms) ? receivedAt : businessDay(ms, books.zone), books),
    ))
  const key = `${hubOrigin}/${number}`
  if ((await fetchDocument(books.data.shelf, type, key)) !== undefined)
    throw reject('number-taken', `there is a goods receipt ${key} already: give another number`)
  const orders = await holdOrders(books, receiving)
  const lines = receiving.lines.map((line, place) => receiptLine(receiving, orders, line, place))
  const body: JsonObject = {
    ...supplierOf(receiving, orders),
    ...head,
    number,
    kind,
    status: draft ? 'draft' : 'posted',
    receivedAt,
    ...(receiving.order === undefined ? {} : { order: { type: 'purchase-order', key: receiving.order } }),
    lines,
  }
  if (kind === 'supplier-return' && !draft) demandReceived(orders, asDocument(key, body, books.now))
  return authorDocument(books, { type, key, body, author, seen: 0 }, fits)
}

/**
 * Posts a draft, or takes a posted receipt or return back whole.
 * @throws HubError (reject) `no-document`, `not-ours`, `illegal-transition`, `more-than-received` when goods of it went back already, or go back without having come
 */
export async function moveReceipt(
  books: Books,
  command: OrderCommand & { readonly to: 'posted' | 'reversed' },
  fits: Fits,
): Promise<LedgerDocument> {
  const { key, to, ...more } = command
  const document = await fetchDocument(books.data.shelf, type, key)
  if (document === undefined) throw reject('no-document', `there is no goods receipt ${key}`)
  const body = { ...document.body, status: to }
  const named = new Set(
    [document.body.order, ...listOf(document.body.lines).map(({ order }) => order)].flatMap(
      (order) => hubKeyOf(order, 'purchase-order') ?? [],
    ),
  )
  const orders = new Map<string, HeldOrder>()
  await waitForOrders(
    books,
    [...named].map((order) => documentName({ type: 'purchase-order', key: order })),
  )
  for (const order of [...named].sort()) orders.set(order, await holdOrder(books, order))
  // a receipt that is taken back, or a return that goes: less would be there than went back
  const takes = (document.body.kind === 'supplier-return') === (to === 'posted')
  if (document.origin === hubOrigin && document.status !== to && takes) demandReceived(orders, { ...document, status: to, body })
  return authorDocument(books, { type, key, body, ...more }, fits)
}

async function holdOrders(books: Books, { order, lines }: Receiving): Promise<ReadonlyMap<string, HeldOrder>> {
  const names = new Set([order, ...lines.map((line) => line.order)].flatMap((name) => name ?? []))
  const held = new Map<string, HeldOrder>()
  // all at once, in the order of their rows: who derives several of them does not wait for this one while this one waits for it
  await waitForOrders(
    books,
    [...names].map((name) => documentName({ type: 'purchase-order', key: name })),
  )
  for (const name of [...names].sort()) held.set(name, await holdOrder(books, name))
  return held
}

function receiptLine(receiving: Receiving, orders: ReadonlyMap<string, HeldOrder>, given: ReceivedLine, place: number): JsonObject {
  const { order: own, line: name, accepted, rejected, reason, unit, ...more } = given
  const orderKey = own ?? receiving.order
  const what = `line ${place + 1} of the ${receiving.kind}`
  if (!isPositive(accepted) && !isPositive(rejected)) throw reject('nothing-received', `${what} has neither accepted nor rejected goods`)
  if (receiving.kind === 'receipt' && isPositive(rejected) && reason === undefined)
    throw reject('no-reason', `${what} rejects ${rejected} without a reason`)
  const held = orderKey === undefined ? undefined : orders.get(orderKey)
  const line = name === undefined || held === undefined ? undefined : lineOf(orderKey ?? '', caseLines(held.orderCase), name)
  if (name !== undefined && held === undefined) throw reject('unknown-line', `${what} names line ${name} and no order`)
  const product = given.product ?? line?.line.product
  if (product === undefined) throw reject('no-product', `${what} names neither a product nor a line of an order`)
  // who keeps the order may mean another pack by its unit than the hub does
  const here = asDocument('', { receivedAt: receiving.head.receivedAt }, 0)
  const isCounted = (figure: string | undefined): boolean =>
    figure === undefined ||
    line === undefined ||
    (line.count(figure, unit) !== undefined && line.count(figure, unit ?? line.unit, here) === line.count(figure, unit))
  if (line !== undefined && !(isCounted(accepted) && isCounted(rejected)))
    throw reject(
      'unknown-unit',
      `${what}: ${unit ?? line.unit} cannot be counted in the unit of line ${numberOf(line)} of ${orderKey}: give the base unit`,
    )
  const over = lotsOf(accepted, given.lots ?? []).over
  if (over !== undefined)
    throw reject(
      'lots-over',
      `${what}: its lots do not add up to the ${accepted} accepted (beyond it: ${over}): give each lot what came of it`,
    )
  const counted = unit ?? line?.unit
  if (counted === undefined) throw reject('unknown-unit', `${what} names neither a unit nor a line of an order`)
  return {
    key: String(place + 1),
    ...(own === undefined ? {} : { order: { type: 'purchase-order', key: own } }),
    ...(line === undefined ? {} : { orderLine: { key: line.key } }),
    ...more,
    product,
    accepted,
    ...(rejected === undefined ? {} : { rejected }),
    ...(reason === undefined ? {} : { reason }),
    unit: counted,
  }
}

/** The supplier as the order names it, where nothing else was said. */
function supplierOf({ order }: Receiving, orders: ReadonlyMap<string, HeldOrder>): JsonObject {
  const seller = order === undefined ? undefined : orders.get(order)?.orderCase.order.body.seller
  return seller === undefined ? {} : { supplier: seller }
}

/** With this document as it is to be, no more goes back of its lines than came. @throws HubError (reject) `more-than-received` */
function demandReceived(orders: ReadonlyMap<string, HeldOrder>, document: LedgerDocument): void {
  for (const [name, { orderCase }] of orders) {
    const related = [...orderCase.related.filter(({ type: of, key }) => of !== document.type || key !== document.key), document]
    const after: OrderCase = { ...orderCase, related }
    const lines = caseLines(after)
    const moved = new Set(relatedLines(after, lines, document).flatMap(({ target }) => target ?? []))
    for (const line of moved) demandLine(name, line, after, lines)
  }
}

function demandLine(order: string, line: CaseLine, orderCase: OrderCase, lines: readonly CaseLine[]): void {
  const rows = orderCase.related.flatMap((document) => relatedLines(orderCase, lines, document)).filter(({ target }) => target === line)
  for (const what of ['accepted', 'rejected'] as const) {
    const total = (is: (document: LedgerDocument) => boolean) =>
      rows.filter(({ document }) => is(document)).reduce((all, row) => all + rowCount(line, row, what), 0n)
    const [came, back] = [total(isReceipt), total(isSupplierReturn)]
    if (back > came)
      throw reject(
        'more-than-received',
        `line ${numberOf(line)} of ${order}: ${quantityText(back)} ${what} would have gone back, and ${quantityText(came)} came: ${quantityText(back - came)} too many, in base units`,
      )
  }
}

const asDocument = (key: string, body: JsonObject, now: number): LedgerDocument => ({
  type,
  key,
  version: 1,
  origin: hubOrigin,
  number: textOf(body.number) ?? null,
  status: textOf(body.status) ?? null,
  businessDate: businessDateOf(body),
  placedAt: null,
  deleted: false,
  baseline: false,
  body,
  envelope: null,
  changedAt: now,
})
