import type { Reader } from '../../store/in-list.ts'
import { grantingTypes, grantsOf, pricesOf, usesOf } from '../../store/price.ts'
import { loadTargets } from '../assemble.ts'
import { priceRow, priceType } from '../prices/entry.ts'
import { assignmentType, grantRow, grantTypes, holderTypes, tierType, useRows } from '../prices/grant.ts'
import { documentName, loadDocuments, openShelf } from '../shelf.ts'
import type { LedgerDocument } from '../types.ts'
import { type Check, compareRows, together } from './check.ts'

/** Types whose documents say prices, or whose lists hold for whom. */
const known: readonly string[] = [priceType, 'contract', assignmentType, tierType]
/** Those types, and whatever else their rows say. */
export const pricingTypes = async (read: Reader, tenant: string): Promise<readonly string[]> => [
  ...new Set([...known, ...(await grantingTypes(read, tenant))]),
]

/** Prices, contracts, tiers and their assignments of one type by their keys, beside the rows by which prices are found. */
export async function checkPrices(read: Reader, tenant: string, type: string, keys: readonly string[]): Promise<Check> {
  const shelf = openShelf(read, tenant)
  const names = keys.map((key) => ({ type, key }))
  await loadDocuments(shelf, names)
  const documents = names.flatMap((name): LedgerDocument | readonly [] => shelf.documents.get(documentName(name)) ?? [])
  await loadTargets(shelf, documents)
  const of = ({ key }: { readonly key: string }) => ({ type, key })
  const checks: Check[] = []
  if (type === priceType)
    checks.push(
      compareRows(
        'price_entry',
        await pricesOf(read, tenant, keys),
        documents.map((document) => priceRow(shelf, document)),
        ({ key }) => [key],
        of,
      ),
    )
  const isStrange = !known.includes(type)
  if (isStrange || grantTypes.has(type))
    checks.push(
      compareRows(
        'price_grant',
        await grantsOf(read, tenant, type, keys),
        documents.flatMap((document) => grantRow(shelf, document) ?? []),
        (row) => [row.type, row.key],
        of,
      ),
    )
  if (isStrange || holderTypes.has(type))
    checks.push(
      compareRows(
        'list_use',
        await usesOf(read, tenant, keys, [type]),
        documents.flatMap((document) => useRows(tenant, document)),
        (row) => [row.type, row.key, row.list],
        of,
      ),
    )
  return together(...checks)
}
