import type { Tx } from './database.ts'
import { inLists, type Reader } from './in-list.ts'
import { insertMany } from './insert-many.ts'
import type { ParcelTable } from './tables-ledger.ts'

export const parcelsOf = (read: Reader, tenant: string, tracking: Iterable<string>): Promise<ParcelTable[]> =>
  inLists(tracking, (list) => read.selectFrom('parcel').selectAll().where('tenant', '=', tenant).where('tracking', 'in', list).execute())

/** Parcels in the order of their numbers, after one. */
export const parcelPage = (read: Reader, tenant: string, after: string, limit: number): Promise<ParcelTable[]> =>
  read
    .selectFrom('parcel')
    .selectAll()
    .where('tenant', '=', tenant)
    .where('tracking', '>', after)
    .orderBy('tracking')
    .limit(limit)
    .execute()

export const saveParcels = (tx: Tx, rows: readonly ParcelTable[]): Promise<number> =>
  insertMany(tx, 'parcel', rows, {
    keys: ['tenant', 'tracking'],
    then: 'update',
    columns: ['status', 'at', 'event', 'carrier', 'delivered_at', 'events'],
  })

export const deleteParcels = (tx: Tx, tenant: string, tracking: Iterable<string>): Promise<unknown> =>
  inLists(tracking, (list) => tx.deleteFrom('parcel').where('tenant', '=', tenant).where('tracking', 'in', list).execute())

/** Numbers of parcels that anything refers to, after one. */
export async function namedParcels(read: Reader, tenant: string, after: string, limit: number): Promise<string[]> {
  const rows = await read
    .selectFrom('reference')
    .select('to_key')
    .distinct()
    .where('tenant', '=', tenant)
    .where('to_type', '=', 'parcel')
    .where('to_key', '>', after)
    .orderBy('to_key')
    .limit(limit)
    .execute()
  return rows.flatMap(({ to_key }) => to_key ?? [])
}
