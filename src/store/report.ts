import type { Tx } from './database.ts'
import type { Reader } from './in-list.ts'
import { insertMany } from './insert-many.ts'
import type { ReportTable } from './tables.ts'

/** Reports kept of one connection; older ones go when a new one comes. */
const maxKept = 100

export async function insertReport(tx: Tx, row: ReportTable): Promise<void> {
  await insertMany(tx, 'report', [row])
  const { tenant, connection } = row
  const oldest = await tx
    .selectFrom('report')
    .select('id')
    .where('tenant', '=', tenant)
    .where('connection', '=', connection)
    .orderBy('id', 'desc')
    .offset(maxKept)
    .limit(1)
    .executeTakeFirst()
  if (oldest === undefined) return
  await tx.deleteFrom('report').where('tenant', '=', tenant).where('connection', '=', connection).where('id', '<=', oldest.id).execute()
}

export const findReport = (read: Reader, tenant: string, id: string): Promise<ReportTable | undefined> =>
  read.selectFrom('report').selectAll().where('tenant', '=', tenant).where('id', '=', id).executeTakeFirst()

/** Newest first, without what they found. */
export function listReports(
  read: Reader,
  tenant: string,
  of: { readonly connection?: string; readonly before?: string; readonly limit: number },
): Promise<Omit<ReportTable, 'body'>[]> {
  let query = read
    .selectFrom('report')
    .select(['tenant', 'id', 'connection', 'from_day', 'until_day', 'heal', 'dry_run', 'same', 'differences', 'asked_by', 'created_at'])
    .where('tenant', '=', tenant)
  if (of.connection !== undefined) query = query.where('connection', '=', of.connection)
  if (of.before !== undefined) query = query.where('id', '<', of.before)
  return query.orderBy('id', 'desc').limit(of.limit).execute()
}
