import { daySalesOf, daySums, namedDay, nameOfDay, reportDaysOf } from '../../store/day-sale.ts'
import type { Reader } from '../../store/in-list.ts'
import type { DaySaleTable, FindingTable } from '../../store/tables.ts'
import { loadTargets } from '../assemble.ts'
import { reportDaySale, reportType, salesCodes, salesDay, twiceTold } from '../day-sales.ts'
import type { Note } from '../findings.ts'
import { documentName, loadDocuments, openShelf } from '../shelf.ts'
import { type Check, compareRows, type Difference, together } from './check.ts'
import { compareNotes } from './notes.ts'

/** What documents of one type sold, beside what they have to have sold. */
export const compareDaySales = async (
  read: Reader,
  tenant: string,
  type: string,
  keys: readonly string[],
  computed: readonly DaySaleTable[],
): Promise<Check> =>
  compareRows(
    'day_sale',
    await daySalesOf(read, tenant, type, keys),
    computed,
    (row) => [row.type, row.key, row.product],
    (row) => ({ type: row.type, key: row.key }),
  )

/** Sales reports by their keys. */
export async function checkReports(read: Reader, tenant: string, type: string, keys: readonly string[]): Promise<Check> {
  const shelf = openShelf(read, tenant)
  const names = type === reportType ? keys.map((key) => ({ type, key })) : []
  await loadDocuments(shelf, names)
  const documents = names.flatMap((name) => shelf.documents.get(documentName(name)) ?? [])
  await loadTargets(shelf, documents)
  return compareDaySales(
    read,
    tenant,
    type,
    keys,
    documents.flatMap((document) => reportDaySale(shelf, document) ?? []),
  )
}

/** Stores and days of which there are reports, by name: who sent them, and whether orders tell of the same. */
export async function checkReportDays(read: Reader, tenant: string, names: readonly string[]): Promise<Check> {
  const places = names.map(namedDay)
  const sums = new Map<string, Awaited<ReturnType<typeof daySums>>>()
  for (const place of places) sums.set(nameOfDay(place), await daySums(read, tenant, place))
  return together(
    compareRows(
      'report_day',
      await reportDaysOf(read, tenant, places),
      places.flatMap((place) => {
        const reports = (sums.get(nameOfDay(place)) ?? []).filter(({ type }) => type === reportType)
        return [...new Set(reports.map(({ origin }) => origin))].map((origin) => ({ tenant, ...place, origin }))
      }),
      (row) => [row.day, row.store, row.origin],
      salesDay,
    ),
    await compareNotes(
      read,
      tenant,
      places.flatMap((place) => twiceTold(place, sums.get(nameOfDay(place)) ?? []).map((note) => ({ note, of: salesDay(place) }))),
    ),
  )
}

/** Findings of stores and days that have to be open, for those of these rows that are such. */
export async function salesNotes(read: Reader, tenant: string, rows: readonly FindingTable[]): Promise<readonly Note[]> {
  const notes: Note[] = []
  for (const { code, detail } of rows) {
    if (!salesCodes.has(code)) continue
    const { store, day }: { readonly store?: unknown; readonly day?: unknown } = JSON.parse(detail)
    if (typeof store === 'string' && typeof day === 'string')
      notes.push(...twiceTold({ store, day }, await daySums(read, tenant, { store, day })))
  }
  return notes
}

/** The name of the store and day that a difference is about, where it is about one. */
export function salesDayOf({ of, stored, computed }: Difference): readonly string[] {
  if (of.type !== salesDay({ store: '', day: '' }).type) return []
  const { store, day }: { readonly store?: unknown; readonly day?: unknown } = JSON.parse(computed ?? stored ?? '{}')
  return typeof store === 'string' && typeof day === 'string' ? [nameOfDay({ store, day })] : []
}
