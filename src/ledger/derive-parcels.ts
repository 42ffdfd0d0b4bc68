import type { JsonObject } from '../model/json.ts'
import { holdNames } from '../store/hold.ts'
import { deleteParcels, parcelsOf, saveParcels } from '../store/parcel.ts'
import type { ParcelTable } from '../store/tables.ts'
import { journal, readAfresh } from './books.ts'
import { judge, note } from './findings.ts'
import { parcelCases, parcelCodes, parcelFigures } from './parcel-figures.ts'
import { differs } from './rows.ts'
import type { Books } from './types.ts'

/** Computes the touched parcels again and writes what differs. Their references must have been written. */
export async function deriveParcels(books: Books): Promise<void> {
  const { tx, tenant, data } = books
  if (data.parcels.size === 0) return
  await holdNames(
    tx,
    tenant,
    [...data.parcels].map((tracking) => `parcel:${tracking}`),
  )
  readAfresh(books)
  const cases = await parcelCases(data.shelf, data.parcels)
  const stored = new Map((await parcelsOf(tx, tenant, data.parcels)).map((row) => [row.tracking, row]))
  const changed = []
  const gone: string[] = []
  for (const one of cases) {
    const { row, findings } = parcelFigures(one)
    judge(books, { type: 'parcel', key: one.tracking, codes: parcelCodes })
    for (const finding of findings) note(books, finding)
    const before = stored.get(one.tracking)
    if (row === undefined) gone.push(one.tracking)
    else if (differs(before, row)) {
      changed.push(row)
      if (row.status !== (before?.status ?? 'unknown')) journal(books, 'parcel-changed', parcelName(row), parcelMove(before, row))
    }
  }
  await saveParcels(tx, changed)
  await deleteParcels(
    tx,
    tenant,
    gone.filter((tracking) => stored.has(tracking)),
  )
}

const parcelName = ({ tracking }: ParcelTable) => ({ type: 'parcel', key: tracking })

function parcelMove(before: ParcelTable | undefined, { status, carrier, at, event }: ParcelTable): JsonObject {
  return {
    before: { status: before?.status ?? 'unknown' },
    after: {
      status,
      ...(carrier === null ? {} : { carrier }),
      ...(at === null ? {} : { at: new Date(at).toISOString() }),
      ...(event === null ? {} : { event }),
    },
  }
}
