import { describe, expect, it } from 'vitest'
import type { Clock } from '../model/clock.ts'
import { maxHoldMs, memoryLimiter } from './limiter.ts'

/** A clock that jumps to the end of every sleep. */
function jumpingClock(): Clock & { at: number } {
  const clock = {
    at: 1_000_000,
    now: () => clock.at,
    sleep: async (span: number, signal?: AbortSignal) => {
      if (signal?.aborted) return
      await Promise.resolve()
      if (!signal?.aborted) clock.at += span
    },
  }
  return clock
}

describe('the budget in memory', () => {
  it('lets a burst through and then keeps the pace', async () => {
    const clock = jumpingClock()
    const limiter = memoryLimiter(clock)
    const budget = { concurrency: 10, limit: { requests: 3, perMs: 3_000 } }
    const times: number[] = []
    for (let i = 0; i < 6; i++) {
      const release = await limiter.take('shop', budget)
      times.push(clock.at - 1_000_000)
      release()
    }
    expect(times).toEqual([0, 0, 0, 1_000, 2_000, 3_000])
  })
  it('takes the points that a call costs, and no more than the bucket holds', async () => {
    const clock = jumpingClock()
    const limiter = memoryLimiter(clock)
    const began = clock.at
    const points = { concurrency: 9, limit: { requests: 100, perMs: 10_000 } }
    const times: number[] = []
    for (const cost of [90, 10, 50, 1000]) {
      ;(await limiter.take('shop', { ...points, cost }))()
      times.push(Math.round(clock.at - began))
    }
    expect(times).toEqual([0, 0, 5_000, 15_000])
  })
  it('counts each connection by itself', async () => {
    const clock = jumpingClock()
    const limiter = memoryLimiter(clock)
    const budget = { concurrency: 1, limit: { requests: 1, perMs: 60_000 } }
    await limiter.take('a', budget)
    await limiter.take('b', budget)
    expect(clock.at).toBe(1_000_000)
  })
  it('refuses to wait longer than a few seconds and says how long', async () => {
    const limiter = memoryLimiter(jumpingClock())
    const budget = { concurrency: 9, limit: { requests: 1, perMs: 3_600_000 } }
    await limiter.take('shop', budget)
    await expect(limiter.take('shop', budget)).rejects.toMatchObject({
      detail: { code: 'rate-limited', recovery: 'retry', sent: false, retryAfterMs: 3_600_000 },
    })
  })
  it('hands slots on in order, and none is lost or doubled', async () => {
    const clock: Clock = {
      now: () => 0,
      sleep: (_, signal) => new Promise((resolve) => signal?.addEventListener('abort', () => resolve(), { once: true })),
    }
    const limiter = memoryLimiter(clock)
    let running = 0
    let most = 0
    const order: number[] = []
    await Promise.all(
      Array.from({ length: 20 }, async (_, place) => {
        const release = await limiter.take('shop', { concurrency: 3 })
        order.push(place)
        most = Math.max(most, ++running)
        await new Promise((resolve) => setImmediate(resolve))
        running--
        release()
        release()
      }),
    )
    expect(most).toBe(3)
    expect(order).toEqual([...order].sort((a, b) => a - b))
    expect(order).toHaveLength(20)
  })
  it('stops waiting when it is told to', async () => {
    const clock: Clock = {
      now: () => 0,
      sleep: (_, signal) => new Promise((resolve) => signal?.addEventListener('abort', () => resolve(), { once: true })),
    }
    const limiter = memoryLimiter(clock)
    const release = await limiter.take('shop', { concurrency: 1 })
    const stop = new AbortController()
    const waiting = limiter.take('shop', { concurrency: 1 }, stop.signal)
    stop.abort()
    await expect(waiting).rejects.toMatchObject({ detail: { code: 'rate-limited' } })
    release()
    await limiter.take('shop', { concurrency: 1 })
  })
  it('keeps quiet for as long as the partner asked', async () => {
    const clock = jumpingClock()
    const limiter = memoryLimiter(clock)
    limiter.hold('shop', 2_000)
    await limiter.take('shop', { concurrency: 1 })
    expect(clock.at).toBe(1_002_000)
    limiter.hold('shop', 60_000)
    await expect(limiter.take('shop', { concurrency: 2 })).rejects.toMatchObject({ detail: { retryAfterMs: 60_000 } })
  })
  it('is not held for longer than a quarter of an hour, whatever the partner asked for', async () => {
    const clock = jumpingClock()
    const limiter = memoryLimiter(clock)
    for (const span of [Number.MAX_SAFE_INTEGER, Number.POSITIVE_INFINITY]) {
      limiter.hold('shop', span)
      await expect(limiter.take('shop', { concurrency: 1 })).rejects.toMatchObject({
        message: 'shop: the partner asked for patience, for another 900 s; nothing was sent',
        detail: { code: 'rate-limited', recovery: 'retry', sent: false, retryAfterMs: maxHoldMs },
      })
      clock.at += maxHoldMs
      const release = await limiter.take('shop', { concurrency: 1 })
      release()
    }
  })
})
