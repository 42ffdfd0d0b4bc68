import { spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { connect, createServer, type Socket } from 'node:net'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { Queue } from 'bullmq'
import { Redis } from 'ioredis'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Log, silentLog } from '../model/log.ts'
import { type Bell, ringName } from '../pipeline/bell.ts'
import { bellKit, lostServerKit } from '../testing/bell-kit.ts'
import { dropTestKeys, type PrivateRedis, redisMissing, sharedRedisUrl, startPrivateRedis } from '../testing/private-redis.ts'
import { openBullBell } from './bullmq.ts'

/** Collects what is told to people. */
function hearingLog(): { readonly log: Log; readonly lines: string[] } {
  const lines: string[] = []
  const hear = (level: string) => (fields: object, message: string) => void lines.push(`${level} ${JSON.stringify(fields)} ${message}`)
  return { lines, log: { debug: () => {}, info: hear('info'), warn: hear('warn'), error: hear('error') } }
}

const until = async (condition: () => boolean | Promise<boolean>, what: string, spanMs = 15_000) => {
  const end = performance.now() + spanMs
  while (!(await condition())) {
    if (performance.now() > end) throw new Error(`not within ${spanMs} ms: ${what}`)
    await wait(20)
  }
}

describe.skipIf(redisMissing !== undefined)(`BullMQ${redisMissing === undefined ? '' : ` (${redisMissing})`}`, () => {
  let redis: PrivateRedis | undefined
  let opened = 0
  beforeAll(async () => {
    redis = await startPrivateRedis()
  })
  afterAll(() => redis?.stop())
  const server = (): PrivateRedis => {
    if (redis === undefined) throw new Error('the private Redis has started')
    return redis
  }
  const prefix = () => `bell-${++opened}_test`
  const open = (name: string, log: Log = silentLog, url = server().url) => openBullBell({ url, prefix: name, log, watchMs: 200 })
  const pair = async () => {
    const name = prefix()
    return { ringing: open(name), listening: open(name) }
  }

  bellKit('bullmq', async () => open(prefix()))
  bellKit('bullmq, rung by another process', async (): Promise<Bell> => {
    const { ringing, listening } = await pair()
    return {
      ring: (ring) => ringing.ring(ring),
      listen: (answer) => listening.listen(answer),
      close: async () => {
        await Promise.all([ringing.close(), listening.close()])
      },
    }
  })
  lostServerKit('bullmq', pair, () => ({
    flush: () => server().ask('FLUSHALL'),
    kill: () => server().kill(),
    start: () => server().start(),
  }))

  test('two processes that listen share the rings, one answer for each ring', async () => {
    const name = prefix()
    const bells = [open(name), open(name), open(name)]
    const answers: string[] = []
    try {
      for (const bell of bells.slice(1))
        bell.listen(async (ring) => {
          answers.push(ringName(ring))
          await wait(5)
        })
      await until(async () => `${await server().ask('CLIENT', 'LIST')}`.split(`crossdock-answers`).length > 6, 'the workers are there')
      await wait(200)
      for (let lane = 0; lane < 100; lane++) bells[0]?.ring({ kind: 'ingest', lane })
      await until(() => new Set(answers).size === 100, 'all are answered')
      await wait(100)
      expect(answers).toHaveLength(100)
    } finally {
      await Promise.all(bells.map((bell) => bell.close()))
    }
  })

  test('what lies there although a process is at it is answered here as well', async () => {
    const name = prefix()
    const [busy, idle] = [open(name), open(name)]
    const ring = { kind: 'deliver', connection: 'shop' } as const
    const free = Promise.withResolvers<void>()
    let [there, here] = [0, 0]
    try {
      busy.listen(() => {
        there++
        return free.promise
      })
      await until(async () => `${await server().ask('CLIENT', 'LIST')}`.split('crossdock-rings').length > 2, 'both are connected')
      await wait(200)
      busy.ring(ring)
      await until(() => there === 1, 'one is at it')
      idle.listen(async () => void here++)
      idle.ring(ring)
      await wait(300)
      expect(here).toBe(0)
      idle.ring(ring, true)
      await until(() => here === 1, 'the other is at it too')
    } finally {
      free.resolve()
      await Promise.all([busy.close(), idle.close()])
    }
  })

  test('the ring a killed process was answering is answered by another', async () => {
    const name = prefix()
    const script = `
      import { openBullBell } from './src/queue/bullmq.ts'
      import { silentLog } from './src/model/log.ts'
      const bell = openBullBell({ url: process.argv[1], prefix: process.argv[2], log: silentLog, lockMs: 600 })
      bell.listen(() => new Promise(() => console.log('began')))`
    const child = spawn(process.execPath, ['--input-type=module-typescript', '-e', script, server().url, name], {
      cwd: join(import.meta.dirname, '..', '..'),
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    const [ringing, other] = [open(name), openBullBell({ url: server().url, prefix: name, log: silentLog, lockMs: 600 })]
    const answered: string[] = []
    try {
      ringing.ring({ kind: 'ingest', lane: 1 })
      await once(child.stdout, 'data')
      child.kill('SIGKILL')
      other.listen(async (ring) => void answered.push(ringName(ring)))
      await until(() => answered.length > 0, 'it is answered')
      expect(answered).toEqual(['ingest/1'])
    } finally {
      child.kill('SIGKILL')
      await Promise.all([ringing.close(), other.close()])
    }
  })

  test('Redis holds the ring and nothing else, and nothing stays there', async () => {
    const name = prefix()
    const bell = open(name)
    const worker = open(name)
    try {
      bell.ring({ kind: 'pull', connection: 'shop', stream: 'orders' })
      await until(async () => `${await server().ask('HGET', `${name}:pulls:1`, 'data')}` !== 'null', 'the ring is in Redis')
      expect(JSON.parse(`${await server().ask('HGET', `${name}:pulls:1`, 'data')}`)).toEqual({
        kind: 'pull',
        connection: 'shop',
        stream: 'orders',
      })
      let answered = false
      worker.listen(async () => {
        answered = true
      })
      await until(
        async () => answered && (await server().ask('EXISTS', `${name}:pulls:1`, `${name}:pulls:de:pull/shop/orders`)) === 0,
        'it is gone',
      )
    } finally {
      await Promise.all([bell.close(), worker.close()])
    }
  })

  test('what others put into the queue is not answered and stops nothing', async () => {
    const name = prefix()
    const bell = open(name)
    const url = new URL(server().url)
    const stranger = new Queue('work', { connection: { host: url.hostname, port: Number(url.port) }, prefix: name })
    const answered: string[] = []
    try {
      bell.listen(async (ring) => void answered.push(ringName(ring)))
      for (const data of [null, 'split', { kind: 'drop' }, { kind: 'deliver', connection: 7 }, { kind: 'split', extra: true }])
        await stranger.add('x', data)
      await until(() => answered.length > 0, 'the one that is a ring is answered')
      await wait(50)
      expect(answered).toEqual(['split'])
    } finally {
      await Promise.all([bell.close(), stranger.close()])
    }
  })

  test('a frozen Redis holds nobody up, and its end and its return are told once, without the password', async () => {
    const { log, lines } = hearingLog()
    const url = server().url.replace('redis://', 'redis://default:s3cret-word@')
    await server().ask('CONFIG', 'SET', 'requirepass', 's3cret-word')
    const plain = new Redis(url)
    const bell = open(prefix(), log, url)
    const answered = new Set<string>()
    try {
      bell.listen(async (ring) => void answered.add(ringName(ring)))
      await wait(300)
      expect(lines).toEqual([])
      server().freeze()
      const began = performance.now()
      for (let lane = 0; lane < 3000; lane++) bell.ring({ kind: 'ingest', lane })
      expect(performance.now() - began).toBeLessThan(1000)
      await until(() => answered.size === 3000, 'all are answered meanwhile', 3000)
      await until(() => lines.length > 0, 'it is told')
      await wait(4000)
      server().thaw()
      await until(() => lines.some((line) => line.startsWith('info')), 'its return is told')
      await wait(500)
      expect(lines.map((line) => line.slice(0, 4))).toEqual(['warn', 'info'])
      expect(lines.join()).not.toContain('s3cret')
    } finally {
      server().thaw()
      await bell.close()
      await plain.config('SET', 'requirepass', '')
      plain.disconnect()
    }
  })

  test('no more than 500 rings wait for a slow Redis, the others are answered at once', async () => {
    const name = prefix()
    const bell = open(name)
    const answered = new Set<string>()
    try {
      bell.listen(async (ring) => void answered.add(ringName(ring)))
      bell.ring({ kind: 'split' })
      await until(() => answered.has('split'), 'Redis is there')
      await wait(200)
      server().freeze()
      for (let lane = 0; lane < 3000; lane++) bell.ring({ kind: 'ingest', lane })
      await until(() => answered.size > 2500, 'what is not sent is answered', 400)
      server().thaw()
      await until(() => answered.size === 3001, 'all are answered')
      await until(async () => Number(await server().ask('GET', `${name}:ingest:id`)) > 0, 'those sent arrive')
      await wait(300)
      expect(Number(await server().ask('GET', `${name}:ingest:id`))).toBeLessThanOrEqual(500)
    } finally {
      server().thaw()
      await bell.close()
    }
  })

  test('a wrong password is told once and leaks nowhere', async () => {
    const { log, lines } = hearingLog()
    const bell = open(prefix(), log, server().url.replace('redis://', 'redis://someone:s3cret-word@'))
    let answered = false
    try {
      bell.listen(async () => {
        answered = true
      })
      bell.ring({ kind: 'split' })
      await until(() => answered, 'the ring is answered all the same')
      await wait(800)
      expect(lines).toHaveLength(1)
      expect(lines.join()).not.toContain('s3cret')
    } finally {
      await bell.close()
    }
  })

  test('connections that died silently are replaced', async () => {
    const target = new URL(server().url)
    const alive = new Set<Socket>()
    const proxy = createServer((from) => {
      const to = connect(Number(target.port), target.hostname)
      for (const socket of [from, to]) socket.on('error', () => {}).on('close', () => alive.delete(socket))
      alive.add(from).add(to)
      from.pipe(to).pipe(from)
    }).listen(0, '127.0.0.1')
    await once(proxy, 'listening')
    const address = proxy.address()
    if (address === null || typeof address === 'string') throw new Error('a listening proxy has a port')
    const name = prefix()
    const { log, lines } = hearingLog()
    const listening = open(name, log, `redis://127.0.0.1:${address.port}/0`)
    const ringing = open(name)
    const answered = new Set<string>()
    try {
      listening.listen(async (ring) => void answered.add(ringName(ring)))
      ringing.ring({ kind: 'split' })
      await until(() => answered.has('split'), 'the first ring goes through')
      for (const socket of alive) socket.unpipe().pause()
      ringing.ring({ kind: 'ingest', lane: 7 })
      await until(() => answered.has('ingest/7'), 'a ring after the loss goes through')
      expect(lines.some((line) => line.includes('this worker takes none'))).toBe(true)
    } finally {
      await Promise.all([ringing.close(), listening.close()])
      for (const socket of alive) socket.destroy()
      proxy.close()
    }
  })

  test('an address that is none is refused without being repeated', () => {
    for (const url of ['', 'http://user:s3cret-word@host', 'host:6379'])
      expect(() => openBullBell({ url, log: silentLog })).toThrow(
        'the address of Redis is none; write redis://host:6379/0, or rediss:// for TLS',
      )
  })
})

;(sharedRedisUrl === undefined ? () => undefined : describe)('BullMQ on a server of others', () => {
  const url = sharedRedisUrl ?? ''
  const prefixes: string[] = []
  afterAll(() => Promise.all(prefixes.map((prefix) => dropTestKeys(url, prefix))))

  bellKit('bullmq', async () => {
    const prefix = `crossdock-${randomUUID()}_test`
    prefixes.push(prefix)
    return openBullBell({ url, prefix, log: silentLog })
  })
})
