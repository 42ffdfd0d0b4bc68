import type { Json } from '../model/json.ts'
import { crosswalkState } from '../store/code.ts'
import type { Tx } from '../store/database.ts'
import { hasRivals } from '../store/hold.ts'
import { externalName } from '../store/link.ts'
import type {
  DaySaleTable,
  DocumentVersionTable,
  IdentifierTable,
  JournalTable,
  LineLinkTable,
  LinkTable,
  OrderLineTable,
  WantedTable,
} from '../store/tables.ts'
import { type DepositsData, newDeposits } from './deposit/data.ts'
import type { Note, Scope } from './findings.ts'
import { wantedIdentifiers } from './identifiers.ts'
import type { MatchRules } from './match/tolerance.ts'
import type { OrderCase } from './order-case.ts'
import { referencesIn } from './references.ts'
import type { SettledCase } from './settle-order.ts'
import { type DocumentName, documentName, externalsOf, loadDocuments, loadIdentifiers, loadLinks, openShelf, type Shelf } from './shelf.ts'
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
  /** whose command it is, and why */
  readonly author?: Author
}

/** Who commands something: the id of an API key, `local`, or a part of the hub (`replenishment`); and the reason that was given. */
export interface Author {
  readonly actor: string
  readonly why: string | null
}

/** A sales order that was derived, with its lines as they were. */
export interface Costing {
  readonly orderCase: OrderCase
  /** '' where nobody is charged for it any more */
  readonly seller: string
  /** party that it named before this unit of work */
  readonly former: string
  readonly lines: readonly OrderLineTable[]
}

/** The ledger's own part of a unit of work: what was read, and what `finish` will write. */
export interface BooksData {
  readonly shelf: Shelf
  /** state of codes, packs and merged keys when the unit of work began */
  readonly crosswalk: string
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
  /** sales orders that appeared, went, were split or merged, or are another merchant's now: what hangs together with them is computed again */
  readonly relinked: Set<string>
  /** sales orders that others count in the place of, with the connections that keep those */
  readonly replaced: Map<string, ReadonlySet<string>>
  /** sales orders that others count in the place of now and did not, or the other way round */
  readonly restood: Set<string>
  readonly products: Map<string, Cause>
  /** products that a shop sold, or put back on its own shelf: its figure moved, whether what is available here did or not */
  readonly restated: Set<string>
  /** products whose purchases moved */
  readonly purchased: Set<string>
  /** stock levels to look at again beside those that have a row */
  readonly stockLevels: Set<string>
  /** products whose packs are others now: all that counts in them is computed again */
  readonly repacked: Set<string>
  /** documents whose movements are to be computed again, by name */
  readonly moving: Map<string, Cause>
  /** products whose movements did */
  readonly moved: Set<string>
  /** documents whose references lead to other keys now */
  readonly rereferred: Set<string>
  /** numbers of parcels to look at again */
  readonly parcels: Set<string>
  /** invoices whose match is judged again */
  readonly invoices: Set<string>
  /** receipts and payments whose money of suppliers is looked at again, by name */
  readonly payables: Set<string>
  /** documents whose parties are looked at again beside those that changed */
  readonly parties: Set<string>
  /** sales orders and reports whose day's sales are computed again: what they are to be, none where nothing is */
  readonly daySales: Map<string, readonly DaySaleTable[]>
  /** sales orders of parties that the ledger names, as they were derived: of merchants' it is decided what they cost */
  readonly costing: Map<string, Costing>
  readonly deposits: DepositsData
  /** sales reports to count again beside those that changed */
  readonly salesReports: Set<string>
  /** stores and days to judge again, by name */
  readonly salesDays: Set<string>
  /** sales orders that payouts name, or named: what was paid of them is looked at again */
  readonly settling: Set<string>
  /** sales orders whose figures were computed, with what their money follows from */
  readonly settled: Map<string, SettledCase>
  /** payouts to look at again beside those that changed; their orders have to be touched too */
  readonly payouts: Set<string>
  readonly journal: JournalTable[]
  /** envelope and baseline of what is being applied, for effects that follow from it */
  cause: Cause
}

/** Begins a unit of work on the ledger. */
export async function openBooks(
  tx: Tx,
  {
    tenant,
    now,
    newId,
    revision,
    matching,
    zone,
  }: {
    readonly tenant: string
    readonly now: number
    readonly newId: () => string
    readonly revision: string
    /** by which tolerances invoices are judged that were not before; none when left out */
    readonly matching?: MatchRules | undefined
    readonly zone?: string | undefined
  },
): Promise<Books> {
  return {
    tx,
    tenant,
    now,
    newId,
    revision,
    ...(zone === undefined ? {} : { zone }),
    data: {
      shelf: openShelf(tx, tenant, undefined, matching),
      crosswalk: hasRivals(tx) ? await crosswalkState(tx, tenant) : '',
      drafts: new Map(),
      newLinks: new Map(),
      movedLinks: new Map(),
      lineLinks: new Map(),
      identifiers: new Map(),
      wanted: [],
      notes: new Map(),
      scopes: [],
      orders: new Map(),
      relinked: new Set(),
      replaced: new Map(),
      restood: new Set(),
      products: new Map(),
      restated: new Set(),
      purchased: new Set(),
      stockLevels: new Set(),
      repacked: new Set(),
      moving: new Map(),
      moved: new Set(),
      rereferred: new Set(),
      parcels: new Set(),
      invoices: new Set(),
      payables: new Set(),
      parties: new Set(),
      daySales: new Map(),
      costing: new Map(),
      deposits: newDeposits(),
      salesReports: new Set(),
      salesDays: new Set(),
      settling: new Set(),
      settled: new Map(),
      payouts: new Set(),
      journal: [],
      cause: { baseline: false, envelope: null },
    },
  }
}

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

/** What a document moved is computed again by `finish`. */
export const touchMovement = (books: Books, name: DocumentName, cause: Cause = books.data.cause): void =>
  touch(books.data.moving, documentName(name), cause)

function touch(touched: Map<string, Cause>, name: string, cause: Cause): void {
  const before = touched.get(name)
  touched.set(
    name,
    before === undefined
      ? cause
      : { ...before, ...cause, baseline: before.baseline && cause.baseline, envelope: cause.envelope ?? before.envelope },
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
    ...authorColumns(books.data.cause),
  })
}

export const authorColumns = ({ author }: Cause): { readonly actor: string | null; readonly why: string | null } => ({
  actor: author?.actor ?? null,
  why: author?.why ?? null,
})

/**
 * After names were held: what others committed while this unit of work waited has to be seen. All of its own writes so far must have been made: those rows are locked, so nobody changed them.
 */
export function readAfresh({ tx, data }: Books): void {
  if (!hasRivals(tx)) return
  const { documents, links, identifiers, lineLinks, factors, tolerances } = data.shelf
  keepOnly(documents, [data.drafts])
  keepOnly(links, [data.newLinks, data.movedLinks])
  keepOnly(identifiers, [data.identifiers])
  lineLinks.clear()
  factors.clear()
  tolerances.clear()
}

function keepOnly(read: Map<string, unknown>, written: readonly ReadonlyMap<string, unknown>[]): void {
  for (const name of read.keys()) if (!written.some((rows) => rows.has(name))) read.delete(name)
}
