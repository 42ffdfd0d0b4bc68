import { isHubError, recoveryOf } from '../model/errors.ts'
import { claimLanes, dropLane, holdLane, type Lease, releaseLane } from '../store/lane.ts'
import { goneHash } from '../store/record.ts'
import { backOff, noteFailure, noteSuccess, stateOf } from './connection-health.ts'
import type { ConnectionSetup, Context } from './context.ts'
import { type Halt, keepLease, noHalt } from './halt.ts'
import { announce, storePage } from './pages.ts'

/** Keys asked for at once at one connection. */
const batch = 4
/** Longest wait between two tries of one key. */
const mostBackOffMs = 3_600_000

/**
 * Reads again by key what a message only pointed at, or what came with equal versions and different content; the answer is authoritative. Works until no key of the connection
 * is due. A partner that no longer has the record says that it is deleted. Answers how many keys were read.
 */
export async function refetch(context: Context, connection: string, halt: Halt = noHalt()): Promise<number> {
  const { database, tenant, settings } = context
  const setup = context.catalogue().connections.get(connection)
  if (setup === undefined || setup.paused || (await stateOf(database, tenant, connection)) === 'paused') return 0
  let read = 0
  while (!halt.stop.aborted) {
    const leases = await claimLanes(database, tenant, 'refetch', {
      prefix: `${connection}/`,
      limit: batch,
      now: await database.now(),
      leaseMs: settings.leaseMs,
    })
    if (leases.length === 0) break
    await Promise.all(leases.map((lease) => refetchKey(context, setup, lease, halt)))
    read += leases.length
  }
  return read
}

async function refetchKey(context: Context, setup: ConnectionSetup, lease: Lease, halt: Halt): Promise<void> {
  const { database, tenant, settings } = context
  const [, stream = '', ...rest] = lease.lane.split('/')
  const key = rest.join('/')
  const hold = () => database.write(async (tx) => holdLane(tx, tenant, lease, (await database.now()) + settings.leaseMs))
  try {
    const page = await keepLease(settings.leaseMs, hold, halt.abort, (signal) => context.access(setup).readKey(stream, key, signal))
    const gone =
      page.records.length > 0
        ? []
        : [
            {
              authoritative: true,
              record: { stream, key, version: null, op: 'delete' as const, slices: [], bodyHash: goneHash, laneKey: key },
            },
          ]
    const stored = await database.write(async (tx) => {
      const now = await database.now()
      await holdLane(tx, tenant, lease, now)
      const written = await storePage(context, tx, setup, { stream, baseline: false, authoritative: true, now }, page, gone)
      await dropLane(tx, tenant, lease)
      const recovered = await noteSuccess(tx, tenant, setup.name, now, 'read')
      return { written, recovered }
    })
    announce(context, setup.name, stored.written)
    if (stored.recovered) context.bell.ring({ kind: 'deliver', connection: setup.name })
  } catch (error) {
    await failed(context, setup, lease, error, halt)
  }
}

async function failed(context: Context, setup: ConnectionSetup, lease: Lease, error: unknown, halt: Halt): Promise<void> {
  const { database, tenant } = context
  const code = isHubError(error) ? error.detail.code : 'bug'
  if (code === 'fenced') return
  const stopped = halt.abort.aborted
  const wait = stopped ? 0 : backOff(error, lease.fails, setup.retry, context.random(), mostBackOffMs)
  await database.write(async (tx) => {
    const now = await database.now()
    await holdLane(tx, tenant, lease, now)
    await releaseLane(tx, tenant, lease, now + wait, stopped ? 0 : lease.fails + 1)
    await noteFailure(tx, tenant, setup.name, isHubError(error) ? error.detail : undefined, 0, now)
  })
  const fields = { connection: setup.name, lane: lease.lane, code, fails: lease.fails + 1 }
  const message = error instanceof Error ? error.message : String(error)
  if (recoveryOf(error) === 'bug')
    context.log.error({ ...fields, error }, 'reading a record by its key failed by a fault of the hub or its connector')
  else if (lease.fails === 0 && !stopped) context.log.warn({ ...fields, message }, 'reading a record by its key failed and is tried again')
}
