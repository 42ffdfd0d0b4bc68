import type { Tx } from '../store/database.ts'
import { hasRivals, holdNames } from '../store/hold.ts'
import { grouped } from '../store/in-list.ts'
import { type External, externalName } from '../store/link.ts'
import { deleteReferences, noteFormer, referencesFrom, referencesTo, saveReferences, waitingReferences } from '../store/reference.ts'
import type { ReferenceTable } from '../store/tables.ts'
import { namesPaidOrder, orderTypes, relatedTypes } from './assemble.ts'
import { type Cause, type Draft, touchMovement, touchOrder, touchProduct } from './books.ts'
import { reportType } from './day-sales.ts'
import { isMergedKey } from './merged-keys.ts'
import { moves, movingTypes } from './movement-rows.ts'
import { isOrderLink } from './order-links.ts'
import { payoutType } from './payout-lines.ts'
import { referenceRows, referencesIn } from './references.ts'
import { rowChanges, rowName } from './rows.ts'
import { type DocumentName, documentName, externalsOf, loadDocuments, loadLinks, namedDocument } from './shelf.ts'
import { stockPlace } from './stock-level.ts'
import type { Books, LedgerDocument } from './types.ts'
import { unitsOf } from './units.ts'

/** What the references of this unit of work say about others. */
export interface Referred {
  /** documents that said, or say, something about an order, by order: their findings are judged again */
  readonly judged: ReadonlyMap<string, ReadonlySet<string>>
  /** documents that waited for a link made here */
  readonly resolved: readonly DocumentName[]
  /** what each changed document refers to, as it was written */
  readonly rows: ReadonlyMap<string, readonly ReferenceTable[]>
  /** sales reports to count again */
  readonly counted: readonly string[]
  /** documents that nothing changed but what they refer to, or how its goods are counted */
  readonly touched: readonly DocumentName[]
}

/** Writes the reference rows of changed documents, resolves those that waited for new links, and touches every order and product that has to be computed again. */
export async function writeReferences(books: Books): Promise<Referred> {
  const drafts = [...books.data.drafts.values()]
  const { before, now } = await replaceReferences(books, drafts)
  const judged = new Map<string, Set<string>>()
  for (const draft of drafts)
    touchByDraft(books, draft, [...(before.get(documentName(draft.now)) ?? []), ...(now.get(documentName(draft.now)) ?? [])], judged)
  const { shelf, rereferred } = books.data
  const again = [...rereferred].filter((name) => !books.data.drafts.has(name))
  await loadDocuments(shelf, again.map(namedDocument))
  for (const [order, names] of await rewriteReferences(
    books,
    again.flatMap((name) => shelf.documents.get(name) ?? []),
  ))
    judged.set(order, new Set([...(judged.get(order) ?? []), ...names]))
  const resolved = await resolveWaiting(books)
  const recounted = await dependingOnUnits(books, drafts)
  await touchByName(books, [...resolved, ...recounted], judged)
  const counted = [...drafts.map(({ now }) => now), ...resolved, ...recounted].filter(({ type }) => type === reportType)
  return {
    judged,
    resolved,
    rows: new Map(drafts.map((draft) => [documentName(draft.now), now.get(documentName(draft.now)) ?? []])),
    counted: [...new Set(counted.map(({ key }) => key))],
    touched: [...resolved, ...recounted, ...again.map(namedDocument)],
  }
}

/** Writes the reference rows of documents again that are not what their bodies say, and touches what they name and what they named. */
export async function rewriteReferences(books: Books, documents: readonly LedgerDocument[]): Promise<Referred['judged']> {
  const drafts = documents.map((now) => ({ before: now, now, cause: books.data.cause, versions: [] }))
  const { before, now } = await replaceReferences(books, drafts)
  const judged = new Map<string, Set<string>>()
  for (const draft of drafts)
    touchByDraft(books, draft, [...(before.get(documentName(draft.now)) ?? []), ...(now.get(documentName(draft.now)) ?? [])], judged)
  return judged
}

type RowsByDocument = ReadonlyMap<string, readonly ReferenceTable[]>
const fromName = (row: ReferenceTable): string => documentName({ type: row.from_type, key: row.from_key })

