import type { DocumentPart } from '../connector/types.ts'
import { at, type JsonObject } from '../model/json.ts'
import { identifierName } from '../store/identifier.ts'
import { externalName, linksTo } from '../store/link.ts'
import type { LinkTable } from '../store/tables.ts'
import { wrongIdentifiers } from './check-digit.ts'
import { note } from './findings.ts'
import { wantedIdentifiers } from './identifiers.ts'
import { isMergedKey, mergedKey } from './merged-keys.ts'
import { externalsOf, fetchDocument, fetchLink, loadIdentifiers, loadLinks, refIn, type Shelf, survivorOf, targetOf } from './shelf.ts'
import { stockKey } from './stock-level.ts'
import { type Applied, type Books, type Incoming, waitsForExternal } from './types.ts'

/** What the ladder of canonical.md section 3 makes of a record. `mirror`: somebody else writes the document, the record is only linked. */
export type Identified =
  | {
      readonly kind: 'document'
      readonly key: string
      readonly mirror: boolean
      readonly link: LinkTable | undefined
      readonly linkedBy: LinkTable['linked_by']
    }
  | { readonly kind: 'settled'; readonly applied: Applied }

/** Which document a record is about: link, (hubRef, settled before by `recognise`), identifiers, origin, else parked or ignored. */
export async function identify(books: Books, incoming: Incoming, part: DocumentPart): Promise<Identified> {
  const { connection, externalKey } = incoming
  if (part.identity.kind === 'fact')
    return { kind: 'document', key: `${connection}/${externalKey}`, mirror: false, link: undefined, linkedBy: 'origin' }
  const link = await fetchLink(books.data.shelf, { type: part.document, connection, externalKey })
  switch (part.identity.kind) {
    case 'stock':
      return identifyStock(books, incoming, part, link)
    case 'origin':
      return { kind: 'document', key: link?.key ?? `${connection}/${externalKey}`, mirror: false, link, linkedBy: 'origin' }
    case 'mirror':
      return link ? known(link, true) : identifyMirror(books, incoming, part, part.identity.foreign)
    case 'master':
      return link ? known(link, link.linked_by === 'merge') : identifyMaster(books, incoming, part, part.identity.key)
  }
}

const known = (link: LinkTable, mirror: boolean): Identified => ({
  kind: 'document',
  key: link.key,
  mirror,
  link,
  linkedBy: link.linked_by,
})
const settled = (applied: Applied): Identified => ({ kind: 'settled', applied })
const unidentified = ({ connection, externalKey }: Incoming, type: string): Identified =>
  settled({ state: 'parked', reason: 'unidentified', waitsFor: waitsForExternal(type, connection, externalKey) })

/** A figure of (product, location). The record's own key may be that of the product, so it only finds the document when the body is missing. */
async function identifyStock(books: Books, incoming: Incoming, part: DocumentPart, link: LinkTable | undefined): Promise<Identified> {
  const { body } = incoming
  if (body === null) return link ? known(link, false) : settled({ state: 'ignored', reason: 'filtered' })
  const missing = await missingLink(books.data.shelf, body)
  if (missing !== undefined) return settled({ state: 'parked', reason: 'missing-link', waitsFor: missing })
  const key = stockKey(books.data.shelf, body)
  return key === undefined ? unidentified(incoming, part.document) : { kind: 'document', key, mirror: false, link, linkedBy: 'origin' }
}

async function missingLink(shelf: Shelf, body: JsonObject): Promise<string | undefined> {
  const targets = [refIn(body.product), refIn(body.location)].flatMap((ref) => targetOf(ref) ?? [])
  const externals = externalsOf(targets)
  await loadLinks(shelf, externals)
  const missing = externals.find((external) => !isMergedKey(external) && shelf.links.get(externalName(external)) === undefined)
  return missing && waitsForExternal(missing.type, missing.connection, missing.externalKey)
}

/** Documents that the declared identifiers name, each once. */
async function matches(books: Books, incoming: Incoming): Promise<string[]> {
  const { shelf } = books.data
  const wanted = wantedIdentifiers(incoming)
  await loadIdentifiers(shelf, wanted)
  return [...new Set(wanted.flatMap((identifier) => shelf.identifiers.get(identifierName(identifier)) ?? []))]
}

async function identifyMirror(books: Books, incoming: Incoming, part: DocumentPart, foreign: 'park' | 'ignore'): Promise<Identified> {
  const [key, ...others] = await matches(books, incoming)
  if (key !== undefined && others.length === 0) return { kind: 'document', key, mirror: true, link: undefined, linkedBy: 'identifier' }
  if (key !== undefined) return conflict(books, incoming, part, [key, ...others])
  for (const { type, scheme, value } of wantedIdentifiers(incoming))
    books.data.wanted.push({
      tenant: books.tenant,
      type,
      scheme,
      value,
      connection: incoming.connection,
      external_key: incoming.externalKey,
      at: books.now,
    })
  if (foreign === 'ignore') return settled({ state: 'ignored', reason: 'filtered' })
  for (const { path, scheme, found } of wrongIdentifiers(incoming.body ?? {}))
    note(books, {
      type: part.document,
      key: `${incoming.connection}/${incoming.externalKey}`,
      code: 'identifier-invalid',
      path,
      detail: { connection: incoming.connection, externalKey: incoming.externalKey, scheme, found },
    })
  return unidentified(incoming, part.document)
}

async function identifyMaster(books: Books, incoming: Incoming, part: DocumentPart, path: string): Promise<Identified> {
  const { body, connection } = incoming
  if (body === null) return settled({ state: 'ignored', reason: 'filtered' })
  const own = at(body, path)
  const found = new Set(await matches(books, incoming))
  if (typeof own === 'string' && own !== '' && (await fetchDocument(books.data.shelf, part.document, own))) {
    await loadLinks(books.data.shelf, [mergedKey(part.document, own)])
    found.add(survivorOf(books.data.shelf, part.document, own))
  }
  const [key, ...others] = found
  if (key === undefined)
    return typeof own === 'string' && own !== ''
      ? { kind: 'document', key: own, mirror: false, link: undefined, linkedBy: 'origin' }
      : unidentified(incoming, part.document)
  const document = await fetchDocument(books.data.shelf, part.document, key)
  const claimed = document?.origin === connection && (await isClaimed(books, part.document, key, connection))
  if (others.length > 0 || claimed) return conflict(books, incoming, part, [key, ...others])
  return { kind: 'document', key, mirror: false, link: undefined, linkedBy: 'identifier' }
}

/** Two records of the master itself that claim one document would overwrite each other for ever. */
async function isClaimed(books: Books, type: string, key: string, connection: string): Promise<boolean> {
  for (const link of books.data.newLinks.values()) if (link.type === type && link.key === key && link.connection === connection) return true
  return (await linksTo(books.tx, books.tenant, type, [key])).some((link) => link.connection === connection)
}

function conflict(books: Books, incoming: Incoming, part: DocumentPart, keys: readonly string[]): Identified {
  const { connection, externalKey } = incoming
  note(books, {
    type: part.document,
    key: `${connection}/${externalKey}`,
    code: 'identity-conflict',
    path: '',
    detail: { connection, externalKey, matches: [...keys].sort() },
  })
  return unidentified(incoming, part.document)
}
