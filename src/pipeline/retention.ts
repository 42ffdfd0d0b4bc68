import type { Removed } from '../store/aged.ts'
import type { Tx } from '../store/database.ts'
import { removeEventMessages } from '../store/event-message.ts'
import { removeNumberDecisions, removeNumberRequests } from '../store/number-retention.ts'
import { noteRemoved, removeAttempts, removeBodies, removeMarks, settledStates } from '../store/retention.ts'
import {
  quietStates,
  removeAlarms,
  removeAudit,
  removePlans,
  removePushes,
  removeQuiet,
  removeRanges,
  removeWebhooks,
} from '../store/retention-rows.ts'
import { holdRun, type RunLease } from '../store/schedule.ts'
import type { Context, Retention } from './context.ts'

/** Rows looked at in one transaction, transactions of one run for each kind, and the pause between two: what lives goes before what is old. */
const batch = 500
const mostBatches = 400
const pauseMs = 50
const dayMs = 86_400_000

type Remove = (tx: Tx, tenant: string, of: { readonly before: number; readonly after: string; readonly limit: number }) => Promise<Removed>

/** What each span of the workspace's `retention` lets go, in this order. The ledger, its versions and the journal are in no list. */
const lists: Readonly<Record<keyof Retention, readonly Remove[]>> = {
  bodiesDays: [removeBodies],
  attemptsDays: [removeAttempts],
  dedupeDays: [removeMarks],
  quietDays: [...quietStates.map(removeQuiet), removeWebhooks],
  pushesDays: settledStates.map(removePushes),
  alarmsDays: [removeAlarms],
  plansDays: [removePlans, removeRanges],
  auditDays: [removeAudit],
  eventsDays: [removeEventMessages],
  numbersDays: [removeNumberRequests, removeNumberDecisions],
}

/** One run over what is older than its span; nothing is where there is none. What a run does not reach, a later one does. */
export async function removeOld(context: Context, lease: RunLease, signal: AbortSignal): Promise<void> {
  const { retention = {} } = context.settings
  const counts: Record<string, number> = {}
  for (const [name, removes] of Object.entries(lists)) {
    const days = retention[name as keyof Retention]
    if (days === undefined) continue
    for (const remove of removes) {
      const rows = await removeAll(context, lease, signal, days, remove)
      if (rows > 0) counts[name] = (counts[name] ?? 0) + rows
    }
  }
  if (Object.keys(counts).length > 0) context.log.info({ removed: counts }, 'what was older than its retention was removed')
}

async function removeAll(context: Context, lease: RunLease, signal: AbortSignal, days: number, remove: Remove): Promise<number> {
  const { database, tenant, settings, clock } = context
  let after = ''
  let rows = 0
  for (let i = 0; i < mostBatches && !signal.aborted; i++) {
    const removed = await database.write(async (tx) => {
      const now = await database.now()
      await holdRun(tx, tenant, lease, now + settings.leaseMs)
      const removed = await remove(tx, tenant, { before: now - days * dayMs, after, limit: batch })
      if (removed.counted !== undefined) await noteRemoved(tx, tenant, removed.counted, now)
      return removed
    })
    rows += removed.rows
    if (removed.rows > 0) await database.shrink?.()
    if (removed.next === undefined) return rows
    after = removed.next
    await clock.sleep(pauseMs, signal)
  }
  return rows
}
