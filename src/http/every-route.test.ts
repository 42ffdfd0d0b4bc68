import { afterAll, beforeAll, expect, test } from 'vitest'
import { routeRules } from '../ledger/route-decision.ts'
import { sha256 } from '../model/id.ts'
import type { Json, JsonObject } from '../model/json.ts'
import type { Route as DeliveryRoute } from '../pipeline/context.ts'
import { raiseAlarm } from '../store/alarm.ts'
import { saveAnnouncement } from '../store/announcement.ts'
import { countBaseline } from '../store/baseline.ts'
import { saveFindings } from '../store/finding.ts'
import { saveParcels } from '../store/parcel.ts'
import { insertPlan } from '../store/plan.ts'
import { saveRevision } from '../store/revision.ts'
import { insertShapes } from '../store/shape.ts'
import { tinyShop } from '../testing/tiny-connectors.ts'
import { scopes } from './auth.ts'
import { writePlace } from './page.ts'
import { depositDay } from './test-deposits.ts'
import { openTestHub, operationIds, signed, succeeded, type TestHub, tenant } from './test-hub.ts'
import { invoiceDay } from './test-invoices.ts'
import { askMoney } from './test-money.ts'
import { askNumbers } from './test-numbers.ts'
import { askPrices } from './test-prices.ts'
import { purchaseDay } from './test-purchase.ts'
import { replenishmentDay, replenishmentOf } from './test-replenishment.ts'
import {
  alarmRow,
  announcementRow,
  attemptRow,
  deliveryRow,
  documentRow,
  envelopeRow,
  insertRows,
  planRow,
  receiptRow,
  shapeRow,
  versionRow,
} from './test-rows.ts'

let hub: TestHub
const decidedRoute: DeliveryRoute = {
  id: 'orders@shop-us',
  document: 'sales-order',
  when: () => true,
  to: 'shop-us',
  action: 'sale',
  mode: 'live',
  from: 0,
  coalesceMs: 0,
  onDead: 'block',
  holds: [],
  decided: true,
}
const { orders } = tinyShop.streams
if (orders === undefined) throw new Error('the tiny shop has no orders')
const tinyOrders = {
  ...orders,
  schema: { type: 'object' },
  parts: [{ document: 'sales-order', mapping: 'shop/order', mode: 'replace', identity: { kind: 'origin' } }],
} as const
const text = '{"mapping":"shop/order"}'
const place = { connection: 'shop-us', stream: 'orders' }
beforeAll(async () => {
  hub = await openTestHub({
    replenishment: replenishmentOf,
    publicUrl: 'https://hub.example',
    schemas: new Map<string, JsonObject>(
      ['party', 'contract', 'sales-order', 'purchase-order', 'stock-level', 'replenishment'].map((type) => [`${type}@1`, {}]),
    ),
    streams: { orders: tinyOrders },
    catalogue: { routing: routeRules([], 'shop-us'), routes: [decidedRoute] },
    reload: async () => ({ revision: 'r1', changed: false, faults: [] }),
  })
  await hub.context.database.write(async (tx) => {
    await insertRows(tx, {
      receipts: [receiptRow(tenant, 'R1', '{"id":1}')],
      envelopes: [
        envelopeRow(tenant, 'E1'),
        envelopeRow(tenant, 'E3', { state: 'duplicate', slices: '[{"receipt":"R1","from":0,"to":8}]' }),
        envelopeRow(tenant, 'E2', { state: 'dead', reason: 'invalid' }),
      ],
      documents: [
        documentRow(tenant, 'sales-order', 'shop-us/4711'),
        documentRow(tenant, 'shipment', 'erp/s1'),
        documentRow(tenant, 'product', 'A-OLD', { body: '{"sku":"A-OLD","baseUnit":"EA"}' }),
        documentRow(tenant, 'product', 'A', { body: '{"sku":"A","baseUnit":"EA"}' }),
      ],
      sales: ['shop-us/4711'],
      versions: [versionRow(tenant, 'sales-order', 'shop-us/4711', 1, { number: '4711' }, { mapping: sha256(text) })],
      deliveries: [
        deliveryRow(tenant, 'D1', { state: 'dead' }),
        deliveryRow(tenant, 'D2', { state: 'parked', reason: 'unknown' }),
        deliveryRow(tenant, 'D3', { state: 'dead', key: 'shop-us/4712' }),
      ],
      attempts: [attemptRow(tenant, 'A1', 'D1')],
    })
    await saveFindings(tx, [
      {
        tenant,
        type: 'sales-order',
        key: 'shop-us/4711',
        code: 'footing',
        path: '',
        detail: '{}',
        state: 'open',
        opened_at: 5,
        closed_at: null,
        owner: null,
        owned_at: null,
        closed_by: null,
        accepted: null,
      },
    ])
    await saveParcels(tx, [{ tenant, tracking: 'P1', status: 'delivered', at: 5, event: null, carrier: 'dhl', delivered_at: 5, events: 1 }])
    for (const id of ['P1', 'P2']) await insertPlan(tx, planRow(tenant, id))
    await raiseAlarm(tx, alarmRow(tenant, 'A1'))
    for (const [id, path] of [
      ['C1', 'total'],
      ['C2', 'gift'],
    ] as const)
      await insertShapes(tx, [shapeRow(tenant, id, path)])
    await saveAnnouncement(tx, announcementRow(tenant, hub.clock.now))
    await saveRevision(tx, tenant, { hash: 'r1', files: {} }, new Map([[sha256(text), text]]), 5)
  })
})
afterAll(() => hub.close())

