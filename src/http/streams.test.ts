import { afterEach, beforeEach, expect, test } from 'vitest'
import { savePosition } from '../store/cursor.ts'
import { insertPlan } from '../store/plan.ts'
import { claimRun, endRun, holdRun, listSchedule } from '../store/schedule.ts'
import { openTestHub, type TestHub, tenant } from './test-hub.ts'
import { planRow } from './test-rows.ts'

let hub: TestHub
beforeEach(async () => {
  hub = await openTestHub()
})
afterEach(() => hub.close())

const at = '/v1/connections/shop-us/streams/orders'
const post = (path: string, json = {}) => hub.ask('POST', path, { json })
const job = { connection: 'shop-us', stream: 'orders', kind: 'pull' as const }

test('a cursor is moved only while nothing reads, and what stood there is kept', async () => {
  const { database } = hub.context
  await database.write((tx) => savePosition(tx, tenant, 'shop-us', 'orders', '{"time":"2026-11-20T00:00:00.000Z"}', hub.clock.now))
  const time = '2026-11-10T08:00:00+08:00'
  expect((await hub.ask('PUT', `${at}/cursor`, { json: { time } })).json).toMatchObject({
    status: 409,
    type: 'urn:crossdock:problem:not-paused',
  })
  expect((await hub.ask('DELETE', `${at}/cursor`)).status).toBe(409)
  await post('/v1/connections/shop-us/pause')
  const moved = await hub.ask('PUT', `${at}/cursor`, { json: { time } })
  expect(moved.json).toMatchObject({
    time: '2026-11-10T00:00:00.000Z',
    firstRead: false,
    canChange: true,
    history: [{ act: 'cursor-set', detail: { before: { time: '2026-11-20T00:00:00.000Z' }, after: { time: '2026-11-10T00:00:00.000Z' } } }],
  })
  hub.clock.now += 1000
  const reset = await hub.ask('DELETE', `${at}/cursor`)
  expect(reset.json).toMatchObject({ time: null, firstRead: true, history: [{ act: 'cursor-reset' }, { act: 'cursor-set' }] })
  expect((await hub.ask('PUT', `${at}/cursor`, { json: { time: '2999-01-01T00:00:00Z' } })).status).toBe(400)
})

test('a run from before the pause writes nothing after its cursor was moved', async () => {
  const { database } = hub.context
  const lease = (await claimRun(database, tenant, job, hub.clock.now, 60_000)) ?? expect.unreachable()
  await post(`${at}/pause`)
  expect((await hub.ask('PUT', `${at}/cursor`, { json: { time: '2026-11-01T00:00:00Z' } })).status).toBe(200)
  await expect(database.write((tx) => holdRun(tx, tenant, lease, hub.clock.now + 60_000))).rejects.toMatchObject({
    detail: { code: 'fenced' },
  })
})

test('a paused stream does not run by the clock, but when a person asks', async () => {
  const { database } = hub.context
  expect((await post(`${at}/pause`)).json).toEqual({ stream: 'orders', paused: true })
  expect((await hub.ask('GET', '/v1/connections/shop-us')).json).toMatchObject({ streams: [{ paused: true }] })
  expect(await claimRun(database, tenant, job, hub.clock.now, 1000)).toBe(undefined)
  await post(`${at}/pull`)
  const lease = (await claimRun(database, tenant, job, hub.clock.now, 1000)) ?? expect.unreachable()
  await database.write((tx) => endRun(tx, tenant, lease, { at: hub.clock.now, error: null }))
  hub.clock.now += 3_600_000
  expect(await claimRun(database, tenant, job, hub.clock.now, 1000)).toBe(undefined)
  await post(`${at}/resume`)
  expect(await claimRun(database, tenant, job, hub.clock.now, 1000)).toMatchObject({ stream: 'orders' })
})

test('a range is asked for, steered and refused where it makes no sense', async () => {
  const from = '2026-11-01T00:00:00Z'
  const made = await post(`${at}/backfills`, { from, until: '2026-11-02T00:00:00Z', quiet: true, pagesPerMinute: 6 })
  expect(made.json).toMatchObject({ state: 'open', kind: 'range', quiet: true, pagesPerMinute: 6, reached: null })
  expect(hub.rings).toContainEqual({ kind: 'backfill', id: made.json.id })
  expect((await post(`${at}/backfills`, { from, until: '2026-10-01T00:00:00Z' })).status).toBe(400)
  expect((await post(`${at}/backfills`, { from: '2999-01-01T00:00:00Z' })).status).toBe(400)
  expect((await post('/v1/connections/shop-us/streams/nothing/backfills', { from })).status).toBe(404)
  expect((await post(`/v1/backfills/${made.json.id}/resume`)).status).toBe(409)
  expect((await post(`/v1/backfills/${made.json.id}/cancel`)).json).toMatchObject({ state: 'cancelled' })
  expect((await post(`/v1/backfills/${made.json.id}/pause`)).status).toBe(409)
})

test('a plan is decided once', async () => {
  await hub.context.database.write((tx) => insertPlan(tx, planRow(tenant, 'P1')))
  expect((await hub.ask('GET', '/v1/plans?state=held')).json).toMatchObject({ items: [{ id: 'P1', affected: 2, total: 10 }] })
  expect((await hub.ask('GET', '/v1/plans/P1')).json).toMatchObject({ keys: ['7', '8'] })
  expect((await post('/v1/plans/P1/release')).json).toMatchObject({ state: 'released' })
  expect(hub.rings).toContainEqual({ kind: 'job', job: 'ids', connection: 'shop-us', stream: 'orders' })
  expect((await post('/v1/plans/P1/refuse')).status).toBe(409)
})

test('a first load that has not ended is not signed', async () => {
  expect((await hub.ask('GET', '/v1/connections/shop-us/baseline')).json).toMatchObject({
    state: 'open',
    streams: [{ stream: 'orders', state: 'open' }],
  })
  expect((await post('/v1/connections/shop-us/baseline/sign-off')).json).toMatchObject({ type: 'urn:crossdock:problem:baseline-open' })
  expect((await listSchedule(hub.context.database, tenant)).length).toBe(1)
})
