import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { applyPart } from '../ledger/apply.ts'
import { openBooks, preload } from '../ledger/books.ts'
import { finish } from '../ledger/finish.ts'
import { masterData, parcel, parcelLine, payment, record, ref, refund, sale, saleLine } from '../ledger/ledger-kit.ts'
import type { Incoming } from '../ledger/types.ts'
import { verify } from '../ledger/verify.ts'
import { fromScaled, quantityScale } from '../model/decimal.ts'
import type { JsonObject } from '../model/json.ts'
import type { ReturnRules } from '../pipeline/context.ts'
import { dueReturns } from '../pipeline/due-returns.ts'
import { openTestHub, type TestHub, tenant } from './test-hub.ts'

let hub: TestHub
const order = ref('sales-order', 'shop-us', '1')
async function apply(...records: readonly Incoming[]) {
  const { database, newId } = hub.context
  await database.write(async (tx) => {
    const books = await openBooks(tx, { tenant, now: await database.now(), newId, revision: 'r1' })
    await preload(books, records)
    for (const one of records) await applyPart(books, one)
    await finish(books)
  })
}
const rules: ReturnRules = {
  warnMs: 12 * 3_600_000,
  autoApprove: ({ kind, amount }) => (kind === 'refund-only' && Number(amount) <= 5 ? 'small-money' : undefined),
}
beforeAll(async () => {
  hub = await openTestHub({ returns: rules })
  await apply(...masterData)
  await apply(sale('shop-us', '1', [saleLine('1', 'A', '4'), saleLine('2', 'B', '2', { cancelled: '1' })]))
  await apply(payment('shop-us', '1', '60.00'))
  await apply(parcel('p1', order, [parcelLine({ key: '1' }, 'A', '4'), parcelLine({ key: '2' }, 'B', '1')], '2026-11-23T10:00:00.000Z'))
})
afterAll(async () => {
  expect((await verify(hub.context.database, tenant)).differences).toEqual([])
  await hub.close()
})

let numbers = 0
const ask = (more: JsonObject) =>
  hub.ask('POST', '/v1/returns', { json: { number: `AS-${++numbers}`, order: 'shop-us/1', kind: 'return', reason: 'broken', ...more } })
const back = (line: string, quantity: string) => [{ orderLine: { key: line }, quantity }]
const step = (key: string, to: string, more: JsonObject = {}) => hub.ask('POST', '/v1/returns/step', { json: { key, to, ...more } })
const restocked = async () =>
  (await hub.context.database.read.selectFrom('order_line').selectAll().where('key', '=', 'shop-us/1').orderBy('line').execute()).map(
    (row) => fromScaled(BigInt(row.restocked), quantityScale),
  )
const journalled = async (key: string) =>
  (
    await hub.context.database.read
      .selectFrom('journal')
      .select('kind')
      .where('key', '=', key)
      .where('kind', 'like', 'aftersale%')
      .orderBy('id')
      .execute()
  ).map(({ kind }) => kind)
const items = ({ json }: { readonly json: JsonObject }): readonly JsonObject[] => json.items as unknown as JsonObject[]

