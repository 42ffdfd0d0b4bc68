import type { Reader } from '../../store/in-list.ts'
import type { PartyDocumentTable } from '../../store/tables.ts'
import { keepersOf, rowsAnew, rowsOf } from '../party-rows.ts'
import { openShelf } from '../shelf.ts'
import { type Check, compareRows } from './check.ts'

/** Which parties documents of one type (or parcels) belong to. Rows of a party that are being made now are looked at when they are. */
export async function checkParties(read: Reader, tenant: string, type: string, keys: readonly string[]): Promise<Check> {
  const shelf = openShelf(read, tenant)
  const names = keys.map((key) => ({ type, key }))
  const keepers = await keepersOf(read, tenant)
  const moving = new Set([...keepers.values()].flatMap(({ books, restating }) => (restating === null ? [] : [books])))
  const settled = (rows: readonly PartyDocumentTable[]) => rows.filter(({ party }) => !moving.has(party))
  return compareRows(
    'party_document',
    settled([...(await rowsOf(shelf, names)).values()].flat()),
    settled(await rowsAnew(shelf, names, keepers)),
    (row) => [row.party, row.role, row.organisation, row.valid_from, row.type, row.key],
    (row) => ({ type: row.type, key: row.key }),
  )
}
