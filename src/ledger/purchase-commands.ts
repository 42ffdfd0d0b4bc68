import { businessDay } from '../model/business-day.ts'
import { reject } from '../model/errors.ts'
import { hubOrigin } from '../model/hub-origin.ts'
import { isObject, type Json, type JsonObject } from '../model/json.ts'
import { nextCount } from '../store/counter.ts'
import { holdNames } from '../store/hold.ts'
import type { OrderLineTable } from '../store/tables.ts'
import { assemble, loadTargets, orderCase } from './assemble.ts'
import { authorDocument, type Fits } from './author.ts'
import type { Author } from './books.ts'
import type { OrderCase } from './order-case.ts'
import { orderFigures } from './order-figures.ts'
import { amendedBody, newOrderBody } from './purchase-body.ts'
import { demandAmendable, demandNothingReceived, demandOrder } from './purchase-rules.ts'
import { documentName, fetchDocument, refIn, textOf } from './shelf.ts'
import type { Books, LedgerDocument } from './types.ts'

const type = 'purchase-order'

/** A command on an order: whose, why, and the version it was given at. */
export interface OrderCommand {
  readonly key: string
  readonly author: Author
  readonly seen?: number
}

/** An order with what bears on it, and the figures that follow, held until the transaction ends: nothing that counts for it can come in between. */
export interface HeldOrder {
  readonly orderCase: OrderCase
  readonly figures: readonly OrderLineTable[]
}

/** @throws HubError (reject) `no-document` */
export async function holdOrder(books: Books, key: string): Promise<HeldOrder> {
  await holdNames(books.tx, books.tenant, [`order:${documentName({ type, key })}`])
  const found = (await assemble(books.data.shelf, [{ type, key }])).get(documentName({ type, key }))
  if (found === undefined) throw reject('no-document', `there is no purchase order ${key}`)
  return { orderCase: found, figures: orderFigures(found).lines }
}

/**
 * Makes an order of the hub, as a draft or issued at once. `number`: left out, `PO-<year>-<count>`, without gaps.
 * @throws HubError (reject) as {@link demandOrder} and authorDocument do, and `number-taken`
 */
export async function createOrder(
  books: Books,
  command: { readonly number?: string; readonly document: JsonObject; readonly issue: boolean; readonly author: Author },
  fits: Fits,
): Promise<LedgerDocument> {
  const { document, issue, author } = command
  const number = command.number ?? (await freeNumber(books, type, 'PO', yearOf(document.issueDate, books)))
  const key = `${hubOrigin}/${number}`
  if ((await fetchDocument(books.data.shelf, type, key)) !== undefined)
    throw reject('number-taken', `there is a purchase order ${key} already: amend that, or give another number`)
  const body = newOrderBody(number, { ...(await agreedWith(books, document)), ...document }, issue ? 'issued' : 'draft')
  await demand(books, key, body, fits)
  return authorDocument(books, { type, key, body, author, seen: 0 }, fits)
}

/**
 * Changes lines, quantities, prices, dates, requirements or addresses of an order of the hub that is not over.
 * @throws HubError (reject) as {@link amendedBody}, {@link demandOrder} and {@link demandAmendable} do, and `order-over`
 */
export async function amendOrder(
  books: Books,
  command: OrderCommand & { readonly changes: JsonObject },
  fits: Fits,
): Promise<LedgerDocument> {
  const { key, changes, ...more } = command
  const { orderCase: before, figures } = await holdOwn(books, key)
  const { order } = before
  if (order.deleted || (order.status !== 'draft' && order.status !== 'issued'))
    throw reject('order-over', `purchase order ${key} is ${statusOf(order)} and is not amended: reopen a closed one first`)
  const body = amendedBody(`purchase order ${key}`, order.body, changes)
  const after = await demand(books, key, body, fits, order)
  demandAmendable(`purchase order ${key}`, before, figures, after)
  return authorDocument(books, { type, key, body, ...more }, fits)
}