/** One good request per operation; test-hub.ts holds each answer against the operation's own schema. */
test('every operation answers as it is described', async () => {
  const get = (path: string) => hub.ask('GET', path)
  const post = (path: string, json: Json = {}) => hub.ask('POST', path, { json })
  const document = '/v1/documents/sales-order'
  const key = 'key=shop-us/4711'
  const version = { text: '{"mapping":"shop.order","version":"1","source":"a","target":"b","direction":"pull","fields":{"a":"id"}}' }
  const orders = '/v1/connections/shop-us/streams/orders'
  for (const path of [
    '/healthz',
    '/readyz',
    '/metrics',
    '/openapi.json',
    '/v1/connectors',
    '/v1/connectors/shopify/form?lang=zh',
    '/v1/connections',
    '/v1/connections/shop-us',
    '/v1/connections/shop-us/hook',
    '/v1/routes',
    '/v1/envelopes',
    '/v1/envelopes/E1',
    '/v1/envelopes/E1/bytes',
    '/v1/envelopes/E3/record',
    '/v1/receipts/R1',
    '/v1/receipts/R1/bytes',
    document,
    `${document}/one?${key}`,
    `${document}/as-of?${key}&at=2026-11-23T09:00:00Z`,
    `${document}/history?${key}`,
    `${document}/journal?${key}`,
    `${document}/changes?${key}`,
    `${document}/explain?${key}&path=number`,
    `/v1/texts/${sha256(text)}`,
    '/v1/deliveries',
    '/v1/deliveries/D1',
    '/v1/delivery-hold',
    '/v1/dead-letters',
    '/v1/crosswalk',
    '/v1/crosswalk/export',
    '/v1/crosswalk/codes',
    '/v1/crosswalk/unmapped',
    '/v1/crosswalk/changes',
    '/v1/crosswalk/codes/export',
    '/v1/findings',
    '/v1/orders?payment=none',
    '/v1/orders/totals',
    '/v1/returns',
    '/v1/sales?by=store',
    '/v1/payouts',
    '/v1/settlement/open',
    '/v1/settlement/totals',
    '/v1/replenishment',
    '/v1/stock/summary?by=warehouse',
    '/v1/orders/one?key=shop-us/4711',
    '/v1/findings/counts',
    '/v1/finding-kinds',
    `/v1/orders/as-of?type=sales-order&${key}&at=2026-11-30T00:00:00Z`,
    '/v1/stock/as-of?product=A&at=2026-11-30T00:00:00Z',
    '/v1/shipments?ack=failed',
    '/v1/shipments/one?key=erp/s1',
    `/v1/documents/sales-order/targets?${key}`,
    '/v1/carriers',
    '/v1/carriers/unknown',
    '/v1/parcels?status=delivered',
    '/v1/parcels/one?tracking=P1',
    '/v1/stats',
    '/v1/rest',
    '/v1/ledger/verify',
    '/v1/ledger/verifications',
    '/v1/keys',
    '/v1/secrets',
    '/v1/connections/shop-us/baseline',
    '/v1/connections/shop-us/subscriptions',
    `${orders}/cursor`,
    '/v1/plans',
    '/v1/drift?open=true',
    '/v1/plans/P1',
    '/v1/reports',
    '/v1/alarms?open=true',
    '/v1/alarms/A1',
    '/v1/audit?connection=shop-us&since=2026-11-01T00:00:00Z',
    '/v1/event-types',
    '/v1/events?type=order.*&order=oldest',
    '/v1/event-subscriptions',
  ])
    expect((await get(path)).status, path).toBe(200)

  const body = '{"id":2}'
  const { current } = (await get('/v1/connections/shop-us/hook')).json
  expect((await hub.ask('POST', new URL(String(current)).pathname, { key: null, body, headers: signed(body) })).status).toBe(202)
  const made = await post('/v1/keys', { name: 'x', scopes: ['read'] })
  expect(made.status).toBe(201)
  expect((await hub.ask('DELETE', `/v1/keys/${made.json.id}`)).status).toBe(200)
  const contract = { number: 'C-1', kind: 'supplier', party: { type: 'party', key: 'hub/V-0' }, status: 'in-review' }
  const supplier = { number: 'V-0', name: 'Ningbo Lamps', roles: ['supplier'] }
  expect((await hub.ask('PUT', '/v1/documents/party/one', { json: { key: 'hub/V-0', document: supplier } })).status).toBe(200)
  expect((await hub.ask('PUT', '/v1/documents/contract/one', { json: { key: 'hub/C-1', document: contract } })).status).toBe(200)
  const signing = { key: await hub.addKey(['write']), json: { key: 'hub/C-1', seen: 1 } }
  expect((await hub.ask('POST', '/v1/contracts/sign', signing)).status).toBe(200)
  for (const path of ['/v1/onboarding', '/v1/onboarding/counts']) expect((await get(path)).status, path).toBe(200)
  expect((await hub.ask('POST', '/v1/key/replace', { key: await hub.addKey(['write']), json: {} })).status).toBe(201)
  expect(
    (await hub.ask('PUT', '/v1/crosswalk', { json: { type: 'unit', connection: 'shop-us', externalKey: 'pcs', key: 'C62' } })).status,
  ).toBe(200)
  const party = { key: 'hub/V-1', document: { name: 'Ningbo Lamps', roles: ['supplier'] } }
  expect((await hub.ask('PUT', '/v1/documents/party/one', { json: party })).status).toBe(200)
  const order = {
    number: 'M-1',
    currency: 'USD',
    lines: [{ product: { ref: { type: 'product', key: 'A' } }, quantity: '1', lineAmount: '5.00' }],
  }
  expect((await post('/v1/orders', { order, reason: 'by phone' })).status).toBe(201)
  expect((await post('/v1/orders/resend', { key: 'shop-us/4712', reason: 'the ERP is back' })).status).toBe(200)
  await purchaseDay(hub)
  expect((await get('/v1/orders/route?key=hub/M-1')).status).toBe(200)
  expect((await post('/v1/orders/reroute', { key: 'hub/M-1', account: 'shop-us', why: 'as before' })).status).toBe(200)
  expect((await post('/v1/routing/dry-run', { since: '2026-11-01T00:00:00Z' })).status).toBe(200)
  const request = { number: 'AS-1', order: 'hub/M-1', kind: 'resend', reason: 'lost', lines: [{ orderLine: { key: '1' }, quantity: '1' }] }
  expect((await post('/v1/returns', request)).status).toBe(201)
  expect((await post('/v1/returns/step', { key: 'hub/AS-1', to: 'approved' })).status).toBe(200)
  expect((await post('/v1/returns/replace', { key: 'hub/AS-1' })).status).toBe(200)
  expect((await get('/v1/returns/one?key=hub/AS-1')).status).toBe(200)
  const masters = [
    ['product', 'P-1'],
    ['location', 'L-1'],
    ['location', 'L-2'],
  ] as const
  const master = JSON.stringify({ baseUnit: 'EA' })
  await hub.context.database.write((tx) =>
    insertRows(tx, { documents: masters.map(([type, key]) => documentRow(tenant, type, key, { number: null, body: master })) }),
  )
  const goods = { product: 'P-1', quantity: '10' }
  for (const [path, json] of [
    ['movements', { ...goods, key: 'hub/m1', kind: 'receipt', from: ':supplier', to: 'L-1' }],
    ['movements/reverse', { key: 'hub/m1' }],
    ['adjustments', { ...goods, location: 'L-1', why: 'found' }],
    ['counts', { product: 'P-1', location: 'L-1', counted: '12' }],
    ['snapshots', { rows: [{ ...goods, location: 'L-1' }] }],
    ['transfers', { key: 'hub/t1', from: 'L-1', to: 'L-2', lines: [{ product: 'P-1', quantity: '4' }] }],
    ['transfers/receive', { key: 'hub/t1', lines: [{ key: '1', received: '3' }], complete: true }],
    ['supplier-returns', { location: 'L-1', lines: [{ product: 'P-1', quantity: '1' }] }],
  ] as const)
    expect((await post(`/v1/stock/${path}`, json)).status, path).toBe(200)
  const sold = { location: 'L-1', date: '2026-11-22', lines: [{ product: 'P-1', quantity: '2' }] }
  expect((await post('/v1/sales/reports', sold)).status).toBe(200)
  const bill = { number: 'B-1', connection: 'shop-us', currency: 'USD', lines: [{ kind: 'sale', order: '1', amount: '9.00' }] }
  expect((await post('/v1/payouts', bill)).status).toBe(201)
  expect((await get('/v1/payouts/one?key=hub/B-1')).status).toBe(200)
  expect((await get('/v1/payouts/lines?key=hub/B-1')).status).toBe(200)
  await replenishmentDay(hub)
  await invoiceDay(hub)
  const kept = await post('/v1/stock/reservations', { channel: 'shop-us', holdForMs: 60_000, lines: [{ product: 'P-1', quantity: '1' }] })
  expect(kept.status).toBe(201)
  for (const act of ['confirm', 'release'])
    expect((await post(`/v1/stock/reservations/${act}`, { id: kept.json.id ?? '' })).status, act).toBe(200)
  expect((await get(`/v1/stock/reservations/one?id=${kept.json.id}`)).json).toMatchObject({ state: 'released' })
  for (const path of ['/v1/stock/explain?product=P-1', '/v1/stock?product=P-1', '/v1/stock/movements?product=P-1&location=L-1'])
    expect((await get(path)).status, path).toBe(200)
  await askNumbers(hub)
  await askMoney(hub)
  await askPrices(hub)
  await hub.ask('PUT', '/v1/documents/party/one', {
    json: { key: 'S-1', document: { number: 'S-1', name: 'Ningbo', roles: ['supplier'] } },
  })
  const fee = { number: 'F-1', supplier: 'S-1', owner: 'us', bearer: 'us', amount: '5.00', currency: 'CNY', date: '2026-11-23' }
  expect((await post('/v1/payables/fees', fee)).status).toBe(201)
  expect((await get('/v1/payables')).json.items).toMatchObject([{ party: 'S-1', owed: '5.00', undated: '5.00' }])
  expect((await get('/v1/payables/entries?party=S-1')).json.items).toMatchObject([{ kind: 'fee', amount: '5.00', key: 'hub/F-1' }])
  const asked = { kind: 'supplier', owner: 'us', party: 'S-1', currency: 'CNY', until: '2026-11-22' }
  expect((await post('/v1/statements/run', { kind: 'supplier', until: '2026-11-20' })).json).toEqual({ made: 0, kept: 1 })
  const late = await post('/v1/payables/fees', { ...fee, number: 'F-2', date: '2026-11-21' })
  expect(late.status).toBe(201)
  const stated = await post('/v1/statements', asked)
  expect(stated.status).toBe(201)
  const { number = '', hash = '' } = stated.json as { readonly number?: string; readonly hash?: string }
  for (const [act, json] of [
    ['revise', {}],
    ['publish', {}],
  ] as const)
    expect((await post(`/v1/statements/${number}/${act}`, json)).status, act).toBe(200)
  const fresh = String((await get(`/v1/statements/${number}`)).json.hash)
  expect(fresh).not.toBe(hash)
  for (const [act, json] of [
    ['dispute', { hash: fresh, disputes: [{ reason: 'no' }] }],
    ['confirm', { hash: fresh }],
  ] as const)
    expect((await post(`/v1/statements/${number}/${act}`, json)).status, act).toBe(200)
  const chief = await hub.addKey(['read', 'write'])
  expect((await hub.ask('POST', `/v1/statements/${number}/approve`, { json: { hash: fresh }, key: chief })).status).toBe(200)
  expect((await post(`/v1/statements/${number}/pay`, { hash: fresh, number: 'PAY-1', amount: '1.00' })).status).toBe(201)
  for (const path of ['', `/${number}/lines`, `/${number}/content`, `/${number}/pdf`, `/${number}/xlsx?lang=zh`])
    expect((await get(`/v1/statements${path}`)).status, path).toBe(200)
  await depositDay(hub)
  expect((await hub.ask('PUT', '/v1/secrets/SHOP', { json: { value: 'partner-password' } })).status).toBe(200)
  expect((await hub.ask('DELETE', '/v1/secrets/SHOP')).status).toBe(200)
  const receiver = await post('/v1/event-subscriptions', { name: 'wms', url: 'https://wms.example/events', types: ['order.*'] })
  expect(receiver.status).toBe(201)
  const { id } = receiver.json.subscription as JsonObject
  const [event] = (await get('/v1/events')).json.items as JsonObject[]
  expect((await get(`/v1/events/${event?.id}`)).status).toBe(200)
  expect((await get(`/v1/event-subscriptions/${id}/messages?state=due`)).status).toBe(200)
  expect((await get(`/v1/event-subscriptions/${id}`)).status).toBe(200)
  for (const [act, json] of [
    ['pause', {}],
    ['resume', {}],
    ['rotate', { graceHours: 1 }],
    ['replay', { from: '2026-11-01T00:00:00Z', dryRun: true }],
    ['resend', {}],
  ] as const)
    expect((await post(`/v1/event-subscriptions/${id}/${act}`, json)).status, act).toBe(200)
  expect((await hub.ask('DELETE', `/v1/event-subscriptions/${id}`)).status).toBe(200)
  const file = { body: 'type,connection,externalKey,key\n', headers: { 'content-type': 'text/csv' } }
  expect((await hub.ask('POST', '/v1/crosswalk/import', file)).status).toBe(200)
  expect((await hub.ask('PUT', '/v1/crosswalk/codes', { json: { kind: 'unit', code: 'st', hub: 'C62' } })).status).toBe(200)
  const [code] = (await get('/v1/crosswalk/codes')).json.items as readonly { id: string }[]
  expect((await hub.ask('DELETE', `/v1/crosswalk/codes/${code?.id}`)).status).toBe(200)
  const codes = { body: 'kind,code,hub\r\nunit,box,XBX', headers: { 'content-type': 'text/csv' } }
  expect((await hub.ask('POST', '/v1/crosswalk/codes/import', codes)).status).toBe(200)
  const keys = { type: 'product', reason: 'one lamp' }
  expect((await post('/v1/crosswalk/merge', { ...keys, key: 'A-OLD', into: 'A' })).status).toBe(200)
  expect((await post('/v1/crosswalk/split', { ...keys, key: 'A', to: 'A-OLD' })).status).toBe(200)
  for (const [path, json] of [
    ['/v1/connections/shop-us/pause', {}],
    ['/v1/connections/shop-us/resume', {}],
    ['/v1/connections/shop-us/check', {}],
    ['/v1/connections/shop-us/hook/rotate', { overlap: true }],
    ['/v1/connections/shop-us/subscriptions', {}],
    ['/v1/connections/shop-us/subscriptions/renew', { topics: ['order.updated'] }],
    ['/v1/connections/shop-us/subscriptions/delete', {}],
    [`/v1/findings/${writePlace(['sales-order', 'shop-us/4711', 'footing', ''])}/assign`, { owner: { kind: 'person', name: 'anna' } }],
    [`/v1/findings/${writePlace(['sales-order', 'shop-us/4711', 'footing', ''])}/act`, { note: 'seen' }],
    [`/v1/findings/${writePlace(['sales-order', 'shop-us/4711', 'footing', ''])}/close`, { note: 'seen' }],
    ['/v1/envelopes/replay', { connection: 'shop-us', stream: 'orders', dryRun: true }],
    ['/v1/envelopes/E1/replay', { dryRun: true }],
    ['/v1/deliveries/replay', { reason: 'none' }],
    ['/v1/dead-letters/replay', { dryRun: true }],
    ['/v1/dead-letters/E2/replay', {}],
    ['/v1/deliveries/D1/replay', { as: 'same' }],
    ['/v1/deliveries/D2/settle', { state: 'cancelled' }],
    ['/v1/delivery-hold', { reason: 'restored', restored: true }],
    ['/v1/delivery-hold/release', {}],
    ['/v1/mappings/diff', { mapping: 'shop/order', before: version, after: version }],
    ['/v1/reload', {}],
    ['/v1/secrets/rotate', {}],
  ] as const)
    expect((await post(path, json)).status, path).toBe(200)
  expect((await post(`${orders}/pull`)).status).toBe(202)
  expect((await post(`${orders}/pause`)).status).toBe(200)
  expect((await hub.ask('PUT', `${orders}/cursor`, { json: { time: '2026-11-01T00:00:00Z' } })).status).toBe(200)
  expect((await hub.ask('DELETE', `${orders}/cursor`)).status).toBe(200)
  expect((await post(`${orders}/resume`)).status).toBe(200)
  const range = await post(`${orders}/backfills`, { from: '2026-11-01T00:00:00Z' })
  expect(range.status).toBe(202)
  for (const act of ['pause', 'resume', 'cancel']) expect((await post(`/v1/backfills/${range.json.id}/${act}`)).status, act).toBe(200)
  expect((await get('/v1/backfills?connection=shop-us&state=cancelled')).json).toMatchObject({ items: [{ id: range.json.id }] })
  const compared = await post('/v1/connections/shop-us/reconcile', { from: '2026-11-20', until: '2026-11-23' })
  expect(compared.status).toBe(200)
  expect((await get(`/v1/reports/${compared.json.id}`)).json).toEqual(compared.json)
  expect((await get(`/v1/reports/${compared.json.id}/page?lang=zh`)).status).toBe(200)
  expect((await get('/v1/connections/shop-us')).json).toMatchObject({ ends: [{ kind: 'sunset', at: '2026-12-31T00:00:00.000Z' }] })
  expect((await post(`${orders}/drift/accept`, { paths: ['nothing'] })).status).toBe(409)
  expect((await post(`${orders}/drift/accept`, { paths: ['total'] })).json).toEqual({ accepted: 1, open: 1, goesOn: false })
  expect((await get('/v1/drift?open=true')).json.items).toMatchObject([{ path: 'gift', kind: 'new-field', former: [] }])
  expect((await post(`${orders}/drift/accept`)).json).toEqual({ accepted: 1, open: 0, goesOn: true })
  const repaired = await post('/v1/ledger/repair')
  expect(repaired.json).toMatchObject({ differences: [], ok: true })
  expect((await get(`/v1/ledger/verifications/${repaired.json.id}`)).json).toMatchObject({ id: repaired.json.id, found: 0 })
  expect((await post('/v1/plans/P1/release')).status).toBe(200)
  expect((await post('/v1/plans/P2/refuse')).status).toBe(200)
  await hub.context.database.write((tx) => countBaseline(tx, tenant, place, { records: 1, ended: true, at: hub.clock.now }))
  expect((await post('/v1/connections/shop-us/baseline/sign-off')).status).toBe(200)
  expect((await hub.ask('DELETE', '/v1/connections/shop-us/hook/previous')).status).toBe(200)

  expect(operationIds.filter((id) => !succeeded.has(id))).toEqual([])
})

