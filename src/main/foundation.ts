import type { HubConfig } from '../config.ts'
import { type Limiter, memoryLimiter } from '../connector/limiter.ts'
import { type DataFolder, localKey, openDataFolder } from '../data-folder.ts'
import { systemClock } from '../model/clock.ts'
import { reject } from '../model/errors.ts'
import { newToken } from '../model/id.ts'
import type { Log } from '../model/log.ts'
import type { Bell } from '../pipeline/bell.ts'
import { openLocalBell } from '../queue/local.ts'
import type { Database } from '../store/database.ts'
import { endLeases } from '../store/leases.ts'
import { migrate, newestSchema, schemaNumber } from '../store/migrate.ts'
import { mysqlAddress } from '../store/mysql-address.ts'
import { openSqlite } from '../store/sqlite.ts'

/** What a hub stands on, by its settings: everything in one process on a file, or shared through MySQL and Redis. The clients of both are loaded where they are used: they are a third of a start. */
export interface Foundation {
  readonly database: Database
  readonly bell: Bell
  readonly limiter: Limiter
  /** lets this machine's command line in; of a worker, which has no folder to keep it in, nobody knows it */
  readonly localKey: string
  /** says where the hub listens */
  announce(address: string): void
  /** gives the data folder up; the others are closed by their users */
  release(): void
  close(): Promise<void>
}

/** Passwords of the services, for the log to hide. */
export const serviceSecrets = ({ database, redis }: HubConfig): readonly string[] => [
  ...(database === undefined ? [] : mysqlAddress(database).secrets),
  ...(redis !== undefined && URL.canParse(redis) && new URL(redis).password !== '' ? [decodeURIComponent(new URL(redis).password)] : []),
]

/**
 * `leaseMs`: of a lane; what a killed process held in Redis is free no later. Of `tenant` are the rings and budgets in Redis.
 * @throws FolderLockedError when another process owns the data folder; HubError `schema` (reject) when the shared database has not the schema of this program, and what the store throws
 */
export async function openFoundation(
  config: HubConfig,
  log: Log,
  { tenant, leaseMs }: { readonly tenant: string; readonly leaseMs: number },
): Promise<Foundation> {
  const folder = config.role === 'worker' ? undefined : openDataFolder(config.data)
  let database: Database | undefined
  try {
    database = config.database === undefined ? await openOwn(folder) : await openShared(config.database)
    return {
      database,
      localKey: folder === undefined ? newToken() : localKey(config.data),
      ...(await services(config, log, tenant, leaseMs)),
      announce: (address) => folder?.announce(address),
      release: () => folder?.release(),
    }
  } catch (error) {
    await database?.close()
    folder?.release()
    throw error
  }
}

async function openOwn(folder: DataFolder | undefined): Promise<Database> {
  if (folder === undefined) throw reject('no-database', 'a worker needs DATABASE_URL')
  const database = await openSqlite(folder.databaseFile)
  try {
    await migrate(database, { backup: true })
    // the folder is locked, so whoever held them is gone
    await endLeases(database)
    return database
  } catch (error) {
    await database.close()
    throw error
  }
}

/** Several programs may share it, so none changes its tables by the way; one whose server may forget what it reported is refused. */
async function openShared(url: string): Promise<Database> {
  const [{ openMysql }, { serverRisks }] = await Promise.all([import('../store/mysql.ts'), import('../store/mysql-durability.ts')])
  const risks = (await serverRisks(url)).filter(({ severity }) => severity === 'error')
  if (risks.length > 0)
    throw reject(
      'database-unsafe',
      `the database server can lose or refuse data: ${risks.map(({ setting, found, wanted }) => `${setting} is ${found}, wanted ${wanted}`).join('; ')}. Mend its settings and start again`,
    )
  const database = await openMysql(url)
  try {
    const schema = await schemaNumber(database)
    if (schema !== newestSchema)
      throw reject(
        'schema',
        `the database has schema ${schema}, this program needs ${newestSchema}: ${schema < newestSchema ? 'run `crossdock migrate` once' : 'start the newer program'}`,
      )
    return database
  } catch (error) {
    await database.close()
    throw error
  }
}

/** Told once; what it costs is speed, so nothing waits for it. */
async function warnOfRedis(url: string, log: Log): Promise<void> {
  const { redisRisks } = await import('../queue/redis-settings.ts')
  for (const risk of await redisRisks(url).catch(() => []))
    log.warn({ ...risk }, 'Redis throws away rings and budgets when its memory is full: work is then found later, by the sweep')
}

const mute: Bell = { ring: () => {}, listen: () => {}, close: async () => {} }

async function services(
  config: HubConfig,
  log: Log,
  tenant: string,
  leaseMs: number,
): Promise<Pick<Foundation, 'bell' | 'limiter' | 'close'>> {
  const { redis, role, database } = config
  const ingests = database === undefined ? 1 : sharedIngests
  if (redis === undefined)
    return {
      // a process without workers has nobody to ring for; the workers' sweep finds its work
      bell: role === 'api' ? mute : openLocalBell({ ingests }),
      limiter: memoryLimiter(systemClock),
      close: async () => {},
    }
  const [{ openBullBell }, { redisLimiter }] = await Promise.all([import('../queue/bullmq.ts'), import('../queue/limiter.ts')])
  void warnOfRedis(redis, log)
  // hubs that share a Redis, each with its own database or tenant, must not hear each other
  const prefix = ['crossdock', ...(database === undefined ? [] : [mysqlAddress(database).options.database]), tenant].join('-')
  const limiter = redisLimiter({ url: redis, prefix, clock: systemClock, log })
  const bell = openBullBell({ url: redis, prefix, log, ingests, lockMs: Math.min(mostLockMs, leaseMs) })
  return { bell, limiter, close: () => limiter.close() }
}

/** Ingest answers at once of one process on a database with many writers; on a file of one writer, one takes all lanes that are due. */
const sharedIngests = 4
/** A lane that a killed worker was answering is deaf for so long at most. */
const mostLockMs = 15_000
