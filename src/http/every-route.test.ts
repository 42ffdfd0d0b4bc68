import { afterAll, beforeAll, expect, test } from 'vitest'
import { sha256 } from '../model/id.ts'
import type { Json } from '../model/json.ts'
import { saveFindings } from '../store/finding.ts'
import { saveRevision } from '../store/revision.ts'
import { writePlace } from './page.ts'
import { openTestHub, operationIds, signed, succeeded, type TestHub, tenant } from './test-hub.ts'
import { attemptRow, deliveryRow, documentRow, envelopeRow, insertRows, receiptRow, versionRow } from './test-rows.ts'

let hub: TestHub
const text = '{"mapping":"shop/order"}'
beforeAll(async () => {
  hub = await openTestHub({ reload: async () => ({ revision: 'r1', changed: false, faults: [] }) })
  await hub.context.database.write(async (tx) => {
    await insertRows(tx, {
      receipts: [receiptRow(tenant, 'R1', '{"id":1}')],
      envelopes: [envelopeRow(tenant, 'E1'), envelopeRow(tenant, 'E2', { state: 'dead', reason: 'invalid' })],
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
  for (const path of [
    '/healthz',
    '/readyz',
    '/metrics',
    '/openapi.json',
    '/v1/connections',
    '/v1/connections/shop-us',
    '/v1/connections/shop-us/hook',
    '/v1/routes',
    '/v1/envelopes',
    '/v1/envelopes/E1',
    '/v1/envelopes/E1/bytes',
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
    '/v1/dead-letters',
    '/v1/crosswalk',
    '/v1/crosswalk/export',
    '/v1/crosswalk/codes',
    '/v1/findings',
    '/v1/stats',
    '/v1/rest',
    '/v1/ledger/verify',
    '/v1/keys',
  ])
    expect((await get(path)).status, path).toBe(200)

  const body = '{"id":2}'
  const { current } = (await get('/v1/connections/shop-us/hook')).json
  expect((await hub.ask('POST', String(current), { key: null, body, headers: signed(body) })).status).toBe(202)
  const made = await post('/v1/keys', { name: 'x', scopes: ['read'] })
  expect(made.status).toBe(201)
  expect((await hub.ask('DELETE', `/v1/keys/${made.json.id}`)).status).toBe(200)
  expect(
    (await hub.ask('PUT', '/v1/crosswalk', { json: { type: 'unit', connection: 'shop-us', externalKey: 'pcs', key: 'C62' } })).status,
  ).toBe(200)
  const file = { body: 'type,connection,externalKey,key\n', headers: { 'content-type': 'text/csv' } }
  expect((await hub.ask('POST', '/v1/crosswalk/import', file)).status).toBe(200)
  for (const [path, json] of [
    ['/v1/connections/shop-us/pause', {}],
    ['/v1/connections/shop-us/resume', {}],
    ['/v1/connections/shop-us/check', {}],
    ['/v1/connections/shop-us/hook/rotate', { overlap: true }],
    [`/v1/findings/${writePlace(['sales-order', 'shop-us/4711', 'footing', ''])}/close`, { note: 'seen' }],
    ['/v1/envelopes/replay', { connection: 'shop-us', stream: 'orders', dryRun: true }],
    ['/v1/envelopes/E1/replay', { dryRun: true }],
    ['/v1/dead-letters/replay', { dryRun: true }],
    ['/v1/dead-letters/E2/replay', {}],
    ['/v1/deliveries/D1/replay', { as: 'same' }],
    ['/v1/deliveries/D2/settle', { state: 'cancelled' }],
    ['/v1/reload', {}],
  ] as const)
    expect((await post(path, json)).status, path).toBe(200)
  expect((await post('/v1/connections/shop-us/streams/orders/pull')).status).toBe(202)
  expect((await hub.ask('DELETE', '/v1/connections/shop-us/hook/previous')).status).toBe(200)

  expect(operationIds.filter((id) => !succeeded.has(id))).toEqual([])
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
