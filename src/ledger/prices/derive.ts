import { holdNames } from '../../store/hold.ts'
import { grouped } from '../../store/in-list.ts'
import { dueOrders, dueParties, dueProducts } from '../../store/order-cost.ts'
import { deleteGrants, partiesUnder, pricesOf, replaceUses, saveGrants, savePrices } from '../../store/price.ts'
import type { PriceEntryTable, PriceGrantTable } from '../../store/tables.ts'
import { loadTargets } from '../assemble.ts'
import { touchOrder } from '../books.ts'
import { differs } from '../rows.ts'
import { type DocumentName, documentName, loadDocuments } from '../shelf.ts'
import type { Books, LedgerDocument } from '../types.ts'
import { priceRow, priceType } from './entry.ts'
import { grantRow, grantTypes, holderTypes, useRows } from './grant.ts'

/** Orders that a new price settles in the unit of work that brings it; the others follow with the looks of the watch. */
const settledAtOnce = 50
/** Merchants of one tier or contract whose waiting orders are looked for. */
const mostParties = 100_000

/**
 * Writes by what prices are found: rows of price lists, of contracts and assignments, and of the lists that contracts and tiers name. `names`: documents to look at beside those that changed. Lines of orders that waited for a price
 * which may be there now are touched. References must have been written.
 */
export async function derivePrices(books: Books, names: readonly DocumentName[]): Promise<void> {
  const { data } = books
  const documents = new Map<string, LedgerDocument>()
  const wanted = names.filter(({ type }) => isOfPrices(type))
  await loadDocuments(data.shelf, wanted)
  for (const name of wanted) {
    const document = data.shelf.documents.get(documentName(name))
    if (document !== undefined) documents.set(documentName(name), document)
  }
  for (const [name, { now, versions }] of data.drafts) if (isOfPrices(now.type) && versions.length > 0) documents.set(name, now)
  if (documents.size === 0) return
  const all = [...documents.values()]
  await loadTargets(data.shelf, all)
  const products = await writePrices(
    books,
    all.filter(({ type }) => type === priceType),
  )
  const parties = await writeGrants(books, all)
  await settleWaiting(books, products, parties)
}

const isOfPrices = (type: string): boolean => type === priceType || grantTypes.has(type) || holderTypes.has(type)

/** Answers products whose prices moved. */
async function writePrices({ tx, tenant, data }: Books, documents: readonly LedgerDocument[]): Promise<ReadonlySet<string>> {
  if (documents.length === 0) return new Set()
  const older = documents.filter((one) => data.drafts.get(documentName(one))?.before !== undefined || !data.drafts.has(documentName(one)))
  const before = new Map(
    (
      await pricesOf(
        tx,
        tenant,
        older.map(({ key }) => key),
      )
    ).map((row) => [row.key, row]),
  )
  const changed = documents
    .map((document): PriceEntryTable => priceRow(data.shelf, document))
    .filter((row) => differs(before.get(row.key), row))
  await savePrices(tx, changed)
  return new Set(changed.flatMap(({ key, product }) => [product, before.get(key)?.product ?? '']).filter((product) => product !== ''))
}

/** Answers merchants for whom other lists hold now. */
async function writeGrants({ tx, tenant, data }: Books, documents: readonly LedgerDocument[]): Promise<ReadonlySet<string>> {
  const granting = documents.filter(({ type }) => grantTypes.has(type))
  const rows = granting.flatMap((document): PriceGrantTable | readonly [] => grantRow(data.shelf, document) ?? [])
  const there = new Set(rows.map(({ type, key }) => documentName({ type, key })))
  for (const [type, group] of grouped(
    granting.filter((document) => !there.has(documentName(document))),
    (document) => document.type,
  ))
    await deleteGrants(
      tx,
      tenant,
      type,
      group.map(({ key }) => key),
    )
  await saveGrants(tx, rows)
  const holding = documents.filter(({ type }) => holderTypes.has(type))
  for (const [type, group] of grouped(holding, (document) => document.type))
    await replaceUses(
      tx,
      tenant,
      type,
      group.map(({ key }) => key),
      group.flatMap((document) => useRows(tenant, document)),
    )
  const tiers = holding.filter(({ type }) => type !== 'contract').map(({ key }) => key)
  const under = tiers.length === 0 ? [] : await partiesUnder(tx, tenant, tiers, mostParties)
  return new Set([...rows.map(({ party }) => party), ...under])
}

/** Who waits for a price, and who brings it, may come at the same moment: both hold the name of the product, so that the second of them sees the first (freeze.ts). */
async function settleWaiting(books: Books, products: ReadonlySet<string>, parties: ReadonlySet<string>): Promise<void> {
  const { tx, tenant } = books
  if (products.size === 0 && parties.size === 0) return
  await holdNames(tx, tenant, waitingNames(products, parties))
  if (products.size > 0) await dueProducts(tx, tenant, products)
  if (parties.size > 0) await dueParties(tx, tenant, parties)
  for (const key of await dueOrders(tx, tenant, settledAtOnce)) touchOrder(books, 'sales-order', key)
}

/** Names that are held by whoever waits for a price, or brings it. */
export const waitingNames = (products: Iterable<string>, parties: Iterable<string>): string[] => [
  ...[...products].map((product) => `price:${product}`),
  ...[...parties].map((party) => `price-party:${party}`),
]

/** Settles the next orders whose price may be there by now. false: there was none left. */
export async function settleDue(books: Books, limit: number): Promise<boolean> {
  const keys = await dueOrders(books.tx, books.tenant, limit)
  for (const key of keys) touchOrder(books, 'sales-order', key)
  return keys.length > 0
}
