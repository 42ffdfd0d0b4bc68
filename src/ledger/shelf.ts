import { isObject, type Json, type JsonObject } from '../model/json.ts'
import { codesOfProducts } from '../store/code.ts'
import { documentsAt, documentsByKey } from '../store/document.ts'
import { type Identifier, identifierName, identifiersOf } from '../store/identifier.ts'
import { grouped, type Reader } from '../store/in-list.ts'
import { type External, externalName, lineLinksOf, linksOf } from '../store/link.ts'
import type { DocumentTable, LinkTable } from '../store/tables.ts'
import type { CodeTable } from '../store/tables-crosswalk.ts'
import { headOf } from './document-head.ts'
import type { MatchRules, Tolerance } from './match/tolerance.ts'
import { mergeableTypes, mergedKey } from './merged-keys.ts'
import type { LedgerDocument } from './types.ts'

/** What was read once is kept: documents, links, identifiers and line links of one unit of work. `undefined` as a value means: looked up, not there. */
export interface Shelf {
  readonly read: Reader
  readonly tenant: string
  /** what the hub knew at this time (epoch ms, by its clock), and not what it knows now */
  readonly at: number | undefined
  readonly documents: Map<string, LedgerDocument | undefined>
  readonly links: Map<string, LinkTable | undefined>
  readonly identifiers: Map<string, string | undefined>
  /** by document, then by `connection\0external line`: the line's key */
  readonly lineLinks: Map<string, Map<string, string>>
  /** what was saved of the packs of a product, by its key */
  readonly factors: Map<string, readonly CodeTable[]>
  /** by which tolerance invoices are judged already, and for which issuer it was found; by key */
  readonly tolerances: Map<string, { readonly issuer: string; readonly tolerance: Tolerance } | undefined>
  /** invoices that are judged by today's tolerances, whatever they were judged by */
  readonly rejudged: Set<string>
  /** tolerances of the workspace; none where nothing is judged for the first time */
  readonly matching: MatchRules | undefined
}

export const openShelf = (read: Reader, tenant: string, at?: number, matching?: MatchRules): Shelf => ({
  read,
  tenant,
  at,
  tolerances: new Map(),
  rejudged: new Set(),
  matching,
  documents: new Map(),
  links: new Map(),
  identifiers: new Map(),
  lineLinks: new Map(),
  factors: new Map(),
})

export interface DocumentName {
  readonly type: string
  readonly key: string
}
export const documentName = ({ type, key }: DocumentName): string => `${type}\0${key}`
export const namedDocument = (name: string): DocumentName => {
  const at = name.indexOf('\0')
  return { type: name.slice(0, at), key: name.slice(at + 1) }
}

export function toDocument(row: DocumentTable): LedgerDocument {
  const body: Json = JSON.parse(row.body)
  return {
    type: row.type,
    key: row.key,
    version: row.version,
    origin: row.origin,
    number: row.number,
    status: row.status,
    businessDate: row.business_date,
    placedAt: row.placed_at,
    deleted: row.deleted === 1,
    baseline: row.baseline === 1,
    body: isObject(body) ? body : {},
    envelope: row.envelope,
    changedAt: row.changed_at,
  }
}

const documentThen = (row: Awaited<ReturnType<typeof documentsAt>>[number]): LedgerDocument => {
  const body: Json = JSON.parse(row.body)
  const held = isObject(body) ? body : {}
  const { type, key, version, origin, envelope } = row
  return { type, key, version, origin, ...headOf(held), baseline: row.baseline === 1, body: held, envelope, changedAt: row.at }
}

/** A link is made once, so one that is younger was not there. */
const isThere = ({ at }: Shelf, row: { readonly at: number }): boolean => at === undefined || row.at <= at

export async function loadDocuments(shelf: Shelf, names: Iterable<DocumentName>): Promise<void> {
  const missing = [...names].filter((name) => !shelf.documents.has(documentName(name)))
  for (const [type, group] of grouped(missing, ({ type }) => type)) {
    for (const name of group) shelf.documents.set(documentName(name), undefined)
    const keys = group.map(({ key }) => key)
    if (shelf.at !== undefined) {
      for (const row of await documentsAt(shelf.read, shelf.tenant, type, keys, shelf.at))
        shelf.documents.set(documentName(row), documentThen(row))
      continue
    }
    const rows = await documentsByKey(shelf.read, shelf.tenant, type, keys)
    for (const row of rows) shelf.documents.set(documentName(row), toDocument(row))
  }
}

