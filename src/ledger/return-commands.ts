import { add, compare, fromScaled, isZero, quantityScale, subtract } from '../model/decimal.ts'
import { reject } from '../model/errors.ts'
import { hubOrigin } from '../model/hub-origin.ts'
import { isObject, type JsonObject } from '../model/json.ts'
import { assemble } from './assemble.ts'
import { authorDocument, type Fits } from './author.ts'
import { type Author, readAfresh } from './books.ts'
import { type CaseLine, caseLines, lineNamed, type OrderCase, relatedLines } from './order-case.ts'
import { orderFigures } from './order-figures.ts'
import { isRefunded } from './order-state.ts'
import { askedBack, soldOf } from './over-returned.ts'
import { placeOrder } from './place-order.ts'
import { openReturns } from './return-row.ts'
import { documentName, fetchDocument, keyOf, listOf, refIn, textOf } from './shelf.ts'
import { holdOrders } from './touch-linked.ts'
import type { Books, LedgerDocument } from './types.ts'

/** Approves what a rule of the workspace takes; answers its id. */
export type AutoApprove = (request: JsonObject) => string | undefined

export interface Request {
  /** number of the document; made of the order's where it is left out */
  readonly number: string
  /** key of the sales order */
  readonly order: string
  /** kind, reason, lines, amount, deadline … as in the schema */
  readonly asked: JsonObject
  readonly author: Author
}

/**
 * Opens an after-sale document of the hub itself (R125), and approves it in the same unit of work where a rule says so.
 * @throws HubError (reject) `unknown-order`, `unmatched-line`, `over-returned`, `over-refunded`, and those of {@link authorDocument}
 */
export async function requestReturn(
  books: Books,
  { number, order, asked, author }: Request,
  fits: Fits,
  auto: AutoApprove,
): Promise<LedgerDocument> {
  // two requests at the same moment must see each other
  await holdOrders(books, [documentName({ type: 'sales-order', key: order })])
  readAfresh(books)
  const orderCase = await caseOf(books, order)
  const lines = namedLines(orderCase, listOf(asked.lines))
  const kind = textOf(asked.kind)
  if (kind === 'return' || kind === 'exchange') refuseTooMany(orderCase, lines)
  refuseTooMuch(orderCase, asked)
  const body: JsonObject = {
    currency: orderCase.order.body.currency,
    requestedAt: new Date(books.now).toISOString(),
    ...asked,
    number,
    status: 'requested',
    order: { type: 'sales-order', key: order },
    ...(lines.length === 0 ? {} : { lines: lines.map(({ row }) => row) }),
  }
  const key = `${hubOrigin}/${number}`
  const made = await authorDocument(books, { type: 'return', key, body, author, seen: 0 }, fits)
  const rule = auto({ ...body, type: 'return', key, origin: hubOrigin })
  if (rule === undefined) return made
  const approving = { actor: 'auto-approve', why: `rule ${rule}` }
  return authorDocument(books, { type: 'return', key, body: { ...made.body, status: 'approved' }, author: approving }, fits)
}

export interface Step {
  readonly key: string
  readonly to?: string
  readonly author: Author
  readonly seen?: number
  /** new deadline of the next step, ISO time */
  readonly deadline?: string
  /** keys of what belongs to it */
  readonly refund?: string
  readonly shipment?: string
}

/** Takes an after-sale document a step further, or says which refund and which shipment belong to it. */
export async function stepReturn(
  books: Books,
  { key, to, author, seen, deadline, refund, shipment }: Step,
  fits: Fits,
): Promise<LedgerDocument> {
  const current = await returnOf(books, key)
  for (const [type, named] of [
    ['refund', refund],
    ['shipment', shipment],
  ] as const)
    if (named !== undefined && (await fetchDocument(books.data.shelf, type, named)) === undefined)
      throw reject('unknown-document', `there is no ${type} ${named}: it has to be there before ${key} can name it`)
  const body: JsonObject = {
    ...current.body,
    ...(to === undefined ? {} : { status: to }),
    ...(to === 'received' ? { receivedAt: new Date(books.now).toISOString() } : {}),
    ...(deadline === undefined ? {} : { deadline }),
    ...(refund === undefined ? {} : { refund: { type: 'refund', key: refund } }),
    ...(shipment === undefined ? {} : { shipment: { type: 'shipment', key: shipment } }),
  }
  return authorDocument(books, { type: 'return', key, body, author, ...(seen === undefined ? {} : { seen }) }, fits)
}

/**
 * Sends the goods of an after-sale document once more, or others in exchange: a supplementary order that costs nothing, and the document that names it, in one unit of work.
 * @throws HubError (reject) `not-replaceable`, and those of {@link placeOrder}
 */
export async function replaceGoods(
  books: Books,
  { key, lines, author }: { readonly key: string; readonly lines?: readonly JsonObject[]; readonly author: Author },
  fits: Fits,
): Promise<{ readonly aftersale: LedgerDocument; readonly order: LedgerDocument }> {
  const current = await returnOf(books, key)
  const { kind, replacement, reason } = current.body
  const order = keyOf(books.data.shelf, current.body.order)
  if (current.origin !== hubOrigin)
    throw reject(
      'not-ours',
      `return ${key} is kept by connection '${current.origin}': place the order with \`crossdock orders place --supplements\``,
    )
  if ((kind !== 'resend' && kind !== 'exchange') || order === undefined)
    throw reject('not-replaceable', `return ${key} is of the kind ${String(kind)}: only resend and exchange send goods`)
  if (replacement !== undefined) throw reject('not-replaceable', `return ${key} has its order already: it is sent once`)
  if (current.status !== 'approved' && current.status !== 'received')
    throw reject('not-replaceable', `return ${key} is ${current.status}: approve it first`)
  const wanted = lines ?? (await linesAgain(books, order, listOf(current.body.lines)))
  const why = author.why ?? textOf(reason) ?? `${kind} of ${key}`
  const made = await placeOrder(books, { order: { lines: [...wanted] }, reason: why, supplements: order, author: { ...author, why } }, fits)
  const body = { ...current.body, replacement: { type: 'sales-order', key: made.key } }
  return { order: made, aftersale: await authorDocument(books, { type: 'return', key, body, author: { ...author, why } }, fits) }
}