/** Takes what a partner sends, asks without changing anything, or heals nothing without being told to. */
const noLine = new Set(['rehearseRouting', 'receiveHook', 'checkConnection', 'diffMapping', 'reconcile'])

test('what a person changes stands in the audit, with who did it; a dry run and a refusal do not', async () => {
  const { routeTable } = await import('./routes.ts')
  const { readingRoom } = await import('./body.ts')
  interface Line {
    readonly id: string
    readonly who: string
    readonly act: string
  }
  const page = async (query: string) =>
    (await hub.ask('GET', `/v1/audit?${query}`)).json as unknown as { items: Line[]; next: string | null }
  const acts = async (query = '') => (await page(`limit=500${query}`)).items
  const done = new Set((await acts()).map(({ act }) => act))
  const named = routeTable(readingRoom(1)).flatMap(({ audit }) => audit?.act ?? [])
  // those with dry runs only in the test before
  const dry = new Set(['envelopes-replayed', 'events-replayed'])
  expect(named.filter((act) => !done.has(act) && !dry.has(act))).toEqual([])
  for (const act of dry) expect(done).not.toContain(act)
  for (const act of [
    'cursor-set',
    'cursor-reset',
    'stream-paused',
    'plan-released',
    'backfill-asked',
    'baseline-signed',
    'deliveries-held',
  ])
    expect(done).toContain(act)
  const own =
    /^(hold|release)Deliveries$|^acceptDrift$|Backfill$|^backfillStream$|^signBaseline$|^(release|refuse)Plan$|^(pause|resume)Stream$|^(set|reset)Cursor$/
  const silent = routeTable(readingRoom(1)).filter(({ id, method, audit }) => method !== 'GET' && audit === undefined && !own.test(id))
  expect(silent.map(({ id }) => id).filter((id) => !noLine.has(id))).toEqual([])

  const before = (await acts()).length
  expect((await hub.ask('POST', '/v1/connections/nowhere/pause', { json: {} })).status).toBe(404)
  expect((await acts()).length).toBe(before)
  const key = await hub.addKey(['write'])
  expect((await hub.ask('POST', '/v1/connections/shop-us/pause', { key, json: { reason: 'stock-taking' } })).status).toBe(200)
  const [line] = await acts('&act=connection-paused')
  expect(line).toMatchObject({ connection: 'shop-us', stream: null, detail: { reason: 'stock-taking' } })
  expect(await acts(`&who=${line?.who}`)).toEqual([line])
  expect(await acts('&connection=shop-us&stream=orders&act=connection-paused')).toEqual([])
  expect(JSON.stringify(await acts())).not.toContain('partner-password')
  const first = await page('limit=1')
  const second = await page(`limit=1&after=${first.next}`)
  expect([...first.items, ...second.items]).toEqual((await acts()).slice(0, 2))
  expect((await hub.ask('GET', '/v1/audit?connection=nowhere')).status).toBe(404)
})

