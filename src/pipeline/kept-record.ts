import { isHubError } from '../model/errors.ts'
import type { Json } from '../model/json.ts'
import { receiptBodies } from '../store/receipt.ts'
import type { EnvelopeTable } from '../store/tables.ts'
import type { Context } from './context.ts'
import { openReader, placeOf, type RecordPlace, slicesOf } from './map-record.ts'

/** The record of an envelope as mappings see it, and where it belongs; undefined when it is gone, cannot be read, or its stream is no longer in the workspace. */
export async function keptRecord(
  context: Context,
  envelope: Pick<EnvelopeTable, 'connection' | 'stream' | 'slices' | 'op'>,
): Promise<{ readonly record: Json; readonly place: RecordPlace } | undefined> {
  const place = placeOf(context.catalogue(), envelope)
  if ('kind' in place || envelope.op === 'delete') return undefined
  const receipts = [...new Set(slicesOf(envelope).map(({ receipt }) => receipt))]
  const bodies = await receiptBodies(context.database.read, context.tenant, receipts)
  try {
    const read = openReader(context)(envelope, place, new Map(bodies.map(({ id, body }) => [id, body])))
    return read.kind === 'record' ? { record: read.record, place } : undefined
  } catch (error) {
    if (isHubError(error) && error.detail.code === 'receipt-missing') return undefined
    throw error
  }
}
