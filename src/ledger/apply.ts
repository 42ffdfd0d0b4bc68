import type { CodePart, DocumentPart } from '../connector/types.ts'
import type { JsonObject } from '../model/json.ts'
import { identifierName } from '../store/identifier.ts'
import { externalName } from '../store/link.ts'
import { bodyText, contentOf, deletedBody, merged, replaced, withoutHubFields } from './body.ts'
import { withBarcode } from './check-digit.ts'
import { write } from './draft.ts'
import { wantedIdentifiers } from './identifiers.ts'
import { type Identified, identify } from './identify.ts'
import { addLink } from './links.ts'
import { fetchDocument, fetchLink, loadIdentifiers, textOf } from './shelf.ts'
import { isAnchor } from './stock-level.ts'
import type { Applied, Books, Incoming, LedgerDocument } from './types.ts'
import { judgeCodes } from './unknown-codes.ts'

/**
 * Applies one mapped part of one record: finds its document by the ladder of canonical.md section 3 and makes a new version where its content changed. Only the
 * connection that keeps a document writes it; records of others are linked. Older records are the pipeline's to hold back ({@link compareVersion}), stock snapshots
 * check their own `asOf`. Nothing reaches the store before `finish`.
 */
export async function applyPart(books: Books, incoming: Incoming): Promise<Applied> {
  books.data.cause = { baseline: incoming.baseline, envelope: incoming.envelope }
  const { part } = incoming
  if ('link' in part) return applyCode(books, incoming, part)
  const identified = await identify(books, incoming, part)
  if (identified.kind === 'settled') return identified.applied
  const current = await fetchDocument(books.data.shelf, part.document, identified.key)
  const isOfOthers = current !== undefined && current.origin !== incoming.connection && !isAnchor(current)
  const isMirror = identified.mirror || isOfOthers
  if (isMirror) return linkOnly(books, incoming, part, identified)
  return applyOwn(books, incoming, part, identified, current)
}

type Found = Extract<Identified, { readonly kind: 'document' }>

/** A code list of the partner: its key stands for a code of ours. A key is given once; another word for it later changes nothing. */
async function applyCode(books: Books, { connection, externalKey, body }: Incoming, part: CodePart): Promise<Applied> {
  const code = textOf(body?.code)
  if (code === undefined) return { state: 'ignored', reason: 'filtered' }
  const link = await fetchLink(books.data.shelf, { type: part.link, connection, externalKey })
  if (link !== undefined && link.key !== code) return { state: 'unchanged', key: link.key }
  const made = await addLink(books, { type: part.link, connection, externalKey, key: code, linkedBy: 'origin' })
  return { state: made === 'made' ? 'applied' : 'unchanged', key: code }
}

async function linkOnly(
  books: Books,
  { connection, externalKey }: Incoming,
  part: DocumentPart,
  { key, link, linkedBy }: Found,
): Promise<Applied> {
  if (link !== undefined) return { state: 'unchanged', key }
  await addLink(books, { type: part.document, connection, externalKey, key, linkedBy: linkedBy === 'origin' ? 'identifier' : linkedBy })
  return { state: 'applied', key }
}

async function applyOwn(
  books: Books,
  incoming: Incoming,
  part: DocumentPart,
  found: Found,
  current: LedgerDocument | undefined,
): Promise<Applied> {
  const { key } = found
  const body = nextBody(incoming, part, current)
  if (body === undefined) return { state: 'ignored', reason: 'filtered' }
  if (part.mode === 'snapshot' && isOlder(body, current)) return { state: 'stale', key }
  // a fact has no key at the partner that anything could refer to
  if (part.identity.kind !== 'fact') await linkOwn(books, incoming, part, found)
  const type = part.document
  judgeCodes(books, { type, key }, incoming)
  const isSame = current !== undefined && contentOf(type, current.body) === contentOf(type, body)
  if (isSame && bodyText(current.body) === bodyText(body)) return { state: 'unchanged', key }
  write(books, {
    type,
    key,
    body,
    origin: incoming.connection,
    mapping: incoming.mapping,
    baseline: incoming.baseline,
    envelope: incoming.envelope,
    makesVersion: !isSame,
  })
  return { state: isSame ? 'unchanged' : 'applied', key }
}

/** Stock is linked for deletes only: its key at the partner is often that of the product, and follows the figure when the warehouse is another one. */
async function linkOwn(books: Books, incoming: Incoming, part: DocumentPart, { key, link, linkedBy }: Found): Promise<void> {
  const { connection, externalKey } = incoming
  const { shelf, identifiers } = books.data
  if (link !== undefined && link.key !== key) {
    const moved = { ...link, key }
    const name = externalName({ type: part.document, connection, externalKey })
    shelf.links.set(name, moved)
    books.data.movedLinks.set(name, moved)
  } else await addLink(books, { type: part.document, connection, externalKey, key, linkedBy })
  if (part.identity.kind !== 'master') return
  const wanted = wantedIdentifiers(incoming)
  await loadIdentifiers(shelf, wanted)
  for (const identifier of wanted) {
    const name = identifierName(identifier)
    if (shelf.identifiers.get(name) !== undefined) continue
    shelf.identifiers.set(name, key)
    identifiers.set(name, { tenant: books.tenant, type: identifier.type, scheme: identifier.scheme, value: identifier.value, key })
  }
}

function nextBody({ op, body, asOf }: Incoming, part: DocumentPart, current: LedgerDocument | undefined): JsonObject | undefined {
  const type = part.document
  const given = body === null ? null : withBarcode(type, withoutHubFields(body))
  if (op === 'delete' || part.mode === 'delete') {
    if (given === null && current === undefined) return undefined
    const gone = deletedBody(type, current?.body, given)
    return part.mode === 'snapshot' ? { ...gone, ...nothing(gone), asOf: new Date(asOf).toISOString() } : gone
  }
  if (given === null) return undefined
  switch (part.mode) {
    case 'replace':
      return replaced(type, current?.body, given)
    case 'merge':
      return merged(type, current?.body, given)
    case 'snapshot':
      return {
        ...given,
        asOf: textOf(given.asOf) ?? new Date(asOf).toISOString(),
        method: 'snapshot',
        ...(part.measure === undefined ? {} : { measure: part.measure }),
      }
  }
}

/** An absent member of a complete set counts zero. */
const nothing = (body: JsonObject): JsonObject => ({
  ...(body.onHand === undefined ? {} : { onHand: '0' }),
  ...(body.available === undefined ? {} : { available: '0' }),
})

const isOlder = (body: JsonObject, current: LedgerDocument | undefined): boolean => {
  const [next, held] = [textOf(body.asOf), textOf(current?.body.asOf)]
  return next !== undefined && held !== undefined && Date.parse(next) < Date.parse(held)
}
