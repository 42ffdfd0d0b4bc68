import { afterAll, beforeAll, expect, test } from 'vitest'
import { sha256 } from '../model/id.ts'
import type { Json } from '../model/json.ts'
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
import { openTestHub, operationIds, signed, succeeded, type TestHub, tenant } from './test-hub.ts'
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
    publicUrl: 'https://hub.example',
    streams: { orders: tinyOrders },
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
      documents: [documentRow(tenant, 'sales-order', 'shop-us/4711')],
      versions: [versionRow(tenant, 'sales-order', 'shop-us/4711', 1, { number: '4711' }, { mapping: sha256(text) })],
      deliveries: [deliveryRow(tenant, 'D1', { state: 'dead' }), deliveryRow(tenant, 'D2', { state: 'parked', reason: 'unknown' })],
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
    `${document}/explain?${key}&path=number`,
    `/v1/texts/${sha256(text)}`,
    '/v1/deliveries',
    '/v1/deliveries/D1',
    '/v1/delivery-hold',
    '/v1/dead-letters',
    '/v1/crosswalk',
    '/v1/crosswalk/export',
    '/v1/crosswalk/codes',
    '/v1/findings',
    '/v1/parcels?status=delivered',
    '/v1/parcels/one?tracking=P1',
    '/v1/stats',
    '/v1/rest',
    '/v1/ledger/verify',
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
  ])
    expect((await get(path)).status, path).toBe(200)

  const body = '{"id":2}'
  const { current } = (await get('/v1/connections/shop-us/hook')).json
  expect((await hub.ask('POST', new URL(String(current)).pathname, { key: null, body, headers: signed(body) })).status).toBe(202)
  const made = await post('/v1/keys', { name: 'x', scopes: ['read'] })
  expect(made.status).toBe(201)
  expect((await hub.ask('DELETE', `/v1/keys/${made.json.id}`)).status).toBe(200)
  expect(
    (await hub.ask('PUT', '/v1/crosswalk', { json: { type: 'unit', connection: 'shop-us', externalKey: 'pcs', key: 'C62' } })).status,
  ).toBe(200)
  expect((await hub.ask('PUT', '/v1/secrets/SHOP', { json: { value: 'partner-password' } })).status).toBe(200)
  expect((await hub.ask('DELETE', '/v1/secrets/SHOP')).status).toBe(200)
  const file = { body: 'type,connection,externalKey,key\n', headers: { 'content-type': 'text/csv' } }
  expect((await hub.ask('POST', '/v1/crosswalk/import', file)).status).toBe(200)
  for (const [path, json] of [
    ['/v1/connections/shop-us/pause', {}],
    ['/v1/connections/shop-us/resume', {}],
    ['/v1/connections/shop-us/check', {}],
    ['/v1/connections/shop-us/hook/rotate', { overlap: true }],
    ['/v1/connections/shop-us/subscriptions', {}],
    ['/v1/connections/shop-us/subscriptions/renew', { topics: ['order.updated'] }],
    ['/v1/connections/shop-us/subscriptions/delete', {}],
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
  expect((await post('/v1/plans/P1/release')).status).toBe(200)
  expect((await post('/v1/plans/P2/refuse')).status).toBe(200)
  await hub.context.database.write((tx) => countBaseline(tx, tenant, place, { records: 1, ended: true, at: hub.clock.now }))
  expect((await post('/v1/connections/shop-us/baseline/sign-off')).status).toBe(200)
  expect((await hub.ask('DELETE', '/v1/connections/shop-us/hook/previous')).status).toBe(200)

  expect(operationIds.filter((id) => !succeeded.has(id))).toEqual([])
})

/** Takes what a partner sends, asks without changing anything, or heals nothing without being told to. */
const noLine = new Set(['receiveHook', 'checkConnection', 'diffMapping', 'reconcile'])

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
  const dry = new Set(['envelopes-replayed'])
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
  ['revoked', { revokedAt: 1 }],
  ['ended', { expiresAt: Date.parse('2026-11-23T08:00:00Z') }],
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
