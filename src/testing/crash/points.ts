import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import type { Asked } from './partner-answers.ts'
import type { Size } from './scenario.ts'
import { settle } from './storm.ts'
import { isPolled, planTraffic, polledOnly, runTraffic } from './traffic.ts'
import type { Verdict } from './verdict.ts'
import { until, untilKnown, type World } from './world.ts'

/** Moments of a call to the partner at which its sender dies: nothing happened yet, or everything did and nobody heard of it. */
const calls: readonly { readonly name: string; readonly is: (asked: Asked) => boolean }[] = [
  { name: 'sale', is: ({ method, path }) => method === 'POST' && path === '/erp/sales' },
  { name: 'change of a sale', is: ({ method, path }) => method === 'PUT' && path.startsWith('/erp/sales/') },
  { name: 'look-up of a sale', is: ({ path, query }) => path === '/erp/sales' && query.has('reference') },
  { name: 'booking', is: ({ path }) => path === '/bookings' },
  { name: 'letter', is: ({ path }) => path === '/letters' },
  { name: 'figure', is: ({ method, path }) => method === 'PUT' && path.startsWith('/shop/stock/') },
  { name: 'page of orders', is: ({ method, path }) => method === 'GET' && path === '/shop/orders' },
  { name: 'page of sales', is: ({ method, path, query }) => method === 'GET' && path === '/erp/sales' && !query.has('reference') },
]

/** Without these a run of all points is none: each is a row of the failure matrix (docs/reliability.md). */
const wanted = [
  'receive/commit',
  'split/split',
  'ingest/ingest claimLanes',
  'ingest/many',
  'ingest/one',
  'deliver/nextLane claimLanes',
  'duty/beginDuty',
  'settle/settle',
  'pull/pull claimRun',
  'pull/writePage',
]

/** The calls at which a shorter run kills as well. */
const wantedCalls = ['sale ', 'booking done', 'letter ', 'figure done', 'page of orders done']

const ordersOfLife = 3
const surveyMs = 4000
const lifeLimitMs = 12_000
/** Of a place that has to be reached, however long the start takes. */
const wantedLimitMs = 45_000

export interface PointsRun {
  readonly verdict: Verdict
  /** places where a process died */
  readonly died: readonly string[]
  /** places that a life did not come to again */
  readonly missed: readonly string[]
}

/**
 * One process after the other dies: before and after every COMMIT that the first one was seen to make, before its rings, and at every call to the partner, while orders keep coming. Each life has orders of its own, so that what is wrong in the end names the place. `only`: places whose names begin with one of these texts.
 */
export async function killEverywhere(world: World, size: Size, only: readonly string[]): Promise<PointsRun> {
  const traffic: Promise<void>[] = []
  const lives: { readonly first: number; readonly place: string }[] = []
  const live = (place: string) => {
    const first = lives.length * ordersOfLife + 1
    lives.push({ first, place })
    const plan = planTraffic(world.random, ordersOfLife, 1200, world.partner.log.skus, first)
    traffic.push(runTraffic(world, isPolled(place) ? polledOnly(plan) : plan))
  }
  const name = world.names[0] ?? 'serve'
  await world.start()
  await untilKnown(world)
  world.partner.hostile = 0.15
  live('the first life')
  await wait(surveyMs)
  await world.kill(name)
  const some = only.length > 0 ? only : size === 'ci' ? [...wanted.map((place) => `${place}|`), ...wantedCalls] : []
  const chosen = (place: string) => some.length === 0 || some.some((text) => place.startsWith(text))
  const known = wanted.flatMap((place) => [`${place}|written`, `${place}|committed`])
  const tried = new Set<string>()
  function* untried(): Generator<string> {
    const next = () => [...known, ...metPlaces(world)].filter((place) => chosen(place) && !tried.has(place)).sort()[0]
    for (let place = next(); place !== undefined; place = next()) {
      tried.add(place)
      yield place
    }
  }
  const died: string[] = []
  const missed: string[] = []
  const untilDead = async (place: string) => {
    const limitMs = [...wanted, ...wantedCalls].some((one) => place.startsWith(one)) ? wantedLimitMs : lifeLimitMs
    const isDead = await until(() => world.hubs.get(name)?.ended() !== undefined, limitMs * world.slowness, 10)
    ;(isDead ? died : missed).push(place)
  }
  const dieAt = async (place: string) => {
    live(place)
    await world.start(name, { CRASH_AT: place })
    await untilDead(place)
    await world.kill(name)
  }
  for (const place of untried()) await world.inject(place, () => dieAt(place))
  for (const { name: call, is } of calls)
    for (const when of ['arrived', 'done'] as const) {
      const place = `${call} ${when} at the partner`
      if (!chosen(place)) continue
      live(place)
      await world.inject(place, async () => {
        world.partner.moment = (at, asked) => {
          if (at !== when || !is(asked)) return undefined
          world.hubs.get(name)?.signal('SIGKILL')
          return 'lost'
        }
        await world.start(name, { CRASH_AT: 'nowhere' })
        await untilDead(place)
        world.partner.moment = undefined
        await world.kill(name)
      })
    }
  const never = only.length > 0 ? [] : wanted.filter((place) => !died.some((one) => one.startsWith(`${place}|`)))
  const verdict = await settle(
    world,
    Promise.all(traffic),
    never.map((place) => `no process died at ${place}`),
  )
  return { verdict: { ...verdict, breaches: verdict.breaches.map((breach) => withPlaces(breach, lives)) }, died, missed }
}

/** What a place can tell apart: before COMMIT and after it; a ring has one moment. */
function metPlaces(world: World): string[] {
  const file = join(world.logs, 'places.log')
  const met = existsSync(file) ? readFileSync(file, 'utf8').split('\n') : []
  const places = met.flatMap((line) => (line.startsWith('met ') ? [line.slice(4)] : []))
  return [...new Set(places)].filter((place) => place.startsWith('ring/') || !place.endsWith('|called')).sort()
}

/** Names the lives of the orders that a breach speaks of. */
function withPlaces(breach: string, lives: readonly { readonly first: number; readonly place: string }[]): string {
  const places = [...breach.matchAll(/(?:shop\/|event )(\d+)/g)].flatMap(
    ([, id]) => lives.findLast(({ first }) => first <= Number(id))?.place ?? [],
  )
  return places.length === 0 ? breach : `${breach} (sent in the life that ended at: ${[...new Set(places)].join(', ')})`
}