test('without a key, every operation that is not open answers 401 and does nothing', async () => {
  const open = new Set(['/healthz', '/readyz', '/openapi.json', '/metrics', '/hooks/{token}'])
  const { routeTable } = await import('./routes.ts')
  const { readingRoom } = await import('./body.ts')
  for (const { method, path } of routeTable(readingRoom(1))) {
    if (open.has(path)) continue
    const asked = await hub.ask(method, path.replace(/\{\w+\}/g, 'x'), { key: null, ...(method === 'GET' ? {} : { json: {} }) })
    expect(asked.status, `${method} ${path}`).toBe(401)
  }
})

test('a key that lacks one scope is refused by every operation that needs it, and let in by all others', async () => {
  const { routeTable } = await import('./routes.ts')
  const { readingRoom } = await import('./body.ts')
  for (const { method, path, scope } of routeTable(readingRoom(1))) {
    if (scope === 'open') continue
    const without = await hub.addKey(scopes.filter((other) => other !== scope))
    const address = path.replace(/\{\w+\}/g, 'x')
    const refused = await hub.ask(method, address, { key: without, ...(method === 'GET' ? {} : { json: {} }) })
    expect([refused.status, refused.json.type], `${method} ${path}`).toEqual([403, 'urn:crossdock:problem:missing-scope'])
    const only = await hub.ask(method, address, { key: await hub.addKey([scope]), ...(method === 'GET' ? {} : { json: { no: 1 } }) })
    expect([401, 403], `${method} ${path}`).not.toContain(only.status)
  }
})

test('what changes keys, secrets, hook addresses or the workspace needs the scope admin', async () => {
  const { routeTable } = await import('./routes.ts')
  const { readingRoom } = await import('./body.ts')
  const guarded = routeTable(readingRoom(1)).filter(({ path }) => /^\/v1\/(keys|secrets|reload)\b|\/hook\b/.test(path))
  expect(guarded.length).toBeGreaterThan(8)
  expect(guarded.filter(({ scope }) => scope !== 'admin').map(({ id }) => id)).toEqual([])
})

test.each([
  ['revoked', { revoked_at: 1 }],
  ['ended', { expires_at: Date.parse('2026-11-23T08:00:00Z') }],
])('a key that is %s opens nothing', async (_, more) => {
  const { routeTable } = await import('./routes.ts')
  const { readingRoom } = await import('./body.ts')
  const key = await hub.addKey(scopes, more)
  for (const { method, path, scope } of routeTable(readingRoom(1))) {
    if (scope === 'open') continue
    const asked = await hub.ask(method, path.replace(/\{\w+\}/g, 'x'), { key, ...(method === 'GET' ? {} : { json: {} }) })
    expect(asked.status, `${method} ${path}`).toBe(401)
  }
})
