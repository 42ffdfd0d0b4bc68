import { defaultRetryTable, waitOf } from '../model/delivery.ts'
import { isHubError, recoveryOf } from '../model/errors.ts'
import type { Tx } from '../store/database.ts'
import { delaySubject, settleMessage } from '../store/event-message.ts'
import { changeSubscription, holdSubscription, type SubscriptionChange } from '../store/event-subscription.ts'
import type { EventMessageTable, EventSubscriptionTable } from '../store/tables.ts'
import type { Context } from './context.ts'
import type { Halt } from './halt.ts'

/** How telling one event ended. `gone`: the journal does not have it as an event any more. */
export interface Told {
  readonly message: EventMessageTable
  readonly error: unknown
  readonly gone?: true
}

/** Rounds in a row that found nobody, after which one message at a time asks whether somebody is there again. */
export const circuitFails = 5
const { waitsMs } = defaultRetryTable
/** Rounds in a row after which nothing is sent until a person says so: about a day. */
const mostFails = circuitFails + waitsMs.length

/**
 * Settles what a round told. A receiver that answers 410 is closed, one at an address that may not be reached is paused, and so is one that took nothing all the while that a message was tried. An event that
 * alone is refused, while others arrive, is dead after the last try of the table. `rest`: nothing more may be sent now.
 */
export async function afterRound(
  context: Context,
  claimed: EventSubscriptionTable,
  told: readonly Told[],
  halt: Halt,
): Promise<'rest' | { readonly fails: number }> {
  const { database, settings, log } = context
  const ended = halt.abort.aborted ? told.filter(({ error }) => error === undefined) : told
  const change = await database.write(async (tx) => {
    const now = await database.now()
    const row = await holdSubscription(tx, claimed, now + settings.leaseMs)
    const change = subscriptionAfter(context, row, ended, now)
    for (const one of ended) await settle(context, tx, row, one, change, now)
    await changeSubscription(tx, row.tenant, row.id, change)
    return { ...change, isActive: (change.state ?? row.state) === 'active', now }
  })
  if (change.state !== undefined)
    log.error({ subscription: claimed.id, name: claimed.name, reason: change.reason }, `a receiver of events is ${change.state} now`)
  const mayGoOn = change.isActive && (change.ready_at ?? 0) <= change.now && !halt.abort.aborted
  return mayGoOn ? { fails: change.fails ?? 0 } : 'rest'
}

type RoundChange = SubscriptionChange & { readonly fails: number }

function subscriptionAfter(context: Context, row: EventSubscriptionTable, told: readonly Told[], now: number): RoundChange {
  const failed = told.filter(({ error }) => error !== undefined)
  const arrived = told.some(({ error, gone }) => error === undefined && gone === undefined)
  const foundNobody = failed.length > 0 && failed.length === told.length && failed.every(({ error }) => isNobody(error))
  const fails = foundNobody ? row.fails + 1 : failed.length > 0 || arrived ? 0 : row.fails
  const base: RoundChange = {
    fails,
    failing_since: fails === 0 ? null : (row.failing_since ?? now),
    ...(arrived ? { last_sent_at: now } : {}),
    ...(failed[0] === undefined ? (arrived ? { last_error: null } : {}) : { last_error: textOf(failed[0].error) }),
    ready_at: readyAt(context, failed, fails, now),
  }
  if (failed.some(({ error }) => codeOf(error) === 'http-410')) return { ...base, state: 'closed', reason: 'gone', changed_at: now }
  const refused = failed.find(({ error }) => recoveryOf(error) === 'reject')
  if (refused !== undefined) return { ...base, state: 'paused', reason: codeOf(refused.error).slice(0, 64), changed_at: now }
  const lastSent = arrived ? now : (row.last_sent_at ?? 0)
  const hopeless = failed.some(({ message }) => isLast(message) && lastSent < message.created_at)
  return hopeless || fails >= mostFails ? { ...base, state: 'paused', reason: 'failing', changed_at: now } : base
}

const isLast = ({ attempts }: EventMessageTable): boolean => attempts + 1 > waitsMs.length

/** A Retry-After is for everything that goes there; so is the wait when nobody answers. */
function readyAt({ random }: Context, failed: readonly Told[], fails: number, now: number): number {
  const asked = failed.flatMap(({ error }) => (isHubError(error) ? (error.detail.retryAfterMs ?? []) : []))
  const longest = waitsMs[Math.min(fails - circuitFails, waitsMs.length - 1)] ?? 0
  const circuit = fails >= circuitFails ? waitOf(longest, undefined, defaultRetryTable, random()) : 0
  const patience = asked.length > 0 ? waitOf(0, Math.max(...asked), defaultRetryTable, random()) : 0
  return now + Math.max(circuit, patience)
}

async function settle(
  { random }: Context,
  tx: Tx,
  { tenant, id, last_sent_at }: EventSubscriptionTable,
  { message, error, gone }: Told,
  change: RoundChange,
  now: number,
): Promise<void> {
  if (error === undefined) {
    const end = gone ? { state: 'dead' as const, last_error: 'no-event' } : { state: 'sent' as const, last_error: null }
    await settleMessage(tx, message, { ...end, attempts: message.attempts + 1, due_at: now, ended_at: now })
    return
  }
  const last_error = textOf(error)
  // what stops the receiver is no fault of the message
  if (change.state !== undefined && recoveryOf(error) === 'reject') return void (await settleMessage(tx, message, { last_error }))
  const attempts = message.attempts + 1
  const wasTaken = Math.max(last_sent_at ?? 0, change.last_sent_at ?? 0) >= message.created_at
  if (isLast(message) && wasTaken)
    return void (await settleMessage(tx, message, { state: 'dead', attempts, last_error, due_at: now, ended_at: now }))
  const wait = waitsMs[Math.min(attempts, waitsMs.length) - 1] ?? 0
  const until = now + waitOf(wait, isHubError(error) ? error.detail.retryAfterMs : undefined, defaultRetryTable, random())
  await settleMessage(tx, message, { attempts, last_error })
  await delaySubject(tx, tenant, id, message.subject, until)
}

/** No answer, or one that says nothing of the message: the receiver is not there. */
const isNobody = (error: unknown): boolean => !/^http-4(?!08|25|29)\d\d$/.test(codeOf(error)) && recoveryOf(error) === 'retry'

const codeOf = (error: unknown): string => (isHubError(error) ? error.detail.code : 'bug')
const textOf = (error: unknown): string =>
  `${codeOf(error)}: ${error instanceof Error && isHubError(error) ? error.message : 'a fault of the hub'}`.slice(0, 2000)
