import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { sha256 } from '../model/id.ts'
import { isObject, type Json } from '../model/json.ts'
import { saveFindings } from '../store/finding.ts'
import { insertJournal } from '../store/journal.ts'
import { saveRevision } from '../store/revision.ts'
import { configSecret, openTestHub, type TestHub, tenant } from './test-hub.ts'
import { attemptRow, deliveryRow, documentRow, envelopeRow, insertRows, receiptRow, versionRow } from './test-rows.ts'

let hub: TestHub
let failing: string | undefined
const order = 'shop-us/47/11 ü'
const mapping = '{"mapping":"shop/order"}'

beforeAll(async () => {
  hub = await openTestHub({
    check: async () => {
      if (failing !== undefined) throw (await import('../model/errors.ts')).reauth('wrong-password', failing)
    },
    reload: async () => ({
      revision: 'r2',
      changed: false,
      faults: [
        {
          code: 'config',
          severity: 'error',
          file: 'crossdock.json',
          line: 3,
          column: 5,
          path: 'connections',
          message: `bad ${configSecret}`,
        },
      ],
    }),
  })
  await hub.context.database.write(async (tx) => {
    await insertRows(tx, {
      receipts: [receiptRow(tenant, 'R1', 'abcdefgh')],
      envelopes: [
        envelopeRow(tenant, 'E1', {
          slices: JSON.stringify([
            { receipt: 'R1', from: 0, to: 4 },
            { receipt: 'R1', from: 4, to: 6, into: 'refunds' },
          ]),
        }),
        envelopeRow(tenant, 'E2', { state: 'dead', reason: 'invalid', detail: '{"message":"no number"}', key: '4712' }),
        envelopeRow(tenant, 'E3', {
          state: 'parked',
          reason: 'unidentified',
          waits_for: 'external:x',
          key: '4713',
          slices: JSON.stringify([{ receipt: 'R1', index: 0 }]),
        }),
        envelopeRow('other', 'E4'),
      ],
      deliveries: [
        deliveryRow(tenant, 'D1', { key: order }),
        deliveryRow(tenant, 'D2', { state: 'dead', reason: 'http-422', key: order }),
        deliveryRow(tenant, 'D3', { shadow: 1 }),
        deliveryRow('other', 'D4'),
        deliveryRow(tenant, 'D0', { key: order, state: 'parked', reason: 'held' }),
      ],
      attempts: [
        attemptRow(tenant, 'A1', 'D1', {
          outcome: 'retry',
          code: 'http-503',
          status: 503,
          message: `host said ${configSecret}`,
          sample: `<${configSecret}>`,
        }),
        attemptRow(tenant, 'A2', 'D1', { n: 2 }),
      ],
      documents: [
        documentRow(tenant, 'sales-order', order, { version: 2 }),
        documentRow(tenant, 'sales-order', 'shop-us/4', { number: '4' }),
        documentRow('other', 'sales-order', 'x/1'),
      ],
      versions: [
        versionRow(tenant, 'sales-order', order, 1, { number: '4711', lines: [{ sku: 'a' }] }, { mapping: sha256(mapping) }),
        versionRow(tenant, 'sales-order', order, 2, { number: '4711', lines: [{ sku: 'b' }] }, { mapping: sha256(mapping) }),
      ],
    })
    await saveFindings(tx, [
      {
        tenant,
        type: 'sales-order',
        key: order,
        code: 'footing',
        path: 'totals',
        detail: '{"stated":"1.00"}',
        state: 'open',
        opened_at: 5,
        closed_at: null,
        owner: null,
        owned_at: null,
        closed_by: null,
        accepted: null,
      },
      {
        tenant,
        type: 'sales-order',
        key: order,
        code: 'oversold',
        path: '',
        detail: '{}',
        state: 'open',
        opened_at: 6,
        closed_at: null,
        owner: null,
        owned_at: null,
        closed_by: null,
        accepted: null,
      },
      {
        tenant: 'other',
        type: 'sales-order',
        key: 'x/1',
        code: 'footing',
        path: '',
        detail: '{}',
        state: 'open',
        opened_at: 6,
        closed_at: null,
        owner: null,
        owned_at: null,
        closed_by: null,
        accepted: null,
      },
    ])
    await insertJournal(tx, [
      {
        tenant,
        id: 'J1',
        at: 5,
        kind: 'created',
        type: 'sales-order',
        key: order,
        version: 1,
        envelope: 'E1',
        delivery: null,
        detail: null,
        actor: null,
        why: null,
      },
    ])
    await saveRevision(tx, tenant, { hash: 'r1', files: {} }, new Map([[sha256(mapping), mapping]]), 5)
  })
})
afterAll(() => hub.close())

