import { setTimeout as wait } from 'node:timers/promises'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import type { Budget } from '../connector/limiter.ts'
import { systemClock } from '../model/clock.ts'
import { type Log, silentLog } from '../model/log.ts'
import { type PrivateRedis, redisMissing, startPrivateRedis } from '../testing/private-redis.ts'
import { type RedisLimiter, redisLimiter } from './limiter.ts'

describe.skipIf(redisMissing !== undefined)(`budgets in Redis${redisMissing === undefined ? '' : ` (${redisMissing})`}`, () => {
  let redis: PrivateRedis | undefined
  let opened = 0
  const limiters: RedisLimiter[] = []
  beforeAll(async () => {
    redis = await startPrivateRedis()
  })
  afterAll(() => redis?.stop())
  afterEach(async () => {
    await Promise.all(limiters.splice(0).map((limiter) => limiter.close()))
  })
  const server = (): PrivateRedis => {
    if (redis === undefined) throw new Error('the private Redis has started')
    return redis
  }
  /** processes of one hub */
  const processes = (count: number, more: { readonly leaseMs?: number; readonly log?: Log } = {}): RedisLimiter[] => {
    const prefix = `budget-${++opened}_test`
    const made = Array.from({ length: count }, () =>
      redisLimiter({ url: server().url, prefix, clock: systemClock, log: silentLog, ...more }),
    )
    limiters.push(...made)
    return made
  }
  const two = (more: { readonly leaseMs?: number; readonly log?: Log } = {}): [RedisLimiter, RedisLimiter] => {
    const [a, b] = processes(2, more)
    if (a === undefined || b === undefined) throw new Error('two were asked for')
    return [a, b]
  }
  const pass = async (limiter: RedisLimiter, connection: string, budget: Budget = { concurrency: 1 }) =>
    (await limiter.take(connection, budget))()
  const slots = (connection: string) => server().ask('ZCARD', `budget-${opened}_test:budget:{${connection}}:slots`)

  test('all processes together take the points that calls cost', async () => {
    const [a, b] = two()
    const points = { concurrency: 9, limit: { requests: 100, perMs: 2_000 } }
    await pass(a, 'shop', { ...points, cost: 60 })
    await pass(b, 'shop', { ...points, cost: 40 })
    const began = performance.now()
    await pass(a, 'shop', { ...points, cost: 50 })
    expect(performance.now() - began).toBeGreaterThan(800)
  })

  test('all processes together never use more slots than one budget has, and each gets its turn', async () => {
    const made = processes(3)
    let running = 0
    let most = 0
    const served = [0, 0, 0]
    await Promise.all(
      made.flatMap((limiter, process) =>
        Array.from({ length: 12 }, async () => {
          const give = await limiter.take('shop', { concurrency: 2 })
          most = Math.max(most, ++running)
          served[process] = (served[process] ?? 0) + 1
          await wait(5)
          running--
          give()
          give()
        }),
      ),
    )
    expect(most).toBe(2)
    expect(served).toEqual([12, 12, 12])
    await wait(50)
    expect(await slots('shop')).toBe(0)
  })

  test('who came first is served first, whatever process it is', async () => {
    const [a, b] = two()
    const order: string[] = []
    const give = await a.take('shop', { concurrency: 1 })
    const second = b.take('shop', { concurrency: 1 }).then((give) => {
      order.push('b')
      return give
    })
    await wait(150)
    const third = a.take('shop', { concurrency: 1 }).then((give) => {
      order.push('a')
      return give
    })
    await wait(50)
    give()
    ;(await second)()
    ;(await third)()
    expect(order).toEqual(['b', 'a'])
  })

  test('all processes together keep the pace of one budget', async () => {
    const made = processes(3)
    const began = performance.now()
    const times: number[] = []
    await Promise.all(
      made.flatMap((limiter) =>
        Array.from({ length: 5 }, async () => {
          const give = await limiter.take('shop', { concurrency: 20, limit: { requests: 5, perMs: 500 } })
          times.push(performance.now() - began)
          give()
        }),
      ),
    )
    // 5 at once, the 10 others at 100 ms each
    expect(times.filter((at) => at < 90).length).toBeLessThanOrEqual(6)
    expect(Math.max(...times)).toBeGreaterThan(900)
    expect(Math.max(...times)).toBeLessThan(2500)
  })

  test('a turn too far away is refused with its time, in every process', async () => {
    const [a, b] = two()
    const budget = { concurrency: 9, limit: { requests: 1, perMs: 3_600_000 } }
    await a.take('shop', budget)
    await expect(b.take('shop', budget)).rejects.toMatchObject({
      message: 'shop: its request budget is used up; nothing was sent',
      detail: { code: 'rate-limited', recovery: 'retry', sent: false, retryAfterMs: expect.closeTo(3_600_000, -4) },
    })
    const give = await b.take('other', budget)
    give()
  })

  test('patience asked of one process is kept by all', async () => {
    const [a, b] = two()
    await pass(b, 'shop')
    await pass(a, 'shop')
    a.hold('shop', 60_000)
    await wait(50)
    await expect(b.take('shop', { concurrency: 1 })).rejects.toMatchObject({
      message: expect.stringMatching(/^shop: the partner asked for patience, for another (59|60) s; nothing was sent$/),
      detail: { code: 'rate-limited', retryAfterMs: expect.closeTo(60_000, -3) },
    })
    a.hold('other', 400)
    await wait(50)
    const began = performance.now()
    await pass(b, 'other')
    expect(performance.now() - began).toBeGreaterThan(250)
  })

  test('a hold and the slots in use outlive a flush', async () => {
    const [a, b] = two({ leaseMs: 600 })
    await pass(b, 'shop')
    const give = await a.take('shop', { concurrency: 1 })
    a.hold('held', 60_000)
    await wait(50)
    await server().ask('FLUSHALL')
    await expect.poll(() => slots('shop'), { timeout: 2000 }).toBe(1)
    let taken = false
    const second = b.take('shop', { concurrency: 1 }).then((give) => {
      taken = true
      return give
    })
    await wait(900)
    expect(taken).toBe(false)
    give()
    ;(await second)()
    await expect(b.take('held', { concurrency: 1 })).rejects.toMatchObject({ detail: { code: 'rate-limited' } })
  })

  test('a slot of a process that died is free when its lease is over, one of a living process never', async () => {
    const [dead, alive] = two({ leaseMs: 500 })
    await pass(alive, 'shop')
    await server().ask('ZADD', `budget-${opened}_test:budget:{shop}:slots`, `${Date.now() + 500}`, 'a killed process/1')
    const began = performance.now()
    const give = await alive.take('shop', { concurrency: 1 })
    expect(performance.now() - began).toBeGreaterThan(350)
    expect(performance.now() - began).toBeLessThan(1500)
    let taken = false
    const waiting = dead.take('shop', { concurrency: 1 }).then((give) => {
      taken = true
      return give
    })
    await wait(1200)
    expect(taken).toBe(false)
    give()
    ;(await waiting)()
  })

  test('a process that is killed with every slot in hand keeps its connection waiting for seconds only', async () => {
    const [a] = two()
    const give = await a.take('shop', { concurrency: 1 })
    const left = Number(await server().ask('PTTL', `budget-${opened}_test:budget:{shop}:slots`))
    expect(left).toBeGreaterThan(2000)
    expect(left).toBeLessThanOrEqual(5000)
    give()
  })

  test('who dies while it waits holds up nobody for long', async () => {
    const [a] = two()
    const give = await a.take('shop', { concurrency: 1 })
    const base = `budget-${opened}_test:budget:{shop}`
    await server().ask('ZADD', `${base}:line`, '1', 'a killed process/1')
    await server().ask('ZADD', `${base}:seen`, `${Date.now()}`, 'a killed process/1')
    give()
    const began = performance.now()
    await pass(a, 'shop')
    expect(performance.now() - began).toBeGreaterThan(1000)
    expect(performance.now() - began).toBeLessThan(4000)
  })

  test('stops waiting when it is told to, and leaves neither place nor token behind', async () => {
    const [a, b] = two()
    const give = await a.take('shop', { concurrency: 1 })
    const stop = new AbortController()
    const waiting = b.take('shop', { concurrency: 1 }, stop.signal)
    await wait(100)
    stop.abort()
    await expect(waiting).rejects.toMatchObject({ detail: { code: 'rate-limited', sent: false } })
    give()
    const began = performance.now()
    await pass(a, 'shop')
    expect(performance.now() - began).toBeLessThan(500)

    const slow = { concurrency: 5, limit: { requests: 1, perMs: 1000 } }
    await pass(a, 'slow', slow)
    const late = new AbortController()
    const paced = b.take('slow', slow, late.signal)
    await wait(100)
    late.abort()
    await expect(paced).rejects.toMatchObject({ detail: { code: 'rate-limited' } })
    await wait(1000)
    const again = performance.now()
    await pass(a, 'slow', slow)
    expect(performance.now() - again).toBeLessThan(300)
  })

  test('without Redis each process keeps to the budget by itself, and they share again afterwards', async () => {
    const lines: string[] = []
    const hear = (level: string) => (_: object, message: string) => void lines.push(`${level} ${message}`)
    const log: Log = { debug: () => {}, info: hear('info'), warn: hear('warn'), error: hear('error') }
    const [a, b] = two({ log })
    await pass(b, 'shop')
    const give = await a.take('shop', { concurrency: 1 })
    await server().kill()
    try {
      const began = performance.now()
      const other = await b.take('shop', { concurrency: 1 })
      expect(performance.now() - began).toBeLessThan(1000)
      await expect(a.take('shop', { concurrency: 1 }, AbortSignal.timeout(100))).rejects.toMatchObject({ detail: { code: 'rate-limited' } })
      other()
      await expect.poll(() => lines.length, { timeout: 3000 }).toBe(2)
    } finally {
      await server().start()
    }
    await expect.poll(() => lines.map((line) => line.slice(0, 4)), { timeout: 8000 }).toEqual(['warn', 'warn', 'info', 'info'])
    await expect.poll(() => slots('shop'), { timeout: 2000 }).toBe(1)
    let taken = false
    const waiting = b.take('shop', { concurrency: 1 }).then((give) => {
      taken = true
      return give
    })
    await wait(300)
    expect(taken, 'the slot taken before is known again').toBe(false)
    give()
    ;(await waiting)()
  })

  test('a slot given back while the connection is broken is free as soon as it is mended', async () => {
    const [a, b] = two()
    await pass(b, 'shop')
    const give = await a.take('shop', { concurrency: 1 })
    await server().ask('CLIENT', 'KILL', 'TYPE', 'normal')
    await wait(30)
    give()
    expect(await slots('shop')).toBe(1)
    await expect.poll(() => slots('shop'), { timeout: 5000 }).toBe(0)
  })

  test('a frozen Redis delays a request by half a second at most, and slots given back meanwhile are free afterwards', async () => {
    const [a, b] = two()
    await pass(b, 'shop')
    const give = await a.take('shop', { concurrency: 1 })
    server().freeze()
    try {
      give()
      for (let i = 0; i < 5; i++) {
        const began = performance.now()
        await pass(a, 'shop')
        expect(performance.now() - began).toBeLessThan(900)
      }
    } finally {
      server().thaw()
    }
    await expect.poll(() => slots('shop'), { timeout: 8000 }).toBe(0)
    const began = performance.now()
    await pass(b, 'shop')
    expect(performance.now() - began).toBeLessThan(2000)
  })
})
