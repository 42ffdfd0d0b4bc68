import { followPlan } from '../pipeline/plan-decision.ts'
import { writeAudit } from '../store/audit.ts'
import type { Tx } from '../store/database.ts'
import { decidePlan, findPlan, listPlans } from '../store/plan.ts'
import type { PlanTable } from '../store/tables.ts'
import { pageLimit, pageOf, paging, readCursor, toPage } from './page.ts'
import { notFound, ProblemError } from './problem.ts'
import { type Call, route, writeRoute } from './route.ts'
import { count, described, fields, list, nullable, type Of, oneOf, optional, text, time } from './shape.ts'
import { id, iso, isoOrNull } from './values.ts'

type State = PlanTable['state']
const states: readonly State[] = ['held', 'released', 'refused', 'done']

const head = {
  id: text(),
  kind: described(
    oneOf<PlanTable['kind']>('deletes', 'snapshot', 'figures'),
    "deletes: records that are in the partner's list of keys no more; snapshot: members that are missing from a complete read; figures: stock or prices that would fall at the partner",
  ),
  connection: text(),
  stream: described(text(), 'a stream, or for figures the route'),
  state: described(oneOf<State>(...states), 'held: waits for a person; released: is carried out at the next run; done: it was'),
  affected: described(count, 'records that would change'),
  total: described(count, 'records the ledger holds of this stream, or figures kept at the partner'),
  limitPercent: count,
  createdAt: time,
  decidedAt: nullable(time),
  decidedBy: nullable(text()),
}
const planHead = fields(head)
const plan = fields({ ...head, keys: described(list(text()), 'the first of them, at most 1000') })

const headOf = (row: Omit<PlanTable, 'keys'>): Of<typeof planHead> => ({
  id: row.id,
  kind: row.kind,
  connection: row.connection,
  stream: row.stream,
  state: row.state,
  affected: row.affected,
  total: row.total,
  limitPercent: row.limit_percent,
  createdAt: iso(row.created_at),
  decidedAt: isoOrNull(row.decided_at),
  decidedBy: row.decided_by,
})
const keysShown = 1000
const shown = (row: PlanTable): Of<typeof plan> => ({ ...headOf(row), keys: (JSON.parse(row.keys) as string[]).slice(0, keysShown) })

const tag = 'plans'

async function decide(
  tx: Tx,
  call: Call<{ id: string }>,
  asked: 'released' | 'refused',
): Promise<{ readonly body: Of<typeof plan>; readonly after: () => void }> {
  const { hub, now, who } = call
  const found = await findPlan(tx, hub.tenant, call.params.id)
  if (found === undefined) throw notFound()
  // figures are sent, or not, with the decision itself
  const state = asked === 'released' && found.kind === 'figures' ? 'done' : asked
  if (!(await decidePlan(tx, hub.tenant, found.id, 'held', { state, decided_at: now, decided_by: who.id })))
    throw new ProblemError(409, 'plan-decided', `The plan is ${found.state} already.`)
  const { connection, stream, kind, affected, total } = found
  const detail = { id: found.id, kind, affected, total }
  await writeAudit(tx, { tenant: hub.tenant, id: hub.newId(), at: now, who: who.id, act: `plan-${asked}`, connection, stream, detail })
  const ring = await followPlan(hub, tx, found, asked, now)
  return { body: shown({ ...found, state, decided_at: now, decided_by: who.id }), after: () => ring !== undefined && hub.bell.ring(ring) }
}

export const planRoutes = [
  route({
    id: 'listPlans',
    method: 'GET',
    path: '/v1/plans',
    tag,
    scope: 'read',
    summary: { en: 'Changes so large that a person has to release them, newest first', zh: '超限、需人工放行的变更计划，最新在前' },
    query: { state: optional(oneOf<State>(...states)), ...paging },
    answer: pageOf(planHead),
    handle: async (call) => {
      const limit = pageLimit(call.query.limit)
      const [before] = readCursor(call.query.after, 1) ?? []
      const { state } = call.query
      const rows = await listPlans(call.hub.database.read, call.hub.tenant, {
        ...(state === undefined ? {} : { state }),
        ...(before === undefined ? {} : { before }),
        limit: limit + 1,
      })
      return { body: toPage(rows, limit, (row) => [row.id], headOf) }
    },
  }),
  route({
    id: 'getPlan',
    method: 'GET',
    path: '/v1/plans/{id}',
    tag,
    scope: 'read',
    summary: { en: 'One plan with the keys it would change', zh: '一个计划及其涉及的键' },
    params: { id },
    answer: plan,
    handle: async (call) => {
      const row = await findPlan(call.hub.database.read, call.hub.tenant, call.params.id)
      if (row === undefined) throw notFound()
      return { body: shown(row) }
    },
  }),
  writeRoute({
    id: 'releasePlan',
    method: 'POST',
    path: '/v1/plans/{id}/release',
    tag,
    scope: 'write',
    summary: {
      en: 'Let a plan be carried out: figures at once, the rest at the next run as far as it is still so',
      zh: '放行计划：数值立即发送，其余在下次运行时执行仍成立的部分',
    },
    params: { id },
    body: fields({}),
    answer: plan,
    effect: (tx, call) => decide(tx, call, 'released'),
  }),
  writeRoute({
    id: 'refusePlan',
    method: 'POST',
    path: '/v1/plans/{id}/refuse',
    tag,
    scope: 'write',
    summary: {
      en: 'Put a plan aside: held figures are not sent; while its cause lasts a next run makes another',
      zh: '驳回计划：停放的数值不再发送；原因仍在时下次运行会再次生成',
    },
    params: { id },
    body: fields({}),
    answer: plan,
    effect: (tx, call) => decide(tx, call, 'refused'),
  }),
]