const get = async (path: string) => (await hub.ask('GET', path)).json
const ids = (json: Json | undefined): Json[] =>
  Array.isArray(json) ? json.map((item: Json) => (isObject(item) ? (item.id ?? item.key ?? null) : null)) : []
const keyed = `key=${encodeURIComponent(order)}`

describe('envelopes', () => {
  test('are listed newest first, filtered, and page by page without a gap', async () => {
    expect(ids((await get('/v1/envelopes')).items)).toEqual(['E3', 'E2', 'E1'])
    expect(ids((await get('/v1/envelopes?state=dead&reason=invalid&connection=shop-us&stream=orders&key=4712')).items)).toEqual(['E2'])
    expect(ids((await get('/v1/envelopes?from=2026-11-23T08:00:00Z')).items)).toEqual([])
    expect(ids((await get('/v1/envelopes?to=2026-11-23T15:00:01%2B08:00')).items)).toEqual(['E3', 'E2', 'E1'])
    const first = await get('/v1/envelopes?limit=2')
    expect(ids(first.items)).toEqual(['E3', 'E2'])
    const second = await get(`/v1/envelopes?limit=2&after=${first.next}`)
    expect({ ids: ids(second.items), next: second.next }).toEqual({ ids: ['E1'], next: null })
  })

  test('tell why they are where they are, and give their exact bytes', async () => {
    expect(await get('/v1/envelopes/E2')).toMatchObject({
      state: 'dead',
      reason: 'invalid',
      detail: { message: 'no number' },
      receipts: ['R1'],
    })
    expect((await hub.ask('GET', '/v1/envelopes/E1/bytes')).text).toBe('abcd')
    const second = await hub.ask('GET', '/v1/envelopes/E1/bytes?slice=1')
    expect({ text: second.text, disposition: second.headers.get('content-disposition') }).toEqual({
      text: 'ef',
      disposition: 'attachment; filename="E1.bin"',
    })
    expect((await hub.ask('GET', '/v1/envelopes/E3/bytes')).text).toBe('abcdefgh')
    expect((await hub.ask('GET', '/v1/envelopes/E1/bytes?slice=2')).status).toBe(404)
    expect((await hub.ask('GET', '/v1/receipts/R1/bytes')).text).toBe('abcdefgh')
    expect((await get('/v1/receipts/R1')).bytes).toBe(8)
  })
})

