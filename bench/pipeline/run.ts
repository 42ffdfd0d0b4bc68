import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { startMariadb } from '../../src/testing/private-mariadb.ts'
import { startPrivateRedis } from '../../src/testing/private-redis.ts'
import { quartiles } from '../mapping/measure.ts'
import { openBatched } from './batched.ts'
import type { Contender, Run } from './contender.ts'
import { openHub } from './crossdock.ts'
import { measureFilling } from './filling.ts'
import { openFloor } from './floor.ts'
import { openNodeRed } from './node-red.ts'
import { cpuMs } from './processes.ts'
import { measureScale } from './scale.ts'
import { measureStarts } from './start.ts'
import { bookedOrders, checksum } from './truth.ts'

const { values: flags } = parseArgs({
  options: {
    orders: { type: 'string', default: '3000' },
    rounds: { type: 'string', default: '5' },
    only: { type: 'string', default: 'mysql,embedded,nodeRed,batched,floor,start,scale' },
    documents: { type: 'string', default: '1000000' },
    json: { type: 'boolean', default: false },
    profile: { type: 'string' },
  },
})
const orders = Number(flags.orders)
const rounds = Number(flags.rounds)
const only = new Set(flags.only.split(','))

const tell = (text: string) => process.stderr.write(`${text}\n`)

interface Measured extends Run {
  readonly cpuPerOrder: number
}

const folder = mkdtempSync(join(tmpdir(), 'crossdock-bench-'))
const stops: (() => Promise<void>)[] = []
let failed = false
try {
  const mariadb = await startMariadb({ settings: ['--innodb-buffer-pool-size=1G', '--innodb-log-file-size=1G'] })
  stops.push(mariadb.stop)
  const redis = await startPrivateRedis()
  if (redis === undefined) throw new Error('no redis-server on PATH')
  stops.push(redis.stop)
  const nodeArgs = flags.profile === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${flags.profile}`]
  const openers: Readonly<Record<string, () => Promise<Contender>>> = {
    mysql: async () => {
      const servers = { database: await mariadb.database(), redis: redis.url, pids: [mariadb.pid(), redis.pid()] }
      return openHub({ name: 'mysql', folder, servers, nodeArgs })
    },
    embedded: () => openHub({ name: 'embedded', folder, nodeArgs }),
    nodeRed: async () => openNodeRed(folder, await mariadb.database(), [mariadb.pid()]),
    batched: async () => openBatched(folder, await mariadb.database(), [mariadb.pid()]),
    floor: async () => openFloor(await mariadb.database(), [mariadb.pid()]),
  }
  const contenders: Contender[] = []
  for (const [name, open] of Object.entries(openers)) {
    if (!only.has(name)) continue
    const contender = await open()
    stops.push(contender.stop)
    contenders.push(contender)
  }
  let from = 0
  const once = async (contender: Contender, count: number): Promise<Measured> => {
    await wait(500)
    const before = cpuMs(contender.pids)
    const run = await contender.run(from, count)
    // what follows an answer (rings, leases given back) is the contender's too
    await wait(200)
    const spent = run.cpuMs ?? cpuMs(contender.pids) - before
    const [stored, wanted] = [checksum(await contender.stored(from, count)), checksum(bookedOrders(from, count))]
    if (stored.hash !== wanted.hash)
      throw new Error(`void: ${contender.name} stored ${JSON.stringify(stored)} where it had to store ${JSON.stringify(wanted)}`)
    return { ...run, cpuPerOrder: spent / count }
  }
  const measured = new Map<string, Measured[]>(contenders.map(({ name }) => [name, []]))
  for (let round = 0; round <= rounds; round++) {
    const turns = contenders.map((_, turn) => contenders[(turn + round) % contenders.length]).filter((one) => one !== undefined)
    for (const contender of turns) {
      const run = await once(contender, round === 0 ? Math.ceil(orders / 2) : orders)
      tell(
        `${round === 0 ? 'warm-up' : `round ${round}`} ${contender.name}: ${run.cpuPerOrder.toFixed(3)} CPU-ms an order, ${Math.round((1000 * orders) / run.ms)} orders/s, p99 ${run.p99?.toFixed(1) ?? '-'} ms`,
      )
      if (round > 0) measured.get(contender.name)?.push(run)
    }
    from += orders
  }
  const starts = only.has('start') ? await measureStarts(folder, await mariadb.database(), redis.url, rounds) : {}
  const onServers = async () => ({ database: await mariadb.database(), redis: redis.url, pids: [mariadb.pid(), redis.pid()] })
  const scale = only.has('scale') ? await measureScale(folder, await onServers(), { documents: Number(flags.documents), orders, from }) : {}
  const filling = only.has('filling')
    ? {
        filling: {
          embedded: await measureFilling(folder, undefined, Number(flags.documents)),
          mysql: await measureFilling(folder, await onServers(), Number(flags.documents)),
        },
      }
    : {}
  const figure = (of: (run: Measured) => number | undefined) =>
    Object.fromEntries(
      [...measured].flatMap(([name, runs]) => {
        const values = runs.map(of).filter((value) => value !== undefined)
        return values.length === 0 ? [] : [[name, quartiles(values).median]]
      }),
    )
  const cpuMsPerOrder = figure(({ cpuPerOrder }) => cpuPerOrder)
  const ordersPerSecond = figure(({ ms }) => (1000 * orders) / ms)
  const ackP50Ms = figure(({ p50 }) => p50)
  const ackP99Ms = figure(({ p99 }) => p99)
  const over = (of: Readonly<Record<string, number>>, a: string, b: string) => {
    const [x, y] = [of[a], of[b]]
    return x === undefined || y === undefined ? null : round3(x / y)
  }
  process.stdout.write(
    `${JSON.stringify({
      orders,
      rounds,
      cpuMsPerOrder: rounded(cpuMsPerOrder),
      ordersPerSecond: rounded(ordersPerSecond),
      ackP50Ms: rounded(ackP50Ms),
      ackP99Ms: rounded(ackP99Ms),
      vsNodeRed: {
        cpu: over(cpuMsPerOrder, 'mysql', 'nodeRed'),
        cpuEmbedded: over(cpuMsPerOrder, 'embedded', 'nodeRed'),
        ordersPerSecond: over(ordersPerSecond, 'mysql', 'nodeRed'),
        ordersPerSecondEmbedded: over(ordersPerSecond, 'embedded', 'nodeRed'),
        ackP99: over(ackP99Ms, 'mysql', 'nodeRed'),
        cpuBatched: over(cpuMsPerOrder, 'batched', 'nodeRed'),
        ordersPerSecondBatched: over(ordersPerSecond, 'batched', 'nodeRed'),
      },
      vsFloor: { cpu: over(cpuMsPerOrder, 'mysql', 'floor'), ordersPerSecond: over(ordersPerSecond, 'mysql', 'floor') },
      ...starts,
      ...scale,
      ...filling,
    })}\n`,
  )
} catch (error) {
  failed = true
  tell(error instanceof Error ? (error.stack ?? error.message) : String(error))
} finally {
  for (const stop of stops.reverse()) await stop()
  if (!failed) rmSync(folder, { recursive: true, force: true })
}
process.exitCode = failed ? 1 : 0

function rounded(of: Readonly<Record<string, number>>): Readonly<Record<string, number>> {
  return Object.fromEntries(Object.entries(of).map(([name, value]) => [name, round3(value)]))
}
function round3(value: number): number {
  return Number(value.toPrecision(3))
}
