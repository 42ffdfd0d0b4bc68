import { clearFakeClocks, fastClock, withoutFakeClock } from './fake-clock.ts'
import { drained } from './rest.ts'
import type { Scenario } from './scenario.ts'
import { settle } from './storm.ts'
import { planTraffic, runTraffic } from './traffic.ts'
import { withBreaches } from './verdict.ts'
import { untilKnown, type World } from './world.ts'

/** Days of trade in minutes: the hub's clock goes 432 times as fast as that of the driver and the partner, and one call in twenty fails. What is refused waits by the table of every connection, 5 s to 10 h. */

const rate = 432
const hourMs = 3_600_000 / rate

interface Days {
  readonly name: string
  /** wall time at which the hub begins, and its zone */
  readonly from: string
  readonly zone: string
  readonly hours: number
  /** orders an hour */
  readonly pace: number
}

const soakOf = ({ name, from, zone, hours, pace }: Days, covers: readonly string[]): Scenario => ({
  name,
  covers,
  engine: 'sqlite',
  ci: false,
  seeds: 'first',
  rate,
  missing: withoutFakeClock,
  async run(world) {
    world.settings.set('serve', fastClock(from, zone, rate))
    await world.start()
    const began = await world.now()
    await untilKnown(world)
    const half = await soaked(world, hours / 2, pace, 0)
    const whole = await soaked(world, hours / 2, pace, 1)
    const passed = ((await world.now()) - began) / 3_600_000
    const judged = await settle(world, Promise.resolve())
    // to a server whose time flies every sender is slow; it sends again
    const breaches = judged.breaches.filter((breach) => breach !== 'a sender was answered 408')
    const verdict = withBreaches({ ...judged, breaches }, [
      ...(whole.mb < half.mb * 1.25 + 20 ? [] : [`the process grew from ${Math.round(half.mb)} to ${Math.round(whole.mb)} MB`]),
      ...(whole.rows < 2.1 * half.rows ? [] : [`${half.rows} rows after half of the orders, ${whole.rows} after all`]),
      ...(passed >= hours ? [] : [`${Math.round(passed)} hours passed instead of ${hours}`]),
    ])
    await world.kill('serve')
    clearFakeClocks()
    return verdict
  },
})

/** Lets so much trade pass and come to rest, and tells what the hub has come to. */
async function soaked(world: World, hours: number, pace: number, half: number): Promise<{ readonly mb: number; readonly rows: number }> {
  const orders = Math.round(hours * pace)
  world.partner.hostile = 0.05
  await runTraffic(world, planTraffic(world.random, orders, hours * hourMs, world.partner.log.skus, half * orders + 1))
  const mb = world.residentMb('serve')
  world.partner.hostile = 0
  await drained(world)
  return { mb, rows: await rowsOf(world) }
}

/** In all tables of its file. */
async function rowsOf(world: World): Promise<number> {
  const tables = await world.ask(`select name from sqlite_master where type = 'table'`)
  const counts = await Promise.all(tables.map(({ name }) => world.ask(`select count(*) as n from "${String(name)}"`)))
  return counts.reduce((sum, [row]) => sum + Number(row?.n), 0)
}

export const soakScenarios: readonly Scenario[] = [
  soakOf({ name: 'soak', from: '2028-02-28 12:00:00', zone: 'UTC', hours: 72, pace: 40 }, ['S29', 'S23 (leap day)']),
  soakOf({ name: 'clocks forward', from: '2028-03-11 22:00:00', zone: 'America/New_York', hours: 8, pace: 60 }, ['S23 (summer time)']),
  soakOf({ name: 'clocks back', from: '2028-11-04 22:00:00', zone: 'America/New_York', hours: 8, pace: 60 }, ['S23 (summer time)']),
]
