import { afterEach, beforeEach, expect, test } from 'vitest'
import { isObject, type Json } from '../model/json.ts'
import { openTestHub, type TestHub, tenant } from './test-hub.ts'
import { attemptRow, deliveryRow, documentRow, envelopeRow, insertRows, receiptRow } from './test-rows.ts'

let hub: TestHub
beforeEach(async () => {
  hub = await openTestHub()
  await hub.context.database.write((tx) =>
    insertRows(tx, {
      receipts: [receiptRow(tenant, 'R1', '{"id":1}')],
      envelopes: [
        envelopeRow(tenant, 'E1', { slices: '[{"receipt":"R1","from":0,"to":8}]' }),
        envelopeRow(tenant, 'E3', { state: 'dead', reason: 'invalid', key: '3', slices: '[{"receipt":"R1","from":0,"to":8}]' }),
        envelopeRow(tenant, 'E4', { state: 'dead', reason: 'unparseable', key: '' }),
        envelopeRow('other', 'E9', { state: 'dead' }),
      ],
      documents: [documentRow(tenant, 'sales-order', 'shop-us/4711')],
      deliveries: [
        deliveryRow(tenant, 'D2', { state: 'dead', reason: 'http-422' }),
        deliveryRow(tenant, 'D5', { state: 'parked', reason: 'unknown', lane: 'shop-us/sales-order/shop-us/5', key: 'shop-us/5' }),
        deliveryRow(tenant, 'D6', { state: 'due' }),
      ],
      attempts: [attemptRow(tenant, 'A1', 'D5', { ended_at: null, outcome: null })],
    }),
  )
})
afterEach(() => hub.close())

const post = (path: string, json: Json = {}) => hub.ask('POST', path, { json })
const ids = (json: Json | undefined): Json[] =>
  Array.isArray(json) ? json.map((item: Json) => (isObject(item) ? (item.id ?? null) : null)) : []
const stateOf = async (table: 'envelope' | 'delivery', id: string) =>
  (await hub.context.database.read.selectFrom(table).select('state').where('tenant', '=', tenant).where('id', '=', id).executeTakeFirst())
    ?.state

test('dead letters of both kinds are one list', async () => {
  const list = async (query = '') => (await hub.ask('GET', `/v1/dead-letters${query}`)).json
  expect(ids((await list()).items)).toEqual(['E4', 'E3', 'D2'])
  expect(ids((await list('?kind=envelope&reason=invalid&connection=shop-us')).items)).toEqual(['E3'])
  expect(ids((await list('?kind=delivery')).items)).toEqual(['D2'])
  const first = await list('?limit=2')
  expect(ids((await list(`?limit=2&after=${first.next}`)).items)).toEqual(['D2'])
})

test('deliveries of a filter are tried dry, then again with what was frozen', async () => {
  const ask = async (json: Json) => (await post('/v1/deliveries/replay', json)).json
  expect(await ask({ type: 'sales-order', states: ['dead'], dryRun: true })).toMatchObject({
    matched: 1,
    replayed: 0,
    rehearsals: [{ delivery: 'D2' }],
  })
  expect(await stateOf('delivery', 'D2')).toBe('dead')
  expect(await ask({ connection: 'nobody' })).toMatchObject({ status: 404, detail: expect.stringMatching(/no connection 'nobody'/) })
  expect(await ask({ type: 'invoice' })).toMatchObject({ matched: 0 })
  expect(await ask({ to: '2020-01-01T00:00:00Z' })).toMatchObject({ matched: 0 })
  expect(await ask({ reason: 'http-422' })).toMatchObject({ matched: 1, replayed: 1 })
  expect([await stateOf('delivery', 'D2'), await stateOf('delivery', 'D5')]).toEqual(['due', 'parked'])
})

