import type { Outcome } from '../model/delivery.ts'
import { isHubError, recoveryOf } from '../model/errors.ts'
import type { Span } from '../model/trace.ts'
import { findConnection, setConnectionState } from '../store/connection.ts'
import { readDeliveryHold } from '../store/delivery-hold.ts'
import { claimLanes, dueLaneNames, holdLane, type Lease, releaseLane } from '../store/lane.ts'
import { beginCircuit, type Circuit, noteSight } from './circuit.ts'
import { noteSuccess } from './connection-health.ts'
import type { ConnectionSetup, Context } from './context.ts'
import { deliverState, type StateOutcome } from './deliver-state.ts'
import { beginDuty } from './duty.ts'
import type { CommandPlan } from './duty-command.ts'
import type { StatePlan } from './duty-state.ts'
import { type Halt, keepLease, noHalt } from './halt.ts'
import { settle } from './settle.ts'

/** Lanes looked up at once. */
const page = 64
/** Duties of one claim; then other lanes have their turn. */
const maxDuties = 16
/** How often a connection that refused our credentials is asked whether it takes them again. */
const probeMs = 30_000
/** A lane that the store refused for a while. */
const retryMs = 1000
/** A lane that failed by a fault of the hub is left alone for so long; its head is set aside when that happens too often. */
const faultMs = 10_000

/** One call of `deliver`: shared by its lanes. */
interface Run {
  readonly context: Context
  readonly setup: ConnectionSetup
  readonly halt: Halt
  readonly circuit: Circuit
  refused: boolean
  tries: number
  /** lanes that were due when they were looked for */
  readonly due: string[]
  looking: Promise<readonly string[]> | undefined
  /** most lanes at work at once */
  readonly most: number
  /** those who are at work; none of them rejects */
  readonly crew: Set<Promise<void>>
  readonly errors: unknown[]
}

/**
 * Works off the delivery lanes of one connection that are due, several at once, until none is. Answers how many tries were made. Calls to the partner happen outside any transaction, between an attempt
 * that is committed and an outcome under the same fence.
 */
export async function deliver(context: Context, connection: string, halt: Halt = noHalt()): Promise<number> {
  const setup = context.catalogue().connections.get(connection)
  if (setup === undefined || setup.paused) return 0
  const circuit = await openTo(context, setup, halt)
  if (circuit === undefined) return 0
  const most = Math.max(1, Math.min(setup.concurrency, context.settings.deliverConcurrency))
  const run: Run = {
    context,
    setup,
    halt,
    circuit,
    refused: false,
    tries: 0,
    due: [],
    looking: undefined,
    most,
    crew: new Set(),
    errors: [],
  }
  // half open: one lane asks, and the others follow once it got through
  if (circuit.probing) await work(run, nextSuspect, () => circuit.probing)
  if (!circuit.probing) {
    join(run, nextSuspect)
    while (run.crew.size < most) join(run, nextLane)
  }
  while (run.crew.size > 0) await Promise.all(run.crew)
  if (run.errors.length > 0) throw run.errors[0]
  return run.tries
}

/** How the connection may be used, undefined: not now; one that needs new credentials is asked now and then, for the cheapest thing there is. */
async function openTo(context: Context, setup: ConnectionSetup, halt: Halt): Promise<Circuit | undefined> {
  const { database, tenant } = context
  if ((await readDeliveryHold(database.read, tenant)) !== undefined) return undefined
  const row = await findConnection(database.read, tenant, setup.name)
  if (row === undefined || row.state === 'active' || row.state === 'failing') return beginCircuit(context, row, setup)
  const now = await database.now()
  if (row.state === 'paused' || now - row.changed_at < probeMs) return undefined
  let proved = true
  try {
    await context.access(setup).check(halt.abort)
  } catch (error) {
    if (!isHubError(error)) throw error
    proved = false
  }
  return database.write(async (tx) => {
    if (!proved) {
      await setConnectionState(tx, tenant, setup.name, ['needs-auth'], 'needs-auth', row.reason, now)
      return undefined
    }
    await noteSuccess(tx, tenant, setup.name, now, 'read')
    return { probing: false, downs: row.downs ?? 0 }
  })
}

