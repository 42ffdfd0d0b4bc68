import { isObject, type JsonObject } from '../../model/json.ts'
import { keyOf, listOf, refIn, type Shelf, textOf } from '../shelf.ts'

/** Longest text that the list finds an invoice by. */
const maxName = 191

/** Who issued an invoice: the key of the party, else a tax number, else the name as it stands; '' where nobody is named. Links must have been loaded. */
export function issuerOf(shelf: Shelf, { issuer }: JsonObject): string {
  const key = keyOf(shelf, refIn(issuer))
  if (key !== undefined) return key
  if (!isObject(issuer)) return ''
  const [tax] = listOf(issuer.taxIds)
  const value = textOf(tax?.value)
  return (value === undefined ? (textOf(issuer.name) ?? '') : `${textOf(tax?.scheme) ?? ''}:${value}`).slice(0, maxName)
}
