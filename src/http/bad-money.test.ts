import { afterAll, beforeAll, expect, test } from 'vitest'
import { invoice, masterData, payment, purchase, purchaseLine, receipt, record, ref, refund, sale, saleLine } from '../ledger/ledger-kit.ts'
import { verify } from '../ledger/verify.ts'
import type { JsonObject } from '../model/json.ts'
import { openTestHub, type TestHub, tenant } from './test-hub.ts'
import { applyFacts } from './test-invoices.ts'

/** What people and partners say wrong about money: facts are kept, each with a finding and its arithmetic; commands are refused, and say why. */

let hub: TestHub
beforeAll(async () => {
  hub = await openTestHub({ schemas: new Map<string, JsonObject>(['party', 'payment'].map((type) => [`${type}@1`, {}])) })
  await applyFacts(hub, ...masterData)
  for (const number of ['S1', 'S2', 'us'])
    await hub.ask('PUT', '/v1/documents/party/one', { json: { key: number, document: { number, name: number, roles: ['supplier'] } } })
})
afterAll(async () => {
  expect((await verify(hub.context.database, tenant)).differences).toEqual([])
  await hub.close()
})

const get = async (path: string) => (await hub.ask('GET', path)).json
const post = (path: string, json: JsonObject, key?: string) => hub.ask('POST', path, { json, ...(key === undefined ? {} : { key }) })
/** Open findings of a document, by code. */
const findings = async (type: string, key: string): Promise<Readonly<Record<string, JsonObject>>> =>
  Object.fromEntries(
    ((await get(`/v1/findings?type=${type}&key=${key}&state=open`)).items as readonly JsonObject[]).map(({ code, detail }) => [
      String(code),
      detail as JsonObject,
    ]),
  )
const side = (key: string): JsonObject => ({ ref: { type: 'party', key } })
const order = (name: string) => ref('purchase-order', 'erp', name)
const buy = (name: string, supplier = 'S1') => purchase(name, [purchaseLine('1', 'A', '10')], { buyer: side('us'), seller: side(supplier) })
const came = (of: string, more: JsonObject = {}) =>
  receipt(`g-${of}`, order(of), [{ key: '1', orderLine: { key: '1' }, product: { ref: ref('product', 'erp', 'A') }, accepted: '10' }], more)
const bill = (name: string, of: string, more: JsonObject = {}) =>
  invoice(name, order(of), [{ key: '1', orderLine: { key: '1' }, quantity: '10', lineAmount: '1200.00' }], {
    ...{ issuer: side('S1'), recipient: side('us'), totals: { grandTotal: '1200.00' } },
    ...more,
  })
const owed = async (supplier: string) =>
  ((await get(`/v1/payables?party=${supplier}`)).items as readonly JsonObject[]).map(({ currency, owed: sum }) => `${currency} ${sum}`)

test('a refund beyond what was paid is kept, and the order says how much too much', async () => {
  await applyFacts(hub, sale('shop', '1', [saleLine('1', 'A', '1')]), payment('shop', '1', '10.00'), refund('shop', 'r1', '1', '12.50'))
  expect((await get('/v1/documents/refund/one?key=shop/r1')).version).toBe(1)
  const arithmetic = { order: 'shop/1', total: '10.00', refunded: '12.50', difference: '2.50', currency: 'USD' }
  expect(await findings('sales-order', 'shop/1')).toEqual({ 'over-refunded': arithmetic })
})

test('an invoice number that was there before is kept and held; the goods are owed once', async () => {
  await applyFacts(hub, buy('a'), came('a'), bill('a1', 'a', { number: '77' }), bill('a2', 'a', { number: '77' }))
  expect(await findings('invoice', 'erp/a2')).toMatchObject({
    'invoice-double': { issuer: 'S1', number: '77', year: '2026', currency: 'CNY', amount: '1200.00' },
    'over-invoiced': { ordered: '120', accepted: '120', invoiced: '240', difference: '120', amount: '1200.00' },
  })
  expect(await owed('S1')).toEqual(['CNY 1200.00'])
})

test('an invoice in another currency than its order is never added to what is owed: a finding before it is accepted, and one after', async () => {
  await applyFacts(hub, buy('b', 'S2'), came('b'), bill('b1', 'b', { currency: 'USD', issuer: side('S2') }))
  expect(await findings('invoice', 'erp/b1')).toMatchObject({
    'currency-differs': { ordered: 'CNY', invoiced: 'USD', currency: 'USD', amount: '1200.00' },
  })
  await post('/v1/invoices/accept', { key: 'erp/b1', why: 'they bill in dollars' })
  expect(await findings('invoice', 'erp/b1')).toEqual({
    'payable-held': { reason: 'other-currency', currency: 'USD', amount: '1200.00' },
  })
  expect(await owed('S2')).toEqual(['CNY 1200.00'])
})

