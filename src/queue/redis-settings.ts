import { Redis } from 'ioredis'
import { retry } from '../model/errors.ts'
import { within } from './redis.ts'

/** A setting of Redis that makes it forget rings and budgets. Nothing is lost by that: work is found by the sweep, a little later, and each process keeps to its budgets by itself. So it is a warning, and no reason not to start. */
export interface RedisRisk {
  readonly setting: string
  readonly found: string
  readonly wanted: string
}

const answerMs = 3000

/** What of Redis' settings costs rings and budgets. @throws HubError `redis-away` (retry) when it does not answer */
export async function redisRisks(url: string): Promise<readonly RedisRisk[]> {
  const client = new Redis(url, { lazyConnect: true, connectTimeout: answerMs, maxRetriesPerRequest: 0, retryStrategy: () => null })
  // told by what is thrown; the text of a refused login carries the password
  client.on('error', () => {})
  try {
    const info = await within(
      answerMs,
      client.connect().then(() => client.info('memory')),
    )
    if (info === undefined) throw retry('redis-away', 'Redis does not answer, or refuses the login')
    const values = new Map([...info.matchAll(/^(\w+):(.*?)\r?$/gm)].map(([, name = '', value = '']) => [name, value]))
    const policy = values.get('maxmemory_policy') ?? 'noeviction'
    return Number(values.get('maxmemory') ?? 0) > 0 && policy !== 'noeviction'
      ? [{ setting: 'maxmemory-policy', found: policy, wanted: 'noeviction' }]
      : []
  } finally {
    client.disconnect()
  }
}