describe('documents', () => {
  test('are found by number, origin, status and date', async () => {
    expect(ids((await get('/v1/documents/sales-order')).items)).toEqual(['shop-us/4', order])
    expect(
      ids(
        (await get('/v1/documents/sales-order?number=4711&origin=shop-us&status=confirmed&from=2026-11-23&to=2026-11-23&deleted=false'))
          .items,
      ),
    ).toEqual([order])
    expect((await hub.ask('GET', '/v1/documents/sales-order?from=2026')).status).toBe(400)
    expect((await get('/v1/documents/constructor')).items).toEqual([])
  })

  test('a key with slashes is one parameter', async () => {
    expect(await get(`/v1/documents/sales-order/one?${keyed}`)).toMatchObject({
      key: order,
      version: 2,
      document: { number: '4711' },
      findings: [{ code: 'footing' }, { code: 'oversold' }],
    })
    expect((await hub.ask('GET', '/v1/documents/sales-order/one')).json.detail).toMatch(/'key' is missing/)
    for (const path of [
      'one?key=__proto__',
      'history?key=__proto__',
      'as-of?key=__proto__&at=2026-11-22T00:00:00Z',
      'explain?key=__proto__&path=a',
    ])
      expect((await hub.ask('GET', `/v1/documents/sales-order/${path}`)).json, path).toMatchObject({
        status: 404,
        detail: expect.stringMatching(/^The ledger has no sales-order '__proto__'\. .*ledger list sales-order/),
      })
  })

  test('tell what they were at any time, and every version', async () => {
    const at = async (time: string) => (await hub.ask('GET', `/v1/documents/sales-order/as-of?${keyed}&at=${time}`)).json
    expect(await at('2026-11-23T07:00:01.500Z')).toMatchObject({ version: 1, document: { lines: [{ sku: 'a' }] } })
    expect(await at('2026-11-23T07:00:02Z')).toMatchObject({ version: 2 })
    expect(await at('2026-11-22T00:00:00Z')).toMatchObject({ status: 404 })
    const history = await get(`/v1/documents/sales-order/history?${keyed}&limit=1`)
    expect(history).toMatchObject({ items: [{ version: 1, mapping: sha256(mapping) }] })
    expect(await get(`/v1/documents/sales-order/history?${keyed}&limit=1&after=${history.next}`)).toMatchObject({
      items: [{ version: 2 }],
      next: null,
    })
    expect(await get(`/v1/documents/sales-order/journal?${keyed}`)).toMatchObject({
      items: [{ id: 'J1', kind: 'created', envelope: 'E1' }],
    })
  })

  test('a value is explained down to the bytes and the mapping that made it', async () => {
    for (const path of ['lines.0.sku', '/lines/0/sku'])
      expect(await get(`/v1/documents/sales-order/explain?${keyed}&path=${path}`)).toMatchObject({
        value: 'b',
        before: 'a',
        version: 2,
        source: {
          envelope: 'E1',
          receipts: [
            { receipt: 'R1', from: 0, to: 4 },
            { receipt: 'R1', from: 4, to: 6 },
          ],
        },
        rule: { hash: sha256(mapping), mapping: null },
      })
    expect((await hub.ask('GET', `/v1/texts/${sha256(mapping)}`)).text).toBe(mapping)
    expect((await get(`/v1/documents/sales-order/explain?${keyed}&path=nothing`)).status).toBe(404)
  })
})

describe('deliveries', () => {
  test('are filtered, and one shows all its tries without the secret the partner echoed', async () => {
    expect(ids((await get('/v1/deliveries')).items)).toEqual(['D3', 'D2', 'D1', 'D0'])
    expect(
      ids(
        (
          await get(
            `/v1/deliveries?state=dead&reason=http-422&connection=shop-us&route=orders-to-erp&type=sales-order&${keyed}&shadow=false`,
          )
        ).items,
      ),
    ).toEqual(['D2'])
    expect(await get('/v1/deliveries/D1')).toMatchObject({
      body: { number: '4711' },
      tries: [
        { n: 1, outcome: 'retry', message: 'host said [secret]', sample: '<[secret]>' },
        { n: 2, outcome: 'delivered' },
      ],
    })
  })
})

