import { migrate } from '../../store/migrate.ts'
import { openMysql } from '../../store/mysql.ts'
import { mariadbMissing, type PrivateMariadb, startMariadb } from '../private-mariadb.ts'
import { type PrivateRedis, redisMissing, startPrivateRedis } from '../private-redis.ts'

/** The servers that scenarios on MariaDB share, one after the other. */
export interface Servers {
  readonly mariadb: PrivateMariadb
  readonly redis: PrivateRedis
}

/** Whoever stops the run stops what it started. */
export const ends = new Set<() => Promise<void>>()
for (const signal of ['SIGINT', 'SIGTERM'] as const)
  process.once(signal, async () => {
    await Promise.all([...ends].map((end) => end()))
    process.exit(1)
  })

export const withoutServers = { servers: undefined, why: undefined, stop: async () => {} }

export async function openServers(): Promise<{
  readonly servers: Servers | undefined
  readonly why: string | undefined
  stop(): Promise<void>
}> {
  const why = (await mariadbMissing()) ?? redisMissing
  const redis = why === undefined ? await startPrivateRedis() : undefined
  if (redis === undefined) return { ...withoutServers, why: why ?? 'no redis-server on PATH' }
  const mariadb = await startMariadb().catch(async (error: unknown) => {
    await redis.stop()
    throw error
  })
  const stop = async () => {
    ends.delete(stop)
    await mariadb.stop()
    await redis.stop()
  }
  ends.add(stop)
  return { servers: { mariadb, redis }, why: undefined, stop }
}

/** Gives an empty database the tables of this release. */
export async function migrateHere(address: string): Promise<void> {
  const database = await openMysql(address)
  try {
    await migrate(database, { backup: false })
  } finally {
    await database.close()
  }
}
