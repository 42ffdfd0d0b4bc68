import type { Expression, ExpressionBuilder, SqlBool } from 'kysely'
import type { Database } from './database.ts'
import { inLists, type Reader } from './in-list.ts'
import type { DeliveryTable, Tables } from './tables.ts'

/** A duty that would be sent, but its lane is idle: one before it is parked or dead. */
export const isBlocked = (of: ExpressionBuilder<Tables, 'delivery'>): Expression<SqlBool> =>
  of.and([
    of('delivery.state', 'in', ['due', 'sending', 'waiting']),
    of.not(
      of.exists(
        of
          .selectFrom('lane')
          .select('lane.lane')
          .whereRef('lane.tenant', '=', 'delivery.tenant')
          .where('lane.kind', '=', 'deliver')
          .whereRef('lane.lane', '=', 'delivery.lane'),
      ),
    ),
  ])

export async function countBlocked(database: Database, tenant: string): Promise<number> {
  const row = await database.read
    .selectFrom('delivery')
    .select((of) => of.fn.countAll<number>().as('count'))
    .where('delivery.tenant', '=', tenant)
    .where(isBlocked)
    .executeTakeFirst()
  return row?.count ?? 0
}

export type Blocker = Pick<DeliveryTable, 'id' | 'state' | 'reason'>

/** Of these duties those that are held up, by their ids, each with the one before it that a person or a missing thing has to free. */
export async function blockersOf(
  read: Reader,
  tenant: string,
  duties: readonly Pick<DeliveryTable, 'id' | 'lane' | 'state'>[],
): Promise<ReadonlyMap<string, Blocker>> {
  const open = duties.filter(({ state }) => ['due', 'sending', 'waiting'].includes(state))
  const lanes = open.map(({ lane }) => lane)
  const busy = new Set(
    (
      await inLists(lanes, (list) =>
        read
          .selectFrom('lane')
          .select('lane')
          .where('tenant', '=', tenant)
          .where('kind', '=', 'deliver')
          .where('lane', 'in', list)
          .execute(),
      )
    ).map(({ lane }) => lane),
  )
  const heads = await inLists(
    lanes.filter((lane) => !busy.has(lane)),
    (list) =>
      read
        .selectFrom('delivery')
        .select(['id', 'lane', 'state', 'reason'])
        .where('tenant', '=', tenant)
        .where('lane', 'in', list)
        .where('state', 'in', ['parked', 'dead'])
        .where((of) => of.or([of('state', '=', 'parked'), of('op', '!=', 'state')]))
        .execute(),
  )
  const byLane = Map.groupBy(
    heads.sort((a, b) => (a.id < b.id ? -1 : 1)),
    ({ lane }) => lane,
  )
  return new Map(
    open.flatMap(({ id, lane }) => {
      const head = byLane.get(lane)?.find((one) => one.id < id)
      return head === undefined ? [] : [[id, { id: head.id, state: head.state, reason: head.reason }] as const]
    }),
  )
}
