import type { Tx } from './database.ts'
import { hasRivals } from './hold.ts'
import type { Reader } from './in-list.ts'
import { insertMany } from './insert-many.ts'
import type { NumberRequestTable, NumberResponseTable, NumberSignalTable } from './tables-numbers.ts'

export const insertSignal = (tx: Tx, row: NumberSignalTable): Promise<number> => insertMany(tx, 'number_signal', [row])

/** Signals for a scheme or for all, since a time, the newest first. */
export const signalsSince = (read: Reader, tenant: string, scheme: string, since: number, limit: number): Promise<NumberSignalTable[]> =>
  read
    .selectFrom('number_signal')
    .selectAll()
    .where('tenant', '=', tenant)
    .where('scheme', 'in', ['', scheme])
    .where('at', '>=', since)
    .orderBy('at', 'desc')
    .limit(limit)
    .execute()

/** What was asked for since a time, the newest first. */
export const demandSince = (
  read: Reader,
  tenant: string,
  scheme: string,
  since: number,
  limit: number,
): Promise<Pick<NumberRequestTable, 'at' | 'count'>[]> =>
  read
    .selectFrom('number_request')
    .select(['at', 'count'])
    .where('tenant', '=', tenant)
    .where('scheme', '=', scheme)
    .where('at', '>=', since)
    .orderBy('at', 'desc')
    .limit(limit)
    .execute()

export const insertResponses = (tx: Tx, rows: readonly NumberResponseTable[]): Promise<number> => insertMany(tx, 'number_response', rows)

/** Preset responses of a scheme, the newest first. */
export function listResponses(
  read: Reader,
  tenant: string,
  scheme: string,
  of: { readonly before?: string; readonly limit: number },
): Promise<NumberResponseTable[]> {
  let query = read.selectFrom('number_response').selectAll().where('tenant', '=', tenant).where('scheme', '=', scheme)
  if (of.before !== undefined) query = query.where('id', '<', of.before)
  return query.orderBy('id', 'desc').limit(of.limit).execute()
}

export function lockResponse(tx: Tx, tenant: string, id: string): Promise<NumberResponseTable | undefined> {
  const query = tx.selectFrom('number_response').selectAll().where('tenant', '=', tenant).where('id', '=', id)
  return (hasRivals(tx) ? query.forUpdate() : query).executeTakeFirst()
}

export const settleResponse = (
  tx: Tx,
  { tenant, id }: Pick<NumberResponseTable, 'tenant' | 'id'>,
  change: Partial<Omit<NumberResponseTable, 'tenant' | 'id'>>,
): Promise<unknown> => tx.updateTable('number_response').set(change).where('tenant', '=', tenant).where('id', '=', id).execute()
