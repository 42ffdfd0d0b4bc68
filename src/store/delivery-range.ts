import type { DeliveryState } from '../model/delivery.ts'
import type { Tx } from './database.ts'
import type { Reader } from './in-list.ts'

export interface DeliveryRange {
  readonly states: readonly DeliveryState[]
  readonly connection?: string | undefined
  readonly route?: string | undefined
  readonly type?: string | undefined
  readonly reason?: string | undefined
  /** created_at, both inclusive */
  readonly from?: number | undefined
  readonly to?: number | undefined
}

/** Ids of a range, oldest first, at most `limit`. */
export async function deliveriesIn(read: Reader, tenant: string, range: DeliveryRange, limit: number): Promise<string[]> {
  let query = read.selectFrom('delivery').select('id').where('tenant', '=', tenant).where('state', 'in', range.states)
  for (const field of ['connection', 'route', 'type', 'reason'] as const) {
    const value = range[field]
    if (value !== undefined) query = query.where(field, '=', value)
  }
  if (range.from !== undefined) query = query.where('created_at', '>=', range.from)
  if (range.to !== undefined) query = query.where('created_at', '<=', range.to)
  return (await query.orderBy('id').limit(limit).execute()).map(({ id }) => id)
}

/** State duties of a route that are not settled and not parked, at most `limit`. */
export async function countOpenStates(tx: Tx, tenant: string, route: string, connection: string, limit: number): Promise<number> {
  const rows = await tx
    .selectFrom('delivery')
    .select('id')
    .where('tenant', '=', tenant)
    .where('state', 'in', ['due', 'waiting'])
    .where('connection', '=', connection)
    .where('route', '=', route)
    .where('op', '=', 'state')
    .limit(limit)
    .execute()
  return rows.length
}

const parkedOf = (read: Reader, tenant: string, route: string, reason: string) =>
  read
    .selectFrom('delivery')
    .where('tenant', '=', tenant)
    .where('state', '=', 'parked')
    .where('route', '=', route)
    .where('reason', '=', reason)

export async function countParked(read: Reader, tenant: string, route: string, reason: string): Promise<number> {
  const row = await parkedOf(read, tenant, route, reason)
    .select((of) => of.fn.countAll<number>().as('count'))
    .executeTakeFirst()
  return row?.count ?? 0
}

export async function parkedIds(read: Reader, tenant: string, route: string, reason: string): Promise<string[]> {
  return (await parkedOf(read, tenant, route, reason).select('id').execute()).map(({ id }) => id)
}
