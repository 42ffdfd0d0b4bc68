import { aftersalesOf } from '../../store/aftersale.ts'
import type { Reader } from '../../store/in-list.ts'
import { returnRow } from '../return-row.ts'
import { documentName, loadDocuments, openShelf } from '../shelf.ts'
import { type Check, compareRows } from './check.ts'

/** After-sale documents by their keys, beside the rows by which they are listed. */
export async function checkReturns(read: Reader, tenant: string, keys: readonly string[]): Promise<Check> {
  const shelf = openShelf(read, tenant)
  const names = keys.map((key) => ({ type: 'return', key }))
  await loadDocuments(shelf, names)
  return compareRows(
    'aftersale',
    await aftersalesOf(read, tenant, keys),
    names.flatMap((name) => shelf.documents.get(documentName(name)) ?? []).map((document) => returnRow(tenant, document)),
    ({ key }) => [key],
    ({ key }) => ({ type: 'return', key }),
  )
}
