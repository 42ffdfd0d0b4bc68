import type { Reader } from '../../store/in-list.ts'
import { parcelsOf } from '../../store/parcel.ts'
import { parcelCases, parcelFigures } from '../parcel-figures.ts'
import { openShelf } from '../shelf.ts'
import { type Check, compareRows, together } from './check.ts'
import { compareNotes } from './notes.ts'

/** Parcels by their numbers. */
export async function checkParcels(read: Reader, tenant: string, tracking: readonly string[]): Promise<Check> {
  const cases = await parcelCases(openShelf(read, tenant), tracking)
  const figures = cases.map((one) => ({ of: { type: 'parcel', key: one.tracking }, ...parcelFigures(one) }))
  return together(
    compareRows(
      'parcel',
      await parcelsOf(read, tenant, tracking),
      figures.flatMap(({ row }) => row ?? []),
      (row) => [row.tracking],
      (row) => ({ type: 'parcel', key: row.tracking }),
    ),
    await compareNotes(
      read,
      tenant,
      figures.flatMap(({ of, findings }) => findings.map((note) => ({ note, of }))),
    ),
  )
}