async function replaceReferences(
  books: Books,
  drafts: readonly Draft[],
): Promise<{ readonly before: RowsByDocument; readonly now: RowsByDocument }> {
  const { tx, tenant } = books
  const { shelf } = books.data
  await meetLinks(books, externalsOf(drafts.flatMap(({ now }) => referencesIn(now.body).map(({ target }) => target))))
  const stored: ReferenceTable[] = []
  for (const [type, group] of grouped(
    drafts.filter(({ before }) => before !== undefined),
    ({ now }) => now.type,
  ))
    stored.push(
      ...(await referencesFrom(
        tx,
        tenant,
        type,
        group.map(({ now }) => now.key),
      )),
    )
  const rows = drafts.flatMap(({ now }) => referenceRows(shelf, now, now.body))
  const { changed, gone } = rowChanges(stored, rows, (row) => rowName(row.from_type, row.from_key, row.path))
  await saveReferences(tx, changed)
  await deleteReferences(tx, gone)
  await noteFormerly(tx, tenant, stored, rows)
  return { before: grouped(stored, fromName), now: grouped(rows, fromName) }
}

/** Keeps what documents named before and do not name now. */
async function noteFormerly(tx: Tx, tenant: string, before: readonly ReferenceTable[], now: readonly ReferenceTable[]): Promise<void> {
  if (before.length === 0) return
  const place = (row: ReferenceTable) => rowName(row.from_type, row.from_key, row.to_type, row.to_key ?? '')
  const still = new Set(now.map(place))
  await noteFormer(
    tx,
    before.flatMap((row) => {
      const { to_type, to_key, from_type, from_key } = row
      return to_key === null || still.has(place(row)) ? [] : [{ tenant, to_type, to_key, from_type, from_key }]
    }),
  )
}

/** Reads the links that references need. Who waits for a link and who makes it may come at the same moment: the second of them has to see the first. */
async function meetLinks({ tx, tenant, data }: Books, externals: readonly External[]): Promise<void> {
  const { shelf, newLinks } = data
  await loadLinks(shelf, externals)
  if (!hasRivals(tx)) return
  const open = externals.filter((external) => !isMergedKey(external) && shelf.links.get(externalName(external)) === undefined)
  const made = [...newLinks.values()].map(({ type, connection, external_key }) => ({ type, connection, externalKey: external_key }))
  await holdNames(
    tx,
    tenant,
    [...open, ...made].map((external) => `link:${externalName(external)}`),
  )
  for (const external of open) shelf.links.delete(externalName(external))
  await loadLinks(shelf, open)
}

/** Whose order it is decides what others may say of it. */
const isOfOther = (before: LedgerDocument, now: LedgerDocument): boolean =>
  JSON.stringify(before.body.seller) !== JSON.stringify(now.body.seller)

function touchByDraft(
  books: Books,
  { before, now, cause }: Draft,
  rows: readonly ReferenceTable[],
  judged: Map<string, Set<string>>,
): void {
  if (orderTypes.has(now.type)) touchOrder(books, now.type, now.key, cause)
  if (
    now.type === 'sales-order' &&
    (rows.some(isOrderLink) ||
      before === undefined ||
      before.status !== now.status ||
      before.deleted !== now.deleted ||
      isOfOther(before, now))
  )
    books.data.relinked.add(documentName(now))
  for (const { to_type, to_key } of rows) if (to_type === 'parcel' && to_key !== null) books.data.parcels.add(to_key)
  if (relatedTypes.has(now.type)) touchReferred(books, now, rows, cause, judged)
  if (now.type === payoutType) touchPaid(books, rows, cause)
  if (moves(now)) touchMovement(books, now, cause)
  if (now.type !== 'stock-level') return
  const place = stockPlace(books.data.shelf, now.body)
  if (place !== undefined) touchProduct(books, place.product, cause)
  books.data.stockLevels.add(now.key)
}