test('a payment or refund in another currency than its order pays nothing of it, and says so; its money stands by itself', async () => {
  const paid = { ...{ kind: 'payment', status: 'captured', amount: '170.00', currency: 'USD' }, payer: side('us'), payee: side('S2') }
  const allocated = { paidAt: '2026-11-24T08:00:00.000Z', allocations: [{ ref: order('b'), amount: '170.00' }] }
  await applyFacts(hub, record('erp', 'payment', 'pb', { ...paid, ...allocated }))
  expect(await findings('payment', 'erp/pb')).toEqual({
    'currency-differs': { order: 'erp/b', ordered: 'CNY', currency: 'USD', amount: '170.00' },
  })
  expect(await get('/v1/purchase-orders/one?key=erp/b')).toMatchObject({ payment: 'none', paid: '0' })
  expect(await owed('S2')).toEqual(['CNY 1200.00', 'USD -170.00'])
  expect((await get('/v1/balances?party=S2')).items).toMatchObject([
    { currency: 'CNY', accounts: [{ account: 'payable', balance: '1200.00' }] },
    { currency: 'USD', accounts: [{ account: 'payable', balance: '-170.00' }] },
  ])
  await applyFacts(hub, sale('shop', '2', [saleLine('1', 'A', '1')]), payment('shop', '2', '10.00', { currency: 'EUR' }))
  expect(await findings('payment', 'shop/2/paid')).toMatchObject({ 'currency-differs': { ordered: 'USD', currency: 'EUR' } })
  // the order is paid after all: mended at the source, the finding is over
  await applyFacts(hub, payment('shop', '2', '10.00'))
  expect(await findings('payment', 'shop/2/paid')).toEqual({})
})

test('a statement that is confirmed twice says the same; another content, a payment on an outdated hash, or on what nobody confirmed is refused', async () => {
  const fee = { number: 'F1', supplier: 'S1', owner: 'us', bearer: 'us', amount: '100.00', currency: 'EUR', date: '2026-11-05' }
  expect((await post('/v1/payables/fees', fee)).status).toBe(201)
  const asked = { kind: 'supplier', owner: 'us', party: 'S1', currency: 'EUR', until: '2026-11-10' }
  const made = (await post('/v1/statements', asked)).json
  const [at, hash] = [`/v1/statements/${made.number}`, String(made.hash)]
  const refused = async (path: string, json: JsonObject) => {
    const { json: said } = await post(`${at}${path}`, json)
    return [String(said.type).replace('urn:crossdock:problem:', ''), said.detail]
  }
  await post(`${at}/publish`, {})
  expect(await refused('/pay', { hash, number: 'P1', amount: '1.00' })).toEqual([
    'not-confirmed',
    expect.stringContaining('once its party has confirmed'),
  ])
  for (let again = 0; again < 2; again++)
    expect((await post(`${at}/confirm`, { hash })).json).toMatchObject({ status: 'confirmed', confirmedHash: hash })
  const events = (await get('/v1/events?limit=500')).items as readonly JsonObject[]
  expect(events.filter(({ type }) => type === 'statement.confirmed')).toHaveLength(1)
  const other = hash.replace(/^./, (first) => (first === '0' ? '1' : '0'))
  expect(await refused('/confirm', { hash: other })).toEqual([
    'outdated-version',
    expect.stringContaining(`hash ${hash}, and ${other} was meant`),
  ])
  const boss = await hub.addKey(['read', 'write'], {})
  expect((await post(`${at}/approve`, { hash }, boss)).json).toMatchObject({ status: 'approved' })
  expect(await refused('/pay', { hash: other, number: 'P1', amount: '100.00' })).toEqual([
    'outdated-version',
    expect.stringContaining('was meant'),
  ])
  expect(await refused('/pay', { hash, number: 'P1', amount: '100.01' })).toEqual([
    'more-than-owed',
    expect.stringContaining('0.01 too much'),
  ])
  expect(await owed('S1')).toContain('EUR 100.00')
})

test('a closed month: facts that come late count in the next open one with their own date; a month that is not over is not closed', async () => {
  const keep = (until: string) => hub.ask('PUT', '/v1/books', { json: { book: 'payable', owner: 'us', until } })
  expect((await keep('2026-10')).json).toMatchObject({ closedUntil: '2026-10' })
  expect((await keep('2099-01')).json).toMatchObject({
    type: 'urn:crossdock:problem:month-not-over',
    detail: expect.stringContaining('is not over'),
  })
  await applyFacts(hub, buy('d'), came('d', { receivedAt: '2026-10-20T10:00:00.000Z' }))
  const entries = (await get('/v1/payables/entries?party=S1&kind=goods&until=2026-10-31')).items
  expect(entries).toMatchObject([{ key: 'erp/g-d', amount: '1200.00', businessDate: '2026-10-20', period: '2026-11' }])
})

test('a payment whose notice was lost is found when the provider pays it out, with its age, on the order and on the payout', async () => {
  await applyFacts(hub, sale('shop-us', '9', [saleLine('1', 'A', '1')]))
  const made = await post('/v1/payouts', {
    ...{ number: 'W1', connection: 'shop-us', currency: 'USD', paidAt: '2026-11-22T00:00:00Z' },
    lines: [{ kind: 'sale', order: '9', amount: '10.00' }],
  })
  expect([made.status, made.json]).toMatchObject([201, { verdict: 'differs', unmatched: '10.00' }])
  const lines = (await get('/v1/payouts/lines?key=hub/W1')).items
  expect(lines).toMatchObject([{ order: 'shop-us/9', verdict: 'not-captured', arithmetic: { reason: 'never-captured', found: '10.00' } }])
  const found = async (about: string) => (await get(`/v1/findings?${about}&state=open`)).items
  expect(await found('type=payout&key=hub/W1')).toMatchObject([{ code: 'payout-unpaid-order', ageSeconds: expect.any(Number) }])
  expect(await found('type=sales-order&key=shop-us/9')).toMatchObject([{ code: 'payout-not-captured', ageSeconds: expect.any(Number) }])
  // the notice comes after all
  await applyFacts(hub, payment('shop-us', '9', '10.00'))
  expect((await get('/v1/payouts/one?key=hub/W1')).verdict).toBe('matched')
})