describe('connections and routes', () => {
  test('show their streams and counts', async () => {
    expect(await get('/v1/connections')).toMatchObject({
      items: [{ name: 'shop-us', state: 'active', takesWebhooks: true, streams: [{ stream: 'orders', everyMs: 60_000 }] }],
    })
    expect(await get('/v1/connections/shop-us')).toMatchObject({ books: 'harbour' })
    expect(await get('/v1/routes')).toMatchObject({
      items: [{ id: 'orders-to-erp', deliveries: { delivered: 1, dead: 1, parked: 1 }, shadow: 1 }],
    })
  })

  test('a check that fails is an answer, one that succeeds heals the connection', async () => {
    failing = `the password ${configSecret} is wrong`
    const { json } = await hub.ask('POST', '/v1/connections/shop-us/check', { json: {} })
    expect(json).toMatchObject({ ok: false, code: 'wrong-password', message: 'the password [secret] is wrong' })
    failing = undefined
    expect((await hub.ask('POST', '/v1/connections/shop-us/check', { json: {} })).json).toMatchObject({ ok: true })
  })

  test('a pull is asked for and rung', async () => {
    expect((await hub.ask('POST', '/v1/connections/shop-us/streams/orders/pull', { json: {} })).status).toBe(202)
    expect(hub.rings).toContainEqual({ kind: 'pull', connection: 'shop-us', stream: 'orders' })
    expect((await hub.ask('POST', '/v1/connections/shop-us/streams/none/pull', { json: {} })).json).toMatchObject({
      status: 404,
      detail: "'shop-us' has no stream 'none' that is polled. It has: orders.",
    })
    for (const [method, path] of [
      ['GET', '/v1/envelopes?connection=shop-uk'],
      ['GET', '/v1/deliveries?connection=shop-uk'],
      ['GET', '/v1/dead-letters?connection=shop-uk'],
      ['GET', '/v1/crosswalk?connection=shop-uk'],
      ['GET', '/v1/backfills?connection=shop-uk'],
      ['GET', '/v1/reports?connection=shop-uk'],
      ['GET', '/v1/connections/shop-uk'],
      ['POST', '/v1/connections/shop-uk/streams/orders/pull'],
      ['POST', '/v1/connections/shop-uk/pause'],
      ['POST', '/v1/connections/shop-uk/reconcile'],
      ['GET', '/v1/connections/shop-uk/baseline'],
    ] as const)
      expect((await hub.ask(method, path, method === 'GET' ? {} : { json: {} })).json, path).toMatchObject({
        status: 404,
        detail: expect.stringMatching(/^There is no connection 'shop-uk'\. .*connection list/),
      })
  })

  test('pause and resume are told and kept', async () => {
    expect((await hub.ask('POST', '/v1/connections/shop-us/pause', { json: { reason: 'stock-taking' } })).json).toEqual({
      name: 'shop-us',
      state: 'paused',
      reason: 'stock-taking',
    })
    expect((await get('/v1/connections/shop-us')).state).toBe('paused')
    expect((await hub.ask('POST', '/v1/connections/shop-us/resume', { json: {} })).json).toEqual({
      name: 'shop-us',
      state: 'active',
      reason: null,
    })
    expect(hub.rings).toContainEqual({ kind: 'deliver', connection: 'shop-us' })
  })
})

describe('findings', () => {
  test('are listed page by page and closed with a note that the journal keeps', async () => {
    const first = await get('/v1/findings?limit=1&state=open')
    expect(first.items).toMatchObject([{ code: 'footing', detail: { stated: '1.00' } }])
    expect((await get(`/v1/findings?limit=1&after=${first.next}`)).items).toMatchObject([{ code: 'oversold' }])
    const [id] = ids(first.items)
    const closed = await hub.ask('POST', `/v1/findings/${id}/close`, { json: { note: 'agreed by phone' } })
    expect(closed.json).toMatchObject({ state: 'closed', closedAt: '2026-11-23T08:00:00.000Z' })
    expect(await get('/v1/deliveries/D0')).toMatchObject({ state: 'due', reason: null })
    expect((await get(`/v1/findings?code=footing&state=open&type=sales-order&${keyed}`)).items).toEqual([])
    expect(JSON.stringify(await get(`/v1/documents/sales-order/journal?${keyed}`))).toContain('agreed by phone')
    expect((await hub.ask('POST', `/v1/findings/${id}/close`, { json: {} })).status).toBe(400)
    expect((await hub.ask('POST', '/v1/findings/AAAA/close', { json: { note: 'x' } })).status).toBe(404)
  })
})

describe('figures', () => {
  test('the states of the envelopes add up to what was received', async () => {
    expect(await get('/v1/stats')).toMatchObject({
      receipts: { total: 1, unsplit: 0 },
      envelopes: { received: 3, byState: { applied: 1, dead: 1, parked: 1 } },
      documents: { 'sales-order': 2 },
      deliveries: { total: 4, byState: { dead: 1, delivered: 2, due: 1 } },
      attempts: { total: 2, retries: 1, byOutcome: { delivered: 1, retry: 1 } },
      open: {
        parkedEnvelopes: { unidentified: 1 },
        deadEnvelopes: { invalid: 1 },
        deadDeliveries: { 'http-422': 1 },
        findings: { oversold: 1 },
      },
    })
  })

  test('metrics count the same', async () => {
    const { text } = await hub.ask('GET', '/metrics')
    expect(text).toContain('crossdock_envelopes{connection="shop-us",state="dead",reason="invalid"} 1')
    expect(text).toContain('crossdock_attempts_total{outcome="retry"} 1')
    expect(text).toContain('crossdock_open_findings{code="oversold"} 1')
    expect(text).toContain('crossdock_http_requests_total{method="GET",route="/v1/stats",status="200"}')
    expect(text).not.toContain('other')
  })

  test('the ledger is verified', async () => {
    expect((await hub.ask('GET', '/v1/ledger/verify')).status).toBe(200)
  })
})

