import { afterAll, beforeAll, expect, test } from 'vitest'
import type { CommandAction } from '../connector/types.ts'
import { applyPart } from '../ledger/apply.ts'
import { sale, saleLine } from '../ledger/ledger-kit.ts'
import { verify } from '../ledger/verify.ts'
import type { Json, JsonObject } from '../model/json.ts'
import { writeLedger } from '../pipeline/ledger-write.ts'
import { scopes } from './auth.ts'
import { seedMerchants } from './test-deposits.ts'
import { openTestHub, setup, type TestHub, tenant } from './test-hub.ts'

const action = {
  kind: 'command',
  create: { mapping: 'm', input: {}, call: { path: '/' }, once: { kind: 'natural', why: 'test' }, result: {} },
} as unknown as CommandAction

let hub: TestHub
let checker: string
beforeAll(async () => {
  const { setup: shop } = setup('erp-x', async () => {})
  hub = await openTestHub({
    schemas: new Map<string, JsonObject>(['party', 'payment', 'sales-order', 'deposit-change'].map((type) => [`${type}@1`, {}])),
    catalogue: {
      connections: new Map([['shop-us', { ...shop, name: 'shop-us', connector: { ...shop.connector, actions: { sale: action } } }]]),
    },
  })
  checker = await hub.addKey(scopes)
  await seedMerchants(hub)
  for (const [merchant, number] of [
    ['M-A', 'DT-A'],
    ['M-B', 'DT-B'],
  ] as const)
    await done('/changes', { number, kind: 'terms', merchant, owner: 'us', lowBelow: '50.00' })
})
afterAll(() => hub.close())

const post = (path: string, json: JsonObject, key?: string) =>
  hub.ask('POST', `/v1/deposits${path}`, {
    json: { currency: 'CNY', merchant: 'M-A', why: 'test', ...json },
    ...(key === undefined ? {} : { key }),
  })
async function done(path: string, json: JsonObject, key?: string): Promise<JsonObject> {
  const answer = await post(path, json, key)
  expect([answer.status, answer.text].join(' ')).toMatch(/^20[01] /)
  return answer.json
}
const decide = (key: Json | undefined, to: string, by?: string) =>
  hub.ask('POST', '/v1/deposits/changes/decide', { json: { key: key ?? '', to }, ...(by === undefined ? {} : { key: by }) })
const deposit = async (merchant = 'M-A') =>
  ((await hub.ask('GET', `/v1/deposits/one?merchant=${merchant}`)).json.items as readonly JsonObject[])[0] as JsonObject

/** Orders of the shop arrive. */
const arrive = async (...records: Parameters<typeof applyPart>[1][]) => {
  const written = await hub.context.database.write((tx) =>
    writeLedger(tx, hub.context, async (books) => {
      for (const one of records) await applyPart(books, one)
    }),
  )
  written.ring()
}
const orderOf = (merchant: string, key: string, units: string, more: JsonObject = {}) =>
  sale('web', key, [saleLine('1', 'A', units)], {
    ...{
      currency: 'CNY',
      seller: { ref: { type: 'party', key: merchant }, name: merchant },
      placedAt: `2026-11-23T10:00:0${key.length}.000Z`,
    },
    ...more,
  })
const duties = async (key: string) =>
  (
    await hub.context.database.read
      .selectFrom('delivery')
      .selectAll()
      .where('tenant', '=', tenant)
      .where('key', '=', `web/${key}`)
      .execute()
  ).map(({ op, state, reason, waits_for }) => ({ op, state, reason, waits_for }))

test('what is sent of an order waits for its money and goes when it comes; a cancel waits for nothing', async () => {
  await arrive(orderOf('M-B', 'one', '3'))
  const parked = { op: 'create', state: 'parked', reason: 'awaiting-funds', waits_for: 'funds:sales-order/web/one' }
  expect(await duties('one')).toEqual([parked])
  const listed = await hub.ask('GET', '/v1/orders?funds=awaiting_funds')
  expect(listed.json.items).toMatchObject([
    { key: 'web/one', findings: ['awaiting-funds'], funds: { state: 'awaiting_funds', cost: '30.00', missing: '30.00', why: 'funds' } },
  ])
  const [held] = await hub.context.database.read.selectFrom('delivery').select('id').where('key', '=', 'web/one').execute()
  const again = await hub.ask('POST', `/v1/dead-letters/${held?.id}/replay`, { json: {} })
  expect(again.status).toBeGreaterThanOrEqual(400)
  // a change while it waits makes no second one, and frees nothing
  await arrive(orderOf('M-B', 'one', '2'))
  expect(await duties('one')).toEqual([parked])
  hub.rings.length = 0
  await done('/top-ups', { number: 'TU-B', merchant: 'M-B', amount: '25.00' })
  expect(await duties('one')).toMatchObject([{ op: 'create', state: 'due', reason: null, waits_for: null }])
  expect(hub.rings).toContainEqual({ kind: 'deliver', connection: 'shop-us' })
  expect((await hub.ask('GET', '/v1/orders?funds=funded')).json.items).toMatchObject([{ funds: { state: 'frozen', frozen: '20.00' } }])
  // dearer than what is left: the same order waits again
  await arrive(orderOf('M-B', 'one', '4'))
  expect(await duties('one')).toMatchObject([{ state: 'parked', reason: 'awaiting-funds' }])
  await arrive(orderOf('M-B', 'one', '4', { status: 'cancelled' }))
  expect(await duties('one')).toMatchObject([{ state: 'cancelled' }])
  expect(await deposit('M-B')).toMatchObject({ available: '25.00', frozen: '0.00', waiting: { orders: 0 } })
})

