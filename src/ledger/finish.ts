import { holdCrosswalk } from '../store/code.ts'
import { hasRivals, holdNames } from '../store/hold.ts'
import { identifierName, identifiersOf, insertIdentifiers } from '../store/identifier.ts'
import { insertLinks, saveLineLinks, updateLinks } from '../store/link.ts'
import { insertWanted, wantedFor } from '../store/wanted.ts'
import { deriveDeposits } from './deposit/derive.ts'
import { deriveMovements } from './derive-movements.ts'
import { deriveOrders } from './derive-orders.ts'
import { deriveParcels } from './derive-parcels.ts'
import { deriveParties } from './derive-parties.ts'
import { deriveReturns } from './derive-returns.ts'
import { deriveSales } from './derive-sales.ts'
import { deriveSettlements } from './derive-settlements.ts'
import { deriveStock } from './derive-stock.ts'
import { doneAndGone } from './done-and-gone.ts'
import { writeFindings } from './findings.ts'
import { addLink } from './links.ts'
import { deriveInvoices } from './match/derive-invoices.ts'
import { touchInvoiced } from './match/touch-invoiced.ts'
import { derivePayables, touchPayables } from './payables/derive-payables.ts'
import { derivePlatforms } from './platform/derive-platforms.ts'
import { derivePrices } from './prices/derive.ts'
import { deriveCosts } from './prices/freeze.ts'
import { deriveReplenishments } from './replenish-row.ts'
import { documentName, fetchLink, loadDocuments, namedDocument } from './shelf.ts'
import type { Books, Change, Finished, LedgerDocument } from './types.ts'
import { writeDocuments } from './write-documents.ts'
import { writeJournal } from './write-journal.ts'
import { type Referred, writeReferences } from './write-references.ts'

/**
 * Ends a unit of work: writes documents, links and references, computes what follows from them, and says which documents routes have to look at: those with a new
 * version, those whose references became resolvable, sales orders that others count in the place of since now (or no longer), and stock levels whose available figure moved. The number of statements does not grow with the records.
 * @throws HubError (retry) when another transaction wrote the same document, link or identifier meanwhile, or changed the crosswalk; nothing is kept then.
 */
export async function finish(books: Books): Promise<Finished> {
  await holdCrosswalk(books.tx, books.tenant, books.data.crosswalk)
  await writeDocuments(books, [...books.data.drafts.values()])
  await linkWanted(books)
  await writeLinks(books)
  const referred = await writeReferences(books)
  await touchInvoiced(books, referred)
  await derivePrices(books, referred.touched)
  await touchPayables(books, referred.resolved)
  await deriveOrders(books, referred.judged)
  await deriveInvoices(books)
  await deriveSales(books, [...referred.counted, ...books.data.salesReports])
  await deriveMovements(books)
  const stock = await deriveStock(books)
  await deriveParcels(books)
  const keepers = await deriveParties(books, referred)
  const settled = await deriveSettlements(books, keepers)
  await deriveCosts(books, keepers)
  await deriveDeposits(books, { resolved: referred.resolved, keepers })
  await deriveReturns(books)
  await deriveReplenishments(books)
  await derivePayables(books, await writeFindings(books))
  if (settled !== undefined) await derivePlatforms(books, settled)
  await writeFindings(books)
  const told = await writeJournal(books.tx, books.tenant, books.data.journal, books.now)
  const documents = await documentChanges(books, referred)
  return {
    told,
    changes: [...documents, ...stock].sort(byName),
    links: [...books.data.newLinks.values()].map(({ type, connection, external_key, key }) => ({
      type,
      connection,
      externalKey: external_key,
      key,
    })),
  }
}

const byName = (a: Change, b: Change): number => (documentName(a) < documentName(b) ? -1 : 1)

/** Links records of mirrors that came before their document, now that it has the identifier they named. */
async function linkWanted(books: Books): Promise<void> {
  const { tx, tenant, data } = books
  const named = [...data.wanted, ...data.identifiers.values()]
  // who wants an identifier and who brings it may come at the same moment: the second of them has to see the first
  await holdNames(
    tx,
    tenant,
    named.map((one) => `identifier:${identifierName(one)}`),
  )
  await insertWanted(tx, data.wanted)
  const late = hasRivals(tx) ? await identifiersOf(tx, tenant, data.wanted) : []
  const keys = new Map([...late, ...data.identifiers.values()].map((one) => [identifierName(one), one.key]))
  const meeting = [...(await wantedFor(tx, tenant, data.identifiers.values())), ...(late.length > 0 ? data.wanted : [])]
  for (const { type, scheme, value, connection, external_key } of meeting) {
    const key = keys.get(identifierName({ type, scheme, value }))
    const isLinked = (await fetchLink(data.shelf, { type, connection, externalKey: external_key })) !== undefined
    if (key !== undefined && !isLinked) await addLink(books, { type, connection, externalKey: external_key, key, linkedBy: 'identifier' })
  }
}

async function writeLinks({ tx, data }: Books): Promise<void> {
  await insertLinks(tx, [...data.newLinks.values()])
  await updateLinks(tx, [...data.movedLinks.values()])
  await saveLineLinks(tx, [...data.lineLinks.values()])
  await insertIdentifiers(tx, [...data.identifiers.values()])
}

async function documentChanges(books: Books, { resolved }: Referred): Promise<Change[]> {
  const { drafts, shelf, replaced, restood } = books.data
  const changed = new Map<string, LedgerDocument>()
  for (const [name, { now, versions }] of drafts) if (versions.length > 0) changed.set(name, now)
  const again = [...resolved, ...[...restood].map(namedDocument)]
  await loadDocuments(shelf, again)
  for (const name of again) {
    const document = shelf.documents.get(documentName(name))
    if (document) changed.set(documentName(name), document)
  }
  const told = [...changed.values()].filter(({ type }) => type !== 'stock-level')
  const done = await doneAndGone(books, told)
  return told
    .filter((document) => !done.has(documentName(document)))
    .map((document) => {
      const replacedAt = replaced.get(documentName(document))
      return { ...changeOf(document), ...(replacedAt === undefined ? {} : { replacedAt }) }
    })
}

const changeOf = ({ type, key, version, status, deleted, baseline, placedAt }: LedgerDocument): Change => ({
  type,
  key,
  version,
  operation: deleted || status === 'cancelled' ? 'cancel' : 'upsert',
  baseline,
  placedAt,
})
