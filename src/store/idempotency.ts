import { retry } from '../model/errors.ts'
import type { Tx } from './database.ts'
import { grouped, inLists } from './in-list.ts'
import { insertMany } from './insert-many.ts'
import type { IdempotencyTable } from './tables-access.ts'

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

/** What stands under keys, without claiming any; rows older than `expiredBefore` are dropped. */
export async function answersKept(
  tx: Tx,
  keys: readonly Pick<IdempotencyTable, 'tenant' | 'route' | 'key'>[],
  expiredBefore: number,
): Promise<IdempotencyTable[]> {
  if (keys.length === 0) return []
  await tx.deleteFrom('idempotency').where('at', '<', expiredBefore).execute()
  const found: IdempotencyTable[] = []
  for (const [, group] of grouped(keys, ({ tenant, route }) => `${tenant} ${route}`)) {
    const [{ tenant, route } = { tenant: '', route: '' }] = group
    found.push(
      ...(await inLists(
        group.map(({ key }) => key),
        (list) =>
          tx
            .selectFrom('idempotency')
            .selectAll()
            .where('tenant', '=', tenant)
            .where('route', '=', route)
            .where('key', 'in', list)
            .execute(),
      )),
    )
  }
  return found
}

/** Keeps answers together with their effects. @throws HubError `idempotency-race` (retry) when another transaction was quicker with one of the keys */
export async function keepAnswers(tx: Tx, rows: readonly IdempotencyTable[]): Promise<void> {
  const sorted = rows.toSorted((a, b) => (`${a.route} ${a.key}` < `${b.route} ${b.key}` ? -1 : 1))
  if ((await insertMany(tx, 'idempotency', sorted, { keys: ['tenant', 'route', 'key'], then: 'ignore' })) < rows.length)
    throw retry('idempotency-race', 'another request with the same Idempotency-Key was quicker: ask again for its answer')
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
