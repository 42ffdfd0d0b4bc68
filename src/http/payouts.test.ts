import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { applyPart } from '../ledger/apply.ts'
import { readBill } from '../ledger/bills/read-bill.ts'
import { openBooks, preload } from '../ledger/books.ts'
import { finish } from '../ledger/finish.ts'
import { payment, record, sale, saleLine } from '../ledger/ledger-kit.ts'
import { payLine, payout, watched } from '../ledger/ledger-kit-payouts.ts'
import { termsText } from '../ledger/settlement-terms.ts'
import type { Incoming } from '../ledger/types.ts'
import type { Json, JsonObject } from '../model/json.ts'
import { packageRoot } from '../package-root.ts'
import { syncConnections } from '../store/connection.ts'
import { openTestHub, type TestHub, tenant } from './test-hub.ts'

let hub: TestHub
async function apply(...records: readonly Incoming[]) {
  const { database, newId } = hub.context
  await database.write(async (tx) => {
    const books = await openBooks(tx, { tenant, now: await database.now(), newId, revision: 'r1' })
    await preload(books, records)
    for (const one of records) await applyPart(books, one)
    await finish(books)
  })
}
const seller = { ref: { type: 'party', key: 'M' } }
const bought = (key: string, more: JsonObject = {}) => [
  sale('shop-us', key, [saleLine('1', 'A', '10')], { seller, ...more }),
  payment('shop-us', key, '100.00', { paidAt: '2026-11-20T09:00:00.000Z' }),
]
const get = async (path: string) => (await hub.ask('GET', path)).json
const post = (json: Json) => hub.ask('POST', '/v1/payouts', { json })

beforeAll(async () => {
  hub = await openTestHub()
  const connections = [{ name: 'shop-us', connector: 'shop', books: 'harbour', settlement: termsText(watched) }]
  await hub.context.database.write((tx) => syncConnections(tx, tenant, connections, 1))
  await apply(
    record(
      'erp',
      'party',
      'M',
      { number: 'M', name: 'M', roles: ['merchant'], status: 'active' },
      { identity: { kind: 'master', key: 'number', identifiers: [{ scheme: 'number', path: 'number' }] } },
    ),
    ...bought('1'),
    ...bought('2', { number: '#1002' }),
    ...bought('3'),
    payout('P', [payLine('sale', '1', '100.00', { fee: '3.20' }), payLine('sale', '2', '99.00', { fee: '3.20' })]),
  )
})
afterAll(() => hub.close())

test('payouts are listed and told line by line, with the arithmetic', async () => {
  expect((await get('/v1/payouts?verdict=differs')).items).toMatchObject([
    { key: 'shop-us/P', total: '192.60', matched: '96.80', unmatched: '95.80', unjudged: '0.00', lines: 2, differing: 1 },
  ])
  expect((await get('/v1/payouts?verdict=matched')).items).toEqual([])
  expect((await get('/v1/payouts?order=shop-us/1')).items).toHaveLength(1)
  expect(await get('/v1/payouts/one?key=shop-us/P')).toMatchObject({
    verdict: 'differs',
    verdicts: [
      { verdict: 'amount-differs', currency: 'USD', lines: 1, amount: '95.80' },
      { verdict: 'matched', currency: 'USD', lines: 1, amount: '96.80' },
    ],
    document: { total: '192.60' },
  })
  const first = await get('/v1/payouts/lines?key=shop-us/P&limit=1')
  expect(first.items).toMatchObject([{ position: 0, order: 'shop-us/1', amount: '96.80', verdict: 'matched' }])
  expect((await get(`/v1/payouts/lines?key=shop-us/P&after=${String(first.next)}`)).items).toMatchObject([
    {
      position: 1,
      verdict: 'amount-differs',
      arithmetic: { expected: '100.00', found: '99.00', difference: '-1.00', reason: 'less-than-due' },
    },
  ])
  expect((await hub.ask('GET', '/v1/payouts/lines?key=none')).status).toBe(404)
})

