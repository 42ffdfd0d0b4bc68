import type { Json } from '../model/json.ts'
import type { Tx } from '../store/database.ts'
import { hasRivals } from '../store/hold.ts'
import { externalName } from '../store/link.ts'
import type { DocumentVersionTable, IdentifierTable, JournalTable, LineLinkTable, LinkTable, WantedTable } from '../store/tables.ts'
import type { Note, Scope } from './findings.ts'
import { wantedIdentifiers } from './identifiers.ts'
import { referencesIn } from './references.ts'
import { documentName, externalsOf, loadDocuments, loadIdentifiers, loadLinks, openShelf, type Shelf } from './shelf.ts'
import { stockKey } from './stock-level.ts'
import type { Books, Incoming, LedgerDocument } from './types.ts'

/** One document on its way to the store. */
export interface Draft {
  /** as it was read; undefined: born in this unit of work */
  readonly before: LedgerDocument | undefined
  now: LedgerDocument
  cause: Cause
  readonly versions: DocumentVersionTable[]
}

/** Why derived rows are computed again. `baseline` only when every reason came with a baseline load. */
export interface Cause {
  readonly baseline: boolean
  readonly envelope: string | null
}

/** The ledger's own part of a unit of work: what was read, and what `finish` will write. */
export interface BooksData {
  readonly shelf: Shelf
  readonly drafts: Map<string, Draft>
  readonly newLinks: Map<string, LinkTable>
  readonly movedLinks: Map<string, LinkTable>
  readonly lineLinks: Map<string, LineLinkTable>
  readonly identifiers: Map<string, IdentifierTable>
  /** records of mirrors whose document is not here yet */
  readonly wanted: WantedTable[]
  readonly notes: Map<string, Note>
  readonly scopes: Scope[]
  readonly orders: Map<string, Cause>
  readonly products: Map<string, Cause>
  /** products that a shop sold, or put back on its own shelf: its figure moved, whether what is available here did or not */
  readonly restated: Set<string>
  /** products whose purchases moved */
  readonly purchased: Set<string>
  /** stock levels to look at again beside those that have a row */
  readonly stockLevels: Set<string>
  /** numbers of parcels to look at again */
  readonly parcels: Set<string>
  readonly journal: JournalTable[]
  /** envelope and baseline of what is being applied, for effects that follow from it */
  cause: Cause
}

/** Begins a unit of work on the ledger. */
export const openBooks = (
  tx: Tx,
  {
    tenant,
    now,
    newId,
    revision,
  }: { readonly tenant: string; readonly now: number; readonly newId: () => string; readonly revision: string },
): Books => ({
  tx,
  tenant,
  now,
  newId,
  revision,
  data: {
    shelf: openShelf(tx, tenant),
    drafts: new Map(),
    newLinks: new Map(),
    movedLinks: new Map(),
    lineLinks: new Map(),
    identifiers: new Map(),
    wanted: [],
    notes: new Map(),
    scopes: [],
    orders: new Map(),
    products: new Map(),
    restated: new Set(),
    purchased: new Set(),
    stockLevels: new Set(),
    parcels: new Set(),
    journal: [],
    cause: { baseline: false, envelope: null },
  },
})

/** Reads at once what applying these records will ask for; what is not preloaded is read when it is needed. */
export async function preload(books: Books, incoming: readonly Incoming[]): Promise<void> {
  const { shelf } = books.data
  await loadLinks(
    shelf,
    incoming.flatMap(({ part, connection, externalKey, body }) => [
      ...(isFact(part) ? [] : [{ type: 'link' in part ? part.link : part.document, connection, externalKey }]),
      ...(body === null ? [] : externalsOf(referencesIn(body).map(({ target }) => target))),
    ]),
  )
  await loadIdentifiers(shelf, incoming.flatMap(wantedIdentifiers))
  await loadDocuments(
    shelf,
    incoming.flatMap((each) =>
      candidateKeys(shelf, each).map((key) => ({ type: 'link' in each.part ? each.part.link : each.part.document, key })),
    ),
  )
}

const isFact = (part: Incoming['part']): boolean => !('link' in part) && part.identity.kind === 'fact'

function candidateKeys(shelf: Shelf, incoming: Incoming): string[] {
  const { part, connection, externalKey, body } = incoming
  if ('link' in part) return []
  const linked = shelf.links.get(externalName({ type: part.document, connection, externalKey }))?.key
  if (linked !== undefined) return [linked]
  if (part.identity.kind === 'origin' || part.identity.kind === 'fact') return [`${connection}/${externalKey}`]
  if (part.identity.kind === 'stock' && body !== null) {
    const key = stockKey(shelf, body)
    return key === undefined ? [] : [key]
  }
  const identified = wantedIdentifiers(incoming).flatMap(
    (identifier) => shelf.identifiers.get(`${identifier.type}\0${identifier.scheme}\0${identifier.value}`) ?? [],
  )
  const own = part.identity.kind === 'master' && body !== null ? body[part.identity.key] : undefined
  return typeof own === 'string' ? [own, ...identified] : identified
}

/** Derived rows of an order are computed again by `finish`. */
export const touchOrder = (books: Books, type: string, key: string, cause: Cause = books.data.cause): void =>
  touch(books.data.orders, documentName({ type, key }), cause)

/** Stock figures of a product are computed again by `finish`. */
export const touchProduct = (books: Books, product: string, cause: Cause = books.data.cause): void =>
  touch(books.data.products, product, cause)

function touch(touched: Map<string, Cause>, name: string, cause: Cause): void {
  const before = touched.get(name)
  touched.set(
    name,
    before === undefined ? cause : { baseline: before.baseline && cause.baseline, envelope: cause.envelope ?? before.envelope },
  )
}

/** One line of the journal: an effect and what caused it. */
export function journal(
  books: Books,
  kind: string,
  name: { readonly type: string; readonly key: string; readonly version?: number },
  detail?: Json,
  envelope: string | null = books.data.cause.envelope,
): void {
  books.data.journal.push({
    tenant: books.tenant,
    id: books.newId(),
    at: books.now,
    kind,
    type: name.type,
    key: name.key,
    version: name.version ?? null,
    envelope,
    delivery: null,
    detail: detail === undefined ? null : JSON.stringify(detail),
  })
}

/**
 * After names were held: what others committed while this unit of work waited has to be seen. All of its own writes so far must have been made: those rows are locked, so nobody changed them.
 */
export function readAfresh({ tx, data }: Books): void {
  if (!hasRivals(tx)) return
  const { documents, links, identifiers, lineLinks } = data.shelf
  keepOnly(documents, [data.drafts])
  keepOnly(links, [data.newLinks, data.movedLinks])
  keepOnly(identifiers, [data.identifiers])
  lineLinks.clear()
}

function keepOnly(read: Map<string, unknown>, written: readonly ReadonlyMap<string, unknown>[]): void {
  for (const name of read.keys()) if (!written.some((rows) => rows.has(name))) read.delete(name)
}
