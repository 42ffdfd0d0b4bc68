import { referencesTo } from '../store/reference.ts'
import type { ParcelTable } from '../store/tables.ts'
import type { Note } from './findings.ts'
import { carriersOf, deliveredAt, type Scan, statusOf, timelineOf, unmappedCarriers } from './parcel-timeline.ts'
import { documentName, loadDocuments, type Shelf, textOf } from './shelf.ts'
import type { LedgerDocument } from './types.ts'

/** All that bears on one parcel: what carriers tell of its number, and the shipments that carry it. */
export interface ParcelCase {
  readonly tenant: string
  readonly tracking: string
  readonly scans: readonly Scan[]
  readonly shipments: readonly LedgerDocument[]
}

export interface ParcelFigures {
  /** undefined: nothing speaks of the number any more */
  readonly row: ParcelTable | undefined
  readonly findings: readonly Note[]
}

/** Findings that only parcels have. */
export const parcelCodes: ReadonlySet<string> = new Set(['carrier-unmapped', 'several-carriers'])

/** Reads what bears on these parcels, in a number of statements that does not grow with them. */
export async function parcelCases(shelf: Shelf, tracking: Iterable<string>): Promise<readonly ParcelCase[]> {
  const numbers = [...tracking]
  const rows = await referencesTo(shelf.read, shelf.tenant, 'parcel', numbers)
  const names = rows.map(({ from_type, from_key }) => ({ type: from_type, key: from_key }))
  await loadDocuments(shelf, names)
  const byParcel = Map.groupBy(rows, ({ to_key }) => to_key ?? '')
  return numbers.map((number) => {
    const documents = new Map(
      (byParcel.get(number) ?? []).flatMap(({ from_type, from_key }) => {
        const document = shelf.documents.get(documentName({ type: from_type, key: from_key }))
        return document === undefined || document.deleted ? [] : [[documentName(document), document] as const]
      }),
    )
    const found = [...documents.values()]
    return {
      tenant: shelf.tenant,
      tracking: number,
      scans: found.flatMap((document) => scanOf(document) ?? []),
      shipments: found.filter(({ type }) => type === 'shipment'),
    }
  })
}

function scanOf({ type, key, origin, status, body }: LedgerDocument): Scan | undefined {
  const at = Date.parse(textOf(body.at) ?? '')
  return type !== 'tracking-event' || Number.isNaN(at) ? undefined : { key, origin, at, status: status ?? 'unknown', body }
}

/** What follows for the parcel. Pure. */
export function parcelFigures({ tenant, tracking, scans, shipments }: ParcelCase): ParcelFigures {
  if (scans.length === 0 && shipments.length === 0) return { row: undefined, findings: [] }
  const timeline = timelineOf(scans)
  const { status, moment } = statusOf(timeline)
  const carriers = carriersOf(scans)
  const unmapped = unmappedCarriers(scans)
  const finding = (code: Note['code'], detail: Note['detail']): Note => ({ type: 'parcel', key: tracking, code, path: '', detail })
  return {
    row: {
      tenant,
      tracking,
      status,
      at: moment?.at ?? null,
      event: moment?.scans[0]?.key ?? null,
      carrier: carriers[0] ?? null,
      delivered_at: deliveredAt(timeline),
      events: scans.length,
    },
    findings: [
      ...(unmapped.length === 0 ? [] : [finding('carrier-unmapped', { carriers: unmapped })]),
      // one number at two carriers: a hand-over, or two parcels whose carriers gave the same number
      ...(carriers.length < 2 ? [] : [finding('several-carriers', { carriers })]),
    ],
  }
}
