import { startMariadb } from '../testing/private-mariadb.ts'
import { startPrivateRedis } from '../testing/private-redis.ts'

/** What a hub stands on; empty: on nothing but its file. */
export interface Services {
  readonly database?: string
  readonly redis?: string
  /** empties Redis */
  readonly flush?: () => Promise<unknown>
}

/** A MariaDB and a Redis of their own; what ends them is put to `endings`. @throws Error when one does not start */
export async function startServices(endings: (() => Promise<unknown>)[]): Promise<Services> {
  const mariadb = await startMariadb()
  endings.push(mariadb.stop)
  const redis = await startPrivateRedis()
  if (!redis) throw new Error('redis-server was on PATH and is not any more')
  endings.push(redis.stop)
  return { database: await mariadb.database(), redis: redis.url, flush: () => redis.ask('FLUSHALL') }
}
