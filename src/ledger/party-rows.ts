import { keyedParties } from '../store/api-key.ts'
import { documentsByKey } from '../store/document.ts'
import { grouped, type Reader } from '../store/in-list.ts'
import { bookkeepers, partyRowsOf } from '../store/party-document.ts'
import { referencesFrom, referencesTo } from '../store/reference.ts'
import type { PartyDocumentTable, ReferenceTable } from '../store/tables.ts'
import {
  directRows,
  inherited,
  inheritedRows,
  isAbout,
  isMerchant,
  type Keeper,
  mergedRows,
  namedRoles,
  namesParty,
  standingOf,
} from './party-roles.ts'
import { type DocumentName, documentName, loadDocuments, type Shelf, toDocument } from './shelf.ts'

/** In which order rows follow from each other: each layer needs those before it. */
const layers: readonly (readonly string[])[] = [
  ['order-response', 'goods-receipt', 'shipment', 'refund', 'return', 'payment', 'stock-level'],
  ['parcel'],
  ['tracking-event'],
]
/** 0 for what depends on no other document. */
export const layerOf = (type: string): number => layers.findIndex((layer) => layer.includes(type)) + 1
export const deepestLayer = layers.length
/** Types whose rows others take over, with those others. */
export const heirsOf = (type: string): readonly string[] =>
  Object.entries(inherited).flatMap(([heir, { from }]) => (from.includes(type) ? [heir] : []))

/** Read from the store and not from a shelf: who began before a party was let in is waited for by the row that it holds (restateNext), and has to see what came before that. */
export async function keepersOf(read: Reader, tenant: string): Promise<ReadonlyMap<string, Keeper>> {
  const keepers = await bookkeepers(read, tenant)
  const rows = await documentsByKey(
    read,
    tenant,
    'party',
    keepers.flatMap(({ books }) => books ?? []),
  )
  const parties = rows.map(toDocument)
  const standings = Map.groupBy(parties, standingOf)
  const namesOf = (standing: ReturnType<typeof standingOf>) => (standings.get(standing) ?? []).map(({ key }) => key)
  const readers = new Set([...namesOf('trades'), ...(await keyedParties(read, tenant, namesOf('there')))])
  const merchants = new Set(parties.flatMap((party) => (isMerchant(party) ? [party.key] : [])))
  const among = (names: ReadonlySet<string>, books: string | null) => books !== null && names.has(books)
  return new Map(keepers.map((one) => [one.name, { ...one, isRead: among(readers, one.books), ofMerchant: among(merchants, one.books) }]))
}

/** The rows of these documents (or parcels) as they follow from references and from the rows of what they are about: those that are stored, or what `sourceRowsOf` has. */
export async function computeRows(
  shelf: Shelf,
  names: readonly DocumentName[],
  keepers: ReadonlyMap<string, Keeper>,
  {
    sourceRowsOf = (sources) => rowsOf(shelf, sources),
    known = new Map(),
  }: {
    readonly sourceRowsOf?: (names: readonly DocumentName[]) => Promise<ReadonlyMap<string, readonly PartyDocumentTable[]>>
    /** references that were read or written before */
    readonly known?: ReadonlyMap<string, readonly ReferenceTable[]>
  } = {},
): Promise<PartyDocumentTable[]> {
  const { read, tenant } = shelf
  await loadDocuments(
    shelf,
    names.filter(({ type }) => type !== 'parcel'),
  )
  const references = new Map<string, readonly ReferenceTable[]>()
  for (const name of names)
    if (name.type !== 'parcel' && known.has(documentName(name))) references.set(documentName(name), known.get(documentName(name)) ?? [])
  const unread = names.filter(
    (name) => !references.has(documentName(name)) && (inherited[name.type] ?? namedRoles[name.type]) !== undefined,
  )
  for (const [type, group] of grouped(unread, (name) => name.type)) {
    const keys = group.map(({ key }) => key)
    const rows = type === 'parcel' ? await referencesTo(read, tenant, 'parcel', keys) : await referencesFrom(read, tenant, type, keys)
    for (const row of rows) {
      const name = documentName({ type, key: type === 'parcel' ? (row.to_key ?? '') : row.from_key })
      references.set(name, [...(references.get(name) ?? []), row])
    }
  }
  const sourcesBy = new Map(names.map((name) => [documentName(name), sourcesOf(name.type, references.get(documentName(name)) ?? [])]))
  const sources = new Map([...sourcesBy.values()].flat().map((source) => [documentName(source), source]))
  const sourceRows = await sourceRowsOf([...sources.values()])
  return mergedRows(
    tenant,
    names.flatMap(({ type, key }) => {
      const name = documentName({ type, key })
      const document = shelf.documents.get(name)
      const over = (sourcesBy.get(name) ?? []).flatMap((source) => sourceRows.get(documentName(source)) ?? [])
      return [
        ...(document === undefined ? [] : directRows(document, references.get(name) ?? [], keepers)),
        ...inheritedRows(type, key, over),
      ]
    }),
  )
}

/** The same from the documents alone, whatever rows are stored. */
export const rowsAnew = async (
  shelf: Shelf,
  names: readonly DocumentName[],
  keepers: ReadonlyMap<string, Keeper>,
): Promise<PartyDocumentTable[]> =>
  names.length === 0
    ? []
    : computeRows(shelf, names, keepers, {
        sourceRowsOf: async (sources) => grouped(await rowsAnew(shelf, sources, keepers), documentName),
      })

function sourcesOf(type: string, references: readonly ReferenceTable[]): DocumentName[] {
  const rule = inherited[type]
  if (rule === undefined || (rule.unlessNamed && namesParty(type, references))) return []
  if (type === 'parcel')
    return references.flatMap(({ from_type, from_key }) => (rule.from.includes(from_type) ? [{ type: from_type, key: from_key }] : []))
  return references.flatMap(({ path, to_type, to_key }) =>
    to_key !== null && rule.from.includes(to_type) && isAbout(path) ? [{ type: to_type, key: to_key }] : [],
  )
}

/** Stored rows by document. */
export async function rowsOf(shelf: Shelf, names: readonly DocumentName[]): Promise<Map<string, PartyDocumentTable[]>> {
  const rows: PartyDocumentTable[] = []
  for (const [type, group] of grouped(names, (name) => name.type))
    rows.push(
      ...(await partyRowsOf(
        shelf.read,
        shelf.tenant,
        type,
        group.map(({ key }) => key),
      )),
    )
  return grouped(rows, documentName)
}
