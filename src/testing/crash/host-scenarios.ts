import { setTimeout as wait } from 'node:timers/promises'
import { hostsMissing, openHosts } from './hosts.ts'
import type { Scenario } from './scenario.ts'
import { settle } from './storm.ts'
import { planTraffic, runTraffic } from './traffic.ts'
import { withBreaches } from './verdict.ts'
import { until, untilKnown, type World } from './world.ts'

/** deliverConcurrency of the crash workspace: calls of one process to one partner at once */
const ofOneProcess = 4
/** MariaDB ends a transaction of which it hears nothing more after 15 s (store/mysql-server.ts), and one that waited for a lock when its host was lost has 5 s more: rows they hold are free then */
const idleTransactionMs = 20_000
/** A statement that got lost with a cable is given up after 40 s (store/mysql.ts): its host is well again then */
const wellAgainMs = 45_000

const burstOf = 30
const limitMs = 120_000

/**
 * API and workers on hosts of their own (network namespaces). One worker, then two: more calls at once, and the same work in less time. Then a worker's cable is pulled out in the middle of its calls, and put back when others have its
 * lanes; then the other worker dies. Each time its lanes wait for the lease and no longer.
 */
const apart: Scenario = {
  name: 'hosts apart',
  covers: ['part 12', 'row 9'],
  engine: 'mysql',
  ci: false,
  seeds: 'first',
  workers: 2,
  // calls take half of it, so that the partner is slower than everything else
  timeoutMs: 3000,
  missing: hostsMissing,
  hosts: openHosts,
  async run(world) {
    const wrong: string[] = []
    const calls = watchCalls(world)
    await world.start('api')
    await world.start('worker-1')
    await untilKnown(world)
    world.partner.slowMs = world.times.timeoutMs / 2
    const one = await burst(world, calls, wrong)
    await world.start('worker-2')
    await world.ready()
    const two = await burst(world, calls, wrong)
    tell(world, `one worker: ${one.most} calls at once, ${one.tookMs} ms`)
    tell(world, `two workers: ${two.most} calls at once, ${two.tookMs} ms`)
    if (one.most > ofOneProcess) wrong.push(`one worker made ${one.most} calls to the bank at once instead of ${ofOneProcess}`)
    if (two.most <= ofOneProcess || two.tookMs >= one.tookMs) wrong.push('a second worker did not raise the throughput')
    const cable = world.hosts?.of('worker-1')
    await world.inject('cable of worker-1 out', async () => {
      await takeOver(world, calls, wrong, 'a cut host', () => cable?.cut())
      cable?.join()
    })
    await world.inject('cable of the API out', async () => {
      world.hosts?.of('api').cut()
      await wait(1000)
      world.hosts?.of('api').join()
    })
    await wait(wellAgainMs)
    await world.inject('kill -9 worker-2', () => takeOver(world, calls, wrong, 'a killed worker', () => world.kill('worker-2')))
    return withBreaches(await settle(world, Promise.resolve()), wrong)
  },
}

interface Calls {
  /** to the bank, under way */
  now: number
  most: number
}

function watchCalls(world: World): Calls {
  const calls = { now: 0, most: 0 }
  world.partner.moment = (when, { path }) => {
    if (path !== '/bookings') return undefined
    calls.now += when === 'arrived' ? 1 : -1
    calls.most = Math.max(calls.most, calls.now)
    return undefined
  }
  return calls
}

const booked = ({ partner: { log } }: World): number => log.effects.filter(({ kind }) => kind === 'booking').length
const tell = (world: World, what: string): void => void world.injections.push({ what, from: 0, until: 0 })
const trade = (world: World): Promise<void> => {
  const { orders, skus } = world.partner.log
  return runTraffic(world, { ...planTraffic(world.random, burstOf, 300, skus, orders.size + 1), bad: [] })
}

