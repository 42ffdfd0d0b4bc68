import { countBlocked } from '../store/blocked.ts'
import { countDeliveries } from '../store/delivery.ts'
import { countLanes } from '../store/due-lanes.ts'
import { countEnvelopes } from '../store/envelope.ts'
import { countUnsplit } from '../store/receipt.ts'
import type { Context } from './context.ts'

/** What is still under way, and what only a person or another event can move. */
export interface RestState {
  readonly atRest: boolean
  readonly open: {
    /** webhooks answered and pages read, and not cut */
    readonly receipts: number
    readonly envelopes: number
    /** duties that a worker can take now or later */
    readonly deliveries: number
    readonly refetches: number
    /** lanes that are ready, in back-off or at work */
    readonly lanes: number
  }
  /** parked, dead, and duties that wait behind one of those */
  readonly waiting: {
    readonly parkedEnvelopes: number
    readonly deadEnvelopes: number
    readonly parkedDeliveries: number
    readonly deadDeliveries: number
    readonly blockedDeliveries: number
  }
}

const openStates: ReadonlySet<string> = new Set(['due', 'sending', 'waiting'])

/** Whether all work that was taken in has come to an end; pulls that find nothing new do not count. */
export async function restState({ database, tenant }: Context): Promise<RestState> {
  const receipts = await countUnsplit(database, tenant)
  const envelopes = await countEnvelopes(database, tenant)
  const deliveries = await countDeliveries(database, tenant)
  const blocked = await countBlocked(database, tenant)
  const lanes = await countLanes(database, tenant)
  const sum = <T extends { readonly state: string; readonly count: number }>(rows: readonly T[], is: (state: string) => boolean) =>
    rows.reduce((total, row) => total + (is(row.state) ? row.count : 0), 0)
  const laneCount = (kind: string) => lanes.find((row) => row.kind === kind)?.count ?? 0
  const open = {
    receipts,
    envelopes: sum(envelopes, (state) => state === 'received'),
    deliveries: sum(deliveries, (state) => openStates.has(state)) - blocked,
    refetches: laneCount('refetch'),
    lanes: laneCount('ingest') + laneCount('deliver'),
  }
  return {
    atRest: Object.values(open).every((count) => count === 0),
    open,
    waiting: {
      parkedEnvelopes: sum(envelopes, (state) => state === 'parked'),
      deadEnvelopes: sum(envelopes, (state) => state === 'dead'),
      parkedDeliveries: sum(deliveries, (state) => state === 'parked'),
      deadDeliveries: sum(deliveries, (state) => state === 'dead'),
      blockedDeliveries: blocked,
    },
  }
}
