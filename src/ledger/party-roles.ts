import { hubOrigin } from '../model/hub-origin.ts'
import type { JsonObject } from '../model/json.ts'
import type { Bookkeeper } from '../store/party-document.ts'
import type { PartyDocumentTable, ReferenceTable } from '../store/tables.ts'
import { rowName } from './rows.ts'
import { listOf, textOf } from './shelf.ts'
import type { LedgerDocument } from './types.ts'

/** What a party has to do with a document. */
export type PartyRole =
  | 'self'
  | 'supplier'
  | 'merchant'
  | 'buyer'
  | 'issuer'
  | 'recipient'
  | 'payer'
  | 'payee'
  | 'owner'
  /** its own connection keeps it */
  | 'books'

/** Roles that the parties named by a document have in it, by the place of the reference; `*` stands for a place in a list. */
export const namedRoles: Readonly<Record<string, Readonly<Record<string, PartyRole>>>> = {
  'purchase-order': { 'seller.ref': 'supplier', 'buyer.ref': 'buyer' },
  'sales-order': { 'seller.ref': 'merchant', 'buyer.ref': 'buyer' },
  'order-response': { 'seller.ref': 'supplier' },
  'goods-receipt': { 'supplier.ref': 'supplier' },
  invoice: { 'issuer.ref': 'issuer', 'recipient.ref': 'recipient' },
  payment: { 'payer.ref': 'payer', 'payee.ref': 'payee' },
  'stock-level': { 'owner.ref': 'owner' },
  location: { 'owner.ref': 'owner' },
  product: { 'supplierItems.*.supplier.ref': 'supplier' },
  contract: { party: 'self' },
  'tier-assignment': { party: 'self' },
  'deposit-change': { party: 'self' },
}

/** The role of the party whose books the origin keeps: of an order it is that of a side in it. */
const booksRoles: Readonly<Record<string, PartyRole>> = { 'sales-order': 'merchant', 'purchase-order': 'buyer' }
export const booksRole = (type: string): PartyRole => booksRoles[type] ?? 'books'

/** Whose parties a document has because of what it is about. `unlessNamed`: only where it names no party itself. */
export const inherited: Readonly<Record<string, { readonly from: readonly string[]; readonly unlessNamed?: true }>> = {
  'order-response': { from: ['purchase-order'] },
  'goods-receipt': { from: ['purchase-order', 'sales-order'] },
  shipment: { from: ['purchase-order', 'sales-order'] },
  refund: { from: ['sales-order', 'purchase-order'] },
  return: { from: ['sales-order'] },
  payment: { from: ['sales-order', 'purchase-order'], unlessNamed: true },
  'stock-level': { from: ['product'], unlessNamed: true },
  parcel: { from: ['shipment'] },
  'tracking-event': { from: ['parcel'] },
}
/** Roles that go over to what is about a document; the others are of the document alone. */
const goesOver: ReadonlySet<string> = new Set<PartyRole>(['supplier', 'merchant', 'buyer'])

/** A place of a reference with its places in lists left out. */
export const placeOf = (path: string): string => path.replace(/\.\d+(?=\.|$)/g, '.*')
/** `refs` names what a document has to do with in any way: nobody's document for that. */
export const isAbout = (path: string): boolean => !path.startsWith('refs.')

/** `isRead`: somebody may look as the party whose books it keeps. Where nobody does, what it brings has no rows of that party, which would be one or more for every document of the operator. */
export interface Keeper extends Bookkeeper {
  readonly isRead: boolean
  /** the party whose books it keeps is a merchant */
  readonly ofMerchant: boolean
}

/** How far a party's document lets it in: nobody looks as one that is gone; one that supplies or sells has its rows before it has a key. */
export function standingOf(document: Pick<LedgerDocument, 'body' | 'deleted'> | undefined): 'gone' | 'there' | 'trades' {
  if (document === undefined || document.deleted) return 'gone'
  return hasRole(document, 'supplier') || hasRole(document, 'merchant') ? 'trades' : 'there'
}
export const isMerchant = (party: Pick<LedgerDocument, 'body' | 'deleted'> | undefined): boolean =>
  party !== undefined && !party.deleted && hasRole(party, 'merchant')
const hasRole = ({ body: { roles } }: Pick<LedgerDocument, 'body'>, role: string): boolean => Array.isArray(roles) && roles.includes(role)

export type RowOfParty = Omit<PartyDocumentTable, 'tenant'>

/** Parties that a document names, is about, or comes from. References must be resolved as far as they can be. */
export function directRows(
  document: LedgerDocument,
  references: readonly ReferenceTable[],
  keepers: ReadonlyMap<string, Keeper>,
): RowOfParty[] {
  const { type, key, origin, body } = document
  const keeper = keepers.get(origin)
  const organisation = keeper?.organisation ?? (origin === hubOrigin ? textOf(body.organisation) : undefined) ?? ''
  const row = (party: string, role: PartyRole, validity?: JsonObject): RowOfParty => ({
    party,
    type,
    key,
    role,
    organisation,
    valid_from: textOf(validity?.validFrom) ?? '',
    valid_to: textOf(validity?.validTo) ?? null,
  })
  const rows: RowOfParty[] = []
  if (type === 'party') rows.push(row(key, 'self'))
  const unread = keeper?.isRead ? null : keeper?.books
  if (keeper?.books != null && keeper.isRead) rows.push(row(keeper.books, booksRole(type)))
  for (const { path, to_type, to_key } of references) {
    const role = namedRoles[type]?.[placeOf(path)]
    if (role === undefined || to_type !== 'party' || to_key === null || to_key === unread || isUntold(type, document.status, role)) continue
    rows.push(row(to_key, role, type === 'product' ? listOf(body.supplierItems)[Number(path.split('.')[1])] : undefined))
  }
  return rows
}

/** What is still being written is not for the other side: a draft of a purchase is not its supplier's yet, and a tier that nobody approved not the merchant's. */
export const isUntold = (type: string, status: unknown, role: PartyRole): boolean =>
  (type === 'purchase-order' && status === 'draft' && role === 'supplier') ||
  (type === 'tier-assignment' && (status === 'in-review' || status === 'rejected'))

/** Whether a document names a party itself, also one that is not known yet. */
export const namesParty = (type: string, references: readonly ReferenceTable[]): boolean =>
  references.some(({ path, to_type }) => to_type === 'party' && namedRoles[type]?.[placeOf(path)] !== undefined)

/** What goes over to a document (or parcel) from the rows of what it is about. */
export const inheritedRows = (type: string, key: string, sources: readonly PartyDocumentTable[]): RowOfParty[] =>
  sources.flatMap(({ tenant: _, ...source }) => (goesOver.has(source.role) ? [{ ...source, type, key }] : []))

/** Each row once: of two that differ in their end only, the later end counts. */
export function mergedRows(tenant: string, rows: readonly RowOfParty[]): PartyDocumentTable[] {
  const merged = new Map<string, PartyDocumentTable>()
  for (const row of rows) {
    const name = partyRowName(row)
    const before = merged.get(name)
    const valid_to =
      before === undefined
        ? row.valid_to
        : before.valid_to === null || row.valid_to === null
          ? null
          : ([before.valid_to, row.valid_to].sort()[1] ?? null)
    merged.set(name, { tenant, ...row, valid_to })
  }
  return [...merged.values()]
}

export const partyRowName = (row: RowOfParty): string => rowName(row.party, row.type, row.key, row.role, row.organisation, row.valid_from)
