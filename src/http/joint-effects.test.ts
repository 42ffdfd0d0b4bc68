import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import type { JsonObject } from '../model/json.ts'
import { openTestHub, type TestHub } from './test-hub.ts'

let hub: TestHub
let product = 0
beforeAll(async () => {
  hub = await openTestHub({ schemas: new Map<string, JsonObject>(['product', 'location'].map((type) => [`${type}@1`, {}])) })
  await hub.ask('PUT', '/v1/documents/location/one', { json: { key: 'MAIN', document: {} } })
})
afterAll(() => hub.close())
beforeEach(async () => {
  product += 1
  await hub.ask('PUT', '/v1/documents/product/one', { json: { key: `P${product}`, document: { baseUnit: 'EA' } } })
  const received = {
    kind: 'receipt',
    product: `P${product}`,
    quantity: '10',
    from: ':supplier',
    to: 'MAIN',
    movedAt: '2026-11-23T07:00:00.000Z',
  }
  expect((await hub.ask('POST', '/v1/stock/movements', { json: { key: `hub/m${product}`, ...received } })).status).toBe(200)
})

const reserve = (quantity: string, key?: string, more: { readonly key?: string } = {}) =>
  hub.ask('POST', '/v1/stock/reservations', {
    ...more,
    json: { channel: 'shop-us', holdForMs: 60_000, lines: [{ product: `P${product}`, quantity }] },
    headers: key === undefined ? {} : { 'idempotency-key': key },
  })
const rowsOf = (table: 'audit' | 'promise' | 'idempotency') => hub.context.database.read.selectFrom(table).selectAll().execute()

test('calls of one moment are answered each for itself: what fits is kept and written down under its caller, what does not is refused and leaves nothing', async () => {
  const callers = [await hub.addKey(['write']), await hub.addKey(['write'])]
  const before = (await rowsOf('audit')).length
  const calls = Array.from({ length: 6 }, (_, n) => ({ name: `a${n}`, key: callers[n % 2] ?? '' }))
  const answers = await Promise.all(calls.map(async ({ name, key }) => ({ name, key, ...(await reserve('4', name, { key })) })))
  const done = answers.filter(({ status }) => status === 201)
  const refused = answers.filter(({ status }) => status === 409)
  expect([done.length, refused.length]).toEqual([2, 4])
  for (const { json } of refused) expect(json.detail).toContain(`P${product}: 4 asked, 2 free (available 10, reserved 8)`)
  const lines = (await rowsOf('audit')).slice(before)
  const told = (rows: readonly { readonly id: unknown; readonly who: string | undefined }[]) =>
    rows.map(({ id, who }) => `${id} ${who}`).sort()
  expect(told(lines.map(({ detail, who }) => ({ id: JSON.parse(detail ?? '').id, who })))).toEqual(
    told(done.map(({ json, key }) => ({ id: json.id, who: key.split('_')[1] }))),
  )
  expect((await rowsOf('idempotency')).map(({ key }) => key).sort()).toEqual(done.map(({ name }) => name).sort())
})

test('the same key in one moment has effect once; a refused one may be sent again', async () => {
  const same = await Promise.all(Array.from({ length: 8 }, () => reserve('7', 'b0')))
  expect(new Set(same.map(({ text }) => text)).size).toBe(1)
  expect(same.filter(({ headers }) => headers.get('idempotency-replayed') === null)).toHaveLength(1)
  expect((await reserve('4', 'b1')).status).toBe(409)
  expect(await reserve('2', 'b0')).toMatchObject({ status: 422, json: { type: 'urn:crossdock:problem:idempotency-key-reused' } })
  await hub.ask('POST', '/v1/stock/reservations/release', { json: { id: String(same[0]?.json.id) } })
  expect((await reserve('4', 'b1')).status).toBe(201)
})

test('a call that asks for nonsense undoes nothing of the others', async () => {
  const answers = await Promise.all([reserve('1'), reserve('0'), reserve('2')])
  expect(answers.map(({ status }) => status)).toEqual([201, 422, 201])
  const kept = (await rowsOf('promise')).filter((row) => row.product === `P${product}`)
  expect(kept.map(({ quantity }) => Number(quantity))).toEqual([1_000_000, 2_000_000])
})
