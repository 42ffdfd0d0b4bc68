import type { Tx } from '../store/database.ts'
import { receiptBodies } from '../store/receipt.ts'
import type { Context } from './context.ts'

/** Bytes of receipts by id: from memory where they were just committed, else from the table. */
export async function bodiesOf(context: Context, tx: Tx, receipts: Iterable<string>): Promise<Map<string, Uint8Array>> {
  const found = new Map<string, Uint8Array>()
  const missing: string[] = []
  for (const id of new Set(receipts)) {
    const body = context.handover.get(id)
    if (body === undefined) missing.push(id)
    else found.set(id, body)
  }
  for (const { id, body } of await receiptBodies(tx, context.tenant, missing)) found.set(id, body)
  return found
}