describe('after-sale documents', () => {
  test('go from the request to the goods, which are restocked once however many tell of them', async () => {
    const made = await ask({ lines: back('1', '2'), deadline: '2026-11-23T18:00:00Z' })
    expect(made.status).toBe(201)
    const key = String(made.json.key)
    expect(made.json.document).toMatchObject({ status: 'requested', currency: 'USD', lines: [{ unit: 'EA', orderLine: { key: '1' } }] })
    expect((await step(key, 'received')).status).toBe(409)
    for (const to of ['approved', 'travelling', 'received']) expect((await step(key, to, { why: 'as agreed' })).status, to).toBe(200)
    expect(await restocked()).toEqual(['2', '0'])
    await apply(
      parcel('r1', order, [parcelLine({ key: '1' }, 'A', '2')], '2026-11-24T10:00:00.000Z', { direction: 'return', status: 'delivered' }),
      refund('shop-us', 'f1', '1', '20.00', [{ orderLine: { key: '1' }, quantity: '2', unit: 'EA', restock: true }]),
    )
    expect((await step(key, 'closed', { refund: 'shop-us/f1', shipment: 'erp/r1' })).status).toBe(200)
    expect(await restocked()).toEqual(['2', '0'])
    expect(await journalled(key)).toEqual([
      'aftersale-applied',
      'aftersale-approved',
      'aftersale-travelling',
      'aftersale-received',
      'aftersale-closed',
      'aftersale-refunded',
    ])
    const { json } = await hub.ask('GET', `/v1/returns/one?key=${encodeURIComponent(key)}`)
    expect(json).toMatchObject({ order: 'shop-us/1', refund: 'shop-us/f1', shipment: 'erp/r1', status: 'closed' })
    const { tracks } = (await hub.ask('GET', '/v1/orders/one?key=shop-us%2F1')).json as { tracks: { documents: JsonObject[] } }
    expect(tracks.documents.map(({ type }) => type)).toContain('return')
  })

  test.each<[string, JsonObject, string]>([
    ['more than was sold and is not asked back yet', { lines: back('1', '3') }, 'over-returned'],
    ['what was cancelled', { lines: back('2', '2') }, 'over-returned'],
    ['more than is left of what was paid', { kind: 'refund-only', amount: '40.01' }, 'over-refunded'],
    ['another currency', { kind: 'refund-only', amount: '1.00', currency: 'EUR' }, 'invalid-request'],
    ['a line that the order has not', { lines: back('9', '1') }, 'unmatched-line'],
    ['an order that is not there', { order: 'shop-us/99' }, 'unknown-order'],
  ])('refused: %s', async (_, more, code) => {
    expect((await ask(more)).json.type).toBe(`urn:crossdock:problem:${code}`)
  })

  test('money that is asked back already is not asked back again, until its refund is named or it is over', async () => {
    await apply(sale('shop-us', '5', [saleLine('1', 'A', '1')]), payment('shop-us', '5', '10.00'))
    const money = (amount: string) => ask({ order: 'shop-us/5', kind: 'refund-only', amount })
    const first = await money('8.00')
    expect(first.status).toBe(201)
    const second = await money('3.00')
    expect([second.json.type, second.json.detail]).toEqual([
      'urn:crossdock:problem:over-refunded',
      expect.stringContaining(`8.00 is asked back already (${String(first.json.key)})`),
    ])
    expect((await money('2.00')).status).toBe(201)
    await step(String(first.json.key), 'rejected')
    expect((await money('8.00')).status).toBe(201)
  })

  test('what a shop tells is a fact: more than was sold is recorded, with the arithmetic', async () => {
    const request = { order, kind: 'return', status: 'requested', requestedAt: '2026-11-25T08:00:00.000Z' }
    await apply(record('shop-us', 'return', 's1', { ...request, lines: [{ orderLine: { key: '2' }, quantity: '3', unit: 'EA' }] }))
    const found = await hub.ask('GET', '/v1/findings?state=open&type=return')
    expect(items(found)).toMatchObject([
      { key: 'shop-us/s1', code: 'over-returned', detail: { line: '2', sold: '1', returned: '3', difference: '2' } },
    ])
    await apply(
      record('shop-us', 'return', 's1', {
        ...request,
        status: 'rejected',
        lines: [{ orderLine: { key: '2' }, quantity: '3', unit: 'EA' }],
      }),
    )
    expect(items(await hub.ask('GET', '/v1/findings?state=open&type=return'))).toEqual([])
    expect(await journalled('shop-us/s1')).toEqual(['aftersale-applied', 'aftersale-rejected'])
    expect((await step('shop-us/s1', 'closed')).json.type).toBe('urn:crossdock:problem:not-ours')
  })

  test('a rule approves what it takes, at once and by its name', async () => {
    const small = await ask({ kind: 'refund-only', amount: '5.00' })
    expect(small.json).toMatchObject({ version: 2, document: { status: 'approved' } })
    const history = await hub.ask('GET', `/v1/documents/return/history?key=${encodeURIComponent(String(small.json.key))}`)
    expect(items(history)).toMatchObject([{ version: 1 }, { version: 2, actor: 'auto-approve', why: 'rule small-money' }])
    expect((await ask({ kind: 'refund-only', amount: '5.01' })).json).toMatchObject({ document: { status: 'requested' } })
  })

  test('a resend makes a supplementary order that costs nothing, once', async () => {
    const { json } = await ask({ kind: 'resend', lines: back('1', '1') })
    const replace = () => hub.ask('POST', '/v1/returns/replace', { json: { key: json.key ?? null } })
    expect((await replace()).json.type).toBe('urn:crossdock:problem:not-replaceable')
    await step(String(json.key), 'approved')
    const made = await replace()
    expect(made.json).toMatchObject({ order: 'hub/1-S1', document: { replacement: { key: 'hub/1-S1' } } })
    const sent = await hub.ask('GET', '/v1/orders/one?key=hub%2F1-S1')
    expect(sent.json).toMatchObject({ total: '0.00', lines: [{ product: 'A', quantity: '1' }], links: { supplements: ['shop-us/1'] } })
    expect((await replace()).json.type).toBe('urn:crossdock:problem:not-replaceable')
    expect(await journalled(String(json.key))).toEqual(['aftersale-applied', 'aftersale-approved', 'aftersale-replaced'])
  })

  test('are listed by what is due, and deadlines are told before and after', async () => {
    const { json } = await ask({ kind: 'refund-only', amount: '6.00', deadline: '2026-11-23T19:00:00Z' })
    const due = async () => (await dueReturns(hub.context, hub.clock.now)).map(({ subject, detail }) => [subject, detail])
    const one = { count: 1, first: json.key }
    expect(items(await hub.ask('GET', '/v1/returns?dueBefore=2026-11-24T00:00:00Z')).map(({ key }) => key)).toEqual([json.key])
    hub.clock.now = Date.parse('2026-11-23T06:59:00Z')
    expect(await due()).toEqual([])
    hub.clock.now = Date.parse('2026-11-23T08:00:00Z')
    expect(await due()).toEqual([['returns/due', one]])
    hub.clock.now = Date.parse('2026-11-23T19:00:01Z')
    expect(await due()).toEqual([['returns/late', one]])
    await step(String(json.key), 'rejected')
    expect(await due()).toEqual([])
  })

  test('are listed with the newest first, page by page', async () => {
    const keys: string[] = []
    for (let after: string | null = ''; after !== null; ) {
      const page = (await hub.ask('GET', `/v1/returns?limit=2${after === '' ? '' : `&after=${after}`}`)).json
      keys.push(...items({ json: page }).map(({ key }) => String(key)))
      after = page.next as string | null
    }
    expect(new Set(keys).size).toBe(keys.length)
    expect(keys).toHaveLength((await hub.context.database.read.selectFrom('aftersale').select('key').execute()).length)
    expect(items(await hub.ask('GET', '/v1/returns?order=shop-us%2F1&kind=resend'))).toHaveLength(1)
  })
})
