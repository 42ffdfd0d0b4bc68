import type { Tx } from '../store/database.ts'
import { closeDeliveries, releaseThese } from '../store/delivery.ts'
import { parkedIds } from '../store/delivery-range.ts'
import { releaseFalls } from '../store/fall.ts'
import { readyLanes } from '../store/lane.ts'
import { wantRun } from '../store/schedule.ts'
import type { PlanTable } from '../store/tables.ts'
import type { Ring } from './bell.ts'
import type { Context } from './context.ts'
import { tooManyFalls } from './duty-fall.ts'

/**
 * What follows from a person's word about a plan, in the transaction that writes it down: deletes are carried out at the next comparison of keys, zeroes at the next read of the snapshot, figures are sent at once.
 * Refused figures are sent no more; a later change of theirs is judged anew. Answers what to ring for.
 */
export async function followPlan(
  { tenant }: Pick<Context, 'tenant'>,
  tx: Tx,
  { kind, connection, stream }: PlanTable,
  state: 'released' | 'refused',
  now: number,
): Promise<Ring | undefined> {
  if (kind === 'figures') {
    const ids = await parkedIds(tx, tenant, stream, tooManyFalls)
    if (state === 'refused') {
      await closeDeliveries(tx, tenant, ids, 'cancelled', 'plan-refused', now)
      return undefined
    }
    await releaseFalls(tx, tenant, stream, now)
    await readyLanes(tx, tenant, 'deliver', await releaseThese(tx, tenant, ids, now), now)
    return { kind: 'deliver', connection }
  }
  if (state === 'refused') return undefined
  const job = kind === 'deletes' ? 'ids' : 'pull'
  await wantRun(tx, tenant, { connection, stream, kind: job }, now)
  return job === 'ids' ? { kind: 'job', job, connection, stream } : { kind: 'pull', connection, stream }
}
