import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as wait } from 'node:timers/promises'
import { clearFakeClocks, shiftedClock, withoutFakeClock } from './fake-clock.ts'
import { freezeHub, killHub } from './faults.ts'
import { hubProgram } from './program.ts'
import type { Scenario } from './scenario.ts'
import { settle } from './storm.ts'
import { planTraffic, runTraffic } from './traffic.ts'
import { withBreaches } from './verdict.ts'
import { untilKnown, type World } from './world.ts'

/** Processes that do not agree: on the release, or on the time of day. */

const next = { CRASH_RELEASE: 'next' } as const

/** The tables get those of the next release under load (a step further, made by the loader), and one process after the other is replaced, some by SIGTERM, some by SIGKILL. One that is started from the old release by mistake refuses. */
const releases: Scenario = {
  name: 'two releases',
  covers: ['S26', 'row 20'],
  engine: 'mysql',
  ci: false,
  seeds: 'first',
  async run(world) {
    const wrong: string[] = []
    await world.start()
    await untilKnown(world)
    const traffic = runTraffic(world, planTraffic(world.random, 60, 15_000, world.partner.log.skus))
    await wait(2000)
    await world.inject('migrate', async () => {
      const child = spawn(process.execPath, [await hubProgram(next), 'migrate', '--database', world.database ?? ''], {
        stdio: 'ignore',
        env: { ...process.env, ...next },
      })
      const [code] = (await once(child, 'exit')) as [number | null]
      if (code !== 0) wrong.push(`the migration under load ended with ${code}`)
    })
    const [columns] = await world.ask(
      `select count(*) as n from information_schema.columns where table_schema = database() and column_name = 'next_release'`,
    )
    if (Number(columns?.n) !== 4) wrong.push('the migration did not reach the tables')
    await wait(2000)
    await world.inject('an old worker starts by mistake', async () => {
      await world.kill('worker-2')
      await world.start('worker-2')
      await Promise.race([world.hubs.get('worker-2')?.gone, wait(60_000 * world.slowness)])
      if (world.hubs.get('worker-2')?.ended()?.code === undefined) wrong.push('an old worker runs on tables of the next release')
      await world.kill('worker-2')
    })
    for (const name of ['worker-2', 'api', 'worker-1']) {
      world.settings.set(name, next)
      await world.inject(`${name} is replaced`, async () => {
        await (name === 'worker-1' ? world.kill(name) : world.hubs.get(name)?.stop())
        await world.start(name)
      })
      await wait(2000)
      await world.inject('kill -9 worker-2', () => killHub('worker-2')(world))
    }
    return withBreaches(await settle(world, traffic), wrong)
  },
}

/** API and workers live ten minutes before and behind the database and the partners: leases, cursors and the order of events do not notice. */
const skewed: Scenario = {
  name: 'clock skew',
  covers: ['S23', 'row 18'],
  engine: 'mysql',
  ci: false,
  seeds: 'first',
  missing: withoutFakeClock,
  async run(world) {
    world.settings.set('api', shiftedClock(10, 'America/New_York'))
    world.settings.set('worker-1', shiftedClock(-10, 'Asia/Kathmandu'))
    await world.start()
    await untilKnown(world)
    world.partner.hostile = 0.1
    const traffic = runTraffic(world, planTraffic(world.random, 60, 12_000, world.partner.log.skus))
    const frozenMs = world.times.leaseMs * 1.4
    for (const [what, fault] of [
      ['kill -9 worker-2', killHub('worker-2')],
      ['kill -9 worker-1', killHub('worker-1')],
      ['freeze worker-1', freezeHub('worker-1', frozenMs)],
      ['kill -9 api', killHub('api')],
      ['freeze worker-2', freezeHub('worker-2', frozenMs)],
    ] as const) {
      await wait(1500)
      await world.inject(what, () => fault(world))
    }
    const verdict = withBreaches(await settle(world, traffic), await stolen(world))
    for (const name of world.names) await world.kill(name)
    clearFakeClocks()
    return verdict
  },
}

/** A lease is taken when it is over by the database's clock, and a minute off would show as a claim of the future or the past. */
async function stolen(world: World): Promise<string[]> {
  const [row] = await world.ask(
    'select min(started_at) as first, max(coalesce(ended_at, started_at)) as last, unix_timestamp(now(3)) * 1000 as now from attempt',
  )
  const [first, last, now] = [Number(row?.first), Number(row?.last), Number(row?.now)]
  const begun = Math.min(...world.partner.log.placed.values())
  return [
    ...(first < begun - tolerableMs ? [`a try began ${begun - first} ms before the first order was placed`] : []),
    ...(last > now + tolerableMs ? [`a try ended ${last - now} ms from now`] : []),
  ]
}
const tolerableMs = 60_000

export const releaseScenarios: readonly Scenario[] = [releases, skewed]
