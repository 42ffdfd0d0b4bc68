import { openBooks } from '../ledger/books.ts'
import { countLost, endOpenAttempts } from '../store/attempt.ts'
import type { Tx } from '../store/database.ts'
import { closeDeliveries, dutiesInLane } from '../store/delivery.ts'
import { findingsOf } from '../store/finding.ts'
import { dropLane, holdLane, type Lease, releaseLane } from '../store/lane.ts'
import type { DeliveryTable } from '../store/tables.ts'
import type { Catalogue, ConnectionSetup, Context, Route } from './context.ts'
import { beginCommand } from './duty-command.ts'
import { beginState } from './duty-state.ts'
import { type Plan, park, setAside, type Work } from './duty-work.ts'

/** Duties of one lane looked at; a lane holds the duties of one document. */
const maxInLane = 200

/**
 * Picks the next duty of a lane and takes it as far as the first byte to the partner: renders, freezes, and writes the attempt, in one transaction under the lane's fence (design.md invariants 4, 6 and 7).
 * `crashed`: earlier claims of this lane that ended with their process.
 */
export function beginDuty(context: Context, setup: ConnectionSetup, lease: Lease, crashed: number): Promise<Plan> {
  const { database, tenant, settings } = context
  return database.write(async (tx): Promise<Plan> => {
    const now = await database.now()
    await holdLane(tx, tenant, lease, now + settings.leaseMs)
    const catalogue = context.catalogue()
    const head = await headOrLeave(tx, tenant, catalogue, lease)
    if (head === undefined) return { kind: 'left' }
    const { duty, older } = head
    if (duty.due_at > now) {
      await releaseLane(tx, tenant, lease, duty.due_at)
      return { kind: 'left' }
    }
    await closeDeliveries(
      tx,
      tenant,
      older.map(({ id }) => id),
      'superseded',
      'newer',
      now,
    )
    for (const begun of [...older, duty]) if (begun.state === 'sending') await endOpenAttempts(tx, tenant, begun.id, 'lost', now)
    const lost = duty.state === 'sending' ? await countLost(tx, tenant, duty.id) : 0
    if (crashed >= settings.maxCrashes || lost > settings.maxCrashes) return setAside(tx, tenant, duty, 'poison', now)
    const route = catalogue.routes.find(({ id }) => id === duty.route)
    const action = setup.connector.actions[duty.action]
    if (route === undefined || route.mode === 'off' || action === undefined) return park(tx, tenant, duty, 'route-off', null)
    if (await isHeld(tx, tenant, route, duty)) return park(tx, tenant, duty, 'held', null)
    const books = await openBooks(tx, { tenant, now, newId: context.newId, revision: catalogue.revision, matching: catalogue.matching })
    const work: Work = { context, catalogue, setup, route, lease, books, now, duty, older }
    return action.kind === 'state' ? beginState(work, action) : beginCommand(work, action)
  })
}

interface Head {
  readonly duty: DeliveryTable
  readonly older: readonly DeliveryTable[]
}

/** The head of a held lane; where there is none, the lane is given up: only here, under the hold and after looking, so that no duty is left without a ring (design.md section 6). */
export async function headOrLeave(tx: Tx, tenant: string, catalogue: Catalogue, lease: Lease): Promise<Head | undefined> {
  const head = headOf(catalogue, await dutiesInLane(tx, tenant, lease.lane, maxInLane))
  if (head === undefined) await dropLane(tx, tenant, lease)
  return head
}

/**
 * The duty at the head of a lane. A state duty makes the earlier ones of its route superfluous; a parked command, and a dead one of a route that blocks, hold back what comes
 * after them.
 */
function headOf(catalogue: Catalogue, duties: readonly DeliveryTable[]): Head | undefined {
  for (const duty of duties) {
    if (duty.state === 'dead') {
      if (catalogue.routes.find(({ id }) => id === duty.route)?.onDead === 'skip') continue
      return undefined
    }
    if (duty.op !== 'state') return duty.state === 'parked' ? undefined : { duty, older: [] }
    const same = duties.filter((other) => other.op === 'state' && other.route === duty.route && other.state !== 'dead')
    const newest = same.at(-1) ?? duty
    if (newest.state !== 'parked') return { duty: newest, older: same.slice(0, -1) }
  }
  return undefined
}

async function isHeld(tx: Tx, tenant: string, route: Route, { type, key }: DeliveryTable): Promise<boolean> {
  if (route.holds.length === 0) return false
  return (await findingsOf(tx, tenant, type, [key])).some(({ state, code }) => state === 'open' && route.holds.includes(code))
}
