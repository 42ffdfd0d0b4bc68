import type { Tx } from './database.ts'
import type { Reader } from './in-list.ts'
import { insertMany } from './insert-many.ts'
import type { IdentityChangeTable } from './tables-crosswalk.ts'

export const insertIdentityChange = (tx: Tx, row: IdentityChangeTable): Promise<number> => insertMany(tx, 'identity_change', [row])

/** The last time that one key was merged into another. */
export const lastMerge = (
  read: Reader,
  tenant: string,
  type: string,
  from: string,
  into: string,
): Promise<IdentityChangeTable | undefined> =>
  read
    .selectFrom('identity_change')
    .selectAll()
    .where('tenant', '=', tenant)
    .where('type', '=', type)
    .where('from_key', '=', from)
    .where('into_key', '=', into)
    .where('kind', '=', 'merge')
    .orderBy('id', 'desc')
    .limit(1)
    .executeTakeFirst()

/** Merges and splits that a key had a part in, the newest first. */
export const identityChanges = (
  read: Reader,
  tenant: string,
  type: string | undefined,
  key: string | undefined,
  before: string | undefined,
  limit: number,
): Promise<IdentityChangeTable[]> => {
  let rows = read.selectFrom('identity_change').selectAll().where('tenant', '=', tenant)
  if (type !== undefined) rows = rows.where('type', '=', type)
  if (key !== undefined) rows = rows.where((is) => is.or([is('from_key', '=', key), is('into_key', '=', key)]))
  if (before !== undefined) rows = rows.where('id', '<', before)
  return rows.orderBy('id', 'desc').limit(limit).execute()
}
