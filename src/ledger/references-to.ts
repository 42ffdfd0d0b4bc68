import { grouped } from '../store/in-list.ts'
import { everReferring, referencesTo } from '../store/reference.ts'
import type { ReferenceTable } from '../store/tables.ts'
import { referenceRows, referencesIn } from './references.ts'
import { documentName, externalsOf, loadDocuments, loadLinks, type Shelf } from './shelf.ts'

/** What refers to these documents; on a shelf of the past, what did then: worked out from the versions of everything that ever named them. */
export async function referencesOn(shelf: Shelf, type: string, keys: readonly string[]): Promise<readonly ReferenceTable[]> {
  if (shelf.at === undefined) return referencesTo(shelf.read, shelf.tenant, type, keys)
  const names = await everReferring(shelf.read, shelf.tenant, type, keys)
  await loadDocuments(shelf, names)
  const documents = names.flatMap((name) => shelf.documents.get(documentName(name)) ?? [])
  await loadLinks(shelf, externalsOf(documents.flatMap(({ body }) => referencesIn(body).map(({ target }) => target))))
  const wanted = new Set(keys)
  return documents
    .flatMap((document) => referenceRows(shelf, document, document.body))
    .filter(({ to_type, to_key }) => to_type === type && to_key !== null && wanted.has(to_key))
}

/** Keys of documents by their type. */
export const keysByType = (names: Iterable<{ readonly type: string; readonly key: string }>): ReadonlyMap<string, readonly string[]> =>
  new Map([...grouped(names, ({ type }) => type)].map(([type, group]) => [type, group.map(({ key }) => key)]))