test('one dead letter is tried again, whatever its kind', async () => {
  expect((await post('/v1/dead-letters/E3/replay')).json).toEqual({ kind: 'envelope' })
  expect(await stateOf('envelope', 'E3')).toBe('received')
  expect(hub.rings).toContainEqual({ kind: 'ingest', lane: 1 })
  expect((await post('/v1/dead-letters/D2/replay')).json).toEqual({ kind: 'delivery' })
  expect(await stateOf('delivery', 'D2')).toBe('due')
  expect((await post('/v1/dead-letters/D6/replay')).status).toBe(404)
  expect((await post('/v1/dead-letters/E9/replay')).status).toBe(404)
  expect(await post('/v1/dead-letters/E4/replay')).toMatchObject({ status: 409, json: { type: 'urn:crossdock:problem:not-replayable' } })
})

test('many are tried dry, then again', async () => {
  const dry = await post('/v1/dead-letters/replay', { connection: 'shop-us', dryRun: true })
  expect(dry.json).toMatchObject({
    dryRun: true,
    envelopes: 2,
    deliveries: 1,
    ids: ['E4', 'E3', 'D2'],
    rehearsals: [{ envelope: 'E3', state: 'dead', reason: 'invalid' }],
  })
  expect(await stateOf('envelope', 'E3')).toBe('dead')
  expect((await post('/v1/dead-letters/replay', { reason: 'invalid' })).json).toMatchObject({ envelopes: 1, deliveries: 0 })
  expect(await stateOf('envelope', 'E3')).toBe('received')
  expect(await stateOf('delivery', 'D2')).toBe('dead')
})

test('envelopes are processed again by range or one by one', async () => {
  expect((await post('/v1/envelopes/replay', { connection: 'nobody' })).json).toMatchObject({
    status: 404,
    detail: expect.stringMatching(/'nobody'/),
  })
  expect(
    (await post('/v1/envelopes/replay', { connection: 'shop-us', stream: 'orders', states: ['applied'], dryRun: true })).json,
  ).toMatchObject({ matched: 1, replayed: 0, rehearsals: [{ envelope: 'E1' }] })
  expect(
    (
      await post('/v1/envelopes/replay', {
        connection: 'shop-us',
        stream: 'orders',
        key: '4711',
        from: '2026-11-23T00:00:00Z',
        to: '2026-11-24T00:00:00Z',
      })
    ).json,
  ).toMatchObject({ matched: 1, replayed: 1 })
  expect(await stateOf('envelope', 'E1')).toBe('received')
  expect((await post('/v1/envelopes/E3/replay')).json).toMatchObject({ replayed: 1 })
  expect((await post('/v1/envelopes/E9/replay')).status).toBe(404)
  expect((await post('/v1/envelopes/replay', {})).status).toBe(400)
})

test('a delivery is shown, tried again, or settled by what a person found', async () => {
  expect((await post('/v1/deliveries/D2/replay', { as: 'same', dryRun: true })).json).toMatchObject({
    dryRun: true,
    frozen: { number: '4711' },
  })
  expect(await stateOf('delivery', 'D2')).toBe('dead')
  expect((await post('/v1/deliveries/D2/replay', { as: 'new' })).status).toBe(400)
  expect((await post('/v1/deliveries/D2/replay', { as: 'new', reason: 'they lost it' })).status).toBe(200)
  const audits = await hub.context.database.read.selectFrom('audit').select(['act', 'detail']).execute()
  expect(audits).toMatchObject([
    { act: 'sent-again', detail: expect.stringContaining('"generation":1,"before":"dead","reason":"they lost it"') },
  ])
  expect((await post('/v1/deliveries/D6/replay', { as: 'same' })).status).toBe(409)
  expect((await post('/v1/deliveries/nobody/replay', { as: 'same' })).status).toBe(404)
  expect((await post('/v1/deliveries/D5/settle', { state: 'delivered' })).json).toEqual({ state: 'delivered' })
  expect((await hub.ask('GET', '/v1/deliveries/D5')).json).toMatchObject({
    state: 'delivered',
    reason: 'by-hand',
    tries: [{ outcome: 'lost' }],
  })
  expect((await post('/v1/deliveries/D5/settle', { state: 'cancelled' })).status).toBe(409)
})

test('replay needs its own scope', async () => {
  const key = await hub.addKey(['read', 'write', 'admin'])
  expect((await hub.ask('POST', '/v1/dead-letters/E3/replay', { key, json: {} })).status).toBe(403)
})
