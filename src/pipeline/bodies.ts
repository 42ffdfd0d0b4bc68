import type { Tx } from '../store/database.ts'
import { receiptBodies, receiptSizes } from '../store/receipt.ts'
import type { Context } from './context.ts'

/** How many bytes each receipt takes to read, by id: as it lies in memory, else as it is kept. */
export async function sizesOf(context: Context, tx: Tx, receipts: readonly string[]): Promise<ReadonlyMap<string, number>> {
  const there = receipts.flatMap((id): [string, number][] => {
    const body = context.handover.get(id)
    return body === undefined ? [] : [[id, body.byteLength]]
  })
  const known = new Map(there)
  const stored = await receiptSizes(
    tx,
    context.tenant,
    receipts.filter((id) => !known.has(id)),
  )
  return new Map([...there, ...stored])
}

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
