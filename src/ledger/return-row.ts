import type { AftersaleTable } from '../store/tables.ts'
import { textOf } from './shelf.ts'
import type { LedgerDocument } from './types.ts'

/** States in which somebody has to do something. */
export const openReturns: readonly string[] = ['requested', 'approved', 'travelling', 'received']

/** What the list of after-sale documents, and the look at their deadlines, find one by: a pure function of the document. */
export function returnRow(tenant: string, { key, origin, status, deleted, placedAt, body }: LedgerDocument): AftersaleTable {
  return {
    tenant,
    key,
    origin,
    kind: textOf(body.kind) ?? 'unknown',
    status: deleted ? 'deleted' : (status ?? 'unknown'),
    requested_at: timeIn(body.requestedAt) ?? placedAt ?? 0,
    deadline: timeIn(body.deadline),
  }
}

function timeIn(value: LedgerDocument['body'][string]): number | null {
  const at = Date.parse(textOf(value) ?? '')
  return Number.isNaN(at) ? null : at
}