function touchReferred(
  books: Books,
  from: DocumentName,
  rows: readonly ReferenceTable[],
  cause: Cause,
  judged: Map<string, Set<string>>,
): void {
  for (const { to_type, to_key } of rows) {
    if (!orderTypes.has(to_type) || to_key === null) continue
    const order = documentName({ type: to_type, key: to_key })
    touchOrder(books, to_type, to_key, cause)
    judged.set(order, (judged.get(order) ?? new Set()).add(documentName(from)))
  }
}

/** Orders that lines of payouts name. */
function touchPaid(books: Books, rows: readonly ReferenceTable[], cause: Cause): void {
  for (const row of rows) {
    if (row.to_key === null || !namesPaidOrder(row)) continue
    touchOrder(books, row.to_type, row.to_key, cause)
    books.data.settling.add(documentName({ type: row.to_type, key: row.to_key }))
  }
}

/** Payouts are looked at again, with the orders that they name. */
export async function lookAtPayouts(books: Books, keys: readonly string[], cause: Cause): Promise<void> {
  for (const key of keys) books.data.payouts.add(key)
  touchPaid(books, await referencesFrom(books.tx, books.tenant, payoutType, keys), cause)
}

async function resolveWaiting(books: Books): Promise<DocumentName[]> {
  const links = [...books.data.newLinks.values()]
  const waiting = await waitingReferences(
    books.tx,
    books.tenant,
    links.map(({ type, connection, external_key }) => ({ type, connection, externalKey: external_key })),
  )
  const rows = waiting.map((row) => ({
    ...row,
    to_key:
      books.data.shelf.links.get(externalName({ type: row.to_type, connection: row.connection, externalKey: row.external_key }))?.key ??
      null,
  }))
  await saveReferences(books.tx, rows)
  return [...new Set(rows.map(fromName))].map(namedDocument)
}

/** Documents that refer to products which appeared, or whose units changed. */
async function dependingOnUnits(books: Books, drafts: readonly Draft[]): Promise<DocumentName[]> {
  const recounted = drafts.filter(
    ({ before, now }) => now.type === 'product' && (before === undefined || unitsText(before.body) !== unitsText(now.body)),
  )
  const rows = await referencesTo(books.tx, books.tenant, 'product', [...recounted.map(({ now }) => now.key), ...books.data.repacked])
  for (const { from_type, from_key, to_key } of rows)
    if (from_type === 'stock-level' && to_key !== null) {
      books.data.stockLevels.add(from_key)
      touchProduct(books, to_key, unitCause(books))
    }
  return [...new Set(rows.map(fromName))].map(namedDocument)
}

const unitsText = (body: Draft['now']['body']): string => {
  const { packs, ...units } = unitsOf(body)
  return JSON.stringify([units, [...packs]])
}

/** Why documents of others are computed again: it came with a baseline only when all of this unit of work did. */
const unitCause = ({ data }: Books): Cause => ({
  baseline: data.cause.baseline && [...data.drafts.values()].every(({ cause }) => cause.baseline),
  envelope: data.cause.envelope,
})

async function touchByName(books: Books, names: readonly DocumentName[], judged: Map<string, Set<string>>): Promise<void> {
  const cause = unitCause(books)
  for (const { type, key } of names) if (orderTypes.has(type)) touchOrder(books, type, key, cause)
  for (const name of names) if (name.type === 'sales-order') books.data.relinked.add(documentName(name))
  const moving = names.filter(({ type }) => movingTypes.has(type))
  await loadDocuments(books.data.shelf, moving)
  for (const name of moving) {
    const document = books.data.shelf.documents.get(documentName(name))
    if (document !== undefined && moves(document)) touchMovement(books, name, cause)
  }
  const payouts = names.filter(({ type }) => type === payoutType).map(({ key }) => key)
  if (payouts.length > 0) touchPaid(books, await referencesFrom(books.tx, books.tenant, payoutType, payouts), cause)
  const related = names.filter(({ type }) => relatedTypes.has(type))
  for (const [type, group] of grouped(related, (name) => name.type)) {
    const rows = await referencesFrom(
      books.tx,
      books.tenant,
      type,
      group.map(({ key }) => key),
    )
    for (const [from, each] of grouped(rows, fromName)) touchReferred(books, namedDocument(from), each, cause, judged)
  }
}
