import { afterEach, beforeEach, expect, test } from 'vitest'
import { applyPart } from '../ledger/apply.ts'
import { openBooks, preload } from '../ledger/books.ts'
import { finish } from '../ledger/finish.ts'
import { location, product, receipt, record, response, sale, saleLine, stock } from '../ledger/ledger-kit.ts'
import { replenishRules } from '../ledger/replenish-rules.ts'
import type { Incoming } from '../ledger/types.ts'
import { verify } from '../ledger/verify.ts'
import type { JsonObject } from '../model/json.ts'
import { lookForNeeds } from '../pipeline/replenish.ts'
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
const party = (key: string) =>
  record(
    'erp',
    'party',
    key,
    { number: key, name: key, roles: ['supplier'], status: 'active', currency: 'CNY' },
    { identity: { kind: 'master', key: 'number', identifiers: [{ scheme: 'number', path: 'number' }] } },
  )
const from = (supplier: string, more: JsonObject = {}) => ({
  supplierItems: [{ supplier: { ref: { type: 'party', key: supplier } }, ...more }],
})
// today is 2026-11-23 in Berlin; ten days are looked back
const sold = (key: string, sku: string, units: string, day = '2026-11-20') =>
  sale('shop-us', key, [saleLine('1', sku, units)], { issueDate: day, placedAt: `${day}T09:00:00.000Z`, status: 'closed' })

beforeEach(async () => {
  hub = await openTestHub({
    replenishment: replenishRules({
      locations: [{ location: 'MAIN' }],
      buyer: 'harbour',
      windowDays: 10,
      restDays: 7,
      rules: [
        { leadDays: 5, reviewDays: 5, safetyDays: 0, packMultiple: '10' },
        { product: 'B', minQuantity: '70' },
      ],
    }),
  })
  await apply(location('MAIN', 'MAIN'), party('N'), party('K'))
  await apply(product('A', 'A', from('N')), product('B', 'B', from('N', { leadDays: 8 })), product('C', 'C', from('K')))
  await apply(
    ...['A', 'B', 'C'].map((sku) => stock(sku, '100', '2026-11-23T08:00:00.000Z')),
    sold('1', 'A', '50'),
    sold('2', 'B', '20'),
    sold('3', 'C', '50'),
  )
  // shipped nothing: 50, 20 and 50 are promised
})
afterEach(async () => {
  expect((await verify(hub.context.database, tenant)).differences).toEqual([])
  await hub.close()
})

const run = async () => (await hub.ask('POST', '/v1/replenishment/run', { json: {} })).json
const listed = async (status = 'suggested') =>
  ((await hub.ask('GET', `/v1/replenishment?status=${status}`)).json.items as JsonObject[]).map(
    (row) => row as JsonObject & { readonly key: string; readonly document: JsonObject & { readonly figures: JsonObject } },
  )
const brief = async (status?: string) =>
  (await listed(status)).map(({ product: name, supplier, document }) => [name, supplier, document.quantity])
const short = (sku: string, onHand: string, second = '01') => apply(stock(sku, onHand, `2026-11-23T08:00:${second}.000Z`))

test('what is to be ordered is suggested with its arithmetic, once, and superseded when it is another', async () => {
  expect(await run()).toEqual({ suggested: 0, superseded: 0, received: 0, kept: 0 })
  await short('A', '60')
  await short('B', '20')
  expect(await run()).toMatchObject({ suggested: 2 })
  expect(await brief()).toEqual([
    ['A', 'N', '40'],
    ['B', 'N', '70'],
  ])
  const [first, second] = await listed()
  // 5 a day: 25 in 5 days of lead time, 25 more until the next look; 60 less 50 promised are there
  expect(first?.document.figures).toMatchObject({
    sold: '50',
    days: 10,
    perDay: '5',
    leadDemand: '25',
    safetyStock: '0',
    reorderPoint: '25',
    target: '50',
    onHand: '60',
    reserved: '50',
    position: '10',
    shortfall: '40',
    quantity: '40',
    decidedBy: 'shortfall',
  })
  // the lead time of the supplier's entry goes before that of all
  expect(second?.document).toMatchObject({
    figures: { leadDays: 8, minimum: '70', decidedBy: 'minimum' },
    rules: ['all', 'supplier item', 'product B'],
  })
  expect(await run()).toEqual({ suggested: 0, superseded: 0, received: 0, kept: 2 })
  await short('A', '55', '02')
  expect(await run()).toEqual({ suggested: 1, superseded: 1, received: 0, kept: 1 })
  expect((await listed('superseded')).map(({ document }) => document.supersededBy)).toEqual(['hub/RS-2026-00003'])
  await short('A', '100', '03')
  expect(await run()).toEqual({ suggested: 0, superseded: 1, received: 0, kept: 1 })
})

