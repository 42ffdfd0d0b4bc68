import { Redis, type RedisOptions } from 'ioredis'
import { reject } from '../model/errors.ts'
import type { Log } from '../model/log.ts'

export interface RedisLine {
  readonly client: Redis
  /** false: commands would fail or wait; do without */
  ready(): boolean
  /** resolves when Redis answered for the first time, or failed to */
  readonly settled: Promise<void>
  /** at once and for good; what is under way fails */
  close(): void
}

export interface RedisLineOptions {
  /** `redis://user:password@host:port/0`, or `rediss://` for TLS (the certificate is verified) */
  readonly url: string
  /** what the line is for, as the log names it: `rings` */
  readonly purpose: string
  /** how the hub goes on meanwhile, as the log says it */
  readonly without: string
  readonly log: Log
  /** `fail`: a command fails at once while Redis is away. `wait`: it waits until Redis is back, as workers of BullMQ need it. */
  readonly away: 'fail' | 'wait'
}

/** A socket that owes an answer for so long is dead (half open after a lost packet): it is replaced. A blocking command waits for 5 s by itself. */
const silentMs = { fail: 3000, wait: 12_000 }

/**
 * One connection to Redis that comes back by itself for ever. It never throws into the process, says once that Redis went away and once that it is back, and never
 * says the password: an error of a refused login carries the whole command.
 * @throws HubError `redis-url` (reject) when the address cannot be one
 */
export function openRedis({ url, purpose, without, log, away }: RedisLineOptions): RedisLine {
  const place = placeOf(url)
  const options: RedisOptions = {
    retryStrategy: (times) => Math.min(100 * 2 ** Math.min(times, 5), 2000),
    connectTimeout: 5000,
    socketTimeout: silentMs[away],
    connectionName: `crossdock-${purpose}`,
    ...(away === 'wait' ? { maxRetriesPerRequest: null } : { enableOfflineQueue: false, maxRetriesPerRequest: 0 }),
  }
  const client = new Redis(url, options)
  let state: 'new' | 'here' | 'gone' | 'closed' = 'new'
  const gone = (reason: string) => {
    if (state === 'gone' || state === 'closed') return
    state = 'gone'
    log.warn({ redis: place, reason }, `Redis does not answer (${purpose}): ${without}`)
  }
  client.on('error', (error: Error) => gone(error.message === '' ? error.name : error.message))
  client.on('close', () => gone('the connection was closed'))
  client.on('ready', () => {
    if (state === 'gone') log.info({ redis: place }, `Redis is back (${purpose})`)
    if (state !== 'closed') state = 'here'
  })
  const settled = new Promise<void>((resolve) => {
    for (const event of ['ready', 'error', 'close']) client.once(event, () => resolve())
  })
  return {
    client,
    settled,
    ready: () => client.status === 'ready',
    close() {
      state = 'closed'
      client.disconnect()
    },
  }
}

/** Host and port, without user and password. */
function placeOf(url: string): string {
  const parsed = URL.canParse(url) ? new URL(url) : undefined
  if (parsed === undefined || !/^rediss?:$/.test(parsed.protocol) || parsed.hostname === '')
    throw reject('redis-url', 'the address of Redis is none; write redis://host:6379/0, or rediss:// for TLS')
  return `${parsed.protocol}//${parsed.host}${parsed.pathname}`
}

/** The value, or undefined when it failed or took longer; what comes later is dropped. Never rejects. */
export async function within<T>(spanMs: number, promise: Promise<T>): Promise<T | undefined> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<undefined>((resolve) => {
    timer = setTimeout(resolve, spanMs, undefined)
  })
  try {
    return await Promise.race([promise, late])
  } catch {
    return undefined
  } finally {
    clearTimeout(timer)
  }
}