function join(run: Run, next: typeof nextLane): void {
  const worker: Promise<void> = work(run, next)
    .catch((error: unknown) => void run.errors.push(error))
    .finally(() => run.crew.delete(worker))
  run.crew.add(worker)
}

async function work(run: Run, next: (run: Run) => Promise<Lease | undefined>, goesOn = () => true): Promise<void> {
  const { context, halt } = run
  while (!halt.stop.aborted && !run.refused && goesOn()) {
    const lease = await next(run)
    if (lease === undefined) return
    try {
      await workLane(run, lease)
    } catch (error) {
      if (isHubError(error) && error.detail.code === 'fenced') continue
      const passing = recoveryOf(error) === 'retry'
      if (passing) context.log.warn({ lane: lease.lane, error }, 'a delivery lane stopped and is tried again')
      else context.log.error({ lane: lease.lane, error }, 'a delivery lane stopped by a fault of the hub')
      await giveBack(context, lease, passing ? retryMs : faultMs, passing ? lease.fails : lease.fails + 1)
    }
  }
}

/**
 * A lane on which a process died, else the next of the others. All that was under way dies with a process, so each of these is under suspicion: one worker takes them one after the other, the ones it happened to
 * least often first. Only one of them is counted when the next process dies, and the innocent are done before one reaches its limit.
 */
async function nextSuspect(run: Run): Promise<Lease | undefined> {
  const { context, setup } = run
  const { database, tenant, settings } = context
  const now = await database.now()
  for (const lane of await dueLaneNames(database, tenant, 'deliver', { prefix: `${setup.name}/`, now, limit: page, troubled: true })) {
    const [lease] = await claimLanes(database, tenant, 'deliver', { lane, limit: 1, now, leaseMs: settings.leaseMs })
    if (lease !== undefined) return lease
  }
  return nextLane(run)
}

/** Looks for due lanes by the page, and claims them one by one: a lane that merely stands in the queue of a process that dies was not tried. */
async function nextLane(run: Run): Promise<Lease | undefined> {
  const { context, setup, halt } = run
  const { database, tenant, settings } = context
  while (!halt.stop.aborted && !run.refused) {
    const now = await database.now()
    if (run.due.length === 0) {
      if ((await readDeliveryHold(database.read, tenant)) !== undefined) return undefined
      run.looking ??= dueLaneNames(database, tenant, 'deliver', { prefix: `${setup.name}/`, now, limit: page, troubled: false })
      const names = await run.looking
      if (run.looking !== undefined) run.due.push(...names)
      run.looking = undefined
      if (run.due.length === 0) return undefined
    }
    const lane = run.due.shift()
    if (lane === undefined) continue
    // those who found nothing have gone: what has come since is more than one can do
    for (let left = run.due.length; left > 0 && run.crew.size < run.most && !run.circuit.probing; left--) join(run, nextLane)
    const [lease] = await claimLanes(database, tenant, 'deliver', { lane, limit: 1, now, leaseMs: settings.leaseMs })
    if (lease !== undefined) return lease
  }
  return undefined
}

async function workLane(run: Run, lease: Lease): Promise<void> {
  const { context, setup, halt } = run
  let crashed = lease.fails
  for (let i = 0; i < maxDuties && !halt.stop.aborted && !run.refused; i++) {
    const since = performance.now()
    const plan = await beginDuty(context, setup, lease, crashed)
    crashed = 0
    if (plan.kind === 'left') return
    if (plan.kind === 'again') continue
    run.tries++
    const span = beginSpan(context, plan)
    const outcome = await send(run, lease, plan, since, span?.traceparent)
    tell(context, plan, outcome, (performance.now() - since) / 1000, span)
    const settled = await settle(context, setup, lease, plan, outcome)
    for (const ring of settled.rings) context.bell.ring(ring)
    if (settled.refused || (await noteSight(context, setup.name, run.circuit, outcome))) run.refused = true
    if (settled.lane === 'left') return
  }
  await giveBack(context, lease, 0)
}

