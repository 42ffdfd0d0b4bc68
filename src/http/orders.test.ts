import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { applyPart } from '../ledger/apply.ts'
import { openBooks, preload } from '../ledger/books.ts'
import { finish } from '../ledger/finish.ts'
import { masterData, parcel, parcelLine, payment, record, ref, refund, sale, saleLine } from '../ledger/ledger-kit.ts'
import type { Incoming } from '../ledger/types.ts'
import { verify } from '../ledger/verify.ts'
import type { Json, JsonObject } from '../model/json.ts'
import { openTestHub, type TestHub, tenant } from './test-hub.ts'
import { deliveryRow, insertRows } from './test-rows.ts'

let hub: TestHub
const order = (key: string) => ref('sales-order', 'shop-us', key)
async function apply(...records: readonly Incoming[]) {
  const { database, newId } = hub.context
  hub.clock.now += 1000
  await database.write(async (tx) => {
    const books = await openBooks(tx, { tenant, now: await database.now(), newId, revision: 'r1' })
    await preload(books, records)
    for (const one of records) await applyPart(books, one)
    await finish(books)
  })
}
const placed = (hour: number) => `2026-11-23T${String(hour).padStart(2, '0')}:00:00.000Z`
const customer = ref('party', 'shop-us', 'c1')

const first = { placedAt: placed(1), channel: 'web', clientSource: 'app', placedVia: 'api', buyer: { ref: customer, name: 'Ann' } }

beforeAll(async () => {
  hub = await openTestHub()
  await apply(...masterData)
  await apply(record('shop-us', 'party', 'c1', { name: 'Ann', roles: ['buyer'], number: 'C-1' }))
  await apply(
    sale('shop-us', '1', [saleLine('1', 'A', '2')], first),
    sale('shop-us', '2', [saleLine('1', 'A', '3')], { placedAt: placed(2), holds: ['fraud', 'address'], buyer: { name: 'Ben' } }),
    sale('shop-eu', '3', [saleLine('1', 'B', '4')], { placedAt: placed(2), currency: 'EUR', clientSource: 'mini-program' }),
    sale('shop-us', '4', [saleLine('1', 'A', '10')], { placedAt: placed(4) }),
    sale('shop-us', '4a', [saleLine('1', 'A', '6')], { placedAt: placed(4), splitFrom: order('4') }),
    sale('shop-us', '4b', [saleLine('1', 'A', '4', { lineAmount: '41.00' })], { placedAt: placed(4), splitFrom: order('4') }),
  )
  await apply(payment('shop-us', '1', '20.00'))
  await apply(
    parcel('p1', order('1'), [parcelLine({ key: '1' }, 'A', '2')], placed(5), { parcels: [{ tracking: 'T1' }] }),
    refund('shop-us', 'r1', '1', '5.00'),
  )
})
afterAll(async () => {
  expect((await verify(hub.context.database, tenant)).differences).toEqual([])
  await hub.close()
})

const items = ({ json }: { readonly json: JsonObject }): readonly JsonObject[] => json.items as unknown as JsonObject[]
const keys = async (query: string) => items(await hub.ask('GET', `/v1/orders?${query}`)).map(({ key }) => key)

