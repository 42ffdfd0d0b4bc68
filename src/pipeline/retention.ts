import type { Tx } from '../store/database.ts'
import { type Removed, removeAttempts, removeBodies, removeMarks } from '../store/retention.ts'
import { holdRun, type RunLease } from '../store/schedule.ts'
import type { Context } from './context.ts'

/** Rows looked at in one transaction, transactions of one run for each kind, and the pause between two: what lives goes before what is old. */
const batch = 500
const mostBatches = 400
const pauseMs = 50
const dayMs = 86_400_000

type Remove = (tx: Tx, tenant: string, of: { readonly before: number; readonly after: string; readonly limit: number }) => Promise<Removed>

/** One run over what the workspace's `retention` lets go. The ledger, its versions and the journal are in no list. What a run does not reach, a later one does. */
export async function removeOld(context: Context, lease: RunLease, signal: AbortSignal): Promise<void> {
  const { retention = {} } = context.settings
  const { bodiesDays, attemptsDays, dedupeDays } = retention
  const counts = {
    bodies: bodiesDays === undefined ? 0 : await removeAll(context, lease, signal, bodiesDays, removeBodies),
    attempts: attemptsDays === undefined ? 0 : await removeAll(context, lease, signal, attemptsDays, removeAttempts),
    marks: dedupeDays === undefined ? 0 : await removeAll(context, lease, signal, dedupeDays, removeMarks),
  }
  if (counts.bodies + counts.attempts + counts.marks > 0) context.log.info(counts, 'what was older than its retention was removed')
}

async function removeAll(context: Context, lease: RunLease, signal: AbortSignal, days: number, remove: Remove): Promise<number> {
  const { database, tenant, settings, clock } = context
  let after = ''
  let rows = 0
  for (let i = 0; i < mostBatches && !signal.aborted; i++) {
    const removed = await database.write(async (tx) => {
      const now = await database.now()
      await holdRun(tx, tenant, lease, now + settings.leaseMs)
      return remove(tx, tenant, { before: now - days * dayMs, after, limit: batch })
    })
    rows += removed.rows
    if (removed.rows > 0) await database.shrink?.()
    if (removed.next === undefined) return rows
    after = removed.next
    await clock.sleep(pauseMs, signal)
  }
  return rows
}
