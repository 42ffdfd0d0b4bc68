import type { JsonObject } from '../model/json.ts'
import type { LedgerDocument } from './types.ts'

const textOf = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined)

/** What of a document's row follows from its body. */
export const headOf = (body: JsonObject): Pick<LedgerDocument, 'number' | 'status' | 'businessDate' | 'placedAt' | 'deleted'> => ({
  number: textOf(body.number) ?? null,
  status: textOf(body.status) ?? null,
  businessDate: businessDateOf(body),
  placedAt: placedAtOf(body),
  deleted: body.deleted === true,
})

const times = [
  'placedAt',
  'issuedAt',
  'respondedAt',
  'receivedAt',
  'movedAt',
  'sentAt',
  'shippedAt',
  'refundedAt',
  'requestedAt',
  'paidAt',
  'at',
] as const

/** When the business placed it, epoch ms: the document's own time, else midnight UTC of its date. */
function placedAtOf(body: JsonObject): number | null {
  const time = times.map((name) => textOf(body[name])).find((value) => value !== undefined) ?? textOf(body.issueDate)
  const at = time === undefined ? Number.NaN : Date.parse(time)
  return Number.isNaN(at) ? null : at
}

/** The business date: stated, else the date of the document's time in its zone. */
export function businessDateOf(body: JsonObject): string | null {
  const stated = textOf(body.issueDate)
  if (stated !== undefined) return stated
  const time = times.map((name) => textOf(body[name])).find((value) => value !== undefined)
  if (time === undefined || Number.isNaN(Date.parse(time))) return null
  const zone = textOf(body.zone)
  try {
    return zone === undefined ? time.slice(0, 10) : Temporal.Instant.from(time).toZonedDateTimeISO(zone).toPlainDate().toString()
  } catch (error) {
    if (error instanceof RangeError) return time.slice(0, 10)
    throw error
  }
}