describe('the list of sales orders', () => {
  test('shows what an order is and how far it has come', async () => {
    const [row] = items(await hub.ask('GET', '/v1/orders?number=1'))
    expect(row).toMatchObject({
      key: 'shop-us/1',
      origin: 'shop-us',
      platform: 'shop',
      channel: 'web',
      clientSource: 'app',
      placedVia: 'api',
      customer: { key: 'shop-us/c1', name: 'Ann' },
      status: 'open',
      payment: 'paid',
      fulfilment: 'shipped',
      total: '20.00',
      refunded: '5.00',
      businessDate: '2026-11-23',
    })
  })

  test.each<[string, readonly string[]]>([
    ['', ['shop-us/4b', 'shop-us/4a', 'shop-us/4', 'shop-us/2', 'shop-eu/3', 'shop-us/1']],
    ['origin=shop-eu', ['shop-eu/3']],
    ['platform=shop&currency=USD&placedVia=unknown', ['shop-us/4b', 'shop-us/4a', 'shop-us/4', 'shop-us/2']],
    ['platform=shop&origin=shop-eu', []],
    ['clientSource=mini-program', ['shop-eu/3']],
    ['channel=web', ['shop-us/1']],
    ['customer=shop-us%2Fc1', ['shop-us/1']],
    ['hold=fraud', ['shop-us/2']],
    ['payment=paid&fulfilment=shipped', ['shop-us/1']],
    ['status=split', ['shop-us/4']],
    ['finding=does-not-foot', ['shop-us/4b']],
    ['from=2026-11-24', []],
    ['to=2026-11-23&number=2', ['shop-us/2']],
  ])('%s', async (query, found) => expect(await keys(query)).toEqual(found))

  test('is read page by page without a gap or a repetition, whatever arrives meanwhile', async () => {
    const seen: Json[] = []
    for (let after: string | null = '', at = 0; after !== null; at++) {
      const page = (await hub.ask('GET', `/v1/orders?limit=2${after === '' ? '' : `&after=${after}`}`)).json
      seen.push(...(page.items as unknown as JsonObject[]).map(({ key }) => key ?? null))
      after = page.next as string | null
      await apply(sale('shop-late', String(at), [saleLine('1', 'A', '1')], { placedAt: placed(20 + at), status: 'draft' }))
    }
    expect(seen).toEqual(['shop-us/4b', 'shop-us/4a', 'shop-us/4', 'shop-us/2', 'shop-eu/3', 'shop-us/1'])
  })

  test('is read on by what changed: what moves while pages are read comes again, and none is missed', async () => {
    const since = new Date(hub.clock.now + 1).toISOString()
    await apply(sale('shop-us', '1', [saleLine('1', 'A', '2')], { ...first, note: 'one' }))
    await apply(sale('shop-us', '2', [saleLine('1', 'A', '3')], { placedAt: placed(2), note: 'two' }))
    // a slower transaction may still bring what changed before these
    expect(await keys(`updatedSince=${since}`)).toEqual([])
    hub.clock.now += 20_000
    const page = (await hub.ask('GET', `/v1/orders?updatedSince=${since}&limit=1`)).json
    expect(items({ json: page }).map(({ key }) => key)).toEqual(['shop-us/1'])
    await apply(payment('shop-us', '2', '30.00'))
    await apply(sale('shop-us', '1', [saleLine('1', 'A', '2')], { ...first, note: 'three' }))
    hub.clock.now += 20_000
    expect(await keys(`updatedSince=${since}&after=${page.next}`)).toEqual(['shop-us/2', 'shop-us/1'])
  })

  test('a cursor of another order of the list is refused', async () => {
    const { next } = (await hub.ask('GET', '/v1/orders?limit=1')).json
    expect((await hub.ask('GET', `/v1/orders?after=${next}&updatedSince=2026-11-23T00:00:00Z`)).status).toBe(400)
  })

  test('totals count what was split by its parts', async () => {
    const { json } = await hub.ask('GET', '/v1/orders/totals?from=2026-11-23&origin=shop-us')
    expect(json).toEqual({ whole: true, items: [{ currency: 'USD', orders: 5, total: '151.00', paid: '50.00', refunded: '5.00' }] })
  })
})

test('one order: its five flows, and its links both ways', async () => {
  await hub.context.database.write((tx) =>
    insertRows(tx, { deliveries: [deliveryRow(tenant, 'D9', { key: 'shop-us/1', state: 'delivered' })] }),
  )
  const { json } = await hub.ask('GET', '/v1/orders/one?key=shop-us%2F1')
  expect(json).toMatchObject({
    lines: [{ line: '1', product: 'A', quantity: '2', shipped: '2', open: '0' }],
    tracks: {
      goods: [{ type: 'shipment', key: 'erp/p1', parcels: [{ tracking: 'T1' }] }],
      information: [{ delivery: 'D9', document: 'sales-order shop-us/1', state: 'delivered', partnerKey: '9' }],
      money: [
        { type: 'payment', amount: '20.00' },
        { type: 'refund', amount: '5.00' },
      ],
    },
  })
  const { business } = json.tracks as { business: JsonObject[] }
  expect(business.map(({ kind }) => kind)).toContain('order-state-changed')
  expect((await hub.ask('GET', '/v1/orders/one?key=shop-us%2F4')).json.links).toMatchObject({ parts: ['shop-us/4a', 'shop-us/4b'] })
  expect((await hub.ask('GET', '/v1/orders/one?key=shop-us%2F4a')).json.links).toMatchObject({ splitFrom: ['shop-us/4'] })
  expect((await hub.ask('GET', '/v1/orders/one?key=nothing')).status).toBe(404)
})

const line = (more: JsonObject = {}) => ({ product: { sku: 'A' }, quantity: '2', unitPrice: '10.00', lineAmount: '20.00', ...more })
const place = (lines: readonly JsonObject[], more: JsonObject = {}) =>
  hub.ask('POST', '/v1/orders', { json: { order: { lines: [...lines] }, reason: 'one was missing', ...more } })

