import { reject } from '../model/errors.ts'
import { hubOrigin } from '../model/hub-origin.ts'
import type { JsonObject } from '../model/json.ts'
import { identifiersOfKey, moveIdentifiers } from '../store/identifier.ts'
import { insertIdentityChange, lastMerge } from '../store/identity-change.ts'
import { deleteLink, type External, externalName, linksTo } from '../store/link.ts'
import { referencesTo } from '../store/reference.ts'
import type { IdentifierTable, LinkTable } from '../store/tables.ts'
import type { IdentityChangeTable } from '../store/tables-crosswalk.ts'
import { type Author, journal, touchProduct } from './books.ts'
import { write } from './draft.ts'
import { isMergedKey, mergeableTypes, mergedKey } from './merged-keys.ts'
import { moveLevels, moveLinks, referAgain } from './regroup.ts'
import { fetchDocument, fetchLink } from './shelf.ts'
import type { Books, LedgerDocument } from './types.ts'

export interface Moved {
  readonly links: readonly Pick<LinkTable, 'connection' | 'external_key' | 'linked_by'>[]
  readonly identifiers: readonly Pick<IdentifierTable, 'scheme' | 'value'>[]
}
export interface Regrouped {
  readonly change: string
  readonly moved: Moved
}

interface Asked {
  readonly type: string
  readonly author: Author
}

/**
 * Two keys turn out to be one thing: the links and identifiers of `from` go over to `into`, whatever referred to `from` refers to `into`, and derived rows are computed again. The document of `from` stays, and is written no more: what
 * `into` says holds. @throws HubError (reject) `not-mergeable`, `no-document`, `merged-already`, `same-key`, `two-stock-sources`, `too-many-documents`
 */
export async function merge(
  books: Books,
  { type, from, into, author }: Asked & { readonly from: string; readonly into: string },
): Promise<Regrouped> {
  const { tx, tenant } = books
  books.data.cause = { ...books.data.cause, author }
  checkType(type)
  if (from === into) throw reject('same-key', `${from} is ${into} already`)
  for (const key of [from, into]) await living(books, type, key)
  const links = await linksTo(tx, tenant, type, [from])
  const identifiers = await identifiersOfKey(tx, tenant, type, from)
  moveLinks(books, links, () => ({ key: into, linked_by: 'merge' }))
  const stub: LinkTable = {
    tenant,
    type,
    connection: mergedKey(type, from).connection,
    external_key: from,
    key: into,
    version: null,
    image_hash: null,
    linked_by: 'merge',
    at: books.now,
  }
  books.data.shelf.links.set(externalName(mergedKey(type, from)), stub)
  books.data.newLinks.set(externalName(mergedKey(type, from)), stub)
  await moveIdentifiers(tx, identifiers, into)
  const rows = await referencesTo(tx, tenant, type, [from])
  return settle(books, { kind: 'merge', type, from, into, author }, rows, { links, identifiers })
}

/**
 * What is not one thing: some links of `from` go to `to`, a new key or one that is there. Without `links` a merge is undone: all that went from `to` to `from` then goes back, as far as it is still there.
 * A new key begins as a copy of the document without its identifiers. @throws HubError (reject) `not-mergeable`, `no-document`, `merged-already`, `same-key`, `not-linked`, `not-merged`, `two-stock-sources`, `too-many-documents`
 */
export async function split(
  books: Books,
  {
    type,
    from,
    to,
    links: asked,
    author,
  }: Asked & { readonly from: string; readonly to: string; readonly links?: readonly Pick<External, 'connection' | 'externalKey'>[] },
): Promise<Regrouped> {
  const { tx, tenant, data } = books
  data.cause = { ...data.cause, author }
  checkType(type)
  if (from === to) throw reject('same-key', `${from} cannot be split from itself`)
  const source = await living(books, type, from)
  const current = await linksTo(tx, tenant, type, [from])
  const stub = await fetchLink(data.shelf, mergedKey(type, to))
  if (stub !== undefined && stub.key !== from)
    throw reject('merged-already', `${to} was merged into ${stub.key}, not into ${from}: split it from there`)
  const merged = stub === undefined ? undefined : await lastMerge(tx, tenant, type, to, from)
  const before = merged === undefined ? undefined : (JSON.parse(merged.moved) as Moved)
  if (asked === undefined && stub === undefined)
    throw reject('not-merged', `${to} was never merged into ${from}: name the links that are to go there`)
  const chosen = asked === undefined ? restorable(current, before) : asked.map((one) => named(current, one, from))
  const target = await fetchDocument(data.shelf, type, to)
  if (target === undefined) beginAsCopy(books, source, to, chosen)
  const own = await linksTo(tx, tenant, type, [to])
  const origin = target?.origin
  moveLinks(books, chosen, (link) => ({
    key: to,
    linked_by:
      before?.links.find((one) => isSame(one, link))?.linked_by ??
      // a second record of the system that keeps the document says nothing of it
      (link.connection === origin && own.some(({ connection, linked_by }) => connection === origin && linked_by !== 'merge')
        ? 'merge'
        : link.linked_by === 'merge'
          ? 'person'
          : link.linked_by),
  }))
  const identifiers = (await identifiersOfKey(tx, tenant, type, from)).filter((one) =>
    before?.identifiers.some(({ scheme, value }) => scheme === one.scheme && value === one.value),
  )
  await moveIdentifiers(tx, identifiers, to)
  if (stub !== undefined) {
    await deleteLink(tx, stub)
    data.shelf.links.set(externalName(mergedKey(type, to)), undefined)
  }
  const rows = (await referencesTo(tx, tenant, type, [from])).filter(
    ({ connection, external_key }) =>
      connection === '' || chosen.some((link) => link.connection === connection && link.external_key === external_key),
  )
  return settle(books, { kind: 'split', type, from, into: to, author }, rows, { links: chosen, identifiers })
}

