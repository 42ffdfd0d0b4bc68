import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { every, type Timing } from '../model/timing.ts'
import { openTestStore } from '../testing/test-store.ts'
import type { Database } from './database.ts'
import { claimRun, dueRuns, endRun, listSchedule, pauseRuns, syncRows, wantRun } from './schedule.ts'

const minute = 60_000
const job = { connection: 'shop', stream: 'orders', kind: 'pull' as const }
let database: Database
let now = Date.parse('2026-11-23T01:00:00Z')
beforeEach(async () => {
  now = Date.parse('2026-11-23T01:00:00Z')
  database = await openTestStore({ now: () => now })
})
afterEach(() => database.close())

const sync = (timing: Timing, waits = false) => database.write((tx) => syncRows(tx, 't', [{ ...job, timing, waits }], now))
const claim = () => claimRun(database, 't', job, now, 30_000)
const row = async () => (await listSchedule(database, 't'))[0] ?? expect.unreachable()
const runOnce = async () => {
  const lease = (await claim()) ?? expect.unreachable()
  await database.write((tx) => endRun(tx, 't', lease, { at: now, error: null }))
}
const nightly = (misfire: Timing['misfire']): Timing => ({ kind: 'cron', cron: '30 2 * * *', zone: 'Europe/Berlin', jitterMs: 0, misfire })

describe('runs that nobody was there for', () => {
  test('are one run, at once', async () => {
    await sync(nightly('once'))
    await runOnce()
    now += 5 * 86_400_000
    await runOnce()
    expect(await claim()).toBe(undefined)
    expect((await row()).next_at).toBe(Date.parse('2026-11-28T01:30:00Z'))
  })

  test('are left out where the timing says so, and the next one comes at its time', async () => {
    await sync(nightly('skip'))
    await runOnce()
    now = Date.parse('2026-11-26T08:00:00Z')
    expect(await claim()).toBe(undefined)
    expect(await row()).toMatchObject({ last_skipped_at: now, next_at: Date.parse('2026-11-27T01:30:00Z') })
    now = Date.parse('2026-11-27T01:30:30Z')
    await runOnce()
    expect((await row()).next_at).toBe(Date.parse('2026-11-28T01:30:00Z'))
  })

  test('but not one that a person asked for, nor the first, nor the next try of one that failed', async () => {
    await sync(nightly('skip'))
    await runOnce()
    await database.write((tx) => wantRun(tx, 't', job, now))
    now += 3 * 86_400_000
    const lease = (await claim()) ?? expect.unreachable()
    await database.write((tx) => endRun(tx, 't', lease, { at: now, error: 'http-500: down', retryAt: now + minute }))
    now += 86_400_000
    expect(await claim()).toMatchObject({ fails: 1 })
  })
})

test('one run at a time, over whatever clocks', async () => {
  await sync(every(minute))
  const leases = await Promise.all([claim(), claim(), claim()])
  expect(leases.filter((lease) => lease !== undefined)).toHaveLength(1)
  now += 29_999
  expect(await claim()).toBe(undefined)
  now += 1
  expect(await claim()).toMatchObject({ stream: 'orders' })
})

test('a timing that changes takes effect at once, a shorter one does not wait for the longer', async () => {
  await sync(every(3_600_000))
  await runOnce()
  await sync(every(minute))
  expect((await row()).next_at).toBe(now + minute)
  await sync(nightly('once'))
  expect(await row()).toMatchObject({ next_at: Date.parse('2026-11-23T01:30:00Z'), every_ms: 86_400_000 })
  await sync({ ...nightly('once'), zone: 'Asia/Shanghai' } as Timing)
  expect((await row()).next_at).toBe(Date.parse('2026-11-23T18:30:00Z'))
})

test('a new job that waits begins at its time; one that left the workspace is gone', async () => {
  await sync(every(minute), true)
  expect(await claim()).toBe(undefined)
  now += minute
  await runOnce()
  await database.write((tx) => syncRows(tx, 't', [], now))
  expect(await listSchedule(database, 't')).toEqual([])
})

test('a paused job is not due, is not lost, and one that was under way is found again when its worker died', async () => {
  await sync(every(minute))
  await database.write((tx) => pauseRuns(tx, 't', job, now))
  expect(await dueRuns(database, 't', now)).toEqual([])
  await database.write((tx) => pauseRuns(tx, 't', job, null))
  await claim()
  await database.write((tx) => pauseRuns(tx, 't', job, now))
  now += 31_000
  expect(await dueRuns(database, 't', now)).toEqual([job])
})