/** Many orders at once; how many calls were made side by side, and how long the bookings took. */
async function burst(world: World, calls: Calls, wrong: string[]): Promise<{ readonly most: number; readonly tookMs: number }> {
  const began = performance.now()
  const all = booked(world) + burstOf
  calls.most = 0
  const traffic = trade(world)
  if (!(await until(() => booked(world) === all, limitMs * world.slowness, 10)))
    wrong.push('the bookings of a burst did not come to their end')
  const tookMs = Math.round(performance.now() - began)
  await traffic
  return { most: calls.most, tookMs }
}

/** Bursts until both workers are in the middle of calls: one that comes back from a cut cable takes its time. */
async function bothAtWork(world: World, calls: Calls): Promise<{ readonly traffic: Promise<void> } | undefined> {
  for (let burst = 0; burst < mostBursts; burst++) {
    const all = booked(world) + burstOf
    const traffic = trade(world)
    await until(() => calls.now > ofOneProcess || booked(world) === all, limitMs * world.slowness, 5)
    if (calls.now > ofOneProcess) return { traffic }
    await traffic
  }
  return undefined
}
const mostBursts = 12

/** Both workers are in the middle of calls when one is lost; the other one has to end what it had begun. */
async function takeOver(world: World, calls: Calls, wrong: string[], who: string, lose: () => Promise<void> | void): Promise<void> {
  const busy = await bothAtWork(world, calls)
  if (busy === undefined) return void wrong.push(`${who}: two workers were never at work at once`)
  await lose()
  const lostAt = await clockOf(world)
  const begun = (await world.ask('select id from attempt where ended_at is null')).map(({ id }) => `'${String(id)}'`)
  if (begun.length === 0) return void wrong.push(`${who} had nothing under way`)
  world.partner.slowMs = 0
  await wait(world.times.leaseMs)
  // a transaction that died with its host holds its rows until the server misses it
  const [held] = await world.ask(
    'select count(*) as n from information_schema.innodb_trx where trx_started < now() - interval 1 second and trx_rows_locked > 0',
  )
  const isHeld = Number(held?.n) > 0
  let oldestS = 0
  const ended = async () => {
    const [oldest] = await world.ask(
      'select max(timestampdiff(second, trx_started, now())) as s from information_schema.innodb_trx where trx_rows_locked > 0',
    )
    oldestS = Math.max(oldestS, Number(oldest?.s ?? 0))
    const [left] = await world.ask(`select count(*) as n from attempt where id in (${begun.join(', ')}) and ended_at is null`)
    return Number(left?.n) === 0
  }
  if (!(await until(ended, limitMs * world.slowness))) wrong.push(`${who}: nobody took over its lanes`)
  await busy.traffic
  if (!(await until(() => booked(world) === world.partner.log.orders.size, limitMs * world.slowness)))
    wrong.push(`${who}: bookings were left behind`)
  const lost = await world.ask(`select ended_at from attempt where id in (${begun.join(', ')}) and outcome = 'lost'`)
  const delayMs = Math.round(Math.max(0, ...lost.map(({ ended_at }) => Number(ended_at) - lostAt)))
  const { leaseMs, sweepMs } = world.times
  const mostMs = leaseMs + 2 * sweepMs + suspectMs * (1 + lost.length) * world.slowness + (isHeld ? idleTransactionMs : 0)
  tell(
    world,
    `${who}: ${lost.length} tries lost, taken over within ${delayMs} ms of a lease of ${leaseMs} ms${isHeld ? `, after rows that were held for ${oldestS} s` : ''}`,
  )
  if (lost.length === 0) wrong.push(`${who} lost no try`)
  if (delayMs > mostMs)
    wrong.push(`${who}: its lanes waited ${delayMs} ms, longer than a lease of ${leaseMs} ms; a transaction held rows for ${oldestS} s`)
  world.partner.slowMs = world.times.timeoutMs / 2
}

/** Lanes that a process died on are suspects, which one worker takes one after the other: what each may take */
const suspectMs = 500

async function clockOf({ ask }: World): Promise<number> {
  const [row] = await ask('select unix_timestamp(now(3)) * 1000 as now')
  return Number(row?.now)
}

export const hostScenarios: readonly Scenario[] = [apart]
