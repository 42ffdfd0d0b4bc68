import type { Tx } from '../store/database.ts'
import { decidePlan, openPlans } from '../store/plan.ts'
import type { RunLease } from '../store/schedule.ts'
import type { Context } from './context.ts'
import { holdPlan } from './plans.ts'
import { type HeldMembers, mostMissingPercent } from './snapshot.ts'

const kind = 'snapshot'

/** Whether a person has released what is missing from this snapshot. */
export const isReleased = async (tx: Tx, tenant: string, { connection, stream }: RunLease): Promise<boolean> =>
  (await openPlans(tx, tenant, { kind, connection, stream })).some(({ state }) => state === 'released')

/** At the end of a complete read: writes down what is held, brings the plan up to date, or closes it when there is nothing to hold any more. */
export async function keepPlan(
  context: Context,
  tx: Tx,
  { connection, stream }: RunLease,
  held: HeldMembers | undefined,
  now: number,
): Promise<void> {
  const { tenant } = context
  const plans = await openPlans(tx, tenant, { kind, connection, stream })
  if (held === undefined) {
    for (const { id, state } of plans)
      await decidePlan(
        tx,
        tenant,
        id,
        state,
        state === 'released' ? { state: 'done' } : { state: 'refused', decided_at: now, decided_by: 'crossdock' },
      )
    return
  }
  const plan = {
    kind,
    connection,
    stream,
    affected: held.gone.length,
    keys: held.gone,
    total: held.total,
    limit: mostMissingPercent,
  } as const
  await holdPlan(tx, { tenant, newId: context.newId, now }, plan, plans)
}
