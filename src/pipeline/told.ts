import type { DeliveryState } from '../model/delivery.ts'
import type { Reader } from '../store/in-list.ts'
import { inLists } from '../store/in-list.ts'

/** pending: a delivery of it is under way or waits. acked: the target took it over. failed: nobody tries any more. not-needed: nothing is owed there. */
export type TargetState = 'pending' | 'acked' | 'failed' | 'not-needed'

/** What one connection has been told of a document, by the deliveries alone. Times are epoch ms. */
export interface Target {
  readonly connection: string
  readonly state: TargetState
  /** of what is waited for, or why nothing is owed */
  readonly reason: string | null
  readonly attempts: number
  /** when it was settled, or is due */
  readonly at: number | null
  readonly delivery: string | null
}

export interface TargetDelivery {
  readonly id: string
  readonly type: string
  readonly key: string
  readonly connection: string
  readonly state: DeliveryState
  readonly reason: string | null
  readonly attempts: number
  readonly due_at: number
  readonly settled_at: number | null
}

const open: ReadonlySet<DeliveryState> = new Set(['due', 'sending', 'waiting', 'parked'])

/**
 * Deliveries of one document, oldest first, and the connections that are owed nothing unless there is a delivery, each with the reason. What was delivered last counts; a dead one stands until one after it was delivered,
 * also while others wait behind it; one that was called off or superseded says nothing where another says something.
 */
export function targetsOf(deliveries: readonly TargetDelivery[], others: ReadonlyMap<string, string> = new Map()): readonly Target[] {
  const targets = new Map<string, Target>()
  for (const [connection, reason] of others)
    targets.set(connection, { connection, state: 'not-needed', reason, attempts: 0, at: null, delivery: null })
  for (const { id, connection, state, reason, attempts, due_at, settled_at } of deliveries) {
    const before = targets.get(connection)
    const next = (now: TargetState, at: number | null): Target => ({ connection, state: now, reason, attempts, at, delivery: id })
    if (state === 'delivered') targets.set(connection, next('acked', settled_at))
    else if (state === 'dead') targets.set(connection, next('failed', settled_at))
    else if (open.has(state)) {
      if (before?.state !== 'failed') targets.set(connection, next('pending', due_at))
    } else if (before === undefined || before.state === 'not-needed') targets.set(connection, next('not-needed', settled_at))
  }
  return [...targets.values()].sort((a, b) => (a.connection < b.connection ? -1 : 1))
}

/** Deliveries of documents of one type, oldest first; those of shadow routes are none. */
export async function deliveriesOf(
  read: Reader,
  tenant: string,
  type: string,
  keys: Iterable<string>,
): Promise<Map<string, TargetDelivery[]>> {
  const rows = await inLists(keys, (list) =>
    read
      .selectFrom('delivery')
      .select(['id', 'type', 'key', 'connection', 'state', 'reason', 'attempts', 'due_at', 'settled_at'])
      .where('tenant', '=', tenant)
      .where('type', '=', type)
      .where('key', 'in', list)
      .where('shadow', '=', 0)
      .execute(),
  )
  const sorted = rows.map((row) => ({ ...row, state: row.state as DeliveryState })).sort((a, b) => (a.id < b.id ? -1 : 1))
  return Map.groupBy(sorted, ({ key }) => key)
}

/** States of deliveries by which documents with such a target are found; {@link targetsOf} has the last word. */
export const statesBehind = { failed: ['dead'], pending: [...open] } as const satisfies Partial<
  Record<TargetState, readonly DeliveryState[]>
>
