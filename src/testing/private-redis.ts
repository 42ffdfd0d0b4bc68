import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { accessSync, constants, mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { Redis } from 'ioredis'

/** A redis-server of one test file: without persistence, on loopback, in a folder of its own. */
export interface PrivateRedis {
  /** `redis://127.0.0.1:<port>/0` */
  readonly url: string
  /** 0 while it is down */
  readonly pid: () => number
  /** one command, for setting up and looking into */
  ask(...command: readonly [string, ...string[]]): Promise<unknown>
  /** SIGKILL; everything in it is lost */
  kill(): Promise<void>
  /** SIGSTOP and SIGCONT: connections stay open and nothing answers */
  freeze(): void
  thaw(): void
  /** starts again on the same port, empty */
  start(): Promise<void>
  /** stops the process by its id and removes its folder */
  stop(): Promise<void>
}

/** Why tests on Redis cannot run here, as their name says it; undefined: they can. */
export const redisMissing: string | undefined = programOnPath('redis-server') === undefined ? 'no redis-server on PATH' : undefined

/** A server that others may use too, from TEST_REDIS_URL: for tests that neither flush nor stop it and keep to keys of their own. */
export const sharedRedisUrl: string | undefined = process.env.TEST_REDIS_URL || undefined

/**
 * Removes every key of a test from a server that others use too.
 * @throws Error when the prefix does not end in `_test`
 */
export async function dropTestKeys(url: string, prefix: string): Promise<void> {
  if (!/^[a-z0-9-]+_test$/.test(prefix)) throw new Error(`'${prefix}' is no prefix of a test: it has to end in _test`)
  const client = new Redis(url, { maxRetriesPerRequest: 1 })
  try {
    let cursor = '0'
    do {
      const [next, keys] = await client.scan(cursor, 'MATCH', `${prefix}:*`, 'COUNT', 500)
      if (keys.length > 0) await client.unlink(...keys)
      cursor = next
    } while (cursor !== '0')
  } finally {
    client.disconnect()
  }
}

/** Starts one; undefined when there is no redis-server on PATH. */
export async function startPrivateRedis(): Promise<PrivateRedis | undefined> {
  const program = programOnPath('redis-server')
  if (program === undefined) return undefined
  const folder = mkdtempSync(join(tmpdir(), 'crossdock-redis-'))
  const port = await freePort()
  const url = `redis://127.0.0.1:${port}/0`
  let server: ChildProcess | undefined

  const start = async () => {
    const child = spawn(program, ['--port', `${port}`, '--bind', '127.0.0.1', '--dir', folder, '--save', '', '--appendonly', 'no'], {
      stdio: 'ignore',
    })
    server = child
    for (let i = 0; i < 200; i++) {
      if (child.exitCode !== null) throw new Error(`redis-server on port ${port} ended with ${child.exitCode}`)
      if (await answers(url)) return
      await wait(25)
    }
    throw new Error(`redis-server on port ${port} does not answer`)
  }
  const kill = async () => {
    const child = server
    server = undefined
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return
    const ended = once(child, 'exit')
    child.kill('SIGKILL')
    await ended
  }

  await start()
  return {
    url,
    pid: () => server?.pid ?? 0,
    start,
    kill,
    freeze: () => server?.kill('SIGSTOP'),
    thaw: () => server?.kill('SIGCONT'),
    async ask(name, ...args) {
      const client = new Redis(url, { lazyConnect: true, maxRetriesPerRequest: 1 })
      try {
        await client.connect()
        return await client.call(name, ...args)
      } finally {
        client.disconnect()
      }
    },
    async stop() {
      await kill()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

async function answers(url: string): Promise<boolean> {
  const client = new Redis(url, { lazyConnect: true, retryStrategy: () => null, connectTimeout: 500 })
  client.on('error', () => {})
  try {
    await client.connect()
    return (await client.ping()) === 'PONG'
  } catch {
    return false
  } finally {
    client.disconnect()
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('a listening server has a port')
  server.close()
  await once(server, 'close')
  return address.port
}

export function programOnPath(name: string): string | undefined {
  return (process.env.PATH ?? '')
    .split(delimiter)
    .map((folder) => join(folder, name))
    .find((file) => {
      try {
        accessSync(file, constants.X_OK)
        return true
      } catch {
        return false
      }
    })
}