test('an order whose figures do not add up waits until a person closed the finding', async () => {
  await done('/top-ups', { number: 'TU-F', merchant: 'M-B', amount: '10.00' })
  const { available } = await deposit('M-B')
  await arrive(orderOf('M-B', 'four', '1', { totals: { linesTotal: '10.01', grandTotal: '10.01' } }))
  expect(await duties('four')).toMatchObject([{ state: 'parked', reason: 'awaiting-funds' }])
  expect((await hub.ask('GET', '/v1/orders?funds=awaiting_funds')).json.items).toMatchObject([
    { key: 'web/four', findings: ['awaiting-funds', 'does-not-foot'], funds: { why: 'does-not-foot', missing: '10.00', frozen: '0.00' } },
  ])
  const open = (await hub.ask('GET', '/v1/findings?code=does-not-foot&key=web/four')).json.items as readonly JsonObject[]
  expect(open.length).toBe(1)
  hub.rings.length = 0
  const closed = await hub.ask('POST', `/v1/findings/${open[0]?.id}/close`, { json: { note: 'the shop rounds so', accept: true } })
  expect(closed.status).toBe(200)
  expect(await duties('four')).toMatchObject([{ state: 'due', reason: null }])
  expect(hub.rings).toContainEqual({ kind: 'deliver', connection: 'shop-us' })
  expect(await deposit('M-B')).toMatchObject({ frozen: '10.00' })
  await arrive(orderOf('M-B', 'four', '1', { status: 'cancelled' }))
  expect(await deposit('M-B')).toMatchObject({ available, frozen: '0.00' })
})

test('commands are refused with the arithmetic, and the same number does nothing twice', async () => {
  await done('/top-ups', { number: 'TU-1', amount: '100.00', reference: 'R-1' })
  await done('/top-ups', { number: 'TU-1', amount: '100.00', reference: 'R-1' })
  expect((await post('/top-ups', { number: 'TU-1', amount: '90.00', reference: 'R-1' })).json).toMatchObject({
    title: expect.stringContaining(''),
  })
  const twice = await post('/top-ups', { number: 'TU-2', amount: '100.00', reference: 'R-1' })
  expect(twice.text).toContain('payment hub/TU-1 has the reference R-1 and counts already, with 100.00 CNY')
  expect(await deposit()).toMatchObject({ available: '100.00', usable: '100.00' })
  const tooMuch = await post('/changes', { number: 'W-1', kind: 'withdrawal', amount: '100.01' })
  expect(tooMuch.text).toContain('100.00 is there, 100.01 is asked, 0.00 has to stay: 0.01 is missing. Nothing was moved')
  for (const [json, word] of [
    [{ kind: 'withdrawal', amount: '-1.00' }, 'no-amount'],
    [{ kind: 'withdrawal', amount: '1.001' }, 'no-amount'],
    [{ kind: 'withdrawal' }, 'no-amount'],
    [{ kind: 'adjustment', amount: '0.00' }, 'no-amount'],
    [{ kind: 'withdrawal', amount: '1.00', currency: 'USD' }, 'no-deposit'],
    [{ kind: 'withdrawal', amount: '1.00', merchant: 'nobody' }, 'no-such-party'],
    [{ kind: 'refund', amount: '1.00' }, 'unknown-order'],
    [{ kind: 'refund', amount: '1.00', order: 'web/none' }, 'unknown-order'],
    [{ kind: 'credit-line', amount: '1.00', validFrom: '2026-12-02', validTo: '2026-12-01' }, 'days-reversed'],
  ] as const)
    expect((await post('/changes', { number: 'BAD', ...json })).text, JSON.stringify(json)).toContain(word)
  await done('/changes', { number: 'W-2', kind: 'withdrawal', amount: '40.00' })
  await done('/changes', { number: 'W-2', kind: 'withdrawal', amount: '40.00' })
  expect((await post('/changes', { number: 'W-2', kind: 'withdrawal', amount: '41.00' })).text).toContain('number-taken')
  expect(await deposit()).toMatchObject({ available: '60.00', low: false })
  // by the general command no money would move
  const put = await hub.ask('PUT', '/v1/documents/deposit-change/one', {
    json: { key: 'hub/W-3', document: { kind: 'withdrawal', status: 'approved' } },
  })
  expect(put.text).toContain('to-be-commanded')
})

