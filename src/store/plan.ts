import type { Tx } from './database.ts'
import type { Reader } from './in-list.ts'
import { insertMany } from './insert-many.ts'
import type { PlanTable } from './tables.ts'

/** Keys a plan shows; a larger one is counted whole and shows its first. */
export const maxPlanKeys = 100_000

export const insertPlan = (tx: Tx, row: PlanTable): Promise<number> => insertMany(tx, 'plan', [row])

export const findPlan = (read: Reader, tenant: string, id: string): Promise<PlanTable | undefined> =>
  read.selectFrom('plan').selectAll().where('tenant', '=', tenant).where('id', '=', id).executeTakeFirst()

export const listPlans = (
  read: Reader,
  tenant: string,
  of: { readonly state?: PlanTable['state']; readonly before?: string; readonly limit: number },
): Promise<Omit<PlanTable, 'keys'>[]> => {
  let query = read
    .selectFrom('plan')
    .select([
      'tenant',
      'id',
      'kind',
      'connection',
      'stream',
      'affected',
      'total',
      'limit_percent',
      'state',
      'created_at',
      'decided_at',
      'decided_by',
    ])
    .where('tenant', '=', tenant)
  if (of.state !== undefined) query = query.where('state', '=', of.state)
  if (of.before !== undefined) query = query.where('id', '<', of.before)
  return query.orderBy('id', 'desc').limit(of.limit).execute()
}

/** Plans about one stream that are still of use: held, or released and not carried out. */
export const openPlans = (read: Reader, tenant: string, of: Pick<PlanTable, 'kind' | 'connection' | 'stream'>): Promise<PlanTable[]> =>
  read
    .selectFrom('plan')
    .selectAll()
    .where('tenant', '=', tenant)
    .where('connection', '=', of.connection)
    .where('stream', '=', of.stream)
    .where('kind', '=', of.kind)
    .where('state', 'in', ['held', 'released'])
    .orderBy('id')
    .execute()

/** Moves a plan on; false: it is not in that state any more. */
export async function decidePlan(
  tx: Tx,
  tenant: string,
  id: string,
  from: PlanTable['state'],
  change: Partial<Pick<PlanTable, 'state' | 'decided_at' | 'decided_by' | 'affected' | 'total' | 'keys' | 'created_at'>>,
): Promise<boolean> {
  const changed = await tx
    .updateTable('plan')
    .set(change)
    .where('tenant', '=', tenant)
    .where('id', '=', id)
    .where('state', '=', from)
    .executeTakeFirst()
  return changed.numUpdatedRows > 0n
}