test('approved suggestions are one order for each supplier, and nothing is suggested for the same need again', async () => {
  for (const sku of ['A', 'B', 'C']) await short(sku, '20')
  await run()
  const keys = (await listed()).map(({ key }) => key)
  const approved = await hub.ask('POST', '/v1/replenishment/approve', { json: { keys } })
  expect(approved.json.orders).toHaveLength(2)
  const [ofN = ''] = approved.json.orders as string[]
  const order = (await hub.ask('GET', `/v1/documents/purchase-order/one?key=${encodeURIComponent(ofN)}`)).json.document
  expect(order).toMatchObject({
    status: 'issued',
    seller: { ref: { key: 'N' } },
    currency: 'CNY',
    lines: [
      { quantity: '80', requestedDate: '2026-11-28' },
      { quantity: '70', requestedDate: '2026-12-01' },
    ],
  })
  expect(await run()).toEqual({ suggested: 0, superseded: 0, received: 0, kept: 0 })
  expect((await hub.ask('POST', '/v1/replenishment/approve', { json: { keys } })).json.type).toContain('not-open')
  // confirmed it is in transit, received on hand: the need stays met
  const purchase = { type: 'purchase-order', key: ofN }
  await apply(response('a1', purchase, '2026-11-23T10:00:00.000Z', 'accepted', []))
  expect(await run()).toMatchObject({ suggested: 0 })
  const goods = { product: { ref: { type: 'product', key: 'A' } }, unit: 'EA', orderLine: { key: '1' }, accepted: '80' }
  await apply(receipt('g1', purchase, [goods]), stock('A', '100', '2026-11-23T11:00:00.000Z'))
  expect(await run()).toEqual({ suggested: 0, superseded: 0, received: 1, kept: 0 })
  expect(await brief('received')).toEqual([['A', 'N', '80']])
})

test('an order that is a draft still counts too, and one that is called off does not', async () => {
  await short('A', '20')
  await run()
  const { json } = await hub.ask('POST', '/v1/replenishment/approve', {
    json: { keys: (await listed()).map(({ key }) => key), issue: false },
  })
  expect(await run()).toMatchObject({ suggested: 0 })
  await hub.ask('POST', '/v1/purchase-orders/cancel', { json: { key: (json.orders as string[])[0] ?? '' } })
  await run()
  expect(await run()).toMatchObject({ kept: 1 })
  expect(await brief()).toEqual([['A', 'N', '80']])
})

test('what is refused stays refused for some days; all or none are approved', async () => {
  await short('A', '20')
  await short('C', '20')
  await run()
  const [a = '', c = ''] = (await listed()).map(({ key }) => key)
  expect((await hub.ask('POST', '/v1/replenishment/reject', { json: { keys: [a], reason: 'sold out for good' } })).status).toBe(200)
  expect(await run()).toMatchObject({ suggested: 0, kept: 1 })
  expect((await listed('rejected')).map(({ document }) => document.reason)).toEqual(['sold out for good'])
  expect((await hub.ask('POST', '/v1/replenishment/approve', { json: { keys: [a, c] } })).status).toBe(409)
  expect(await brief()).toEqual([['C', 'K', '80']])
})

test('two looks at one moment make one suggestion', async () => {
  await short('A', '20')
  const author = { actor: 'test', why: null }
  const both = await Promise.all([lookForNeeds(hub.context, author), lookForNeeds(hub.context, author)])
  expect(both.map(({ suggested }) => suggested).sort()).toEqual([0, 1])
  expect(await brief()).toEqual([['A', 'N', '80']])
})

test('days without stock say nothing about demand', async () => {
  await hub.context.database.write((tx) =>
    tx
      .insertInto('journal')
      .values({
        tenant,
        id: 'J1',
        at: Date.parse('2026-11-18T12:00:00Z'),
        kind: 'stock-changed',
        type: 'stock-level',
        key: 'MAIN/A',
        version: null,
        envelope: null,
        delivery: null,
        detail: JSON.stringify({ before: { available: '0' }, after: { available: '9' } }),
        actor: null,
        why: null,
      })
      .execute(),
  )
  await short('A', '60')
  await run()
  const [{ document } = { document: { figures: {} } }] = await listed()
  // empty from the 13th to the 17th: 50 in 5 days
  expect(document.figures).toMatchObject({
    days: 5,
    stocklessDays: ['2026-11-13', '2026-11-14', '2026-11-15', '2026-11-16', '2026-11-17'],
    perDay: '10',
    target: '100',
    quantity: '90',
  })
})

test('each suggestion is an event', async () => {
  await short('A', '20')
  await run()
  const { items } = (await hub.ask('GET', '/v1/events?type=replenishment.*')).json
  expect((items as JsonObject[]).map(({ type }) => type)).toEqual(['replenishment.suggested'])
})
