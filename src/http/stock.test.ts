import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Offer } from '../ledger/offer.ts'
import type { JsonObject } from '../model/json.ts'
import { openTestHub, type TestHub } from './test-hub.ts'

const offer: Offer = {
  connection: 'shop-us',
  locations: ['MAIN'],
  share: 90_000_000n,
  buffers: [{ kind: 'quantity', amount: 2_000_000n }],
  minimum: 3_000_000n,
  pack: 'XCS',
}
let hub: TestHub
beforeAll(async () => {
  hub = await openTestHub({
    shop: { offer },
    schemas: new Map<string, JsonObject>(['product', 'location'].map((type) => [`${type}@1`, {}])),
  })
  for (const [type, key] of [
    ['product', 'LAMP'],
    ['location', 'MAIN'],
    ['location', 'OUTLET'],
  ])
    await hub.ask('PUT', `/v1/documents/${type}/one`, {
      json: { key, document: { baseUnit: 'EA', packs: [{ unit: 'XCS', factor: '12' }] } },
    })
})
afterAll(() => hub.close())

const post = (path: string, json: JsonObject, headers: Readonly<Record<string, string>> = {}) =>
  hub.ask('POST', `/v1/stock/${path}`, { json, headers })
const at = (clock: string) => `2026-11-23T${clock}:00.000Z`

test('stock is received, moved and looked at, each command once by its key', async () => {
  const receipt = {
    key: 'hub/m1',
    kind: 'receipt',
    product: 'LAMP',
    quantity: '2',
    unit: 'XCS',
    from: ':supplier',
    to: 'MAIN',
    movedAt: at('07:00'),
  }
  for (let n = 0; n < 2; n++) expect(await post('movements', receipt)).toMatchObject({ status: 200, json: { version: 1 } })
  expect((await post('movements', { ...receipt, quantity: '3' })).json.type).toBe('urn:crossdock:problem:key-taken')
  await post('adjustments', { key: 'hub/m2', product: 'LAMP', location: 'MAIN', quantity: '-4', why: 'broken', movedAt: at('07:10') })
  expect((await hub.ask('GET', '/v1/stock?product=LAMP')).json.items).toMatchObject([
    { location: 'MAIN', onHand: '20', reserved: '0', inTransit: '0', available: '20', source: 'hub', asOf: '2026-11-23T07:10:00.000Z' },
  ])
  const ledger = '/v1/stock/movements?product=LAMP&location=MAIN'
  const whole = (await hub.ask('GET', ledger)).json.items
  expect(whole).toMatchObject([
    { key: 'hub/m1', quantity: '24', balance: '24' },
    { key: 'hub/m2', quantity: '-4', balance: '20' },
  ])
  const first = (await hub.ask('GET', `${ledger}&limit=1`)).json
  const second = (await hub.ask('GET', `${ledger}&limit=1&after=${first.next}`)).json
  expect([...(first.items as readonly JsonObject[]), ...(second.items as readonly JsonObject[])]).toEqual(whole)
})

test('refused with the arithmetic: more than is there', async () => {
  const answer = await post('movements', { kind: 'transfer', product: 'LAMP', quantity: '21', from: 'MAIN', to: 'OUTLET' })
  expect([answer.status, answer.json.type]).toEqual([409, 'urn:crossdock:problem:not-enough'])
  expect(answer.json.detail).toContain('21 asked, 20 there (on hand 20, promised 0)')
})

test('an Idempotency-Key gives the first answer again', async () => {
  const once = { 'idempotency-key': 'adjust-1' }
  const body = { product: 'LAMP', location: 'MAIN', quantity: '1', why: 'found' }
  const [one, two] = [await post('adjustments', body, once), await post('adjustments', body, once)]
  expect(two.json).toEqual(one.json)
  expect((await hub.ask('GET', '/v1/stock?location=MAIN')).json.items).toMatchObject([{ onHand: '21' }])
})

test('what is free is explained, down to the reservations behind it', async () => {
  const kept = await post('reservations', {
    channel: 'shop-us',
    reference: '1001',
    holdForMs: 60_000,
    lines: [{ product: 'LAMP', quantity: '2' }],
  })
  expect((await hub.ask('GET', '/v1/stock/explain?product=LAMP')).json).toMatchObject({
    onHand: '21',
    promised: '0',
    available: '21',
    reserved: '2',
    free: '19',
    places: [{ location: 'MAIN', onHand: '21', source: 'hub' }],
    reservations: [{ id: kept.json.id, reference: '1001', quantity: '2', state: 'held' }],
  })
})

test('what a channel may sell is explained step by step, as it is pushed', async () => {
  const { json } = await hub.ask('GET', '/v1/stock/explain?product=LAMP&channel=shop-us')
  expect(json.offers).toEqual([
    {
      stockLevel: 'MAIN/LAMP',
      pushable: '12',
      steps: [
        { step: 'available', location: 'MAIN', taken: '0', left: '19', rule: null },
        { step: 'buffer', location: null, taken: '2', left: '17', rule: 'connections.shop-us.offer.buffers.0' },
        { step: 'share', location: null, taken: '1.7', left: '15.3', rule: 'connections.shop-us.offer.share' },
        { step: 'rounding', location: null, taken: '3.3', left: '12', rule: 'connections.shop-us.offer.pack' },
        { step: 'minimum', location: null, taken: '0', left: '12', rule: 'connections.shop-us.offer.minimum' },
      ],
    },
  ])
  expect((await hub.ask('GET', '/v1/stock/explain?product=LAMP')).json.offers).toEqual([])
  expect((await hub.ask('GET', '/v1/stock/explain?product=LAMP&channel=nobody')).status).toBe(404)
})

test('the hub has one book of stock, and it holds', async () => {
  expect((await hub.ask('GET', '/v1/ledger/verify')).json).toMatchObject({ differences: [] })
})
