import { afterEach, beforeEach, expect, test } from 'vitest'
import { openTestHub, type TestHub, tenant } from './test-hub.ts'

let hub: TestHub
let answers: (() => void)[] = []
let reloads = 0
beforeEach(async () => {
  answers = []
  reloads = 0
  hub = await openTestHub({
    reload: () =>
      new Promise((resolve) => {
        reloads += 1
        answers.push(() => resolve({ revision: `r${reloads}`, changed: true, faults: [] }))
      }),
  })
})
afterEach(() => hub.close())

const pull = (key: string, json: object = {}, path = '/v1/connections/shop-us/streams/orders/pull') =>
  hub.ask('POST', path, { json: { ...json }, headers: { 'idempotency-key': key } })
const nextAt = async () => (await hub.context.database.read.selectFrom('schedule').select('next_at').executeTakeFirstOrThrow()).next_at
const delay = (at: number) => hub.context.database.write((tx) => tx.updateTable('schedule').set({ next_at: at }).execute())

test('the same key and request has effect once and the same answer', async () => {
  const later = hub.clock.now + 60_000
  await delay(later)
  const first = await pull('k1')
  expect(await nextAt()).toBe(hub.clock.now)
  await delay(later)
  const second = await pull('k1')
  expect(second).toMatchObject({ status: first.status, text: first.text })
  expect(second.headers.get('idempotency-replayed')).toBe('true')
  expect(await nextAt()).toBe(later)
  expect(hub.rings.filter((ring) => ring.kind === 'pull')).toHaveLength(1)
  expect((await pull('"k1"')).headers.get('idempotency-replayed')).toBe('true')
})

test('the same key with another request is refused', async () => {
  const pause = (json: object) => pull('k2', json, '/v1/connections/shop-us/pause')
  expect((await pause({ reason: 'a' })).status).toBe(200)
  expect(await pause({ reason: 'b' })).toMatchObject({ status: 422, json: { type: 'urn:crossdock:problem:idempotency-key-reused' } })
  expect((await pull('k2')).status).toBe(202)
})

test('a request that failed keeps no key', async () => {
  const path = '/v1/connections/shop-us/streams/none/pull'
  expect((await pull('k3', {}, path)).status).toBe(404)
  expect(await hub.context.database.read.selectFrom('idempotency').selectAll().execute()).toEqual([])
})

test('many at once have effect once', async () => {
  await delay(hub.clock.now + 60_000)
  const asked = await Promise.all(Array.from({ length: 20 }, () => pull('k4')))
  expect(new Set(asked.map(({ status }) => status))).toEqual(new Set([202]))
  expect(asked.filter(({ headers }) => headers.get('idempotency-replayed') === null)).toHaveLength(1)
})

test('while the first is running the second is told so; a lost one is taken over', async () => {
  const reload = (key: string) => hub.ask('POST', '/v1/reload', { json: {}, headers: { 'idempotency-key': key } })
  const first = reload('k5')
  await expect.poll(() => reloads).toBe(1)
  expect(await reload('k5')).toMatchObject({ status: 409, json: { type: 'urn:crossdock:problem:idempotency-key-running' } })
  hub.clock.now += 11 * 60_000
  const second = reload('k5')
  await expect.poll(() => reloads).toBe(2)
  for (const answer of answers) answer()
  expect((await first).status).toBe(200)
  expect((await second).status).toBe(200)
  expect((await reload('k5')).headers.get('idempotency-replayed')).toBe('true')
  expect(reloads).toBe(2)
})

test('keys belong to their holder and end after a day', async () => {
  const other = await hub.addKey(['write'])
  await pull('k6')
  const foreign = await hub.ask('POST', '/v1/connections/shop-us/streams/orders/pull', {
    key: other,
    json: {},
    headers: { 'idempotency-key': 'k6' },
  })
  expect(foreign.headers.get('idempotency-replayed')).toBe(null)
  hub.clock.now += 24 * 3_600_000 + 1
  expect((await pull('k6')).headers.get('idempotency-replayed')).toBe(null)
})

test('keys that are none, and answers that hold secrets, take no key', async () => {
  for (const key of ['', 'a,b', 'x'.repeat(191)]) expect((await pull(key)).status, key).toBe(400)
  const made = await hub.ask('POST', '/v1/keys', { json: { name: 'x', scopes: ['read'] }, headers: { 'idempotency-key': 'k7' } })
  expect(made.status).toBe(400)
  expect(await hub.context.database.read.selectFrom('api_key').selectAll().where('tenant', '=', tenant).execute()).toHaveLength(1)
})
