import type { Reader } from '../../store/in-list.ts'
import { replenishmentsOf } from '../../store/replenishment.ts'
import { replenishmentRow, suggestionType } from '../replenish-row.ts'
import { documentName, loadDocuments, openShelf } from '../shelf.ts'
import { type Check, compareRows } from './check.ts'

/** Suggestions to order by their keys, beside the rows by which they are listed. */
export async function checkReplenishments(read: Reader, tenant: string, keys: readonly string[]): Promise<Check> {
  const shelf = openShelf(read, tenant)
  const names = keys.map((key) => ({ type: suggestionType, key }))
  await loadDocuments(shelf, names)
  return compareRows(
    'replenishment',
    await replenishmentsOf(read, tenant, keys),
    names.flatMap((name) => shelf.documents.get(documentName(name)) ?? []).map((document) => replenishmentRow(tenant, document)),
    ({ key }) => [key],
    ({ key }) => ({ type: suggestionType, key }),
  )
}
