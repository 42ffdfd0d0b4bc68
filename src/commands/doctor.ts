import { accessSync, constants, existsSync, statfsSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { Command } from 'commander'
import type { HubConfig } from '../config.ts'
import { lockOwner, runningHub } from '../data-folder.ts'
import { isObject } from '../model/json.ts'
import { redisRisks } from '../queue/redis-settings.ts'
import type { Database } from '../store/database.ts'
import { newestSchema, schemaNumber } from '../store/migrate.ts'
import { openMysql } from '../store/mysql.ts'
import { serverRisks } from '../store/mysql-durability.ts'
import { openSqlite } from '../store/sqlite.ts'
import { loadWorkspace } from '../workspace.ts'
import { configOf, openClient } from './client.ts'
import { endsOf } from './connection.ts'
import { type Finding, sealing } from './doctor-sealing.ts'
import { exitCode } from './exit-code.ts'
import { printRows } from './print.ts'
import type { Shell } from './shell.ts'

interface Flags {
  readonly workspace?: string
  readonly data?: string
  readonly database?: string
  readonly json?: boolean
}

const needed = 26
const lowSpace = 1024 ** 3

/** `crossdock doctor`: looks at what a hub stands on, and at the running hub. */
export function registerDoctor(program: Command, shell: Shell): void {
  const { say } = shell
  program
    .command('doctor')
    .description(say('doctor.about'))
    .option('--workspace <folder>', say('flag.workspace'))
    .option('--data <folder>', say('flag.data'))
    .option('--database <address>', say('flag.database'))
    .option('--json', say('flag.json'))
    .action(async (flags: Flags) => {
      const config = configOf(shell, flags)
      const findings = [
        runtime(shell),
        ...folder(shell, config),
        await workspace(shell, config),
        ...(await store(shell, config)),
        ...(await rings(shell, config)),
        ...(await hub(shell, config)),
      ]
      await printRows(
        shell,
        findings.map((finding) => ({ ...finding })),
        [
          { title: say('column.check'), cell: (row) => row.check },
          { title: say('column.state'), cell: (row) => row.state },
          { title: say('column.detail'), cell: (row) => row.detail },
        ],
        flags.json === true,
      )
      if (findings.some(({ state }) => state === 'error')) shell.end(exitCode.found)
    })
}

function runtime({ say }: Shell): Finding {
  const version = process.versions.node
  const good = Number(version.split('.')[0]) >= needed
  return { check: 'node', state: good ? 'ok' : 'error', detail: good ? version : say('doctor.node', { version, needed }) }
}

function folder({ say }: Shell, { data }: HubConfig): Finding[] {
  const place = existsSync(data) ? data : dirname(data)
  try {
    accessSync(place, constants.W_OK)
  } catch {
    return [{ check: 'data', state: 'error', detail: say('doctor.notWritable', { folder: place }) }]
  }
  const { bavail, bsize } = statfsSync(place)
  const free = bavail * bsize
  const open = ['local.key', 'admin.key'].filter((name) => {
    const found = statSync(join(data, name), { throwIfNoEntry: false })
    return found !== undefined && process.platform !== 'win32' && (found.mode & 0o077) !== 0
  })
  return [
    { check: 'data', state: 'ok', detail: data },
    { check: 'space', state: free < lowSpace ? 'warning' : 'ok', detail: say('doctor.space', { free: (free / 1024 ** 3).toFixed(1) }) },
    ...open.map((name): Finding => ({ check: name, state: 'error', detail: say('doctor.openKey', { file: join(data, name) }) })),
  ]
}

async function workspace({ say, env }: Shell, config: HubConfig): Promise<Finding> {
  const { faults } = await loadWorkspace(config.workspace, { env })
  const errors = faults.filter(({ severity }) => severity === 'error').length
  return errors === 0
    ? { check: 'workspace', state: faults.length > 0 ? 'warning' : 'ok', detail: config.workspace }
    : { check: 'workspace', state: 'error', detail: say('doctor.faults', { folder: config.workspace, errors }) }
}

/** The schema of a store that nobody uses now; a running hub has checked its own. */
async function store(shell: Shell, config: HubConfig): Promise<Finding[]> {
  const { data, database } = config
  if (database !== undefined) return shared(shell, config, database)
  const file = join(data, 'crossdock.db')
  if (!existsSync(file) || lockOwner(data) !== undefined) return []
  return schemaOf(shell, config, await openSqlite(file))
}

/** Settings of a shared server that cost data, and its schema. */
async function shared(shell: Shell, config: HubConfig, url: string): Promise<Finding[]> {
  try {
    const risks = await serverRisks(url)
    return [
      ...risks.map(
        ({ setting, found, wanted, severity }): Finding => ({
          check: 'database',
          state: severity,
          detail: shell.say('doctor.risk', { setting, found, wanted }),
        }),
      ),
      ...(await schemaOf(shell, config, await openMysql(url))),
    ]
  } catch (error) {
    return [{ check: 'database', state: 'error', detail: error instanceof Error ? error.message : String(error) }]
  }
}

/** Redis, where the hub has one: it goes on without, only slower. */
async function rings({ say }: Shell, { redis }: HubConfig): Promise<Finding[]> {
  if (redis === undefined) return []
  try {
    const risks = await redisRisks(redis)
    if (risks.length === 0) return [{ check: 'redis', state: 'ok', detail: say('doctor.redis') }]
    return risks.map((risk): Finding => ({ check: 'redis', state: 'warning', detail: say('doctor.risk', { ...risk }) }))
  } catch (error) {
    return [{ check: 'redis', state: 'warning', detail: error instanceof Error ? error.message : String(error) }]
  }
}

async function schemaOf(shell: Shell, config: HubConfig, database: Database): Promise<Finding[]> {
  const { say } = shell
  try {
    const schema = await schemaNumber(database)
    if (schema === newestSchema)
      return [{ check: 'database', state: 'ok', detail: say('doctor.schema', { schema }) }, ...(await sealing(shell, config, database))]
    const newer = schema > newestSchema
    return [
      {
        check: 'database',
        state: newer ? 'error' : 'warning',
        detail: say(newer ? 'doctor.newer' : 'doctor.older', { schema, newest: newestSchema }),
      },
    ]
  } finally {
    await database.close()
  }
}

async function hub(shell: Shell, config: HubConfig): Promise<Finding[]> {
  const { say } = shell
  const running = runningHub(config.data)
  if (running === undefined) return [{ check: 'hub', state: 'ok', detail: say('doctor.noHub') }]
  const client = await openClient(shell, { data: config.data })
  try {
    await client.get('/readyz')
    const { items } = await client.get('/v1/connections')
    const connections = Array.isArray(items) ? items.filter(isObject) : []
    const troubled = connections.filter(({ state }) => state === 'failing' || state === 'needs-auth')
    const hold = await client.get('/v1/delivery-hold')
    const stats = await client.get('/v1/stats')
    const open = isObject(stats.open) ? stats.open : {}
    const dead = [open.deadEnvelopes, open.deadDeliveries]
      .flatMap((counts) => (isObject(counts) ? Object.values(counts).map(Number) : []))
      .reduce((sum, one) => sum + one, 0)
    return [
      { check: 'hub', state: 'ok', detail: say('doctor.hub', { address: running.address, pid: running.pid }) },
      ...troubled.map(
        ({ name, state, reason }): Finding => ({
          check: `connection ${String(name)}`,
          state: 'warning',
          detail: `${String(state)}: ${String(reason ?? '-')}`,
        }),
      ),
      ...connections.flatMap(({ name, ends }): readonly Finding[] => {
        const detail = endsOf(ends)
        return detail === undefined ? [] : [{ check: `API of ${String(name)}`, state: 'warning', detail }]
      }),
      ...(hold.held === true ? [{ check: 'deliveries', state: 'warning' as const, detail: say('hold.held') }] : []),
      { check: 'dead letters', state: dead > 0 ? 'warning' : 'ok', detail: String(dead) },
      { check: 'lag', state: Number(stats.lagMs) > 60_000 ? 'warning' : 'ok', detail: `${String(stats.lagMs)} ms` },
    ]
  } catch (error) {
    return [{ check: 'hub', state: 'error', detail: error instanceof Error ? error.message : String(error) }]
  } finally {
    await client.close()
  }
}
