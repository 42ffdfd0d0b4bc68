import { insertDocuments, insertVersions, updateDocuments } from '../store/document.ts'
import { hasRivals, holdNames } from '../store/hold.ts'
import { identifierName, identifiersOf, insertIdentifiers } from '../store/identifier.ts'
import { insertJournal } from '../store/journal.ts'
import { insertLinks, saveLineLinks, updateLinks } from '../store/link.ts'
import { insertWanted, wantedFor } from '../store/wanted.ts'
import { deriveOrders } from './derive-orders.ts'
import { deriveParcels } from './derive-parcels.ts'
import { deriveStock } from './derive-stock.ts'
import { doneAndGone } from './done-and-gone.ts'
import { documentRow } from './draft.ts'
import { writeFindings } from './findings.ts'
import { addLink } from './links.ts'
import { documentName, fetchLink, loadDocuments } from './shelf.ts'
import type { Books, Change, Finished, LedgerDocument } from './types.ts'
import { type Referred, writeReferences } from './write-references.ts'

/**
 * Ends a unit of work: writes documents, links and references, computes what follows from them, and says which documents routes have to look at: those with a new
 * version, those whose references became resolvable, and stock levels whose available figure moved. The number of statements does not grow with the records.
 * @throws HubError (retry) when another transaction wrote the same document, link or identifier meanwhile; nothing is kept then.
 */
export async function finish(books: Books): Promise<Finished> {
  await writeDocuments(books)
  await linkWanted(books)
  await writeLinks(books)
  const referred = await writeReferences(books)
  await deriveOrders(books, referred.judged)
  const stock = await deriveStock(books)
  await deriveParcels(books)
  await writeFindings(books)
  await insertJournal(books.tx, books.data.journal)
  const documents = await documentChanges(books, referred)
  return {
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

async function writeDocuments({ tx, tenant, data }: Books): Promise<void> {
  const drafts = [...data.drafts.values()]
  const born = drafts.filter(({ before }) => before === undefined)
  const seen = new Map(drafts.flatMap(({ before }) => (before === undefined ? [] : [[documentName(before), before.version] as const])))
  await insertDocuments(
    tx,
    born.map(({ now }) => documentRow(tenant, now)),
  )
  await updateDocuments(
    tx,
    tenant,
    drafts.filter(({ before }) => before !== undefined).map(({ now }) => documentRow(tenant, now)),
    seen,
  )
  await insertVersions(
    tx,
    drafts.flatMap(({ versions }) => versions),
  )
}

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
  const { drafts, shelf } = books.data
  const changed = new Map<string, LedgerDocument>()
  for (const [name, { now, versions }] of drafts) if (versions.length > 0) changed.set(name, now)
  await loadDocuments(shelf, resolved)
  for (const name of resolved) {
    const document = shelf.documents.get(documentName(name))
    if (document) changed.set(documentName(name), document)
  }
  const told = [...changed.values()].filter(({ type }) => type !== 'stock-level')
  const done = await doneAndGone(books, told)
  return told.filter((document) => !done.has(documentName(document))).map(changeOf)
}

const changeOf = ({ type, key, version, status, deleted, baseline, placedAt }: LedgerDocument): Change => ({
  type,
  key,
  version,
  operation: deleted || status === 'cancelled' ? 'cancel' : 'upsert',
  baseline,
  placedAt,
})
