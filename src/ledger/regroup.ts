import { reject } from '../model/errors.ts'
import type { JsonObject } from '../model/json.ts'
import { externalName, linksTo } from '../store/link.ts'
import type { LinkTable, ReferenceTable } from '../store/tables.ts'
import { loadTargets } from './assemble.ts'
import { touchProduct } from './books.ts'
import { write } from './draft.ts'
import { judge } from './findings.ts'
import { documentName, fetchDocument, loadDocuments } from './shelf.ts'
import { stockCodes } from './stock-figures.ts'
import { isAnchor, stockLevelKey, stockPlace } from './stock-level.ts'
import type { Books, LedgerDocument } from './types.ts'

/** Documents that one merge or split may move from one key to another. */
export const maxReferring = 20_000

/** Gives links another key. */
export function moveLinks(
  { data }: Books,
  links: readonly LinkTable[],
  change: (link: LinkTable) => Pick<LinkTable, 'key' | 'linked_by'>,
): void {
  for (const link of links) {
    const moved = { ...link, ...change(link) }
    const name = externalName({ type: link.type, connection: link.connection, externalKey: link.external_key })
    data.shelf.links.set(name, moved)
    data.movedLinks.set(name, moved)
  }
}

/** Documents whose references lead elsewhere now are looked at again by `finish`. @throws HubError `too-many-documents` (reject) */
export function referAgain(books: Books, rows: readonly ReferenceTable[]): void {
  for (const { from_type, from_key } of rows) books.data.rereferred.add(documentName({ type: from_type, key: from_key }))
  if (books.data.rereferred.size > maxReferring)
    throw reject(
      'too-many-documents',
      `more than ${maxReferring} documents refer to it: a unit of work so large is not begun. Keep both keys, or move its links in parts with a split`,
    )
}

/**
 * Stock levels stand under the keys of their product and place. Those that refer to what has another key now go on under the new one: what they say is written there, and the old one is deleted and says nothing any more.
 * The links must have been moved before. @throws HubError `two-stock-sources` (reject) when two of them would speak of one place
 */
export async function moveLevels(books: Books, rows: readonly ReferenceTable[]): Promise<void> {
  const { shelf } = books.data
  const names = new Map(
    rows.filter(({ from_type }) => from_type === 'stock-level').map(({ from_key }) => [from_key, { type: 'stock-level', key: from_key }]),
  )
  await loadDocuments(shelf, names.values())
  const levels = [...names.values()].flatMap((name) => shelf.documents.get(documentName(name)) ?? [])
  await loadTargets(shelf, levels)
  for (const level of levels) {
    const place = stockPlace(shelf, level.body)
    if (place === undefined) continue
    touchProduct(books, place.product)
    const key = stockLevelKey(place)
    if (key === level.key) continue
    const there = await fetchDocument(shelf, 'stock-level', key)
    if (there !== undefined) await loadTargets(shelf, [there])
    const isTaken = there !== undefined && stockPlace(shelf, there.body) !== undefined
    // two shelves that only movements fill: all of them are added up, and one document is enough
    if (isTaken && isAnchor(level) && isAnchor(there)) {
      emptyLevel(books, level, key)
      continue
    }
    if (isTaken)
      throw reject(
        'two-stock-sources',
        `${place.product} would have two figures at ${place.location}: ${level.key} of ${level.origin} and ${there.key} of ${there.origin}. Let one of the two systems say nothing of it there first`,
      )
    if (there !== undefined && there.origin !== level.origin)
      throw reject('two-stock-sources', `${key} was kept by ${there.origin} before, ${level.origin} cannot go on with it: keep both keys`)
    await moveLevel(books, level, key)
  }
}

/** The level under the old key says where it went, and nothing else any more. */
function emptyLevel(books: Books, { key, origin, baseline, envelope, body }: LedgerDocument, into: string): void {
  const gone: JsonObject = { deleted: true, movedTo: into, ...(body.asOf === undefined ? {} : { asOf: body.asOf }) }
  write(books, { type: 'stock-level', key, body: gone, origin, mapping: null, baseline, envelope, makesVersion: true })
  judge(books, { type: 'stock-level', key, codes: stockCodes })
  for (const one of [into, key]) books.data.stockLevels.add(one)
}

async function moveLevel(books: Books, level: LedgerDocument, key: string): Promise<void> {
  const { origin, baseline, envelope, body } = level
  write(books, { type: 'stock-level', key, body, origin, mapping: null, baseline, envelope, makesVersion: true })
  emptyLevel(books, level, key)
  const links = await linksTo(books.tx, books.tenant, 'stock-level', [level.key])
  moveLinks(books, links, ({ linked_by }) => ({ key, linked_by }))
}
