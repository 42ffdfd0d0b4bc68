import { canonicalJson, type Json } from '../../model/json.ts'
import { findingsOf } from '../../store/finding.ts'
import { grouped, type Reader } from '../../store/in-list.ts'
import type { FindingTable } from '../../store/tables.ts'
import { salesCodes } from '../day-sales.ts'
import { type Note, noteName } from '../findings.ts'
import { headCodes } from '../match/head-findings.ts'
import { movementCodes } from '../movement-rows.ts'
import { orderCodes } from '../order-figures.ts'
import { parcelCodes } from '../parcel-figures.ts'
import { payableCodes } from '../payables/owed.ts'
import { costCodes } from '../prices/freeze.ts'
import { settlementCodes } from '../settle-order.ts'
import { payoutCodes } from '../settle-payout.ts'
import type { DocumentName } from '../shelf.ts'
import { productCodes, stockCodes } from '../stock-figures.ts'
import type { Check, Difference, FindingName } from './check.ts'

/** Codes of findings that follow from documents as figures do. What was noted when something happened cannot be computed again. */
export const derivedCodes: ReadonlySet<string> = new Set([
  ...orderCodes,
  ...stockCodes,
  ...productCodes,
  ...parcelCodes,
  ...movementCodes,
  ...salesCodes,
  ...headCodes,
  ...settlementCodes,
  ...payoutCodes,
  ...costCodes,
  ...payableCodes,
])

/** A finding that follows from documents, and the order, product or parcel it came with. */
export interface Computed {
  readonly note: Note
  readonly of: DocumentName
}

/** Findings that have to be open. One that a person closed stays closed until its figures are derived again. */
export async function compareNotes(read: Reader, tenant: string, computed: readonly Computed[]): Promise<Check> {
  const stored = new Map<string, FindingTable>()
  for (const [type, group] of grouped(computed, ({ note }) => note.type))
    for (const row of await findingsOf(
      read,
      tenant,
      type,
      group.map(({ note }) => note.key),
    ))
      stored.set(noteName(row), row)
  const differences = computed.flatMap(({ note, of }): Difference[] => {
    const row = stored.get(noteName(note))
    if (row?.state === 'closed' && row.closed_by !== null) return []
    const isOpen = row?.state === 'open'
    if (isOpen && row.detail === canonicalJson(note.detail)) return []
    return [differenceOf(note, of, isOpen ? row.detail : null, canonicalJson(note.detail))]
  })
  return { checked: {}, differences }
}

/** The order that a finding names in its detail; undefined for one that is about none. */
export function orderNamed({ detail }: Pick<FindingTable, 'detail'>): string | undefined {
  const { order } = parsed(detail)
  return typeof order === 'string' ? order : undefined
}

function parsed(detail: string): { readonly order?: Json } {
  try {
    return JSON.parse(detail) ?? {}
  } catch {
    return {}
  }
}

export function differenceOf(
  { type, key, code, path, detail }: Omit<Note, 'detail' | 'code'> & { readonly code: string; readonly detail: Note['detail'] | string },
  of: DocumentName,
  stored: string | null,
  computed: string | null,
): Difference {
  const { order } = typeof detail === 'string' ? parsed(detail) : detail
  const finding: FindingName = { type, key, code, path, ...(typeof order === 'string' ? { order } : {}) }
  return { table: 'finding', key: [type, key, code, path].join(' ').trimEnd(), stored, computed, of, finding }
}
