import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { packageRoot } from '../../package-root.ts'
import { askMysql } from './ask-database.ts'
import { startProxy } from './proxy.ts'
import type { Scenario } from './scenario.ts'
import { settle } from './storm.ts'
import { planTraffic, runTraffic } from './traffic.ts'
import { emptyVerdict, withBreaches } from './verdict.ts'
import { until, untilKnown } from './world.ts'

/** What a person asks for, many times at once or interrupted, happens once. */

const sameKey: Scenario = {
  name: 'one key, many requests',
  covers: ['S11', 'S12'],
  engine: 'sqlite',
  ci: true,
  seeds: 'once',
  async run(world) {
    await world.start()
    await untilKnown(world)
    world.partner.choose = ({ path }) => (path === '/bookings' ? '422' : 'usual')
    await runTraffic(world, { ...planTraffic(world.random, 1, 100, world.partner.log.skus), bad: [] })
    const dead = async () => (await world.ask(`select id, generation from delivery where connection = 'bank' and state = 'dead'`))[0]
    const wrong: string[] = []
    if (!(await until(async () => (await dead()) !== undefined, 20_000 * world.slowness)))
      wrong.push('a booking that was refused is not dead')
    world.partner.choose = undefined
    const path = `/v1/deliveries/${String((await dead())?.id)}/replay`
    const headers = { 'idempotency-key': 'crash-1' }
    const answers = await Promise.all(
      Array.from({ length: 50 }, () => world.api('POST', path, { as: 'new', reason: 'the test asks for it' }, headers)),
    )
    const done = answers.filter(({ status }) => status === 200)
    if (answers.some(({ status }) => status !== 200 && status !== 409))
      wrong.push(`answers were ${[...new Set(answers.map(({ status }) => status))].join(', ')}`)
    if (done.length === 0 || new Set(done.map(({ body }) => JSON.stringify(body))).size !== 1)
      wrong.push('the same key was answered in different ways')
    const other = await world.api('POST', path, { as: 'same' }, headers)
    if (other.status !== 409 && other.status !== 422) wrong.push(`another body under the same key was answered ${other.status}`)
    const [row] = await world.ask(`select max(generation) as n from delivery where connection = 'bank'`)
    if (Number(row?.n) !== 1) wrong.push(`the delivery is at generation ${row?.n} instead of 1`)
    return withBreaches(await settle(world, Promise.resolve()), wrong)
  },
}

/** `crossdock migrate` dies after the first, the fourth, … statement that changes tables; the next one goes on, and the schema is the one of an undisturbed run. */
const migration: Scenario = {
  name: 'killed migration',
  covers: ['row 17'],
  engine: 'mysql',
  ci: false,
  seeds: 'once',
  workers: 0,
  async run(world) {
    const address = new URL((await world.servers?.mariadb.database()) ?? '')
    const line = await startProxy(Number(address.port))
    const through = new URL(address)
    through.port = String(line.port)
    const migrate = async (dieAfter: number) => {
      const child = spawn(process.execPath, [join(packageRoot, 'src', 'cli.ts'), 'migrate', '--database', through.href], {
        stdio: 'ignore',
      })
      let left = dieAfter
      line.watch = (piece) => {
        if (/create (table|index|unique)|alter table/i.test(piece.toString('latin1')) && --left === 0) child.kill('SIGKILL')
        return undefined
      }
      await world.inject(`migrate killed after ${dieAfter}`, () => once(child, 'exit'))
      return child.signalCode ?? child.exitCode
    }
    const ends = []
    for (const dieAfter of [1, 4, 9, 16, 25]) ends.push(await migrate(dieAfter))
    const last = await migrate(Number.POSITIVE_INFINITY)
    await line.close()
    const shape = (name: string) =>
      askMysql(address.href)(
        `select table_name, column_name, column_type, is_nullable, column_key from information_schema.columns where table_schema = '${name}' order by table_name, column_name`,
      )
    const same =
      JSON.stringify(await shape(address.pathname.slice(1))) ===
      JSON.stringify(await shape(new URL(world.database ?? '').pathname.slice(1)))
    return withBreaches(emptyVerdict, [
      ...(ends.includes('SIGKILL') ? [] : ['no migration was killed']),
      ...(last === 0 ? [] : [`the last migration ended with ${last}`]),
      ...(same ? [] : ['the schema differs from that of an undisturbed migration']),
    ])
  },
}

export const operatorScenarios: readonly Scenario[] = [sameKey, migration]
