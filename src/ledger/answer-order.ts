import { reject } from '../model/errors.ts'
import { hubOrigin } from '../model/hub-origin.ts'
import type { Json, JsonObject } from '../model/json.ts'
import { authorDocument, type Fits } from './author.ts'
import type { Author } from './books.ts'
import { type CaseLine, caseLines } from './order-case.ts'
import { holdOrder } from './purchase-commands.ts'
import { isPositive, numberOf } from './purchase-rules.ts'
import { fetchDocument, textOf } from './shelf.ts'
import type { Books, LedgerDocument } from './types.ts'

/** What a seller answers to one line. `line`: its key or number. */
export interface LineAnswer {
  readonly line: string
  readonly action: 'accept' | 'change' | 'reject' | 'backorder' | 'substitute'
  readonly quantity?: string
  readonly unit?: string
  readonly unitPrice?: string
  readonly promisedDate?: string
  readonly substitute?: JsonObject
  readonly reason?: string
}

export interface OrderAnswer {
  /** key of the order, whoever keeps it */
  readonly order: string
  readonly kind: 'received' | 'accepted' | 'changed' | 'rejected'
  readonly lines: readonly LineAnswer[]
  readonly note?: string
  readonly author: Author
}

/**
 * Writes down what the seller answers to an order: a document of its own that never changes; of several answers to a line the latest counts. The order itself stays as it is until the buyer amends it.
 * @throws HubError (reject) `no-document`, `order-over`, `unknown-line`, `line-twice`, `no-answer`, `unknown-unit`
 */
export async function answerOrder(books: Books, answer: OrderAnswer, fits: Fits): Promise<LedgerDocument> {
  const { order: key, kind, lines, note, author } = answer
  const { orderCase } = await holdOrder(books, key)
  const { order, related } = orderCase
  if (order.deleted || order.status === 'draft' || order.status === 'cancelled' || order.status === 'closed')
    throw reject('order-over', `purchase order ${key} is ${order.deleted ? 'deleted' : order.status} and takes no answer`)
  if (lines.length > 0 && (kind === 'received' || kind === 'rejected'))
    throw reject('no-answer', `an answer '${kind}' is about the whole order ${key}: leave its lines out, or answer 'changed'`)
  if (lines.length === 0 && kind === 'changed') throw reject('no-answer', `an answer 'changed' to ${key} says which lines`)
  const known = caseLines(orderCase)
  const seen = new Set<string>()
  const whole = kind === 'accepted' && lines.length === 0 ? known.filter(({ line }) => line.status !== 'cancelled') : []
  const given = [...lines, ...whole.map((line): LineAnswer => ({ line: line.key, action: 'accept' }))]
  const here = { ...order, origin: hubOrigin }
  const told = given.map((line) => answered(here, known, seen, line))
  const answers = related.filter(({ type, origin }) => type === 'order-response' && origin === hubOrigin)
  const last = Math.max(0, ...answers.map(({ body }) => Date.parse(textOf(body.respondedAt) ?? '') || 0))
  const body: JsonObject = {
    order: { type: 'purchase-order', key },
    kind,
    // answers of one instant would count in the order of their keys, where r10 stands before r9
    respondedAt: new Date(Math.max(books.now, last + 1)).toISOString(),
    ...(note === undefined ? {} : { note }),
    ...(order.body.seller === undefined ? {} : { seller: order.body.seller }),
    lines: told,
  }
  return authorDocument(books, { type: 'order-response', key: await freeKey(books, key, answers.length), body, author, seen: 0 }, fits)
}

async function freeKey(books: Books, order: string, answers: number): Promise<string> {
  for (let revision = answers + 1; ; revision++) {
    const key = `${order}/r${revision}`
    if ((await fetchDocument(books.data.shelf, 'order-response', key)) === undefined) return key
  }
}

/** `here`: the order as if the hub kept it, whose packs are those of what is written here. */
function answered(here: LedgerDocument, lines: readonly CaseLine[], seen: Set<string>, answer: LineAnswer): JsonObject {
  const order = here.key
  const { line: name, action, ...figures } = answer
  const line = lineOf(order, lines, name)
  const what = `line ${numberOf(line)} of ${order}`
  if (seen.has(line.key)) throw reject('line-twice', `${what} is answered twice`)
  seen.add(line.key)
  const lacks = lacking(action, figures)
  if (lacks !== undefined) throw reject('no-answer', `${what}: '${action}' ${lacks}`)
  if (figures.quantity !== undefined && line.count(figures.quantity, figures.unit, here) === undefined)
    throw reject('unknown-unit', `${what}: ${figures.quantity} ${figures.unit ?? line.unit} cannot be counted in the unit of the order`)
  // what is accepted is what stands there now: an order that grows later was not confirmed by this
  const quantity = figures.quantity ?? (action === 'accept' ? line.line.quantity : undefined)
  const product: Json | undefined = line.line.product
  return {
    orderLine: { key: line.key },
    action,
    ...(product === undefined ? {} : { product }),
    ...figures,
    ...(quantity === undefined ? {} : { quantity, unit: figures.unit ?? line.unit }),
  }
}

function lacking(
  action: LineAnswer['action'],
  { quantity, unitPrice, promisedDate, substitute, unit }: Omit<LineAnswer, 'line' | 'action'>,
): string | undefined {
  if (quantity !== undefined && !isPositive(quantity))
    return `has a quantity of ${quantity}: one is above zero, and a line that is refused is rejected`
  if (unit !== undefined && quantity === undefined) return 'has a unit and no quantity'
  switch (action) {
    case 'accept':
      return quantity === undefined && unitPrice === undefined
        ? undefined
        : "takes the line as it is: answer 'change' with another quantity or price"
    case 'change':
      return quantity === undefined && unitPrice === undefined && promisedDate === undefined
        ? 'says what changes: quantity, unitPrice or promisedDate'
        : undefined
    case 'substitute':
      return substitute === undefined ? 'names the product that comes instead' : undefined
    case 'reject':
      return quantity === undefined ? undefined : 'has no quantity'
    case 'backorder':
      return undefined
  }
}

/** The line with a key, else the only one with a number. @throws HubError (reject) `unknown-line` */
export function lineOf(order: string, lines: readonly CaseLine[], name: string): CaseLine {
  const [byNumber, ...others] = lines.filter(({ line }) => line.number === name)
  const found = lines.find(({ key }) => key === name) ?? (others.length === 0 ? byNumber : undefined)
  if (found === undefined)
    throw reject(
      'unknown-line',
      `purchase order ${order} has no line ${name}; it has: ${lines.map(numberOf).slice(0, 20).join(', ') || 'none'}`,
    )
  return found
}
