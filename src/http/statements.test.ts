import { createHash } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { JsonObject } from '../model/json.ts'
import { openTestHub, type TestHub } from './test-hub.ts'

let hub: TestHub
let s1 = ''
let s2 = ''
let boss = ''
beforeAll(async () => {
  hub = await openTestHub({ schemas: new Map<string, JsonObject>(['party', 'payment'].map((type) => [`${type}@1`, {}])) })
  for (const number of ['S1', 'S2'])
    await hub.ask('PUT', '/v1/documents/party/one', { json: { key: number, document: { number, name: number, roles: ['supplier'] } } })
  s1 = await hub.addKey(['read', 'write'], { party: 'S1' })
  s2 = await hub.addKey(['read', 'write'], { party: 'S2' })
  boss = await hub.addKey(['read', 'write'], {})
})
afterAll(() => hub.close())

const fee = (number: string, supplier: string, amount: string) =>
  hub.ask('POST', '/v1/payables/fees', {
    json: { number, supplier, owner: 'us', bearer: 'us', amount, currency: 'CNY', date: '2026-11-05' },
  })
const post = (path: string, json: JsonObject, key?: string) =>
  hub.ask('POST', `/v1/statements${path}`, { json, ...(key === undefined ? {} : { key }) })
const get = (path: string, key?: string) => hub.ask('GET', `/v1/statements${path}`, key === undefined ? {} : { key })

test('a supplier sees, confirms and disputes what was published to it, and nothing of another; only what was confirmed is paid', async () => {
  expect((await fee('F1', 'S1', '100.00')).status).toBe(201)
  expect((await fee('F2', 'S2', '7.77')).status).toBe(201)
  expect((await post('/run', { kind: 'supplier', until: '2026-11-10' })).json).toEqual({ made: 2, kept: 0 })
  expect((await post('/run', { kind: 'supplier', until: '2026-11-10' })).json).toEqual({ made: 0, kept: 2 })
  const [one, two] = (await get('')).json.items as readonly JsonObject[]
  const [number, other] = [String(one?.number), String(two?.number)]
  expect((await get('', s1)).json).toEqual({ items: [], next: null })
  expect((await get(`/${number}`, s1)).status).toBe(404)
  expect((await post(`/${number}/confirm`, { hash: String(one?.hash) }, s1)).json).toMatchObject({
    type: 'urn:crossdock:problem:no-statement',
  })
  for (const each of [number, other]) expect((await post(`/${each}/publish`, {})).status).toBe(200)
  expect((await get('', s1)).json.items).toMatchObject([{ number, party: 'S1', closing: '100.00' }])
  expect((await get(`/${number}/lines`, s1)).json.items).toMatchObject([{ line: 1, kind: 'fee', amount: '100.00' }])
  const content = await get(`/${number}/content`, s1)
  expect(createHash('sha256').update(content.text).digest('hex')).toBe(one?.hash)
  for (const path of [`/${number}`, `/${number}/lines`, `/${number}/content`]) expect((await get(path, s2)).status, path).toBe(404)
  const hash = String(one?.hash)
  for (const act of ['confirm', 'dispute'])
    expect((await post(`/${number}/${act}`, { hash, ...(act === 'dispute' ? { disputes: [{ reason: 'x' }] } : {}) }, s2)).status).toBe(404)
  expect((await post(`/${number}/dispute`, { hash, disputes: [{ line: 1, reason: 'it was 90' }] }, s1)).json).toMatchObject({
    status: 'disputed',
  })
  expect((await post(`/${number}/pay`, { hash, number: 'P0', amount: '1.00' })).json).toMatchObject({
    type: 'urn:crossdock:problem:not-confirmed',
  })
  const revised = (await post(`/${number}/revise`, {})).json
  expect((await get(`/${number}`, s1)).status).toBe(404)
  expect((await post(`/${number}/publish`, {})).status).toBe(200)
  expect((await post(`/${number}/confirm`, { hash }, s1)).json).toMatchObject({ type: 'urn:crossdock:problem:outdated-version' })
  const fresh = { hash: String(revised.hash) }
  for (let again = 0; again < 2; again++)
    expect((await post(`/${number}/confirm`, fresh, s1)).json).toMatchObject({ status: 'confirmed', confirmedHash: fresh.hash })
  expect((await post(`/${number}/approve`, fresh)).json).toMatchObject({ type: 'urn:crossdock:problem:own-approval' })
  expect((await post(`/${number}/approve`, fresh, boss)).json).toMatchObject({ status: 'approved' })
  expect((await post(`/${number}/pay`, { ...fresh, number: 'P1', amount: '60.00' })).json).toMatchObject({
    key: 'hub/P1',
    statement: { status: 'part-paid' },
  })
  const much = (await post(`/${number}/pay`, { ...fresh, number: 'P2', amount: '40.01' })).json
  expect(much).toMatchObject({ detail: expect.stringContaining('40.00 is left and 40.01 is asked: 0.01 too much') })
  expect((await post(`/${number}/pay`, { ...fresh, number: 'P2', amount: '40.00' })).json).toMatchObject({ statement: { status: 'paid' } })
  expect((await hub.ask('GET', '/v1/payables?party=S1')).json.items).toMatchObject([{ owed: '0.00' }])
})

test('one statement of an account is made by its names; a period that is not over, or a hash of nothing, is refused', async () => {
  await fee('F3', 'S2', '1.00')
  const asked = { kind: 'supplier', owner: 'us', party: 'S2', currency: 'CNY', until: '2026-11-12' }
  expect((await post('', asked)).json).toMatchObject({ opening: '7.77', closing: '8.77', status: 'generated' })
  expect((await post('', { ...asked, until: '2999-01-01' })).json).toMatchObject({ type: 'urn:crossdock:problem:period-open' })
  expect((await post('', { ...asked, currency: 'EUR', until: '2026-11-13' })).json).toMatchObject({
    type: 'urn:crossdock:problem:no-account',
  })
})
