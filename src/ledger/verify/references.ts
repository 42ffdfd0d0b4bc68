import type { Reader } from '../../store/in-list.ts'
import { referencesFrom } from '../../store/reference.ts'
import { referenceRows, referencesIn } from '../references.ts'
import { documentName, externalsOf, loadDocuments, loadLinks, openShelf } from '../shelf.ts'
import { type Check, compareRows } from './check.ts'

/** What documents of one type refer to, beside the rows by which everything else finds them. */
export async function checkReferences(read: Reader, tenant: string, type: string, keys: readonly string[]): Promise<Check> {
  const shelf = openShelf(read, tenant)
  await loadDocuments(
    shelf,
    keys.map((key) => ({ type, key })),
  )
  const documents = keys.flatMap((key) => shelf.documents.get(documentName({ type, key })) ?? [])
  await loadLinks(shelf, externalsOf(documents.flatMap(({ body }) => referencesIn(body).map(({ target }) => target))))
  return compareRows(
    'reference',
    await referencesFrom(read, tenant, type, keys),
    documents.flatMap((document) => referenceRows(shelf, document, document.body)),
    (row) => [row.from_type, row.from_key, row.path],
    (row) => ({ type: row.from_type, key: row.from_key }),
  )
}