async function returnOf(books: Books, key: string): Promise<LedgerDocument> {
  const found = await fetchDocument(books.data.shelf, 'return', key)
  if (found === undefined) throw reject('unknown-return', `there is no return ${key}: \`crossdock returns list\` has those there are`)
  return found
}

async function caseOf(books: Books, key: string): Promise<OrderCase> {
  const found = (await assemble(books.data.shelf, [{ type: 'sales-order', key }])).get(documentName({ type: 'sales-order', key }))
  if (found === undefined) throw reject('unknown-order', `there is no sales order ${key}: \`crossdock orders list\` has those there are`)
  return found
}

interface NamedLine {
  readonly row: JsonObject
  readonly line: CaseLine
  readonly at: string
}

/** Lines of a request, each with the order's line it means; its unit and article are the order's where it does not say. */
function namedLines(orderCase: OrderCase, rows: readonly JsonObject[]): NamedLine[] {
  const known = caseLines(orderCase)
  return rows.map((row, index) => {
    const at = `line ${index + 1}`
    const key = isObject(row.orderLine) ? lineNamed(orderCase.order, row.orderLine, hubOrigin, orderCase.linkedLine) : undefined
    const line = known.find((one) => one.key === key)
    if (line === undefined)
      throw reject(
        'unmatched-line',
        `${at} names no line of sales order ${orderCase.order.key}, which has: ${known.map((one) => one.key).join(', ')}`,
      )
    return { at, line, row: { key: String(index + 1), product: line.line.product, unit: line.unit, ...row, orderLine: { key: line.key } } }
  })
}

function refuseTooMany(orderCase: OrderCase, asked: readonly NamedLine[]): void {
  const lines = caseLines(orderCase)
  const before = orderCase.related.flatMap((document) => relatedLines(orderCase, lines, document))
  const adding = new Map<string, bigint>()
  for (const { row, line, at } of asked) {
    const units = line.count(row.quantity, row.unit)
    if (units === undefined || units <= 0n) throw reject('over-returned', `${at} asks for no quantity that can be counted in ${line.unit}`)
    const sum = (adding.get(line.key) ?? 0n) + units
    adding.set(line.key, sum)
    const open =
      soldOf(line) -
      askedBack(
        line,
        before.filter(({ target }) => target?.key === line.key),
      )
    if (sum > open)
      throw reject(
        'over-returned',
        `${at} asks ${text(sum)} of line ${line.key} back: ${text(soldOf(line))} were sold, ${text(open > 0n ? open : 0n)} are not asked back yet`,
      )
  }
}

const text = (value: bigint): string => fromScaled(value, quantityScale)

function refuseTooMuch(orderCase: OrderCase, { amount, currency }: JsonObject): void {
  const asked = textOf(amount)
  if (asked === undefined) return
  const { order } = orderCase
  if (currency !== undefined && currency !== order.body.currency)
    throw reject(
      'over-refunded',
      `the order is in ${String(order.body.currency)}, the amount in ${String(currency)}: ask in the order's currency`,
    )
  const { paid, refunded } = orderFigures(orderCase).state
  // a refund that is done counts by itself, and so what asked for it asks for nothing more
  const done = new Set(orderCase.related.filter(isRefunded).map(({ key }) => key))
  const waiting = orderCase.related.filter(
    ({ type, status, body }) =>
      type === 'return' &&
      openReturns.includes(status ?? '') &&
      !done.has(orderCase.keyOf(body.refund) ?? '') &&
      body.currency === order.body.currency,
  )
  const before = waiting.reduce((total, { body }) => add(total, textOf(body.amount) ?? '0'), '0')
  const left = subtract(subtract(fromScaled(BigInt(paid), 4), fromScaled(BigInt(refunded), 4)), before)
  if (compare(asked, left) > 0)
    throw reject(
      'over-refunded',
      `${asked} is asked back of ${order.key}: ${fromScaled(BigInt(paid), 4, 2)} was paid, ${fromScaled(BigInt(refunded), 4, 2)} given back${isZero(before) ? '' : `, and ${before} is asked back already (${waiting.map(({ key }) => key).join(', ')}): name the refund of what was given back, or end what is over`}`,
    )
}

/** The same goods once more, at no price. */
async function linesAgain(books: Books, key: string, rows: readonly JsonObject[]): Promise<JsonObject[]> {
  const orderCase = await caseOf(books, key)
  return namedLines(orderCase, rows).map(({ row, line }, index) => ({
    key: String(index + 1),
    product: isObject(line.line.product) && refIn(line.line.product) !== undefined ? line.line.product : row.product,
    quantity: row.quantity ?? line.line.quantity,
    unit: row.unit,
    unitPrice: '0.00',
    lineAmount: '0.00',
  }))
}
