import type { Tx } from '../store/database.ts'
import { decidePlan, insertPlan, maxPlanKeys } from '../store/plan.ts'
import type { PlanTable } from '../store/tables.ts'

/** A change that is too large to be made without a person. `limit` in percent of `total`. */
export interface TooMuch {
  readonly kind: PlanTable['kind']
  readonly connection: string
  readonly stream: string
  readonly affected: number
  readonly keys: readonly string[]
  readonly total: number
  readonly limit: number
}

/** Writes the plan, or brings the one that is held up to what is the case now. `plans`: those of the same kind and stream that are open. */
export async function holdPlan(
  tx: Tx,
  { tenant, newId, now }: { readonly tenant: string; readonly newId: () => string; readonly now: number },
  { kind, connection, stream, affected, keys, total, limit }: TooMuch,
  plans: readonly Pick<PlanTable, 'id' | 'state'>[],
): Promise<void> {
  const shown = { affected, total, keys: JSON.stringify(keys.slice(0, maxPlanKeys)) }
  const held = plans.find(({ state }) => state === 'held')
  if (held !== undefined && (await decidePlan(tx, tenant, held.id, 'held', shown))) return
  const row = { tenant, id: newId(), kind, connection, stream, limit_percent: limit, created_at: now, ...shown }
  await insertPlan(tx, { ...row, state: 'held', decided_at: null, decided_by: null })
}

/** Keys that a person released and that were not carried out. */
export const releasedKeys = (plans: readonly PlanTable[]): ReadonlySet<string> =>
  new Set(plans.filter(({ state }) => state === 'released').flatMap((plan) => JSON.parse(plan.keys) as string[]))
