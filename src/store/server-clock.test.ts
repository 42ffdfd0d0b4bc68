import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { type ServerClock, serverClock } from './server-clock.ts'

let clock: ServerClock
beforeEach(() => void vi.useFakeTimers({ toFake: ['performance', 'setTimeout', 'setInterval'] }))
afterEach(() => {
  clock.close()
  vi.useRealTimers()
})

/** A server that is `ahead` ms before us. An answer takes `there` ms to be asked for and `back` ms to return. */
function server(ahead: number) {
  const line = { ahead, there: 1, back: 1 }
  const wait = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))
  const open = async () => {
    const opening = serverClock(async () => {
      const { there, back } = line
      await wait(there)
      const told = performance.now() + line.ahead
      await wait(back)
      return told
    })
    await vi.advanceTimersByTimeAsync(2)
    clock = await opening
  }
  const error = async () => (await clock.now()) - (performance.now() + line.ahead)
  return { line, open, error }
}

test('the other clock is followed, also when it drifts', async () => {
  const { line, open, error } = server(90_000)
  await open()
  expect(Math.abs(await error())).toBeLessThanOrEqual(2)
  line.ahead += 40
  await vi.advanceTimersByTimeAsync(6000)
  expect(Math.abs(await error())).toBeLessThanOrEqual(2)
})

test.each([
  ['asked for', 40_000, 1],
  ['on its way back', 1, 40_000],
] as const)('an answer that was long %s moves nothing', async (_, there, back) => {
  const { line, open, error } = server(90_000)
  await open()
  Object.assign(line, { there, back })
  await vi.advanceTimersByTimeAsync(60_000)
  expect(Math.abs(await error())).toBeLessThanOrEqual(2)
})

test('it never steps back', async () => {
  const { line, open } = server(90_000)
  await open()
  const before = await clock.now()
  line.ahead -= 1000
  await vi.advanceTimersByTimeAsync(500)
  expect(await clock.now()).toBeGreaterThanOrEqual(before)
  await vi.advanceTimersByTimeAsync(5000)
  expect(await clock.now()).toBeGreaterThanOrEqual(before)
})