const idsOf = ({ delivery, attempt }: CommandPlan | StatePlan) => ({
  'crossdock.delivery': delivery.id,
  'crossdock.attempt': attempt,
  'crossdock.try': delivery.attempts,
  'crossdock.connection': delivery.connection,
  'crossdock.action': delivery.action,
  'crossdock.op': delivery.op,
  'crossdock.route': delivery.route,
  'crossdock.revision': delivery.revision ?? '',
})

const beginSpan = ({ tracer }: Context, plan: CommandPlan | StatePlan): Span | undefined =>
  tracer?.begin('attempt', { kind: 'client', parent: plan.delivery.trace, facts: idsOf(plan) })

/** One try, for all who look from outside. */
function tell(
  { meter, log }: Context,
  plan: CommandPlan | StatePlan,
  outcome: StateOutcome,
  seconds: number,
  span: Span | undefined,
): void {
  const { delivery, attempt } = plan
  const code = 'code' in outcome ? outcome.code : undefined
  const status = 'status' in outcome ? outcome.status : undefined
  meter?.tried(delivery.connection, outcome.kind, seconds)
  span?.end(
    {
      'crossdock.outcome': outcome.kind,
      ...(code === undefined ? {} : { 'crossdock.code': code }),
      ...(status === undefined ? {} : { 'http.response.status_code': status }),
    },
    outcome.kind === 'delivered' || outcome.kind === 'orders-first' ? undefined : (code ?? outcome.kind),
  )
  const { id, connection, action, op, route, revision, attempts } = delivery
  const ids = { delivery: id, attempt, try: attempts, connection, action, op, route, revision }
  log.debug({ ...ids, outcome: outcome.kind, code, status, ms: Math.round(seconds * 1000) }, 'a delivery was tried')
}

function send(
  { context, setup, halt }: Run,
  lease: Lease,
  plan: CommandPlan | StatePlan,
  since: number,
  traceparent: string | undefined,
): Promise<StateOutcome> {
  const { database, tenant, settings } = context
  const access = context.access(setup)
  const trace = setup.sendTrace === true && traceparent !== undefined ? { traceparent } : {}
  const beat = () => database.write(async (tx) => holdLane(tx, tenant, lease, (await database.now()) + settings.leaseMs))
  const work = async (signal: AbortSignal, held: () => boolean) => {
    try {
      if (plan.kind === 'state') return await deliverState(access, plan, { signal, held, ...trace })
      const { delivery, action, operation, body, key } = plan
      return await access.run(action, operation, body, {
        effectKey: delivery.effect_key,
        ...(key === undefined ? {} : { key }),
        ambiguous: delivery.ambiguous > 0,
        done: delivery.ambiguous === 2,
        signal,
        held,
        ...trace,
      })
    } catch (error) {
      return fault(context, plan, error)
    }
  }
  return keepLease(settings.leaseMs, beat, halt.abort, work, since)
}

/** The engine throws only for a fault of its own or of a connector; how far the call got is not known then. */
function fault(context: Context, { delivery }: CommandPlan | StatePlan, error: unknown): Outcome {
  context.log.error(
    { delivery: delivery.id, connection: delivery.connection, error },
    'a delivery failed by a fault of the hub or its connector',
  )
  return {
    kind: 'retry',
    code: isHubError(error) ? error.detail.code : 'bug',
    message: error instanceof Error ? error.message : String(error),
    ambiguous: true,
  }
}

async function giveBack({ database, tenant }: Context, lease: Lease, waitMs: number, fails = 0): Promise<void> {
  await database.write(async (tx) => {
    const now = await database.now()
    await holdLane(tx, tenant, lease, now)
    await releaseLane(tx, tenant, lease, now + waitMs, fails)
  })
}