/**
 * Issues, closes, reopens (a closed order becomes issued) or cancels an order of the hub. What was received is not cancelled.
 * @throws HubError (reject) `already-received`, `illegal-transition`
 */
export async function moveOrder(
  books: Books,
  command: OrderCommand & { readonly to: 'issued' | 'closed' | 'cancelled'; readonly from?: string },
  fits: Fits,
): Promise<LedgerDocument> {
  const { key, to, from, ...more } = command
  const { orderCase: held, figures } = await holdOwn(books, key)
  const { order } = held
  if (from !== undefined && order.status !== from && order.status !== to)
    throw reject('illegal-transition', `purchase order ${key} is ${statusOf(order)}, not ${from}`)
  if (to === 'cancelled') demandNothingReceived(`purchase order ${key}`, figures)
  return authorDocument(books, { type, key, body: { ...order.body, status: to }, ...more }, fits)
}

/** What was agreed with the seller for all orders, as it stands now. */
async function agreedWith(books: Books, { seller }: JsonObject): Promise<JsonObject> {
  const key = hubKeyOf(refIn(seller), 'party')
  const party = key === undefined ? undefined : await fetchDocument(books.data.shelf, 'party', key)
  const tolerance = party?.body.receiptTolerance
  return tolerance === undefined ? {} : { receiptTolerance: tolerance }
}

/** Key of a reference to a document of the hub by its key. */
export const hubKeyOf = (reference: Json | undefined, to: string): string | undefined =>
  isObject(reference) && reference.type === to ? textOf(reference.key) : undefined

/** A number of the hub that no document of the type has: `PO-2026-00001`. The count is of the year, and its row stays locked until the number is used or given back. */
export async function freeNumber(books: Books, of: string, prefix: string, year: string): Promise<string> {
  for (;;) {
    const count = await nextCount(books.tx, books.tenant, `${prefix}-${year}`)
    const number = `${prefix}-${year}-${String(count).padStart(5, '0')}`
    if ((await fetchDocument(books.data.shelf, of, `${hubOrigin}/${number}`)) === undefined) return number
  }
}

/** The year of a business date; that of the operator's day where there is none. */
export const yearOf = (date: unknown, { now, zone }: Pick<Books, 'now' | 'zone'>): string =>
  typeof date === 'string' && /^\d{4}/.test(date) ? date.slice(0, 4) : businessDay(now, zone).slice(0, 4)

async function holdOwn(books: Books, key: string): Promise<HeldOrder> {
  const held = await holdOrder(books, key)
  const { origin } = held.orderCase.order
  if (origin !== hubOrigin)
    throw reject('not-ours', `purchase order ${key} is kept by connection '${origin}': change it there, it comes here by itself`)
  return held
}

/** The case of the order as it is to be. @throws HubError (reject) `does-not-fit`, and as demandOrder does */
async function demand(books: Books, key: string, body: JsonObject, fits: Fits, order?: LedgerDocument): Promise<OrderCase> {
  const fault = fits(type, body)
  if (fault !== undefined) throw reject('does-not-fit', `purchase order ${key}: ${fault.path || '/'} ${fault.message}`)
  const next: LedgerDocument = { ...(order ?? newDocument(key, books.now)), body }
  await loadTargets(books.data.shelf, [next])
  const after = orderCase(books.data.shelf, next, [])
  demandOrder(`purchase order ${key}`, after)
  return after
}

const newDocument = (key: string, now: number): LedgerDocument => ({
  type,
  key,
  version: 0,
  origin: hubOrigin,
  number: null,
  status: null,
  businessDate: null,
  placedAt: null,
  deleted: false,
  baseline: false,
  body: {},
  envelope: null,
  changedAt: now,
})

const statusOf = ({ deleted, status }: LedgerDocument): string => (deleted ? 'deleted' : (status ?? 'without status'))
