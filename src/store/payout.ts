import { sql } from 'kysely'
import { hubOrigin } from '../model/hub-origin.ts'
import type { Tx } from './database.ts'
import { inLists, type Reader } from './in-list.ts'
import { insertMany } from './insert-many.ts'
import type { PayoutLineTable, PayoutTable, SettlementTable } from './tables-payouts.ts'

export const payoutsOf = (read: Reader, tenant: string, keys: Iterable<string>): Promise<PayoutTable[]> =>
  inLists(keys, (list) => read.selectFrom('payout').selectAll().where('tenant', '=', tenant).where('key', 'in', list).execute())

export const savePayouts = (tx: Tx, rows: readonly PayoutTable[]): Promise<number> =>
  insertMany(tx, 'payout', rows, {
    keys: ['tenant', 'key'],
    then: 'update',
    columns: [
      'origin',
      'number',
      'currency',
      'status',
      'verdict',
      'paid_at',
      'total',
      'line_total',
      'matched',
      'unmatched',
      'unjudged',
      'lines',
      'differing',
    ],
  })

/** Lines of payouts, by the payouts' keys. */
export const payoutLinesOf = (read: Reader, tenant: string, keys: Iterable<string>): Promise<PayoutLineTable[]> =>
  inLists(keys, (list) => read.selectFrom('payout_line').selectAll().where('tenant', '=', tenant).where('key', 'in', list).execute())

/** Lines of payouts that are of these orders. */
export const payoutLinesOfOrders = (read: Reader, tenant: string, orders: Iterable<string>): Promise<PayoutLineTable[]> =>
  inLists(orders, (list) =>
    read.selectFrom('payout_line').selectAll().where('tenant', '=', tenant).where('order_key', 'in', list).execute(),
  )

export const savePayoutLines = (tx: Tx, rows: readonly PayoutLineTable[]): Promise<number> =>
  insertMany(tx, 'payout_line', rows, {
    keys: ['tenant', 'key', 'position'],
    then: 'update',
    columns: ['order_key', 'kind', 'currency', 'amount', 'verdict', 'detail'],
  })

/** Removes lines of a payout from a place on. */
export async function cutPayoutLines(tx: Tx, tenant: string, key: string, from: number): Promise<void> {
  await tx.deleteFrom('payout_line').where('tenant', '=', tenant).where('key', '=', key).where('position', '>=', from).execute()
}

/** Removes the rows of payouts that are none. */
export async function deletePayouts(tx: Tx, tenant: string, keys: readonly string[]): Promise<void> {
  for (const table of ['payout_line', 'payout'] as const)
    await inLists(keys, (list) => tx.deleteFrom(table).where('tenant', '=', tenant).where('key', 'in', list).execute())
}

/** Lines of a payout with one verdict and in one currency. */
export interface VerdictSum {
  readonly key: string
  readonly verdict: string
  readonly currency: string
  readonly lines: number
  readonly amount: bigint
}

/** What the lines of payouts come to, by verdict and currency. */
export async function verdictSums(read: Reader, tenant: string, keys: Iterable<string>): Promise<VerdictSum[]> {
  const rows = await inLists(keys, (list) =>
    read
      .selectFrom('payout_line')
      .select(({ fn }) => ['key', 'verdict', 'currency', fn.countAll().as('lines'), fn.sum('amount').as('amount')])
      .where('tenant', '=', tenant)
      .where('key', 'in', list)
      .groupBy(['key', 'verdict', 'currency'])
      .orderBy('key')
      .orderBy('verdict')
      .orderBy('currency')
      .execute(),
  )
  return rows.map((row) => ({ ...row, lines: Number(row.lines), amount: BigInt(row.amount ?? 0) }))
}

/** The first lines of a payout with a verdict. */
export const firstLines = (read: Reader, tenant: string, key: string, verdict: string, limit: number): Promise<PayoutLineTable[]> =>
  read
    .selectFrom('payout_line')
    .selectAll()
    .where('tenant', '=', tenant)
    .where('key', '=', key)
    .where('verdict', '=', verdict)
    .orderBy('position')
    .limit(limit)
    .execute()

export const settlementsOf = (read: Reader, tenant: string, orders: Iterable<string>): Promise<SettlementTable[]> =>
  inLists(orders, (list) => read.selectFrom('settlement').selectAll().where('tenant', '=', tenant).where('key', 'in', list).execute())

export const saveSettlements = (tx: Tx, rows: readonly SettlementTable[]): Promise<number> =>
  insertMany(tx, 'settlement', rows, {
    keys: ['tenant', 'key'],
    then: 'update',
    columns: [
      'origin',
      'number',
      'currency',
      'state',
      'captured',
      'subsidy',
      'refunded',
      'settled',
      'fees',
      'open',
      'captured_at',
      'due_at',
    ],
  })

export async function deleteSettlements(tx: Tx, tenant: string, keys: readonly string[]): Promise<void> {
  await inLists(keys, (list) => tx.deleteFrom('settlement').where('tenant', '=', tenant).where('key', 'in', list).execute())
}

/** Orders that should have been paid out before a time, after one, in the order of that time and key. */
export const overdueSettlements = (
  read: Reader,
  tenant: string,
  before: number,
  after: { readonly at: number; readonly key: string },
  limit: number,
): Promise<SettlementTable[]> =>
  read
    .selectFrom('settlement')
    .selectAll()
    .where('tenant', '=', tenant)
    .where('state', '=', 'open')
    .where('due_at', '<', before)
    .where((is) => is.or([is('due_at', '>', after.at), is.and([is('due_at', '=', after.at), is('key', '>', after.key)])]))
    .orderBy('due_at')
    .orderBy('key')
    .limit(limit)
    .execute()

/** A connection whose documents have to be settled again, with the last one that was. */
export async function nextResettling(
  tx: Tx,
  tenant: string,
): Promise<{ readonly name: string; readonly type: string; readonly key: string } | undefined> {
  const row = await tx
    .selectFrom('connection')
    .select(['name', 'resettling'])
    .where('tenant', '=', tenant)
    .where('resettling', 'is not', null)
    .orderBy('name')
    .limit(1)
    .executeTakeFirst()
  if (row === undefined || row.resettling === null) return undefined
  const [type = '', key = '']: readonly string[] = JSON.parse(row.resettling)
  return { name: row.name, type, key }
}

/** `last` undefined: all of them were. */
export async function resettledTo(
  tx: Tx,
  tenant: string,
  name: string,
  last: { readonly type: string; readonly key: string } | undefined,
): Promise<void> {
  await tx
    .updateTable('connection')
    .set({ resettling: last === undefined ? null : JSON.stringify([last.type, last.key]) })
    .where('tenant', '=', tenant)
    .where('name', '=', name)
    .execute()
}

/** Payouts and sales orders that a connection keeps, and payouts that the hub was given (which may be of it), after one, in the order of type and key. */
export const settledBy = (
  tx: Tx,
  tenant: string,
  { name, type, key }: { readonly name: string; readonly type: string; readonly key: string },
  limit: number,
): Promise<{ type: string; key: string }[]> =>
  tx
    .selectFrom('document')
    .select(['type', 'key'])
    .where('tenant', '=', tenant)
    .where((is) => is.or([is('origin', '=', name), is.and([is('origin', '=', hubOrigin), is('type', '=', 'payout')])]))
    .where(sql.ref('type'), 'in', ['payout', 'sales-order'])
    .where((is) => is.or([is('type', '>', type), is.and([is('type', '=', type), is('key', '>', key)])]))
    .orderBy('type')
    .orderBy('key')
    .limit(limit)
    .execute()