describe('orders placed by hand', () => {
  test('supplement another: they take its customer, get a number after it, count by themselves, and tell who placed them and why', async () => {
    const made = await place([line()], { supplements: 'shop-us/1' })
    expect(made.status).toBe(201)
    expect(made.json).toMatchObject({
      key: 'hub/1-S1',
      document: {
        number: '1-S1',
        placedVia: 'manual',
        reason: 'one was missing',
        currency: 'USD',
        buyer: { name: 'Ann' },
        supplements: { key: 'shop-us/1' },
        totals: { grandTotal: '20.00' },
      },
    })
    expect((await place([line()], { supplements: 'shop-us/1' })).json).toMatchObject({ key: 'hub/1-S2' })
    expect(await keys('placedVia=manual')).toEqual(['hub/1-S2', 'hub/1-S1'])
    expect((await hub.ask('GET', '/v1/orders/one?key=shop-us%2F1')).json.links).toMatchObject({ supplementedBy: ['hub/1-S1', 'hub/1-S2'] })
    const audit = items(await hub.ask('GET', '/v1/audit?act=order-placed'))
    expect(audit[0]).toMatchObject({ detail: { supplements: 'shop-us/1', reason: 'one was missing', key: 'hub/1-S2' } })
  })

  test('supplements of orders with one number in two shops, and beside a number that somebody gave, take the next that is free', async () => {
    await apply(sale('shop-us', 'twin', [saleLine('1', 'A', '1')], { number: 'twin' }))
    await apply(sale('shop-eu', 'twin', [saleLine('1', 'A', '1')], { number: 'twin' }))
    const keyOf = async (supplements: string) => (await place([line()], { supplements })).json.key
    expect(await keyOf('shop-us/twin')).toBe('hub/twin-S1')
    expect(await keyOf('shop-eu/twin')).toBe('hub/twin-S2')
    const given = (number: string) => place([line()], { supplements: 'shop-eu/twin', order: { lines: [line()], number } })
    expect((await given('twin-S4')).json.key).toBe('hub/twin-S4')
    expect((await given('twin-S4')).json).toMatchObject({ status: 409, type: 'urn:crossdock:problem:number-taken' })
    expect([await keyOf('shop-eu/twin'), await keyOf('shop-eu/twin')]).toEqual(['hub/twin-S3', 'hub/twin-S5'])
    for (const shop of ['shop-us', 'shop-eu'])
      await apply(sale(shop, 'twin', [saleLine('1', 'A', '1')], { number: 'twin', status: 'draft' }))
  })

  test.each<[string, readonly JsonObject[], JsonObject, string]>([
    ['an article nobody knows', [line({ product: { sku: 'Z' } })], { supplements: 'shop-us/1' }, 'unknown-product'],
    ['a unit it is not counted in', [line({ unit: 'XPA' })], { supplements: 'shop-us/1' }, 'unknown-unit'],
    ['nothing of it', [line({ quantity: '0' })], { supplements: 'shop-us/1' }, 'unknown-unit'],
    ['figures that do not add up', [line({ lineAmount: '21.00' })], { supplements: 'shop-us/1' }, 'does-not-foot'],
    ['an order that is not there', [line()], { supplements: 'shop-us/99' }, 'unknown-order'],
    ['no number and nothing to supplement', [line()], {}, 'does-not-fit'],
    ['no lines', [], { supplements: 'shop-us/1' }, 'does-not-fit'],
  ])('refused: %s', async (_, lines, more, code) => {
    const answer = await place(lines, more)
    expect(answer.json.type).toBe(`urn:crossdock:problem:${code}`)
  })

  test('a number that is taken is refused, not written over', async () => {
    const given = { order: { number: 'M-1', issueDate: '2026-11-23', lines: [line()] }, reason: 'by phone' }
    expect((await hub.ask('POST', '/v1/orders', { json: given })).status).toBe(201)
    expect((await hub.ask('POST', '/v1/orders', { json: given })).status).toBe(409)
  })
})

test('an order whose deliveries failed is sent again under the keys of before, and that is written down', async () => {
  const failed = { key: 'shop-us/2', state: 'dead', reason: 'invalid' } as const
  await hub.context.database.write((tx) =>
    insertRows(tx, { deliveries: [deliveryRow(tenant, 'F1', failed), deliveryRow(tenant, 'F2', { ...failed, state: 'delivered' })] }),
  )
  const sent = await hub.ask('POST', '/v1/orders/resend', { json: { key: 'shop-us/2', reason: 'the ERP is back' } })
  expect(sent.json).toEqual({ key: 'shop-us/2', deliveries: ['F1'] })
  const { state, effect_key, generation } = await hub.context.database.read
    .selectFrom('delivery')
    .selectAll()
    .where('id', '=', 'F1')
    .executeTakeFirstOrThrow()
  expect({ state, effect_key, generation }).toEqual({ state: 'due', effect_key: 'effect-F1', generation: 0 })
  const [told] = (await hub.context.database.read.selectFrom('journal').selectAll().where('kind', '=', 'order-resent').execute()) ?? []
  expect(told).toMatchObject({ key: 'shop-us/2', delivery: 'F1', why: 'the ERP is back' })
  expect((await hub.ask('POST', '/v1/orders/resend', { json: { key: 'shop-us/2', reason: 'again' } })).status).toBe(409)
})
