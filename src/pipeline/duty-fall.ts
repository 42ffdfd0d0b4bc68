import { compare, isDecimal, isZero, multiply } from '../model/decimal.ts'
import { changeDelivery } from '../store/delivery.ts'
import { countOpenStates, countParked } from '../store/delivery-range.ts'
import { countFalls, findFall, forgetFalls, noteFall } from '../store/fall.ts'
import { holdNames } from '../store/hold.ts'
import { releaseLane } from '../store/lane.ts'
import { openPlans } from '../store/plan.ts'
import { countPushed } from '../store/pushed.ts'
import type { PushLimit } from './context.ts'
import { type Plan, park, type Work } from './duty-work.ts'
import { holdPlan } from './plans.ts'

export const defaultPushLimit: PushLimit = { percent: 20, atLeast: 10, change: 90, withinMs: 600_000 }
/** Why a duty is parked whose figure falls together with too many others. */
export const tooManyFalls = 'too-many-falls'
/** Falls that come together are first gathered for so long, so that none of a wave is sent before its size is known. */
const gatherMs = 3000
/** Keys a plan shows. */
const maxShown = 1000

/**
 * Whether a figure goes to zero, or by more than `change` percent up or down. More stock is no danger, a price of ten times is.
 */
export function isFall(type: string, before: string, wanted: string, change: number): boolean {
  if (!isDecimal(before) || !isDecimal(wanted) || isZero(before)) return false
  if (isZero(wanted)) return true
  const [low, high] = compare(before, wanted) > 0 ? [wanted, before] : [before, wanted]
  if (low === before && type === 'stock-level') return false
  return compare(multiply(low, '100'), multiply(high, String(100 - change))) < 0
}

/**
 * The blast-radius guard of a state route: at most `percent` of the figures kept at the partner, and never fewer than `atLeast`, fall within a while. What goes beyond is parked and stands in a plan until a
 * person releases or refuses it; everything else of the route and the connection goes on. undefined: it may be sent. `last`: the figure of the last push.
 */
export async function guardFall(work: Work, last: string | undefined, wanted: string): Promise<Plan | undefined> {
  const { books, duty, route, now } = work
  const { tx, tenant } = books
  const limit = route.limit ?? defaultPushLimit
  if (last === undefined || !isFall(duty.type, last, wanted, limit.change)) return undefined
  await holdNames(tx, tenant, [`fall ${route.id}`])
  await forgetFalls(tx, tenant, route.id, now - limit.withinMs)
  const known = await findFall(tx, tenant, route.id, duty.key)
  if (known?.released === 1) return undefined
  if (known === undefined) await noteFall(tx, { tenant, route: route.id, key: duty.key, at: now, released: 0 })
  const total = await countPushed(tx, tenant, duty.connection, duty.type)
  const most = Math.max(limit.atLeast, Math.floor((total * limit.percent) / 100))
  const fallen = await countFalls(tx, tenant, route.id, most + 1)
  if (fallen > most) return holdBack(work, total, limit)
  const open = await countOpenStates(tx, tenant, route.id, duty.connection, most + 1)
  if (known !== undefined || fallen + open <= most) return undefined
  return gather(work)
}

async function gather({ books, duty, lease, now }: Work): Promise<Plan> {
  const dueAt = now + gatherMs
  await changeDelivery(books.tx, books.tenant, duty.id, ['due', 'waiting', 'sending'], {
    state: 'waiting',
    reason: 'gathering',
    due_at: dueAt,
  })
  await releaseLane(books.tx, books.tenant, lease, dueAt)
  return { kind: 'left' }
}

async function holdBack({ context, books, duty, route, now }: Work, total: number, { percent }: PushLimit): Promise<Plan> {
  const { tx, tenant } = books
  const parked = await park(tx, tenant, duty, tooManyFalls, null)
  const plans = await openPlans(tx, tenant, { kind: 'figures', connection: duty.connection, stream: route.id })
  const shown = plans.find(({ state }) => state === 'held')
  const keys = new Set([...(shown === undefined ? [] : (JSON.parse(shown.keys) as string[])), duty.key])
  const affected = await countParked(tx, tenant, route.id, tooManyFalls)
  const plan = {
    kind: 'figures' as const,
    connection: duty.connection,
    stream: route.id,
    affected,
    keys: [...keys].slice(0, maxShown),
    total,
    limit: percent,
  }
  await holdPlan(tx, { tenant, newId: context.newId, now }, plan, plans)
  if (shown === undefined)
    context.log.warn(
      { connection: duty.connection, route: route.id },
      'figures are held: more of them fall than the limit of the route allows',
    )
  return parked
}