test('a reload tells its faults without secrets', async () => {
  expect((await hub.ask('POST', '/v1/reload', { json: {} })).json).toMatchObject({
    revision: 'r2',
    faults: [{ message: 'bad [secret]', line: 3 }],
  })
})

test('health, readiness and the description are open', async () => {
  for (const path of ['/healthz', '/readyz', '/openapi.json']) expect((await hub.ask('GET', path, { key: null })).status, path).toBe(200)
})

test('a process that is to end, or whose database is another one, is not ready', async () => {
  let closing = true
  const other = await openTestHub({ closing: () => closing })
  expect(await other.ask('GET', '/readyz', { key: null })).toMatchObject({ status: 503, json: { type: 'urn:crossdock:problem:closing' } })
  closing = false
  await other.context.database.write((tx) => tx.deleteFrom('migration').execute())
  expect(await other.ask('GET', '/readyz', { key: null })).toMatchObject({ status: 503, json: { type: 'urn:crossdock:problem:schema' } })
  await other.close()
})

test('what belongs to another tenant is not there', async () => {
  for (const path of [
    '/v1/envelopes/E4',
    '/v1/envelopes/E4/bytes',
    '/v1/deliveries/D4',
    '/v1/documents/sales-order/one?key=x/1',
    '/v1/documents/sales-order/history?key=x/1',
  ]) {
    const foreign = await hub.ask('GET', path)
    const absent = await hub.ask('GET', path.replace('E4', 'E9').replace('D4', 'D9').replace('x/1', 'x/9'))
    expect(foreign.status, path).toBe(404)
    // what was asked for may be said again, and nothing else differs
    const plain = ({ json }: { readonly json: object }) =>
      JSON.stringify({ ...json, requestId: '' })
        .replaceAll('x/9', 'x/1')
        .replaceAll('E9', 'E4')
    expect(plain(foreign), path).toBe(plain(absent))
  }
})

test('keys are made, shown once, used and ended', async () => {
  const made = await hub.ask('POST', '/v1/keys', { json: { name: 'erp', scopes: ['read'], days: 1 } })
  expect(made).toMatchObject({ status: 201, json: { scopes: ['read'], expiresAt: '2026-11-24T08:00:00.000Z' } })
  const key = String(made.json.key)
  expect((await hub.ask('GET', '/v1/stats', { key })).status).toBe(200)
  const listed = await hub.ask('GET', '/v1/keys?limit=500')
  expect(listed.text).toContain(String(made.json.id))
  expect(listed.text).not.toContain(key)
  const stored = await hub.context.database.read.selectFrom('api_key').selectAll().execute()
  expect(JSON.stringify(stored)).not.toContain(key.slice(-72))
  hub.clock.now += 86_400_000
  expect((await hub.ask('GET', '/v1/stats', { key })).status).toBe(401)
  hub.clock.now -= 86_400_000
  expect((await hub.ask('DELETE', `/v1/keys/${made.json.id}`)).json.revokedAt).not.toBe(null)
  expect((await hub.ask('GET', '/v1/stats', { key })).status).toBe(401)
  const admin = await hub.addKey(['admin'])
  expect((await hub.ask('POST', '/v1/keys', { key: admin, json: { name: 'x', scopes: ['read'] } })).status).toBe(403)
  expect((await hub.ask('POST', '/v1/keys', { json: { name: 'x', scopes: [] } })).status).toBe(422)
  expect((await hub.ask('DELETE', '/v1/keys/nobody')).status).toBe(404)
})
