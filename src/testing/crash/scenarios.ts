import { setTimeout as wait } from 'node:timers/promises'
import { eatCommits, loseCommits } from './faults.ts'
import { freezeEverywhere, freezingPlaces } from './freeze.ts'
import { killEverywhere } from './points.ts'
import type { Scenario } from './scenario.ts'
import { calm, settle, storm } from './storm.ts'
import { planTraffic, runTraffic } from './traffic.ts'
import { until, untilKnown, type World } from './world.ts'

const stormSize = { ci: { orders: 60, spanMs: 8000, more: 2 }, all: { orders: 300, spanMs: 20_000, more: 12 } } as const

const stormOn = (engine: Scenario['engine'], covers: readonly string[]): Scenario => ({
  name: `storm on ${engine}`,
  covers,
  engine,
  ci: true,
  seeds: 'every',
  async run(world, size) {
    const verdict = await storm(world, stormSize[size])
    return size === 'all' ? { ...verdict, breaches: [...verdict.breaches, ...calm(world)] } : verdict
  },
})

const pointsOn = (engine: Scenario['engine']): Scenario => ({
  name: `points on ${engine}`,
  covers: ['S2', 'S5', 'S16'],
  engine,
  ci: true,
  seeds: 'once',
  workers: 0,
  async run(world, size, only) {
    const { verdict, missed } = await killEverywhere(world, size, only)
    for (const place of missed) world.injections.push({ what: `not reached: ${place}`, from: 0, until: 0 })
    return verdict
  },
})

/** Every write has its effect and loses its answer, once. */
const cutOn = (engine: Scenario['engine']): Scenario => ({
  name: `cut answers on ${engine}`,
  covers: ['S9', 'row 8'],
  engine,
  ci: engine === 'sqlite',
  seeds: 'first',
  async run(world) {
    await world.start()
    await untilKnown(world)
    const met = new Set<string>()
    world.partner.choose = ({ method, path, body }) => {
      const name = `${path} ${JSON.stringify(body)}`
      if (method === 'GET' || met.has(name)) return 'usual'
      met.add(name)
      return 'cut'
    }
    const orders = 12
    await runTraffic(world, planTraffic(world.random, orders, 2000, world.partner.log.skus))
    const all = await until(() => world.partner.done.cut >= 3 * orders, 30_000 * world.slowness)
    return settle(world, Promise.resolve(), all ? [] : [`only ${world.partner.done.cut} answers were cut`])
  },
})

/** The process dies with an effect at the partner, and the next one reads that effect by a poll before the lane is free to be tried again. */
const pollBetween: Scenario = {
  name: 'poll between effect and settling',
  covers: ['row 8', 'S8'],
  // a hub that is alone with its store frees the lanes of the dead process at its start
  engine: 'mysql',
  workers: 0,
  ci: true,
  seeds: 'once',
  // longer than a start takes on a busy machine, so that the poll is first
  leaseMs: 16_000,
  async run(world) {
    await world.start()
    await untilKnown(world)
    const notes: string[] = []
    const traffic: Promise<void>[] = []
    const orders = 12
    // where a poll was under way all the same, its lane is held as long as that of the sale: then the try may come first, and it is played again
    for (let first = 1; first <= 2 * orders + 1 && notes.length === 0 && (await recognised(world)) === 0; first += orders) {
      let polledAt = Number.POSITIVE_INFINITY
      world.partner.moment = (when, { method, path, query }) => {
        const now = performance.now()
        if (path !== '/erp/sales' || when !== 'done') return undefined
        if (method === 'GET' && !query.has('reference')) polledAt = now
        else if (method === 'POST' && now - polledAt > 150 && now - polledAt < 500) world.hubs.get('serve')?.signal('SIGKILL')
        return undefined
      }
      traffic.push(runTraffic(world, planTraffic(world.random, orders, 6000, world.partner.log.skus, first)))
      await world.inject('kill -9 between effect and settling', async () => {
        if (!(await until(() => world.hubs.get('serve')?.ended() !== undefined, 30_000, 10)))
          notes.push('no process died with a sale at the partner')
        world.partner.moment = undefined
        await world.start('serve')
      })
      await until(async () => (await recognised(world)) > 0, 16_000 * world.slowness)
    }
    if ((await recognised(world)) === 0) notes.push('no poll came between the effect and the next try')
    return settle(world, Promise.all(traffic), notes)
  },
}

const recognised = async (world: World): Promise<number> =>
  Number((await world.ask(`select count(*) as n from delivery where state = 'delivered' and reason = 'recognised'`))[0]?.n)

const frozen: Scenario = {
  name: 'freeze past the lease',
  covers: ['S8', 'row 9'],
  engine: 'mysql',
  ci: true,
  seeds: 'once',
  workers: 2,
  run: (world, size) => freezeEverywhere(world, size === 'ci' ? freezingPlaces.filter(({ ci }) => ci) : freezingPlaces),
}

/** COMMIT's answer is lost, and then COMMIT itself: nobody may take either for the other. */
const commits: Scenario = {
  name: 'lost commits',
  covers: ['row 3', 'row 15'],
  engine: 'mysql',
  ci: true,
  seeds: 'first',
  workers: 0,
  async run(world) {
    await world.start()
    await untilKnown(world)
    const traffic = runTraffic(world, planTraffic(world.random, 15, 4000, world.partner.log.skus))
    for (const [name, fault] of [
      ['answers of COMMIT lost', loseCommits(12)],
      ['COMMIT lost', eatCommits(12)],
    ] as const) {
      await world.inject(name, () => fault(world))
      await wait(500)
    }
    return settle(world, traffic)
  },
}

export const firstScenarios: readonly Scenario[] = [
  stormOn('mysql', ['S1', 'S3', 'S4', 'S5', 'S6', 'S7', 'S8', 'S9', 'S13', 'S17', 'S18', 'S28']),
  stormOn('sqlite', ['S1', 'S3', 'S4', 'S5', 'S6', 'S9', 'S13', 'S17', 'S28']),
  pointsOn('mysql'),
  pointsOn('sqlite'),
  frozen,
  pollBetween,
  commits,
  cutOn('sqlite'),
  cutOn('mysql'),
]
