import { reject, retry } from '../model/errors.ts'
import type { Tx } from '../store/database.ts'
import { isWaiting } from '../store/envelope.ts'
import { decidePlan, openPlans } from '../store/plan.ts'
import { goneHash, presentKeys } from '../store/record.ts'
import { holdRun, listPulls, type RunLease } from '../store/schedule.ts'
import type { PlanTable } from '../store/tables.ts'
import type { ConnectionSetup, Context } from './context.ts'
import { announce, type StoredPage, storePage } from './pages.ts'
import { holdPlan, releasedKeys } from './plans.ts'
import { requestPull } from './schedule.ts'

/** Keys of one stream that are compared in memory. */
const maxKeys = 1_000_000
/** Deletes written in one transaction. */
const batch = 500
/** Who decides what nobody has to decide. */
const hub = 'crossdock'

/** Whether so many deletes have to be looked at first. */
export const isTooMany = (gone: number, held: number, maxPercent: number): boolean => gone * 100 > held * maxPercent

/**
 * Compares the partner's list of keys with what the ledger holds from this stream, and writes a delete for each key that is in two lists in a row no more: one list may miss a row that a delete before it shifted across a page
 * border. What changed here since the comparison began is not judged. More deletes than the stream's limit, less those a person released, are held as a plan and nothing is written.
 */
export async function findDeletes(context: Context, setup: ConnectionSetup, lease: RunLease, signal: AbortSignal): Promise<void> {
  const { database, tenant } = context
  const { stream } = lease
  const limit = setup.streams.get(stream)?.ids?.maxPercent
  if (limit === undefined) return
  const began = await database.now()
  const held = await presentKeys(database.read, tenant, setup.name, stream, maxKeys + 1)
  if (held.length > maxKeys)
    throw reject('too-many-keys', `${setup.name} ${stream} holds more than ${maxKeys} keys, more than are compared at once`)
  const once = without(held, await keysOf(context, setup, stream, signal))
  const into = setup.connector.streams[stream]?.ids?.into ?? []
  if (once.length > 0 && into.length > 0) await readMeanwhile(context, setup.name, into, signal)
  const twice = once.length === 0 ? once : without(once, await keysOf(context, setup, stream, signal))
  const unchanged = new Set(twice.length === 0 ? [] : await presentKeys(database.read, tenant, setup.name, stream, maxKeys, began))
  const gone = twice.filter((key) => unchanged.has(key))
  const hold = (tx: Tx, now: number) => holdRun(tx, tenant, lease, now + context.settings.leaseMs)
  await deleteGone(context, setup, stream, { keys: gone, whole: true, total: held.length, limit }, hold)
}

/** A run of a stream that others wait for. */
const longestRunMs = 300_000
const [leastLookMs, mostLookMs] = [100, 2000]

/**
 * What vanished may have become a record of these streams: each that the workspace reads is read from now on to its end, and what it brought is applied.
 * @throws HubError `not-read-meanwhile` (retry) when one of them cannot be read: nothing is judged then
 */
async function readMeanwhile(context: Context, connection: string, names: readonly string[], signal: AbortSignal): Promise<void> {
  const { database, tenant, clock } = context
  const asked = await database.now()
  // the run that is asked for must begin later than any that did before
  while ((await database.now()) <= asked && !signal.aborted) await clock.sleep(1, signal)
  const streams = new Set<string>()
  for (const name of names) if (await requestPull(context, connection, name)) streams.add(name)
  for (let waitMs = leastLookMs; ; waitMs = Math.min(2 * waitMs, mostLookMs)) {
    const runs = (await listPulls(database, tenant)).filter((run) => run.connection === connection && streams.has(run.stream))
    // a run that was cut short goes on later, and brought only a part
    const open = runs.filter(({ last_started_at: started, last_good_at: good }) => (started ?? 0) <= asked || (good ?? 0) < (started ?? 0))
    if (open.length === 0 && !(await isWaiting(database.read, tenant, connection, [...streams]))) return
    if (signal.aborted || (await database.now()) > asked + longestRunMs)
      throw retry(
        'not-read-meanwhile',
        `${connection}: ${open.map(({ stream }) => stream).join(', ') || 'what came'} could not be read and applied, so no delete is believed`,
      )
    await clock.sleep(waitMs, signal)
  }
}

