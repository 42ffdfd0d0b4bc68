import { join } from 'node:path'
import { createConnection } from 'mysql2/promise'
import { type Ask, askMysql } from './ask-database.ts'
import { killHub } from './faults.ts'
import type { Scenario } from './scenario.ts'
import { settle } from './storm.ts'
import { planTraffic, runTraffic } from './traffic.ts'
import { type Verdict, withBreaches } from './verdict.ts'
import { openWorld, untilKnown, type World } from './world.ts'

/**
 * Two hubs of two tenants on one database and one Redis, with the same names, articles and order numbers, each with partners of its own. Each is judged by what its tenant's rows say: what one took
 * from the other is missing here and twice there. Then the second one asks the API for everything that the first one has.
 */
const tenants: Scenario = {
  name: 'two tenants',
  covers: ['S27'],
  engine: 'mysql',
  ci: false,
  seeds: 'first',
  workers: 1,
  async run(opened) {
    const { servers, database, seed, slowness, folder } = opened
    if (servers === undefined || database === undefined) throw new Error('two tenants share servers')
    const other = await openWorld({
      seed: seed + 1000,
      slowness,
      servers,
      workers: 1,
      folder: join(folder, 'second'),
      tenant: 'second',
      beside: database,
    })
    try {
      const first: World = { ...opened, ask: await askTenant(database, 'default') }
      const second: World = { ...other, ask: await askTenant(database, 'second') }
      for (const world of [first, second]) {
        await world.start()
        await untilKnown(world)
        world.partner.hostile = 0.1
      }
      const [verdict, beside] = await Promise.all([trade(first), trade(second)])
      const seen = await foreign(first, second)
      return withBreaches({ ...verdict, accepted: verdict.accepted + beside.accepted, applied: verdict.applied + beside.applied }, [
        ...beside.breaches.map((breach) => `the second tenant: ${breach}`),
        ...seen,
      ])
    } finally {
      await other.close()
    }
  },
}

async function trade(world: World): Promise<Verdict> {
  const traffic = runTraffic(world, planTraffic(world.random, 40, 6000, world.partner.log.skus))
  for (const name of ['worker-1', 'api', 'worker-1']) {
    await new Promise((resolve) => setTimeout(resolve, 1000))
    await world.inject(`kill -9 ${name}`, () => killHub(name)(world))
  }
  return settle(world, traffic)
}

/** Asks a database of views that shows one tenant's rows and nothing else. */
async function askTenant(address: string, tenant: string): Promise<Ask> {
  const url = new URL(address)
  const [from, to] = [url.pathname.slice(1), `${url.pathname.slice(1)}_${tenant}_test`]
  const connection = await createConnection({ uri: address })
  try {
    await connection.query(`create database ${to}`)
    const [tables] = await connection.query(
      `select table_name as name from information_schema.columns where table_schema = '${from}' and column_name = 'tenant'`,
    )
    for (const { name } of tables as { name: string }[])
      await connection.query(`create view ${to}.\`${name}\` as select * from ${from}.\`${name}\` where tenant = '${tenant}'`)
  } finally {
    connection.destroy()
  }
  url.pathname = `/${to}`
  return askMysql(url.href)
}

interface Place {
  readonly table: string
  path(id: string): string
  /** undefined: it is read */
  readonly body?: object
}
const places: readonly Place[] = [
  { table: 'envelope', path: (id) => `/v1/envelopes/${id}` },
  { table: 'envelope', path: (id) => `/v1/envelopes/${id}/bytes` },
  { table: 'envelope', path: (id) => `/v1/envelopes/${id}/record` },
  { table: 'envelope', path: (id) => `/v1/envelopes/${id}/replay`, body: {} },
  { table: 'receipt', path: (id) => `/v1/receipts/${id}` },
  { table: 'receipt', path: (id) => `/v1/receipts/${id}/bytes` },
  { table: 'delivery', path: (id) => `/v1/deliveries/${id}` },
  { table: 'delivery', path: (id) => `/v1/deliveries/${id}/replay`, body: { as: 'same' } },
  { table: 'delivery', path: (id) => `/v1/deliveries/${id}/settle`, body: { state: 'cancelled' } },
]
const nobody = '01JZZZZZZZZZZZZZZZZZZZZZZZ'
const asked = 20

/** What is another tenant's is answered as what is nobody's, to the letter. */
async function foreign(first: World, second: World): Promise<string[]> {
  const wrong: string[] = []
  for (const { table, path, body } of places) {
    const answerTo = async (id: string) => {
      const answer = await second.api(body === undefined ? 'GET' : 'POST', path(id), body)
      const text = JSON.stringify(answer.body).replaceAll(id, 'ID')
      return { status: answer.status, text: text.replace(/"requestId":"\w+"/, '') }
    }
    const must = await answerTo(nobody)
    const ids = await first.ask(`select id from ${table} order by id desc limit ${asked}`)
    const told = []
    for (const { id } of ids) {
      const found = await answerTo(String(id))
      if (found.status !== 404 || found.text !== must.text) told.push(`${found.status} ${found.text.slice(0, 200)}`)
    }
    if (ids.length === 0) wrong.push(`there was no ${table} to ask for`)
    if (told.length > 0) wrong.push(`${path('<id>')} told another tenant, ${told.length} times: ${told[0]}`)
  }
  return wrong
}

export const tenantScenarios: readonly Scenario[] = [tenants]