test('an adjustment and a credit line hold when another person approves them', async () => {
  const { key } = await done('/changes', { number: 'A-1', kind: 'adjustment', amount: '-70.00' })
  expect(await deposit()).toMatchObject({ available: '60.00' })
  expect((await decide(key, 'approved')).text).toContain('own-approval')
  expect((await decide(key, 'approved', checker)).text).toContain('60.00 is there, 70.00 is asked')
  const credit = await done('/changes', { number: 'C-1', kind: 'credit-line', amount: '25.00', validTo: '2026-11-30' })
  expect((await decide(credit.key, 'approved', checker)).status).toBe(200)
  expect(await deposit()).toMatchObject({ creditLine: '25.00', usable: '85.00' })
  expect((await decide(key, 'approved', checker)).status).toBe(200)
  expect((await decide(key, 'approved', checker)).status).toBe(200)
  expect(await deposit()).toMatchObject({ available: '-10.00', usable: '15.00', low: true })
  expect((await hub.ask('GET', '/v1/deposits?low=true')).json.items).toMatchObject([{ merchant: 'M-A' }, { merchant: 'M-B' }])
  const told = (await hub.ask('GET', '/v1/events?type=deposit.low&key=M-A')).json.items as readonly JsonObject[]
  // when it was made with nothing in it, and now
  expect(told.length).toBe(2)
})

test('a statement has every change with what was there before and after, also as a file', async () => {
  const page = (await hub.ask('GET', '/v1/deposits/entries?merchant=M-A')).json.items as readonly JsonObject[]
  expect(page.map(({ kind, amount, before, after }) => [kind, amount, before, after])).toEqual([
    ['adjust', '-70.00', '60.00', '-10.00'],
    ['withdraw', '-40.00', '100.00', '60.00'],
    ['top-up', '100.00', '0.00', '100.00'],
  ])
  const first = await hub.ask('GET', '/v1/deposits/entries?merchant=M-A&limit=1')
  const next = await hub.ask('GET', `/v1/deposits/entries?merchant=M-A&limit=2&after=${first.json.next}`)
  expect([...(first.json.items as Json[]), ...(next.json.items as Json[])]).toEqual(page)
  const file = (await hub.ask('GET', '/v1/deposits/entries/export?merchant=M-A')).text.split('\r\n')
  expect(file[1]).toMatch(/^M-A,CNY,available,1,2026-11-23T08:00:00.000Z,2026-11-23,2026-11,top-up,100.00,0.00,100.00,payment,hub\/TU-1,/)
  expect(file.length).toBe(5)
})

test('a merchant reads its own deposit and nobody else’s', async () => {
  const [a, b, s] = [
    await hub.addKey(['read'], { party: 'M-A' }),
    await hub.addKey(['read'], { party: 'M-B' }),
    await hub.addKey(['read'], { party: 'M-C' }),
  ]
  await hub.ask('PUT', '/v1/documents/party/one', {
    json: { key: 'M-C', document: { name: 'M-C', roles: ['supplier'], status: 'active' } },
  })
  const merchants = async (key: string) =>
    ((await hub.ask('GET', '/v1/deposits', { key })).json.items as JsonObject[]).map(({ merchant }) => merchant)
  expect([await merchants(a), await merchants(b), await merchants(s)]).toEqual([['M-A'], ['M-B'], []])
  for (const path of ['/one', '/entries', '/entries/export']) {
    expect((await hub.ask('GET', `/v1/deposits${path}?merchant=M-A`, { key: a })).status).toBe(200)
    for (const key of [b, s]) {
      const other = await hub.ask('GET', `/v1/deposits${path}?merchant=M-A`, { key })
      const none = await hub.ask('GET', `/v1/deposits${path}?merchant=none`, { key })
      expect([other.status, none.status]).toEqual([404, 404])
      expect(other.text).not.toContain('100.00')
    }
  }
})

test('everything that was posted is what documents and commands say', async () => {
  expect((await verify(hub.context.database, tenant)).differences).toEqual([])
})
