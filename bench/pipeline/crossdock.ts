import { execFile } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { setTimeout as wait } from 'node:timers/promises'
import { promisify } from 'node:util'
import { createConnection, type RowDataPacket } from 'mysql2/promise'
import { loopbackPort } from '../../src/acceptance/loopback-port.ts'
import { type Contender, secret, send } from './contender.ts'
import { type Program, startProgram, untilAnswers } from './processes.ts'
import { idsOf, type StoredOrder } from './truth.ts'

/** what is published, as `npm run build` makes it */
const cli = join(import.meta.dirname, '..', '..', 'dist', 'src', 'cli.js')
/** A question costs the server, which reads past rows that were just cut, as much as an order does. */
const pollMs = 50
const ownWorkspace = join(import.meta.dirname, 'workspace')

export interface HubSetUp {
  readonly name: string
  readonly folder: string
  /** where left out: embedded */
  readonly servers?: { readonly database: string; readonly redis: string; readonly pids: readonly number[] }
  readonly workspace?: string
  /** for node itself, such as `--cpu-prof` */
  readonly nodeArgs?: readonly string[]
  readonly environment?: Readonly<Record<string, string>>
}

export interface Hub extends Contender {
  readonly program: Program
  /** ms from the start of the process to its first 200 */
  readonly startedMs: number
  /** `http://127.0.0.1:<port>` */
  readonly address: string
  /** reads from the hub's own database */
  ask(sql: string, values?: readonly string[]): Promise<readonly Row[]>
}
export type Row = Readonly<Record<string, unknown>>

const environmentOf = (more: Readonly<Record<string, string>> = {}): NodeJS.ProcessEnv => ({
  ...process.env,
  NODE_ENV: 'development',
  SHOP_SECRET: secret,
  CROSSDOCK_KEK: randomBytes(32).toString('base64'),
  ...more,
})

/** The hub as its users start it: one process, `crossdock serve`, its API and its workers. */
export async function openHub({ name, folder, servers, workspace = ownWorkspace, nodeArgs = [], environment }: HubSetUp): Promise<Hub> {
  const data = join(folder, name)
  mkdirSync(data, { recursive: true })
  const env = environmentOf(environment)
  if (servers !== undefined) await promisify(execFile)(process.execPath, [cli, 'migrate', '--database', servers.database], { env })
  const port = await loopbackPort()
  const address = `http://127.0.0.1:${port}`
  const places = servers === undefined ? [] : ['--database', servers.database, '--redis', servers.redis]
  const program = startProgram(
    [
      process.execPath,
      ...nodeArgs,
      cli,
      'serve',
      '--workspace',
      workspace,
      '--data',
      data,
      '--port',
      String(port),
      '--log',
      'warn',
      ...places,
    ],
    env,
    join(folder, `${name}.log`),
  )
  const startedMs = await untilAnswers(program, `${address}/readyz`)
  const reading = servers === undefined ? readFile(join(data, 'crossdock.db')) : await readServer(servers.database)
  const [connection] = await reading.ask("select hook_token from connection where name = 'shop'")
  const hook = `${address}/hooks/${String(connection?.hook_token)}`

  /** everything that was acknowledged is in the ledger */
  const untilApplied = async (): Promise<void> => {
    for (const table of ['receipt', 'envelope'])
      while ((await reading.ask(`select 1 as some from ${table} where tenant = 'default' and state = 'received' limit 1`)).length > 0)
        await wait(pollMs)
  }
  return {
    name,
    program,
    startedMs,
    address,
    pids: [program.pid, ...(servers?.pids ?? [])],
    ask: reading.ask,
    async run(from, count) {
      const { ms, p50, p99 } = await send(hook, from, count)
      const sent = performance.now()
      await untilApplied()
      return { ms: ms + (performance.now() - sent), p50, p99 }
    },
    async stored(from, count) {
      const keys = idsOf(from, count).map((id) => `shop/${id}`)
      const marks = keys.map(() => '?').join(',')
      const states = await reading.ask(
        `select s.*, d.body from order_state s join document d on d.tenant = s.tenant and d.type = s.type and d.\`key\` = s.\`key\`
         where s.tenant = 'default' and s.type = 'sales-order' and s.\`key\` in (${marks})`,
        keys,
      )
      const lines = await reading.ask(
        `select * from order_line where tenant = 'default' and type = 'sales-order' and \`key\` in (${marks})`,
        keys,
      )
      const byOrder = Map.groupBy(lines, ({ key }) => String(key))
      return states.map((state) => storedOf(state, byOrder.get(String(state.key)) ?? []))
    },
    async stop() {
      await program.stop()
      await reading.close()
    },
  }
}

const storedOf = (state: Row, lines: readonly Row[]): StoredOrder => ({
  id: String(state.key).slice('shop/'.length),
  number: String(state.number),
  currency: String(state.currency),
  date: String(state.business_date),
  goods: String(state.goods_total),
  charges: String(state.charge_total),
  tax: String(state.tax_total),
  grand: String(state.grand_total),
  document: JSON.parse(String(state.body)),
  lines: lines.map(({ line, number, quantity }) => ({ key: String(line), number: String(number), quantity: String(quantity) })),
})

interface Reading {
  ask(sql: string, values?: readonly string[]): Promise<readonly Row[]>
  close(): Promise<void>
}

async function readServer(database: string): Promise<Reading> {
  const connection = await createConnection({ uri: database, supportBigNumbers: true, bigNumberStrings: true })
  return {
    ask: async (sql, values = []) => (await connection.query<RowDataPacket[]>(sql, [...values]))[0],
    close: () => connection.end(),
  }
}

function readFile(file: string): Reading {
  const handle = new DatabaseSync(file, { readOnly: true })
  return {
    ask: async (sql, values = []) => handle.prepare(sql).all(...values),
    close: async () => handle.close(),
  }
}
