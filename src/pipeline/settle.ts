import { journal, openBooks } from '../ledger/books.ts'
import { note } from '../ledger/findings.ts'
import { finish } from '../ledger/finish.ts'
import { addLines, addLink } from '../ledger/links.ts'
import type { Books } from '../ledger/types.ts'
import { nextState, type Outcome } from '../model/delivery.ts'
import { isHubError } from '../model/errors.ts'
import { endAttempt } from '../store/attempt.ts'
import type { Tx } from '../store/database.ts'
import { changeDelivery } from '../store/delivery.ts'
import { holdLane, type Lease, releaseLane } from '../store/lane.ts'
import { savePushed } from '../store/pushed.ts'
import { findSchedule, type Job, wantRun } from '../store/schedule.ts'
import type { DeliveryTable } from '../store/tables.ts'
import type { Ring } from './bell.ts'
import { noteFailure, noteSuccess } from './connection-health.ts'
import type { Catalogue, ConnectionSetup, Context } from './context.ts'
import type { StateOutcome } from './deliver-state.ts'
import { headOrLeave } from './duty.ts'
import type { CommandPlan } from './duty-command.ts'
import { askedReason, type StatePlan } from './duty-state.ts'
import { release } from './release.ts'
import { route } from './route.ts'

/** What follows from a settled try: whether the lane is still ours for the next duty, and who is to be rung. */
export interface Settled {
  readonly lane: 'held' | 'left'
  /** the partner refused our credentials: no other lane needs to find that out */
  readonly refused: boolean
  readonly rings: readonly Ring[]
}

interface Settling {
  readonly context: Context
  readonly setup: ConnectionSetup
  readonly catalogue: Catalogue
  readonly tx: Tx
  readonly lease: Lease
  readonly now: number
  readonly plan: CommandPlan | StatePlan
}

/**
 * Writes what a try taught: attempt, state, and for a command its link, lines and journal line, all in one transaction under the lane's fence. When the lane was taken meanwhile (the lease
 * ran out, or a poll recognised the effect first) nothing is written. @throws HubError `fenced`
 */
export function settle(
  context: Context,
  setup: ConnectionSetup,
  lease: Lease,
  plan: CommandPlan | StatePlan,
  outcome: StateOutcome,
): Promise<Settled> {
  const { database, tenant, settings } = context
  return database.write(async (tx) => {
    const now = await database.now()
    await holdLane(tx, tenant, lease, now + settings.leaseMs)
    const settling: Settling = { context, setup, catalogue: context.catalogue(), tx, lease, now, plan }
    if (outcome.kind === 'orders-first') return ordersFirst(settling, outcome)
    await endAttempt(tx, tenant, plan.attempt, endOf(outcome), now)
    const rings = (await noteSuccessOf(settling, outcome)) ? [{ kind: 'deliver' as const, connection: setup.name }] : []
    const settled = outcome.kind === 'delivered' ? await delivered(settling, outcome) : await notDelivered(settling, outcome)
    const more = settled.lane === 'held' && (await headOrLeave(tx, tenant, settling.catalogue, lease)) !== undefined
    return { ...settled, lane: more ? 'held' : 'left', rings: [...rings, ...settled.rings] }
  })
}

const endOf = (outcome: Outcome) => ({
  outcome: outcome.kind,
  code: outcome.kind === 'delivered' ? (outcome.note?.slice(0, 64) ?? null) : outcome.code.slice(0, 64),
  status: outcome.status ?? null,
  message: outcome.kind === 'delivered' ? null : outcome.message.slice(0, 4000),
  sample: 'sample' in outcome ? (outcome.sample?.slice(0, 4000) ?? null) : null,
})

/** Any answer but a refusal of our credentials proves them. */
async function noteSuccessOf({ context, setup, tx, now }: Settling, outcome: Outcome): Promise<boolean> {
  return outcome.kind === 'delivered' && noteSuccess(tx, context.tenant, setup.name, now, 'sent')
}

async function delivered(
  { context, setup, catalogue, tx, now, plan }: Settling,
  outcome: Extract<Outcome, { kind: 'delivered' }>,
): Promise<Settled> {
  const { tenant } = context
  const { delivery } = plan
  const key = outcome.key ?? (plan.kind === 'command' ? plan.key : undefined)
  await changeDelivery(tx, tenant, delivery.id, ['sending'], {
    state: 'delivered',
    reason: outcome.note?.slice(0, 64) ?? null,
    partner_key: key ?? null,
    settled_at: now,
  })
  if (plan.kind === 'state') {
    if (plan.guard !== undefined) await savePushed(tx, { ...plan.guard.pushed, at: now })
    return { lane: 'held', refused: false, rings: [] }
  }
  const books = await openBooks(tx, { tenant, now, newId: context.newId, revision: catalogue.revision, matching: catalogue.matching })
  journal(
    books,
    'delivered',
    { type: delivery.type, key: delivery.key, version: delivery.document_version },
    {
      connection: setup.name,
      action: delivery.action,
      op: delivery.op,
      delivery: delivery.id,
      ...(key === undefined ? {} : { externalKey: key }),
    },
    null,
  )
  if (key !== undefined) await link(books, delivery, key, outcome)
  const finished = await finish(books)
  const routed = await route(context, books, catalogue, finished.changes)
  const released = await release(tx, tenant, finished.links, now)
  return {
    lane: 'held',
    refused: false,
    rings: [
      ...[...new Set([...routed.connections, ...released.connections])].map((connection): Ring => ({ kind: 'deliver', connection })),
      ...released.lanes.map((lane): Ring => ({ kind: 'ingest', lane })),
      ...finished.told.map((subscription): Ring => ({ kind: 'events', subscription })),
    ],
  }
}

