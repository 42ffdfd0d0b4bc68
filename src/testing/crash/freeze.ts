import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { progress } from './rest.ts'
import { settle } from './storm.ts'
import { isPolled, planTraffic, polledOnly, runTraffic } from './traffic.ts'
import type { Verdict } from './verdict.ts'
import { until, untilKnown, type World } from './world.ts'

/** Where a worker stands still until others have its work, and then goes on as if it were still its own. */
export const freezingPlaces: readonly FreezingPlace[] = [
  { place: 'duty/beginDuty|committed', skip: 0, ci: true },
  { place: 'duty/beginDuty|committed', skip: 1, ci: true },
  { place: 'duty/beginDuty|committed', skip: 2, ci: false },
  { place: 'settle/settle|called', skip: 0, ci: true },
  { place: 'settle/settle|called', skip: 2, ci: false },
  { place: 'settle/settle|written', skip: 1, ci: false },
  { place: 'ingest/many|called', skip: 0, ci: false },
  { place: 'ingest/many|written', skip: 0, ci: true },
  { place: 'split/split|called', skip: 0, ci: true },
  { place: 'pull/writePage|called', skip: 0, ci: true },
]

interface FreezingPlace {
  readonly place: string
  /** how often a worker passes it before it stands still */
  readonly skip: number
  readonly ci: boolean
}

const ordersOfLife = 4
const reachMs = 30_000

/** Two workers; the first is frozen at each place in turn, for longer than its lease. */
export async function freezeEverywhere(world: World, places = freezingPlaces): Promise<Verdict> {
  const frozen = 'worker-1'
  const traffic: Promise<void>[] = []
  const notes: string[] = []
  await world.start('api')
  await world.start('worker-2')
  await untilKnown(world)
  for (const [index, { place, skip }] of places.entries()) {
    await world.kill('worker-2')
    const plan = planTraffic(world.random, ordersOfLife, 1000, world.partner.log.skus, index * ordersOfLife + 1)
    traffic.push(runTraffic(world, isPolled(place) ? polledOnly(plan) : plan))
    const before = stops(world)
    await world.start(frozen, { CRASH_AT: place, CRASH_SKIP: String(skip), CRASH_SIGNAL: 'SIGSTOP' })
    if (!(await until(() => stops(world) > before, reachMs * world.slowness, 10))) notes.push(`no worker stood still at ${place}`)
    await world.inject(`freeze ${place} ${skip}`, async () => {
      const then = await progress(world)
      await world.start('worker-2')
      await wait(world.times.leaseMs * 1.5)
      if (!(await until(async () => (await progress(world)) !== then, reachMs * world.slowness)))
        notes.push(`nobody took over from the worker at ${place}`)
      world.hubs.get(frozen)?.signal('SIGCONT')
    })
    await wait(300)
    await world.kill(frozen)
  }
  return settle(world, Promise.all(traffic), notes)
}

function stops({ logs }: World): number {
  const file = join(logs, 'places.log')
  return existsSync(file)
    ? readFileSync(file, 'utf8')
        .split('\n')
        .filter((line) => line.startsWith('stopped ')).length
    : 0
}