/** Records the partner does not have any more. `total`: records of the stream here. */
export interface Gone {
  readonly keys: readonly string[]
  /** all that are gone; false: there may be others, which were not looked for */
  readonly whole: boolean
  readonly total: number
  /** percent */
  readonly limit: number
}
/** First statement of each transaction: throws when the work is somebody else's by now. */
export type Hold = (tx: Tx, now: number) => Promise<void>

/** Writes a delete for each record that is gone. More than the limit, less those a person released, are held as a plan and nothing of them is written. Answers the keys that are held. */
export async function deleteGone(
  context: Context,
  setup: ConnectionSetup,
  stream: string,
  gone: Gone,
  hold: Hold,
): Promise<readonly string[]> {
  const plans = await openPlans(context.database.read, context.tenant, { kind: 'deletes', connection: setup.name, stream })
  const released = releasedKeys(plans)
  const held = gone.whole ? [] : plans.filter(({ state }) => state === 'held').flatMap((plan) => JSON.parse(plan.keys) as string[])
  const fresh = [...new Set([...held, ...gone.keys])].filter((key) => !released.has(key))
  const tooMany = isTooMany(fresh.length, gone.total, gone.limit)
  await writeDeletes(context, setup, stream, tooMany ? gone.keys.filter((key) => released.has(key)) : gone.keys, hold)
  if (tooMany) {
    await context.database.write(async (tx) => {
      const now = await context.database.now()
      await hold(tx, now)
      const { total, limit } = gone
      const plan = { kind: 'deletes' as const, connection: setup.name, stream, affected: fresh.length, keys: fresh, total, limit }
      await holdPlan(tx, { tenant: context.tenant, newId: context.newId, now }, plan, plans)
    })
    context.log.warn(
      { connection: setup.name, stream, deletes: fresh.length, of: gone.total },
      'deletes are held: more are missing at the partner than the limit allows',
    )
  }
  if (gone.whole) await closePlans(context, tooMany ? plans.filter(({ state }) => state === 'released') : plans, hold)
  return tooMany ? fresh : []
}

async function keysOf(context: Context, setup: ConnectionSetup, stream: string, signal: AbortSignal): Promise<ReadonlySet<string>> {
  const keys = new Set<string>()
  for await (const page of context.access(setup).keys(stream, signal)) for (const key of page) keys.add(key)
  return keys
}

const without = (keys: readonly string[], there: ReadonlySet<string>): readonly string[] => keys.filter((key) => !there.has(key))

async function writeDeletes(context: Context, setup: ConnectionSetup, stream: string, gone: readonly string[], hold: Hold): Promise<void> {
  const { database } = context
  for (let at = 0; at < gone.length; at += batch) {
    const keys = gone.slice(at, at + batch)
    const stored = await database.write(async (tx): Promise<StoredPage> => {
      const now = await database.now()
      await hold(tx, now)
      const bytes = Buffer.from(JSON.stringify({ missingAtPartner: keys }))
      const page = { bodies: [{ kind: 'key' as const, bytes }], asOf: now, records: [], last: true }
      const drafts = keys.map((key) => ({
        authoritative: true,
        record: { stream, key, version: null, op: 'delete' as const, slices: [], bodyHash: goneHash, laneKey: key },
      }))
      return storePage(context, tx, setup, { stream, baseline: false, authoritative: true, now }, page, drafts)
    })
    announce(context, setup.name, stored)
  }
}

/** What was released is done; what was held and is the case no more needs nobody. */
async function closePlans(context: Context, plans: readonly PlanTable[], hold: Hold): Promise<void> {
  const { database, tenant } = context
  if (plans.length === 0) return
  await database.write(async (tx) => {
    const now = await database.now()
    await hold(tx, now)
    for (const { id, state } of plans)
      if (state === 'released') await decidePlan(tx, tenant, id, 'released', { state: 'done' })
      else await decidePlan(tx, tenant, id, 'held', { state: 'refused', decided_at: now, decided_by: hub })
  })
}
