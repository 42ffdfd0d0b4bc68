import type { Tx } from '../store/database.ts'
import { documentsByKey } from '../store/document.ts'
import { envelopesById, receiptsUnder, reopenEnvelopes } from '../store/envelope.ts'
import { readyLanes } from '../store/lane.ts'
import { lastRecords, recordName } from '../store/record.ts'
import { removedAmong } from '../store/retention.ts'

/**
 * Documents are made once more of the last record of each, in its old place. Those whose bytes retention took away stay as they are. Answers the ingest lanes that have work now.
 */
export async function deriveAgain(
  tx: Tx,
  tenant: string,
  documents: readonly { readonly type: string; readonly key: string }[],
  now: number,
): Promise<readonly number[]> {
  const causes = new Set<string>()
  for (const [type, group] of Map.groupBy(documents, (one) => one.type))
    for (const { envelope } of await documentsByKey(tx, tenant, type, new Set(group.map(({ key }) => key))))
      if (envelope !== null) causes.add(envelope)
  const made = await envelopesById(tx, tenant, causes)
  const last = await lastRecords(tx, tenant, made)
  return reopen(
    tx,
    tenant,
    made.map(({ id, connection, stream, key }) => last.get(recordName(connection, stream, key))?.envelope ?? id),
    now,
  )
}

/** The last records of these keys are applied once more, in their old places. Answers the ingest lanes that have work now. */
export async function reopenRecords(
  tx: Tx,
  tenant: string,
  records: readonly { readonly connection: string; readonly stream: string; readonly key: string }[],
  now: number,
): Promise<readonly number[]> {
  const last = await lastRecords(tx, tenant, records)
  return reopen(
    tx,
    tenant,
    [...last.values()].map(({ envelope }) => envelope),
    now,
  )
}

async function reopen(tx: Tx, tenant: string, envelopes: readonly string[], now: number): Promise<readonly number[]> {
  const ids = [...new Set(envelopes)]
  const standOn = await receiptsUnder(tx, tenant, ids)
  const removed = await removedAmong(
    tx,
    tenant,
    standOn.map(({ receipt }) => receipt),
  )
  const gone = new Set(standOn.filter(({ receipt }) => removed.has(receipt)).map(({ id }) => id))
  const rows = await envelopesById(
    tx,
    tenant,
    ids.filter((id) => !gone.has(id)),
  )
  const lanes = [...new Set(rows.map(({ lane }) => lane))]
  await readyLanes(tx, tenant, 'ingest', lanes.map(String), now)
  await reopenEnvelopes(
    tx,
    tenant,
    rows.map(({ id }) => id),
  )
  return lanes
}