const isSame = (a: Pick<LinkTable, 'connection' | 'external_key'>, b: Pick<LinkTable, 'connection' | 'external_key'>): boolean =>
  a.connection === b.connection && a.external_key === b.external_key

/** Links that came with a merge and are still there. */
const restorable = (current: readonly LinkTable[], before: Moved | undefined): readonly LinkTable[] =>
  current.filter((link) => before?.links.some((one) => isSame(one, link)))

function named(
  current: readonly LinkTable[],
  { connection, externalKey }: Pick<External, 'connection' | 'externalKey'>,
  from: string,
): LinkTable {
  const found = current.find((link) => link.connection === connection && link.external_key === externalKey && !isMergedKey(link))
  if (found === undefined)
    throw reject('not-linked', `${externalKey} of ${connection} is not linked to ${from}: list the links of ${from} first`)
  return found
}

function checkType(type: string): void {
  if (!mergeableTypes.has(type))
    throw reject(
      'not-mergeable',
      `a ${type} is what somebody stated and stays itself; merged and split are ${[...mergeableTypes].join(', ')}`,
    )
}

async function living({ data: { shelf } }: Books, type: string, key: string): Promise<LedgerDocument> {
  const stub = await fetchLink(shelf, mergedKey(type, key))
  if (stub !== undefined) throw reject('merged-already', `${type} ${key} was merged into ${stub.key}: name that one, or split it first`)
  const document = await fetchDocument(shelf, type, key)
  if (document === undefined) throw reject('no-document', `the ledger has no ${type} '${key}'`)
  return document
}

/** Fields that name one thing only: a copy has none of them but its own key. */
const identifying = ['gtins', 'barcode', 'gln', 'taxIds', 'supplierItems', 'refs', 'sourceVersion', 'sourceUpdatedAt'] as const
const ownKey: Readonly<Record<string, string>> = { product: 'sku', party: 'number', location: 'code' }

function beginAsCopy(books: Books, { type, body, origin, baseline }: LedgerDocument, key: string, links: readonly LinkTable[]): void {
  const rest: Record<string, JsonObject[string]> = { ...body, [ownKey[type] ?? 'number']: key }
  for (const field of identifying) delete rest[field]
  const kept = links.some(({ connection }) => connection === origin) ? origin : hubOrigin
  write(books, { type, key, body: rest, origin: kept, mapping: null, baseline, envelope: null, makesVersion: true })
}

async function settle(
  books: Books,
  { kind, type, from, into, author }: Asked & Pick<IdentityChangeTable, 'kind'> & { readonly from: string; readonly into: string },
  rows: Awaited<ReturnType<typeof referencesTo>>,
  { links, identifiers }: { readonly links: readonly LinkTable[]; readonly identifiers: readonly IdentifierTable[] },
): Promise<Regrouped> {
  referAgain(books, rows)
  await moveLevels(books, rows)
  if (type === 'product') for (const key of [from, into]) touchProduct(books, key)
  const moved: Moved = {
    links: links.map(({ connection, external_key, linked_by }) => ({ connection, external_key, linked_by })),
    identifiers: identifiers.map(({ scheme, value }) => ({ scheme, value })),
  }
  const change = books.newId()
  const detail = {
    change,
    reason: author.why,
    links: moved.links.map(({ connection, external_key }) => ({ connection, externalKey: external_key })),
  }
  if (kind === 'merge') {
    journal(books, 'merged', { type, key: from }, { ...detail, into })
    journal(books, 'merged', { type, key: into }, { ...detail, from })
  } else {
    journal(books, 'split', { type, key: from }, { ...detail, into })
    journal(books, 'split', { type, key: into }, { ...detail, from })
  }
  await insertIdentityChange(books.tx, {
    tenant: books.tenant,
    id: change,
    at: books.now,
    kind,
    type,
    from_key: from,
    into_key: into,
    reason: author.why ?? '',
    who: author.actor,
    moved: JSON.stringify(moved),
  })
  return { change, moved }
}
