import type { Books } from '../ledger/types.ts'
import { endAttempt, insertAttempt } from '../store/attempt.ts'
import { holdCrosswalk } from '../store/code.ts'
import type { Tx } from '../store/database.ts'
import { changeDelivery } from '../store/delivery.ts'
import type { Lease } from '../store/lane.ts'
import type { DeliveryTable } from '../store/tables.ts'
import type { Catalogue, ConnectionSetup, Context, Route } from './context.ts'
import type { CommandPlan } from './duty-command.ts'
import type { StatePlan } from './duty-state.ts'
import type { MissingThing } from './render.ts'

/** What the lane asks for next. */
export type Plan =
  /** nothing can be done now: the lane is given back */
  | { readonly kind: 'left' }
  /** a duty was settled without a call: look again. */
  | { readonly kind: 'again' }
  | CommandPlan
  | StatePlan

/** A duty at work inside the transaction that begins it. */
export interface Work {
  readonly context: Context
  readonly catalogue: Catalogue
  readonly setup: ConnectionSetup
  readonly route: Route
  readonly lease: Lease
  readonly books: Books
  readonly now: number
  readonly duty: DeliveryTable
  /** open duties of the same route and lane that this one makes superfluous */
  readonly older: readonly DeliveryTable[]
}

const begun = ['due', 'waiting', 'sending'] as const

/** Waits for a known thing; looked at again when that appears. */
export async function park(tx: Tx, tenant: string, duty: DeliveryTable, reason: string, waitsFor: string | null): Promise<Plan> {
  await changeDelivery(tx, tenant, duty.id, begun, { state: 'parked', reason, waits_for: waitsFor })
  return { kind: 'again' }
}

/** Parks a duty for what its document lacks. @throws HubError `crosswalk-race` (retry) when a code was saved meanwhile: the second of the two has to see the first */
export async function parkFor({ books: { tx, tenant, data }, duty }: Work, missing: MissingThing): Promise<Plan> {
  if (missing.kind === 'missing-code') await holdCrosswalk(tx, tenant, data.crosswalk)
  return park(tx, tenant, duty, missing.kind, missing.waitsFor)
}

export async function setAside(tx: Tx, tenant: string, duty: DeliveryTable, reason: string, now: number): Promise<Plan> {
  await changeDelivery(tx, tenant, duty.id, begun, {
    state: 'dead',
    reason,
    settled_at: now,
    ...(duty.state === 'sending' && duty.ambiguous === 0 ? { ambiguous: 1 } : {}),
  })
  return { kind: 'again' }
}

export async function close(
  tx: Tx,
  tenant: string,
  duty: DeliveryTable,
  state: 'superseded' | 'cancelled',
  reason: string,
  now: number,
  more: { readonly body?: string } = {},
): Promise<Plan> {
  await changeDelivery(tx, tenant, duty.id, begun, { state, reason, settled_at: now, ...more })
  return { kind: 'again' }
}

/** A document that cannot be shown to the partner: the reason stands in an attempt that never left the house. */
export async function refuse({ context, books, lease, duty, now }: Work, message: string): Promise<Plan> {
  const { tx, tenant } = books
  const id = context.newId()
  await insertAttempt(tx, attemptRow(tenant, id, duty, lease, now))
  await endAttempt(tx, tenant, id, { outcome: 'reject', code: 'invalid', status: null, message: message.slice(0, 4000), sample: null }, now)
  return setAside(tx, tenant, duty, 'invalid', now)
}

/** Writes that a try begins. The state before decides whether an earlier one may have had its effect. */
export async function beginAttempt(
  { context, catalogue, books, lease, duty, now }: Work,
  changes: { readonly body?: string; readonly document_version?: number },
): Promise<{ readonly attempt: string; readonly sending: DeliveryTable } | undefined> {
  const { tx, tenant } = books
  const attempt = context.newId()
  const next = {
    ...changes,
    state: 'sending' as const,
    reason: null,
    attempts: duty.attempts + 1,
    ambiguous: duty.ambiguous > 0 ? duty.ambiguous : duty.state === 'sending' ? (1 as const) : (0 as const),
    revision: catalogue.revision,
  }
  if (!(await changeDelivery(tx, tenant, duty.id, begun, next))) return undefined
  await insertAttempt(tx, attemptRow(tenant, attempt, duty, lease, now))
  return { attempt, sending: { ...duty, ...next } }
}

const attemptRow = (tenant: string, id: string, duty: DeliveryTable, lease: Lease, now: number) => ({
  tenant,
  id,
  delivery: duty.id,
  n: duty.attempts + 1,
  token: lease.token,
  started_at: now,
  ended_at: null,
  outcome: null,
  code: null,
  status: null,
  message: null,
  sample: null,
})
