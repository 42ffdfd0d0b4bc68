import { setTimeout as wait } from 'node:timers/promises'
import * as faults from './faults.ts'
import { hostilities } from './partner.ts'
import { drained } from './rest.ts'
import { planTraffic, runTraffic } from './traffic.ts'
import { judge, type Verdict } from './verdict.ts'
import { untilKnown, type World } from './world.ts'

/** Every sender is answered 2xx so long after the last fault at the latest. */
const answerMs = 60_000

export interface StormSize {
  readonly orders: number
  readonly spanMs: number
  /** further faults drawn by chance, beside one of each kind */
  readonly more: number
}

/** A storm on a slow machine lasts longer, so that its processes live to see it. */
const mostSlower = 3

/** Everything at once: traffic, a hostile partner, and seeded faults on every process, server and line. Then the faults stop, and the world must come to rest and to the truth. */
export async function storm(world: World, planned: StormSize): Promise<Verdict> {
  const size = { ...planned, spanMs: planned.spanMs * Math.min(mostSlower, world.slowness) }
  await world.start()
  await untilKnown(world)
  world.partner.hostile = 0.3
  const plan = planFaults(world, size)
  const traffic = runTraffic(world, planTraffic(world.random, size.orders, size.spanMs, world.partner.log.skus))
  const began = performance.now()
  for (const { name, at, run } of plan) {
    await wait(Math.max(0, at - (performance.now() - began)))
    await world.inject(name, () => run(world))
  }
  await wait(Math.max(0, size.spanMs - (performance.now() - began)))
  return settle(world, traffic)
}

/** No more faults: everything that was sent is answered, and all work comes to its end. */
export async function settle(world: World, traffic: Promise<unknown>, notes: readonly string[] = []): Promise<Verdict> {
  await world.inject('peace', async () => {
    world.partner.hostile = 0
    world.partner.choose = undefined
    world.partner.moment = undefined
    for (const hub of world.hubs.values()) hub.signal('SIGCONT')
    await world.start()
    await world.ready()
  })
  const late = new AbortController()
  const answered = await Promise.race([traffic.then(() => true), wait(answerMs * world.slowness, false, { signal: late.signal })])
  late.abort()
  world.sender.giveUp()
  await drained(world)
  return judge(world, [...notes, ...(answered ? [] : ['stuck: a sender was not answered with 2xx in time'])])
}

/** One of each kind that the world has something for, then some by chance, spread evenly. */
function planFaults(world: World, { spanMs, more }: StormSize): readonly faults.Fault[] {
  const { random, names, times } = world
  const frozenMs = times.leaseMs * 1.4
  const kinds: { readonly name: string; readonly run: faults.Fault['run'] }[] = [
    ...names.map((name) => ({ name: `kill -9 ${name}`, run: faults.killHub(name) })),
    { name: 'cut partner', run: faults.cutLine('partner') },
    { name: 'cut senders', run: faults.cutLine('api') },
    { name: 'slow partner in pieces', run: faults.slowLine('partner', 15, 7, 800) },
    ...(world.servers === undefined
      ? []
      : [
          ...names.filter((name) => name !== 'api').map((name) => ({ name: `freeze ${name}`, run: faults.freezeHub(name, frozenMs) })),
          { name: 'kill -9 mariadbd', run: faults.killDatabase },
          { name: 'kill connections', run: faults.killConnections },
          { name: 'lose commits', run: faults.loseCommits(3) },
          { name: 'cut database', run: faults.cutLine('database') },
          { name: 'slow database in pieces', run: faults.slowLine('database', 2, 64, 800) },
          { name: 'FLUSHALL', run: faults.flushRedis },
          { name: 'kill -9 redis-server', run: faults.killRedis(300) },
          { name: 'freeze redis', run: faults.freezeRedis(700) },
          { name: 'cut redis', run: faults.cutLine('redis') },
        ]),
  ]
  const drawn = Array.from({ length: more }, () => kinds[Math.floor(random() * kinds.length)]).filter((kind) => kind !== undefined)
  const all = shuffled([...kinds, ...drawn], random)
  return all.map((kind, index) => ({ ...kind, at: (spanMs * (index + 0.2 + 0.6 * random())) / all.length }))
}

function shuffled<T>(list: readonly T[], random: () => number): T[] {
  return list
    .map((item) => ({ item, at: random() }))
    .sort((a, b) => a.at - b.at)
    .map(({ item }) => item)
}

/** Whether the storm was one: what never happened proves nothing. */
export function calm(world: World): string[] {
  const { done } = world.partner
  return hostilities.filter((kind) => done[kind] === 0).map((kind) => `the partner was never hostile by ${kind}`)
}