test('what platforms still have to pay is told by order and by connection', async () => {
  expect((await get('/v1/settlement/open')).items).toMatchObject([
    { order: 'shop-us/2', open: '1.00', paidOut: '99.00', captured: '100.00', days: 2 },
    { order: 'shop-us/3', open: '100.00', dueAt: '2026-11-27T09:00:00.000Z' },
  ])
  expect((await get('/v1/settlement/open?olderThanDays=30')).items).toEqual([])
  expect((await get('/v1/settlement/totals')).items).toEqual([
    { origin: 'shop-us', currency: 'USD', orders: 2, open: '101.00', overdue: 0, overdueOpen: '0.00', oldest: '2026-11-20T09:00:00.000Z' },
  ])
})

test('a bill is written down by key or number of its orders, and the same number again replaces it', async () => {
  const bill = { number: 'B', connection: 'shop-us', currency: 'USD', paidAt: '2026-11-22T00:00:00Z' }
  const lines = [
    { kind: 'sale', order: '#1002', amount: '1.00' },
    { kind: 'sale', order: 'nobody', amount: '5.00' },
    { kind: 'fee', amount: '0.50' },
  ]
  const made = await post({ ...bill, lines })
  expect([made.status, made.json]).toMatchObject([
    201,
    { key: 'hub/B', version: 1, total: '5.50', lines: 3, verdict: 'differs', unmatched: '6.00', unjudged: '-0.50' },
  ])
  expect((await get('/v1/payouts/lines?key=hub/B')).items).toMatchObject([
    { order: 'shop-us/2' },
    { order: null, verdict: 'missing-order' },
    { verdict: 'unjudged' },
  ])
  expect((await post({ ...bill, lines: [], status: 'failed' })).json).toMatchObject({ version: 2, verdict: 'void', lines: 0 })
  expect((await post({ ...bill, connection: 'nowhere', lines: [] })).json).toMatchObject({
    type: 'urn:crossdock:problem:unknown-connection',
  })
  expect((await post({ ...bill, lines: [{ kind: 'sale', amount: '1,00' }] })).status).toBe(400)
  expect((await post({ ...bill, currency: 'XYZ', lines: [{ kind: 'sale', amount: '1.00' }] })).status).toBeGreaterThanOrEqual(400)
})

test('a bill of Alipay as it is downloaded is held against orders by their numbers', async () => {
  const yuan = (key: string, amount: string) => [
    sale('shop-us', key, [{ ...saleLine('1', 'A', '1'), unitPrice: amount, lineAmount: amount }], {
      ...{ currency: 'CNY', totals: { linesTotal: amount, grandTotal: amount } },
    }),
    payment('shop-us', key, amount, { currency: 'CNY' }),
  ]
  await apply(...yuan('1001', '100.00'), ...yuan('1002', '59.90'))
  const bill = readBill('alipay', readFileSync(join(packageRoot, 'src/ledger/bills/fixtures/alipay-trade.csv')))
  const made = await post({ number: 'ali-1', connection: 'shop-us', currency: 'CNY', ...bill })
  expect([made.status, made.json]).toMatchObject([201, { total: '117.98', lines: 4, currency: 'CNY' }])
  expect((await get('/v1/payouts/lines?key=hub/ali-1')).items).toMatchObject([
    { kind: 'sale', order: 'shop-us/1001', amount: '99.40' },
    { kind: 'sale', order: 'shop-us/1002', amount: '59.54' },
    { kind: 'commission', order: 'shop-us/1002', amount: '-1.20' },
    // nobody told of the refund
    { kind: 'refund', order: 'shop-us/1001', amount: '-39.76', verdict: 'amount-differs', arithmetic: { reason: 'refund-unknown' } },
  ])
})

test("what a platform pays the operator for a merchant's orders are nobody else's figures", async () => {
  const key = await hub.addKey(['read'], { party: 'M' })
  const seen = async (path: string) => (await hub.ask('GET', path, { key })).json.items
  expect(await seen('/v1/orders')).toHaveLength(3)
  expect([await seen('/v1/payouts'), await seen('/v1/settlement/open'), await seen('/v1/settlement/totals')]).toEqual([[], [], []])
})
