import { businessDay } from '../model/business-day.ts'
import { reject } from '../model/errors.ts'
import type { JsonObject } from '../model/json.ts'
import { holdNames } from '../store/hold.ts'
import { grouped } from '../store/in-list.ts'
import type { Fits } from './author.ts'
import { type Author, readAfresh } from './books.ts'
import { createOrder, hubKeyOf } from './purchase-commands.ts'
import { stepSuggestion } from './replenish.ts'
import { suggestionType } from './replenish-row.ts'
import type { ReplenishRules } from './replenish-rules.ts'
import { fetchDocument, refIn, textOf } from './shelf.ts'
import { dayAfter } from './stockless-days.ts'
import type { Books, LedgerDocument } from './types.ts'

/** What a person approves: suggestions that are open, and whether their orders go out at once. */
export interface Approval {
  readonly keys: readonly string[]
  readonly issue: boolean
  readonly author: Author
}

/**
 * Makes purchase orders of suggestions: one for each supplier, whatever number of them, all in this unit of work. A price is agreed in the order.
 * @throws HubError (reject) `no-document`, `not-open`, `no-supplier`, `currency-needed`, and as createOrder does; nothing is ordered then
 */
export async function approveSuggestions(
  books: Books,
  { keys, issue, author }: Approval,
  rules: Pick<ReplenishRules, 'buyer' | 'currency'>,
  fits: Fits,
): Promise<readonly LedgerDocument[]> {
  const suggestions = await openSuggestions(books, keys)
  const orders: LedgerDocument[] = []
  for (const [supplier, group] of grouped(suggestions, supplierIn)) {
    for (const { key } of group) await stepSuggestion(books, key, { status: 'approved' }, author, fits)
    const order = await createOrder(books, { document: await orderOf(books, supplier, group, rules), issue, author }, fits)
    for (const [index, { key }] of group.entries())
      await stepSuggestion(
        books,
        key,
        { status: 'ordered', order: { type: 'purchase-order', key: order.key }, orderLine: String(index + 1) },
        author,
        fits,
      )
    orders.push(order)
  }
  return orders
}

/** Refuses suggestions: nothing is suggested of the same for a while. @throws HubError (reject) `no-document`, `not-open` */
export async function rejectSuggestions(
  books: Books,
  { keys, reason, author }: { readonly keys: readonly string[]; readonly reason: string; readonly author: Author },
  fits: Fits,
): Promise<readonly LedgerDocument[]> {
  const refused: LedgerDocument[] = []
  for (const { key } of await openSuggestions(books, keys))
    refused.push(await stepSuggestion(books, key, { status: 'rejected', reason }, author, fits))
  return refused
}

/** The suggestions, with their products held: no look makes another of them meanwhile. */
async function openSuggestions(books: Books, keys: readonly string[]): Promise<readonly LedgerDocument[]> {
  const { tx, tenant } = books
  const { shelf } = books.data
  const wanted = [...new Set(keys)].sort()
  const products: string[] = []
  for (const key of wanted) products.push(hubKeyOf(refIn((await fetchDocument(shelf, suggestionType, key))?.body.product), 'product') ?? '')
  await holdNames(
    tx,
    tenant,
    products.map((product) => `replenish:${product}`),
  )
  readAfresh(books)
  const found: LedgerDocument[] = []
  for (const key of wanted) {
    const document = await fetchDocument(shelf, suggestionType, key)
    if (document === undefined) throw reject('no-document', `there is no suggestion ${key}: \`crossdock replenishment list\` shows them`)
    if (document.status !== 'suggested')
      throw reject('not-open', `suggestion ${key} is ${document.status ?? 'without status'}: only what is suggested is approved or refused`)
    found.push(document)
  }
  return found
}

function supplierIn({ key, body }: LedgerDocument): string {
  const supplier = hubKeyOf(refIn(body.supplier), 'party')
  if (supplier === undefined)
    throw reject('no-supplier', `suggestion ${key}: no supplier stands in its product (supplierItems) or in the rules (orderFrom)`)
  return supplier
}

async function orderOf(
  books: Books,
  supplier: string,
  suggestions: readonly LedgerDocument[],
  rules: Pick<ReplenishRules, 'buyer' | 'currency'>,
): Promise<JsonObject> {
  const { shelf } = books.data
  const party = await fetchDocument(shelf, 'party', supplier)
  const currency = textOf(party?.body.currency) ?? rules.currency
  if (currency === undefined)
    throw reject('currency-needed', `supplier ${supplier} says no currency, and the workspace none for replenishment: set one of them`)
  const today = businessDay(books.now, books.zone)
  const lines = suggestions.map(({ key, body }, index): JsonObject => {
    const { leadDays } = (body.figures ?? {}) as JsonObject
    return {
      key: String(index + 1),
      number: String(index + 1),
      product: body.product ?? {},
      quantity: body.quantity ?? '0',
      unit: body.unit ?? 'unknown',
      shipTo: body.location ?? {},
      requestedDate: dayAfter(today, typeof leadDays === 'number' ? leadDays : 0),
      requirement: key,
    }
  })
  return {
    issueDate: today,
    buyer: { ref: { type: 'party', key: rules.buyer } },
    seller: { ref: { type: 'party', key: supplier } },
    currency,
    taxBasis: 'none',
    lines,
  }
}
