import { sha256 } from '../model/id.ts'
import type { Tx } from '../store/database.ts'
import { insertHashes, knownHashes } from '../store/dedupe.ts'
import { insertEnvelopes } from '../store/envelope.ts'
import type { ReceiptHead } from '../store/receipt.ts'
import type { EnvelopeTable } from '../store/tables.ts'
import type { DedupeTable } from '../store/tables-workspace.ts'
import type { Context } from './context.ts'
import type { NoRecords } from './cut-receipt.ts'

/** A receipt that gave no records. */
export interface Whole extends NoRecords {
  readonly receipt: ReceiptHead
  readonly length: number
}

/** By which a receipt that gave no records is known when the same bytes come again. */
export const wholeHash = (receipt: Pick<ReceiptHead, 'topic' | 'body_hash'>): string =>
  sha256('whole', receipt.topic ?? '', receipt.body_hash)

/** One envelope over all bytes of each receipt that gave no records; the same bytes again are a duplicate. */
export async function writeWholes(
  context: Context,
  tx: Tx,
  connection: string,
  wholes: readonly Whole[],
  revision: string,
  now: number,
): Promise<void> {
  if (wholes.length === 0) return
  const { tenant } = context
  const hashOf = ({ receipt }: Whole) => wholeHash(receipt)
  const known = await knownHashes(tx, tenant, connection, wholes.map(hashOf))
  const rows: EnvelopeTable[] = []
  const fresh: DedupeTable[] = []
  for (const whole of wholes) {
    const { receipt } = whole
    const id = context.newId()
    const hash = hashOf(whole)
    const twin = known.get(hash)
    const entry = { tenant, connection, hash, body_hash: receipt.body_hash, envelope: id, at: now }
    if (twin === undefined) {
      known.set(hash, entry)
      fresh.push(entry)
    }
    rows.push({
      tenant,
      id,
      receipt: receipt.id,
      connection,
      stream: receipt.stream ?? '',
      lane: 0,
      key: '',
      version: null,
      op: 'upsert',
      slices: JSON.stringify([{ receipt: receipt.id, from: 0, to: whole.length }]),
      body_hash: receipt.body_hash,
      as_of: receipt.as_of,
      baseline: 0,
      authoritative: 0,
      state: twin === undefined ? whole.state : 'duplicate',
      reason: twin === undefined ? whole.reason : null,
      detail: JSON.stringify(twin === undefined ? { message: whole.message } : { of: twin.envelope }),
      waits_for: null,
      crashes: 0,
      revision,
      received_at: receipt.received_at,
      settled_at: now,
    })
  }
  await insertEnvelopes(tx, rows)
  await insertHashes(tx, fresh)
}
