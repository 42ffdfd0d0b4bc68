import { awaitUnitsOfWork } from '../store/code.ts'
import { holdNames } from '../store/hold.ts'
import { grouped } from '../store/in-list.ts'
import { deletePartyRows, keptBy, nextRestating, restatedTo, savePartyRows, wantRestating } from '../store/party-document.ts'
import { referencesFrom, referencesTo } from '../store/reference.ts'
import { orderTypes } from './assemble.ts'
import { readAfresh } from './books.ts'
import { type Keeper, partyRowName, standingOf } from './party-roles.ts'
import { computeRows, deepestLayer, heirsOf, keepersOf, layerOf, rowsOf } from './party-rows.ts'
import { differs } from './rows.ts'
import { type DocumentName, documentName, namedDocument } from './shelf.ts'
import type { Books } from './types.ts'
import type { Referred } from './write-references.ts'

/**
 * Computes which parties documents belong to and writes what differs: of documents that changed, of those whose references were resolved, and of what is about them. References must have been written. Answers whose books connections
 * keep, where it had to look.
 */
export const deriveParties = async (
  books: Books,
  { resolved, rows }: Pick<Referred, 'resolved' | 'rows'>,
): Promise<Keepers | undefined> => {
  const { drafts, parcels, parties } = books.data
  const touched = [
    ...[...drafts.values()].map(({ now: { type, key } }) => ({ type, key })),
    ...resolved,
    ...[...parties].map(namedDocument),
    ...[...parcels].map((key) => ({ type: 'parcel', key })),
  ]
  if (touched.length === 0) return undefined
  await wantRestating(
    books.tx,
    books.tenant,
    [...drafts.values()].flatMap(({ before, now }) => (now.type === 'party' && standingOf(before) !== standingOf(now) ? [now.key] : [])),
  )
  const known = new Map(rows)
  for (const name of resolved) known.delete(documentName(name))
  return restateParties(books, touched, known)
}

/** Whose books connections keep, as it was read. */
type Keepers = readonly Keeper[]

/** The same for documents that are named. `known`: references that need not be read. */
export async function restateParties(
  books: Books,
  touched: readonly DocumentName[],
  known: Referred['rows'] = new Map(),
): Promise<Keepers> {
  const { tx, tenant, data } = books
  const { shelf } = data
  const products = touched.flatMap(({ type, key }) => (type === 'product' ? [key] : []))
  if (products.length > 0) {
    // a stock level and the suppliers of its product may come at the same moment: the level holds the same name (deriveStock)
    await holdNames(
      tx,
      tenant,
      products.map((product) => `stock:${product}`),
    )
    readAfresh(books)
  }
  const keepers = await keepersOf(tx, tenant)
  const waiting = new Map(touched.map((name) => [documentName(name), name]))
  for (let layer = 0; layer <= deepestLayer; layer++) {
    const names = [...waiting.values()].filter(({ type }) => layerOf(type) === layer)
    if (names.length === 0) continue
    await holdWhatIsNamed(books, names)
    const rows = await computeRows(shelf, names, keepers, { known })
    const stored = await rowsOf(
      shelf,
      names.filter((name) => isOlder(books, name)),
    )
    const before = new Map([...stored.values()].flat().map((row) => [partyRowName(row), row]))
    const kept = new Set(rows.map(partyRowName))
    const changed = rows.filter((row) => differs(before.get(partyRowName(row)), row))
    const gone = [...before.values()].filter((row) => !kept.has(partyRowName(row)))
    await savePartyRows(tx, changed)
    await deletePartyRows(tx, gone)
    for (const heir of await heirs(books, [...changed, ...gone])) waiting.set(documentName(heir), heir)
  }
  return [...keepers.values()]
}

/** Orders and parcels that this unit of work does not hold yet: who names one at this moment has to see the parties it has from now on. */
const holdWhatIsNamed = ({ tx, tenant, data }: Books, names: readonly DocumentName[]): Promise<void> =>
  holdNames(
    tx,
    tenant,
    names.flatMap((name) => {
      if (name.type === 'parcel') return data.parcels.has(name.key) ? [] : [`parcel:${name.key}`]
      return !orderTypes.has(name.type) || data.orders.has(documentName(name)) ? [] : [`order:${documentName(name)}`]
    }),
  )

/** A place before all documents. */
const begun = { type: '', key: '*' }

/** Gives the next documents of a connection their parties again whose books are another party's now, or one's that somebody may look as now. false: there was none left. */
export async function restateNext(books: Books, limit: number): Promise<boolean> {
  const { tx, tenant } = books
  const next = await nextRestating(tx, tenant)
  if (next === undefined) return false
  if (next.type === '' && next.key === '') {
    // whoever writes documents of it by what held before is done after this, and who comes later goes by what holds now
    await awaitUnitsOfWork(tx, tenant)
    await restatedTo(tx, tenant, next.name, begun)
    return true
  }
  const names = await keptBy(tx, tenant, next, limit)
  await restateParties(books, names)
  await restatedTo(tx, tenant, next.name, names.length < limit ? undefined : names.at(-1))
  return true
}

/** A document that is born in this unit of work has no rows yet. */
const isOlder = ({ data }: Books, name: DocumentName): boolean => {
  const draft = data.drafts.get(documentName(name))
  return draft === undefined || draft.before !== undefined
}

/** What is about documents whose rows moved. */
async function heirs({ tx, tenant }: Books, moved: readonly DocumentName[]): Promise<DocumentName[]> {
  const names = new Map(moved.map((row) => [documentName(row), { type: row.type, key: row.key }]))
  const found = new Set<string>()
  for (const [type, group] of grouped(names.values(), (name) => name.type)) {
    const types = heirsOf(type)
    if (types.length === 0) continue
    const keys = group.map(({ key }) => key)
    if (types.includes('parcel'))
      for (const { to_type, to_key } of await referencesFrom(tx, tenant, type, keys))
        if (to_type === 'parcel' && to_key !== null) found.add(documentName({ type: 'parcel', key: to_key }))
    for (const { from_type, from_key } of await referencesTo(tx, tenant, type, keys))
      if (types.includes(from_type)) found.add(documentName({ type: from_type, key: from_key }))
  }
  return [...found].map(namedDocument)
}