async function link(
  books: Books,
  { type, key, connection, id }: DeliveryTable,
  externalKey: string,
  outcome: Extract<Outcome, { kind: 'delivered' }>,
): Promise<void> {
  try {
    await addLink(books, {
      type,
      connection,
      externalKey,
      key,
      linkedBy: 'delivery',
      ...(outcome.version === undefined ? {} : { version: outcome.version }),
    })
    await addLines(books, { type, connection, key, lines: outcome.lines ?? [] })
  } catch (error) {
    // the effect has happened; that the key belongs to another document is for a person
    if (!isHubError(error) || error.detail.code !== 'link-conflict') throw error
    note(books, { type, key, code: 'link-conflict', path: '', detail: { connection, externalKey, delivery: id, message: error.message } })
  }
}

async function notDelivered(settling: Settling, outcome: Exclude<Outcome, { kind: 'delivered' }>): Promise<Settled> {
  const { context, setup, tx, lease, now, plan } = settling
  const { tenant } = context
  const { delivery } = plan
  if (outcome.kind === 'reject' && delivery.op === 'cancel') return tooLate(settling, outcome.code, outcome.message)
  const next = nextState(outcome, delivery.attempts, setup.retry, now, context.random())
  const ambiguous = doubtAfter(delivery.ambiguous, outcome)
  switch (next.state) {
    case 'waiting':
      await changeDelivery(tx, tenant, delivery.id, ['sending'], {
        state: 'waiting',
        reason: next.reason.slice(0, 64),
        due_at: next.dueAt,
        ambiguous,
        ...(next.uncounted ? { attempts: delivery.attempts - 1 } : {}),
      })
      await releaseLane(tx, tenant, lease, next.dueAt)
      return { lane: 'left', refused: false, rings: [] }
    case 'parked': {
      await changeDelivery(tx, tenant, delivery.id, ['sending'], { state: 'parked', reason: next.reason, ambiguous })
      if (next.reason !== 'needs-auth') return { lane: 'held', refused: false, rings: [] }
      const code = outcome.kind === 'reauth' ? outcome.code : next.reason
      await noteFailure(tx, tenant, setup.name, { recovery: 'reauth', code }, 0, now)
      return { lane: 'held', refused: true, rings: [] }
    }
    case 'dead':
      await changeDelivery(tx, tenant, delivery.id, ['sending'], {
        state: 'dead',
        reason: next.reason.slice(0, 64),
        settled_at: now,
        ambiguous,
      })
      return { lane: 'held', refused: false, rings: [] }
    case 'delivered':
      return { lane: 'held', refused: false, rings: [] }
  }
}

/** What is known of the effect only grows. */
function doubtAfter(before: DeliveryTable['ambiguous'], outcome: Outcome): DeliveryTable['ambiguous'] {
  if (before === 2 || (outcome.kind === 'retry' && outcome.done === true)) return 2
  return before === 1 || outcome.kind === 'unknown' || (outcome.kind === 'retry' && outcome.ambiguous) ? 1 : 0
}

/** The partner will not undo what it did: the duty ends, a person decides (canonical model section 4). */
async function tooLate({ context, catalogue, tx, now, plan }: Settling, code: string, message: string): Promise<Settled> {
  const { tenant } = context
  const { delivery } = plan
  await changeDelivery(tx, tenant, delivery.id, ['sending'], { state: 'cancelled', reason: 'refused', settled_at: now })
  const books = await openBooks(tx, { tenant, now, newId: context.newId, revision: catalogue.revision, matching: catalogue.matching })
  note(books, {
    type: delivery.type,
    key: delivery.key,
    code: 'cancel-too-late',
    path: '',
    detail: { connection: delivery.connection, action: delivery.action, delivery: delivery.id, code, message },
  })
  await finish(books)
  return { lane: 'held', refused: false, rings: [] }
}

/** However many figures differ, the partner's orders are asked for once in this time. */
const askGapMs = 1000

/** Not a try: the partner's orders are pulled, then the figures are compared again. */
async function ordersFirst(
  { context, tx, lease, now, plan }: Settling,
  { stream, shown }: Extract<StateOutcome, { kind: 'orders-first' }>,
): Promise<Settled> {
  const { tenant, settings } = context
  const { delivery } = plan
  const job: Job = { connection: delivery.connection, stream, kind: 'pull' }
  const run = await findSchedule(tx, tenant, job)
  const startAt = Math.max(now, (run?.last_started_at ?? 0) + askGapMs)
  await wantRun(tx, tenant, job, startAt)
  await endAttempt(
    tx,
    tenant,
    plan.attempt,
    { outcome: 'orders-first', code: null, status: null, message: `the partner shows ${shown}`.slice(0, 200), sample: null },
    now,
  )
  const dueAt = run === undefined ? now : startAt + settings.sweepMs
  await changeDelivery(tx, tenant, delivery.id, ['sending'], {
    state: 'waiting',
    reason: askedReason({ at: now, waits: 0 }),
    due_at: dueAt,
    attempts: delivery.attempts - 1,
  })
  await releaseLane(tx, tenant, lease, dueAt)
  const rings: Ring[] = startAt > now ? [] : [{ kind: 'pull', connection: delivery.connection, stream }]
  return { lane: 'left', refused: false, rings: run === undefined ? [{ kind: 'deliver', connection: delivery.connection }] : rings }
}
