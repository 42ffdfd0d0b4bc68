import type { Tx } from './database.ts'
import type { Reader } from './in-list.ts'
import { insertMany } from './insert-many.ts'
import type { VerificationTable } from './tables.ts'

/** Verifications kept; older ones go when a new one comes. */
const maxKept = 400

export async function insertVerification(tx: Tx, row: VerificationTable): Promise<void> {
  await insertMany(tx, 'verification', [row])
  const { tenant } = row
  const oldest = await tx
    .selectFrom('verification')
    .select('id')
    .where('tenant', '=', tenant)
    .orderBy('id', 'desc')
    .offset(maxKept)
    .limit(1)
    .executeTakeFirst()
  if (oldest !== undefined) await tx.deleteFrom('verification').where('tenant', '=', tenant).where('id', '<=', oldest.id).execute()
}

export const findVerification = (read: Reader, tenant: string, id: string): Promise<VerificationTable | undefined> =>
  read.selectFrom('verification').selectAll().where('tenant', '=', tenant).where('id', '=', id).executeTakeFirst()

/** Newest first, without what differed. */
export function listVerifications(
  read: Reader,
  tenant: string,
  of: { readonly before?: string; readonly limit: number },
): Promise<Omit<VerificationTable, 'body'>[]> {
  const rows = read
    .selectFrom('verification')
    .select(['tenant', 'id', 'started_at', 'ended_at', 'whole', 'differences', 'mended', 'checked', 'asked_by'])
    .where('tenant', '=', tenant)
  return (of.before === undefined ? rows : rows.where('id', '<', of.before)).orderBy('id', 'desc').limit(of.limit).execute()
}
