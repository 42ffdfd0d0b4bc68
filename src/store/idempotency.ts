import type { Tx } from './database.ts'
import { insertMany } from './insert-many.ts'
import type { IdempotencyTable } from './tables.ts'

/** What stands under an Idempotency-Key: nothing so far, now it is the caller's; or what an earlier request put there. */
export type Claim = { readonly kind: 'ours' } | { readonly kind: 'taken'; readonly row: IdempotencyTable }

/**
 * Puts a request under its key. A row without an answer that is older than `lostBefore` belongs to a process that is gone and is taken over; rows older than
 * `expiredBefore` are dropped.
 */
export async function claimIdempotency(
  tx: Tx,
  row: Pick<IdempotencyTable, 'tenant' | 'route' | 'key' | 'request_hash' | 'at'>,
  lostBefore: number,
  expiredBefore: number,
): Promise<Claim> {
  await tx.deleteFrom('idempotency').where('at', '<', expiredBefore).execute()
  const written = await insertMany(tx, 'idempotency', [{ ...row, status: null, body: null }], {
    keys: ['tenant', 'route', 'key'],
    then: 'ignore',
  })
  if (written > 0) return { kind: 'ours' }
  const found = await tx
    .selectFrom('idempotency')
    .selectAll()
    .where('tenant', '=', row.tenant)
    .where('route', '=', row.route)
    .where('key', '=', row.key)
    .executeTakeFirstOrThrow()
  if (found.status !== null || found.at >= lostBefore || found.request_hash !== row.request_hash) return { kind: 'taken', row: found }
  const taken = await one(tx, row).set({ at: row.at }).where('status', 'is', null).where('at', '=', found.at).executeTakeFirst()
  return taken.numUpdatedRows > 0n ? { kind: 'ours' } : { kind: 'taken', row: found }
}

/** Keeps the answer for whoever asks again with the same key. */
export async function answerIdempotency(
  tx: Tx,
  of: Pick<IdempotencyTable, 'tenant' | 'route' | 'key'>,
  status: number,
  body: string,
): Promise<void> {
  await one(tx, of).set({ status, body }).execute()
}

/** Gives an unanswered key back: the request failed and may be sent again. */
export async function dropIdempotency(tx: Tx, of: Pick<IdempotencyTable, 'tenant' | 'route' | 'key'>): Promise<void> {
  await tx
    .deleteFrom('idempotency')
    .where('tenant', '=', of.tenant)
    .where('route', '=', of.route)
    .where('key', '=', of.key)
    .where('status', 'is', null)
    .execute()
}

const one = (tx: Tx, of: Pick<IdempotencyTable, 'tenant' | 'route' | 'key'>) =>
  tx.updateTable('idempotency').where('tenant', '=', of.tenant).where('route', '=', of.route).where('key', '=', of.key)
