import { type RetryTable, waitOf } from '../model/delivery.ts'
import { type ErrorDetail, isHubError } from '../model/errors.ts'
import { findConnection, forgetDowns, setConnectionState, wakeConnection } from '../store/connection.ts'
import type { Database, Tx } from '../store/database.ts'
import { releaseParked } from '../store/delivery.ts'
import { hurryLanes } from '../store/lane.ts'
import { opensAfter } from './circuit.ts'

/** A run of failures this long makes a connection `failing`. */
const failingAfter = 5

/** What a failure means for the connection: without its credentials nothing works, so a person is needed; other failures show after a while. */
export async function noteFailure(
  tx: Tx,
  tenant: string,
  connection: string,
  error: Pick<ErrorDetail, 'recovery' | 'code'> | undefined,
  fails: number,
  now: number,
): Promise<void> {
  if (error?.recovery === 'reauth') await setConnectionState(tx, tenant, connection, ['active', 'failing'], 'needs-auth', error.code, now)
  else if (fails >= failingAfter) await setConnectionState(tx, tenant, connection, ['active'], 'failing', error?.code ?? 'bug', now)
}

/** What answered with our credentials: a delivery, a reading of the partner, or the partner when a person had it asked. */
export type Proof = 'sent' | 'read' | 'asked'

/**
 * The connection is active again, and what waited for that goes on. Answers whether anything was released. That a partner can be read says nothing of one that takes no deliveries: its circuit stays open, unless a person says
 * otherwise.
 */
export async function noteSuccess(tx: Tx, tenant: string, connection: string, now: number, proof: Proof): Promise<boolean> {
  if (proof === 'asked') await forgetDowns(tx, tenant, connection)
  if (!(await wakeConnection(tx, tenant, connection, proof === 'read' ? opensAfter : Number.MAX_SAFE_INTEGER, now))) return false
  const lanes = await releaseParked(tx, tenant, connection, 'needs-auth', now)
  await hurryLanes(tx, tenant, 'deliver', lanes, now)
  return lanes.length > 0
}

/** Whether work may be done with the connection now; a connection without a row was never set up otherwise. */
export async function stateOf(
  database: Database,
  tenant: string,
  connection: string,
): Promise<'active' | 'paused' | 'needs-auth' | 'failing'> {
  return (await findConnection(database.read, tenant, connection))?.state ?? 'active'
}

/** Wait before the next try: the table's next wait with jitter, at most `mostMs`, and never less than the partner's Retry-After within its clamp. */
export function backOff(error: unknown, fails: number, table: RetryTable, random: number, mostMs: number): number {
  const wait = table.waitsMs[Math.min(fails, table.waitsMs.length - 1)] ?? table.retryAfterMinMs
  return waitOf(Math.min(wait, mostMs), isHubError(error) ? error.detail.retryAfterMs : undefined, table, random)
}
