import { aged, drop, type Of, type Removed, removed } from './aged.ts'
import { positionsOf, savePosition } from './cursor.ts'
import type { Tx } from './database.ts'
import { hasRivals } from './hold.ts'
import { inLists, type Reader } from './in-list.ts'
import { insertMany } from './insert-many.ts'
import { receiptHead } from './receipt.ts'
import type { ReceiptTable } from './tables.ts'

/** States in which an envelope may still need its bytes: it waits, or a person may have it worked on again. */
const needed = ['received', 'parked', 'dead'] as const

/**
 * Takes the bytes and headers out of receipts made before a time; rows, hashes and everything that was made of them stay. Kept are those of envelopes that may still need them: of the same connection, received at the
 * same moment (what belongs to one read shares it).
 */
export async function removeBodies(tx: Tx, tenant: string, of: Of): Promise<Removed> {
  const rows = await aged(
    tx.selectFrom('receipt').select(['id', 'connection', 'received_at']).where('state', '=', 'split'),
    tenant,
    of,
  ).execute()
  const times = rows.map(({ received_at }) => received_at)
  const open =
    rows.length === 0
      ? []
      : await tx
          .selectFrom('envelope')
          .select(['connection', 'received_at'])
          .distinct()
          .where('tenant', '=', tenant)
          .where('state', 'in', needed)
          .where('received_at', '>=', Math.min(...times))
          .where('received_at', '<=', Math.max(...times))
          .execute()
  const moment = (row: { readonly connection: string; readonly received_at: number }) => `${row.connection}/${row.received_at}`
  const kept = new Set(open.map(moment))
  const ids = rows.filter((row) => !kept.has(moment(row))).map(({ id }) => id)
  const gone = await inLists(ids, (list) => {
    const found = tx
      .selectFrom('receipt')
      .select([...receiptHead, 'trace'])
      .where('tenant', '=', tenant)
      .where('id', 'in', list)
      .where('state', '=', 'split')
    return hasRivals(tx) ? found.forUpdate().execute() : found.execute()
  })
  // written anew, not shortened: SQLite joins pages that are nearly empty only where rows are deleted
  await drop(
    tx.deleteFrom('receipt'),
    tenant,
    gone.map(({ id }) => id),
  )
  await insertMany(
    tx,
    'receipt',
    gone.map((row): ReceiptTable => ({ ...row, body: new Uint8Array(), coding: null, headers: null, state: 'removed' })),
  )
  return removed(rows, gone, of)
}

/** States in which a delivery is over; a dead one waits for a person. */
export const settledStates = ['delivered', 'superseded', 'cancelled'] as const

/** Deletes tries made before a time, of deliveries that are settled for good. */
export async function removeAttempts(tx: Tx, tenant: string, of: Of): Promise<Removed> {
  const rows = await aged(tx.selectFrom('attempt').select(['id', 'delivery', 'outcome', 'n']), tenant, of).execute()
  const settled = new Set(
    (
      await inLists([...new Set(rows.map(({ delivery }) => delivery))], (list) =>
        tx
          .selectFrom('delivery')
          .select('id')
          .where('tenant', '=', tenant)
          .where('id', 'in', list)
          .where('state', 'in', settledStates)
          .execute(),
      )
    ).map(({ id }) => id),
  )
  const gone = rows.filter(({ delivery }) => settled.has(delivery))
  await removeTries(tx, tenant, gone)
  return { ...removed(rows, gone, of), counted: triesByOutcome(gone) }
}

export const removeTries = (tx: Tx, tenant: string, tries: readonly { readonly id: string }[]) =>
  drop(
    tx.deleteFrom('attempt'),
    tenant,
    tries.map(({ id }) => id),
  )

/** How many tries of each outcome there are, and how many of them were not the first of their delivery. */
export const triesByOutcome = (tries: readonly { readonly outcome: string | null; readonly n: number }[]): ReadonlyMap<string, number> =>
  new Map([
    ...[...Map.groupBy(tries, ({ outcome }) => outcome ?? '')].map(([outcome, group]): [string, number] => [
      `attempts/${outcome}`,
      group.length,
    ]),
    ['retries', tries.filter(({ n }) => n > 1).length],
  ])

/** Where it stands how many rows of a kind were removed since the beginning. */
const removedPlace = ':removed'

/** Rows removed since the beginning: `receipts`, `retries`, and `attempts/<outcome>`. */
export async function removedCounts(read: Reader, tenant: string): Promise<ReadonlyMap<string, number>> {
  return new Map([...(await positionsOf(read, tenant, removedPlace))].map(([name, count]) => [name, Number(count ?? 0)]))
}

/** Adds to {@link removedCounts}, in the transaction that removes. */
export async function noteRemoved(tx: Tx, tenant: string, counted: ReadonlyMap<string, number>, at: number): Promise<void> {
  const more = [...counted].filter(([, count]) => count > 0)
  if (more.length === 0) return
  const before = await removedCounts(tx, tenant)
  for (const [name, count] of more) await savePosition(tx, tenant, removedPlace, name, String((before.get(name) ?? 0) + count), at)
}

/**
 * Deletes marks by which a second coming of the same event is known, made before a time. The table has no index by time, which every event would have to pay for: it is gone through from one end to the other, `after` and
 * `next` being places in it (JSON).
 */
export async function removeMarks(tx: Tx, tenant: string, of: Of): Promise<Removed> {
  const [connection, hash] = of.after === '' ? ['', ''] : (JSON.parse(of.after) as [string, string])
  const rows = await tx
    .selectFrom('dedupe')
    .select(['connection', 'hash', 'at'])
    .where('tenant', '=', tenant)
    .where((is) => is.or([is('connection', '>', connection), is.and([is('connection', '=', connection), is('hash', '>', hash)])]))
    .orderBy('connection')
    .orderBy('hash')
    .limit(of.limit)
    .execute()
  const old = rows.filter(({ at }) => at < of.before)
  for (const [name, group] of Map.groupBy(old, (row) => row.connection))
    await inLists(
      group.map((row) => row.hash),
      (list) =>
        tx
          .deleteFrom('dedupe')
          .where('tenant', '=', tenant)
          .where('connection', '=', name)
          .where('hash', 'in', list)
          .where('at', '<', of.before)
          .execute(),
    )
  const last = rows.at(-1)
  return { rows: old.length, next: rows.length < of.limit || last === undefined ? undefined : JSON.stringify([last.connection, last.hash]) }
}

/** Those of the receipts whose bytes were removed. */
export async function removedAmong(read: Reader, tenant: string, ids: readonly string[]): Promise<ReadonlySet<string>> {
  const rows = await inLists([...new Set(ids)], (list) =>
    read.selectFrom('receipt').select('id').where('tenant', '=', tenant).where('id', 'in', list).where('state', '=', 'removed').execute(),
  )
  return new Set(rows.map(({ id }) => id))
}
