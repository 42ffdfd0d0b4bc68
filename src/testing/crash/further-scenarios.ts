import { setTimeout as wait } from 'node:timers/promises'
import { freezeDatabase } from './faults.ts'
import { flood } from './flood.ts'
import type { Scenario } from './scenario.ts'
import { settle } from './storm.ts'
import { planTraffic, polledOnly, runTraffic } from './traffic.ts'
import { withBreaches } from './verdict.ts'
import { until, untilKnown } from './world.ts'

/** Nothing runs for longer than a platform sends again, and afterwards no webhook arrives either: the poll finds everything, page by page, over processes that die between their pages. */
const lostWebhooks: Scenario = {
  name: 'lost webhooks on sqlite',
  covers: ['S16', 'S17', 'S22'],
  engine: 'sqlite',
  ci: true,
  seeds: 'first',
  async run(world, size) {
    await world.start()
    await untilKnown(world)
    const orders = size === 'ci' ? 30 : 120
    const trade = (count: number, first: number) =>
      runTraffic(world, polledOnly(planTraffic(world.random, count, 3000, world.partner.log.skus, first)))
    await world.inject('outage', async () => {
      await world.kill('serve')
      await trade(orders, 1)
    })
    const traffic = trade(orders / 2, orders + 1)
    // no other page is written meanwhile, so that every death is one between two pages of orders
    world.partner.choose = ({ method, path }) => (method === 'GET' && path !== '/shop/orders' ? '503' : 'usual')
    for (let death = 0; death < (size === 'ci' ? 3 : 10); death++)
      await world.inject('kill -9 at a page that was read', async () => {
        await world.kill('serve')
        await world.start('serve', { CRASH_AT: 'pull/writePage|called', CRASH_SKIP: String(Math.floor(world.random() * 3)) })
        await Promise.race([world.hubs.get('serve')?.gone, wait(20_000)])
        await world.kill('serve')
      })
    return settle(world, traffic)
  },
}

/** One order kills every process that sends it, one is refused for good: both are set aside, alone, and a person's replay has its effect once. */
const poison: Scenario = {
  name: 'poison',
  covers: ['S10', 'S15', 'row 19'],
  engine: 'sqlite',
  ci: false,
  seeds: 'first',
  maxCrashes: 3,
  leaseMs: 400,
  async run(world) {
    const [deadly, refused] = ['shop/1', 'shop/2']
    await world.start()
    await untilKnown(world)
    const isSale = (path: string, method: string) => method === 'POST' && path === '/erp/sales'
    world.partner.choose = ({ method, path, body }) => (isSale(path, method) && body.reference === refused ? '422' : 'usual')
    world.partner.moment = (when, { method, path, body }) => {
      if (when !== 'arrived' || !isSale(path, method) || body.reference !== deadly) return undefined
      world.hubs.get('serve')?.signal('SIGKILL')
      return 'lost'
    }
    const traffic = runTraffic(world, planTraffic(world.random, 40, 2500, world.partner.log.skus))
    const dead = async () =>
      (await world.ask(`select d.key as k, reason from delivery d where state = 'dead' order by d.key`)).map(
        ({ k, reason }) => `${k} ${reason}`,
      )
    const isDead = async () => (await dead()).some((one) => one.startsWith(`${deadly} `))
    await world.inject('an order that kills its process', async () => {
      for (let life = 0; life < 12 && !(await isDead()); life++) {
        await until(async () => world.hubs.get('serve')?.ended() !== undefined || (await isDead()), 20_000 * world.slowness)
        // the order may kill it again before it says that it is ready
        await world.start('serve').catch(() => undefined)
      }
    })
    const others = await until(async () => {
      const made = new Set([...world.partner.log.sales.values()].map(({ reference }) => reference))
      return world.partner.log.orders.size >= 40 && [...world.partner.log.orders.keys()].every((id) => id <= 2 || made.has(`shop/${id}`))
    }, 60_000 * world.slowness)
    const found = await dead()
    const must = [`${deadly} poison`, `${refused} http-422`]
    world.partner.choose = undefined
    world.partner.moment = undefined
    for (let twice = 0; twice < 2; twice++) await world.api('POST', '/v1/dead-letters/replay', { kind: 'delivery' })
    return withBreaches(await settle(world, traffic), [
      ...(others ? [] : ['orders besides the two were held up by them']),
      ...(JSON.stringify(found) === JSON.stringify(must) ? [] : [`dead were ${found.join(', ')} instead of ${must.join(', ')}`]),
    ])
  },
}

/** Nothing answers, no connection breaks: senders hear 503 or nothing within their patience, and all goes on by itself. */
const frozenDatabase: Scenario = {
  name: 'frozen database',
  covers: ['S14'],
  engine: 'mysql',
  ci: false,
  seeds: 'first',
  async run(world) {
    await world.start()
    await untilKnown(world)
    const traffic = runTraffic(world, planTraffic(world.random, 30, 8000, world.partner.log.skus))
    await wait(1500)
    await world.inject('SIGSTOP mariadbd', () => freezeDatabase(6000)(world))
    return settle(world, traffic)
  },
}

/** SIGTERM, one process after the other, under load: each ends by itself in time, with 0 and without a lease. */
const rolling: Scenario = {
  name: 'rolling restarts',
  covers: ['S25'],
  engine: 'mysql',
  ci: false,
  seeds: 'first',
  async run(world, size) {
    await world.start()
    await untilKnown(world)
    const traffic = runTraffic(world, planTraffic(world.random, 60, 12_000, world.partner.log.skus))
    const wrong: string[] = []
    for (let round = 0; round < (size === 'ci' ? 1 : 3); round++)
      for (const name of world.names)
        await world.inject(`SIGTERM ${name}`, async () => {
          const hub = world.hubs.get(name)
          const tookMs = (await hub?.stop()) ?? 0
          const code = hub?.ended()?.code
          if (code !== 0 || tookMs > 25_000) wrong.push(`${name} ended with ${code} after ${Math.round(tookMs)} ms`)
          await world.start(name)
        })
    const verdict = await settle(world, traffic)
    for (const name of world.names) await world.hubs.get(name)?.stop()
    const [left] = await world.ask(`select count(*) as n from lane where lease_token is not null`)
    return withBreaches(verdict, [...wrong, ...(Number(left?.n) === 0 ? [] : [`${left?.n} leases were left behind`])])
  },
}

export const furtherScenarios: readonly Scenario[] = [lostWebhooks, poison, frozenDatabase, rolling, flood]