export async function loadFactors(shelf: Shelf, products: Iterable<string>): Promise<void> {
  const missing = new Set([...products].filter((key) => !shelf.factors.has(key)))
  if (missing.size === 0) return
  const rows = grouped(await codesOfProducts(shelf.read, shelf.tenant, missing, shelf.at), ({ product }) => product)
  for (const key of missing) shelf.factors.set(key, rows.get(key) ?? [])
}

export async function loadLinks(shelf: Shelf, externals: Iterable<External>): Promise<void> {
  const missing = [...externals].filter((external) => !shelf.links.has(externalName(external)))
  if (missing.length === 0) return
  for (const external of missing) shelf.links.set(externalName(external), undefined)
  for (const row of await linksOf(shelf.read, shelf.tenant, missing))
    if (isThere(shelf, row))
      shelf.links.set(externalName({ type: row.type, connection: row.connection, externalKey: row.external_key }), row)
}

export async function loadIdentifiers(shelf: Shelf, wanted: Iterable<Identifier>): Promise<void> {
  const missing = [...wanted].filter((identifier) => !shelf.identifiers.has(identifierName(identifier)))
  if (missing.length === 0) return
  for (const identifier of missing) shelf.identifiers.set(identifierName(identifier), undefined)
  for (const row of await identifiersOf(shelf.read, shelf.tenant, missing)) shelf.identifiers.set(identifierName(row), row.key)
}

export async function loadLineLinks(shelf: Shelf, type: string, keys: Iterable<string>): Promise<void> {
  const missing = [...new Set(keys)].filter((key) => !shelf.lineLinks.has(documentName({ type, key })))
  for (const key of missing) shelf.lineLinks.set(documentName({ type, key }), new Map())
  for (const row of await lineLinksOf(shelf.read, shelf.tenant, type, missing))
    if (isThere(shelf, row)) shelf.lineLinks.get(documentName(row))?.set(`${row.connection}\0${row.external_line}`, row.line)
}

export async function fetchDocument(shelf: Shelf, type: string, key: string): Promise<LedgerDocument | undefined> {
  await loadDocuments(shelf, [{ type, key }])
  return shelf.documents.get(documentName({ type, key }))
}

export async function fetchLink(shelf: Shelf, external: External): Promise<LinkTable | undefined> {
  await loadLinks(shelf, [external])
  return shelf.links.get(externalName(external))
}

/** Where a reference in a body points: a hub key, or a key at a connection. */
export type Target = { readonly type: string; readonly key: string } | External

export function targetOf(value: Json | undefined): Target | undefined {
  if (!isObject(value)) return undefined
  const { type, key, connection, externalKey } = value
  if (typeof type !== 'string') return undefined
  if (typeof key === 'string') return { type, key }
  return typeof connection === 'string' && typeof externalKey === 'string' ? { type, connection, externalKey } : undefined
}

/** Key of what a reference names; its link must have been loaded. */
export function keyOf(shelf: Shelf, value: Json | undefined): string | undefined {
  const target = targetOf(value)
  if (target === undefined) return undefined
  return 'key' in target ? survivorOf(shelf, target.type, target.key) : shelf.links.get(externalName(target))?.key
}

/** The key that lives of one that may have been merged into another; its link (mergedKey) must have been loaded. */
export const survivorOf = (shelf: Shelf, type: string, key: string): string =>
  shelf.links.get(externalName(mergedKey(type, key)))?.key ?? key

/** Links that the references of these bodies need. */
export const externalsOf = (targets: Iterable<Target>): External[] =>
  [...targets].flatMap((target) => {
    if (!('key' in target)) return [target]
    return mergeableTypes.has(target.type) ? [mergedKey(target.type, target.key)] : []
  })

/** Objects of a list in a body; [] when there is none. */
export const listOf = (value: Json | undefined): readonly JsonObject[] => (Array.isArray(value) ? value.filter(isObject) : [])
export const textOf = (value: Json | undefined): string | undefined => (typeof value === 'string' ? value : undefined)
/** The reference in an item, party or place: `{ref: {…}}`. */
export const refIn = (value: Json | undefined): JsonObject | undefined => (isObject(value) && isObject(value.ref) ? value.ref : undefined)
