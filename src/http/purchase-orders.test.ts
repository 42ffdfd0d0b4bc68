import { afterAll, beforeAll, expect, test } from 'vitest'
import type { JsonObject } from '../model/json.ts'
import { openTestHub, type TestHub } from './test-hub.ts'
import { purchaseDay } from './test-purchase.ts'

let hub: TestHub
let key: string
beforeAll(async () => {
  const types = ['purchase-order', 'invoice', 'payment', 'party']
  hub = await openTestHub({ schemas: new Map<string, JsonObject>(types.map((type) => [`${type}@1`, {}])) })
  key = await purchaseDay(hub)
  const put = (type: string, name: string, document: JsonObject) =>
    hub.ask('PUT', `/v1/documents/${type}/one`, { json: { key: `hub/${name}`, document } })
  const order = { type: 'purchase-order', key }
  const figures = { kind: 'invoice', status: 'posted', currency: 'CNY', totals: { grandTotal: '10.00' } }
  const lines = [
    { order, orderLine: { key: '1' }, quantity: '3', unit: 'EA', lineAmount: '7.50' },
    { quantity: '1', unit: 'EA', lineAmount: '2.50' },
  ]
  expect((await put('invoice', 'I-1', { ...figures, lines })).status).toBe(200)
  const paid = { kind: 'payment', status: 'captured', currency: 'CNY', paidAt: '2026-11-23T09:00:00.000Z' }
  const allocations = [
    { ref: { type: 'invoice', key: 'hub/I-1' }, amount: '10.00' },
    { ref: order, amount: '2.00' },
  ]
  expect((await put('payment', 'P-1', { ...paid, amount: '12.00', allocations })).status).toBe(200)
  expect(
    (await put('payment', 'P-2', { ...paid, status: 'pending', amount: '5.00', allocations: [{ ref: order, amount: '5.00' }] })).status,
  ).toBe(200)
})
afterAll(() => hub.close())

const one = async () => (await hub.ask('GET', `/v1/purchase-orders/one?key=${key}`)).json as Record<string, never>
const list = async (query = '') => {
  const { json, status } = await hub.ask('GET', `/v1/purchase-orders?limit=50${query}`)
  expect(status, query).toBe(200)
  return (json.items as unknown as readonly JsonObject[]).map((item) => item.key)
}

test('each figure of the whole view names the documents it follows from, with their versions and parts', async () => {
  const view = await one()
  const [line] = view.lines as unknown as readonly JsonObject[]
  const behind = (type: string, name: string, version: number, path: string, value: string) => ({ type, key: name, version, path, value })
  expect(line).toMatchObject({
    number: '1',
    promisedDate: '2026-12-01',
    requestedDate: '2026-11-22',
    ordered: { value: '8', behind: [behind('purchase-order', key, 5, '/lines/0', '8')] },
    confirmed: { value: '8', behind: [behind('order-response', `${key}/r1`, 1, '/lines/0', '8')] },
    accepted: { value: '3', behind: [behind('goods-receipt', 'hub/GR-2026-00001', 2, '/lines/0', '3')] },
    rejected: { value: '1', behind: [behind('goods-receipt', 'hub/GR-2026-00001', 2, '/lines/0', '1')] },
    returned: { value: '0', behind: [] },
    invoiced: { value: '3', behind: [behind('invoice', 'hub/I-1', 1, '/lines/0', '3')] },
    paid: {
      value: '9.50',
      behind: [behind('payment', 'hub/P-1', 1, '/allocations/0', '7.50'), behind('payment', 'hub/P-1', 1, '/allocations/1', '2.00')],
    },
    received: '4',
    open: '4',
    over: '0',
    short: '0',
  })
  expect(view).toMatchObject({
    status: 'issued',
    fulfilment: 'part',
    payment: 'part',
    paid: '12.00',
    receipts: [{ key: 'hub/GR-2026-00001', status: 'posted' }],
    returns: [{ key: 'hub/SR-2026-00001', status: 'reversed' }],
    payments: [
      { key: 'hub/P-1', invoice: 'hub/I-1', amount: '10.00', counts: true, lines: [{ line: '1', amount: '7.50' }] },
      { key: 'hub/P-1', invoice: null, amount: '2.00', counts: true },
      { key: 'hub/P-2', counts: false },
    ],
    // nobody knows the product, so the goods move no stock; the second line of the invoice belongs to no order
    findings: [
      { code: 'not-moved', key: 'hub/GR-2026-00001' },
      { code: 'no-order', key: 'hub/I-1' },
    ],
  })
  expect((view.journal as unknown as readonly JsonObject[]).map(({ kind, why }) => [kind, why])).toContainEqual(['changed', 'sold out'])
})

test('every document behind a figure can be opened at that version', async () => {
  const view = await one()
  const [line] = view.lines as unknown as readonly Record<string, { readonly behind?: readonly JsonObject[] }>[]
  const behind = Object.values(line ?? {}).flatMap((figure) => figure?.behind ?? [])
  expect(behind.length).toBeGreaterThan(5)
  for (const { type, key: name, version } of behind) {
    const { json } = await hub.ask('GET', `/v1/documents/${type}/history?key=${encodeURIComponent(String(name))}&limit=500`)
    expect((json.items as unknown as readonly JsonObject[]).map((item) => item.version)).toContain(version)
  }
})

test('the list has the quantities, and its filters', async () => {
  const { items } = (await hub.ask('GET', '/v1/purchase-orders')).json as unknown as { readonly items: readonly JsonObject[] }
  expect(items).toHaveLength(2)
  expect(items[0]).toMatchObject({
    key,
    number: 'PO-2026-00001',
    seller: { key: null, name: 'Ningbo' },
    grandTotal: '20.00',
    paid: '2.00',
    ordered: '8',
    confirmed: '8',
    received: '4',
    rejected: '1',
    open: '4',
    invoiced: '3',
    late: [{ line: '1', requestedDate: '2026-11-22', missing: '4' }],
  })
  const cancelled = 'hub/PO-2026-00002'
  expect(await list('&status=cancelled')).toEqual([cancelled])
  expect(await list('&fulfilment=part')).toEqual([key])
  expect(await list('&payment=none')).toEqual([cancelled])
  expect(await list('&late=true')).toEqual([key])
  expect(await list('&late=false')).toEqual([cancelled])
  expect(await list('&number=PO-2026-00002')).toEqual([cancelled])
  expect(await list('&from=2026-11-21')).toEqual([])
  expect(await list('&to=2026-11-20')).toEqual([key, cancelled])
  expect(await list('&since=2026-11-23T08:00:00Z')).toEqual([key, cancelled])
  expect(await list('&since=2026-11-23T09:00:00Z')).toEqual([])
  const first = (await hub.ask('GET', '/v1/purchase-orders?limit=1')).json
  expect((await hub.ask('GET', `/v1/purchase-orders?limit=1&after=${first.next}`)).json).toMatchObject({
    items: [{ key: cancelled }],
    next: null,
  })
})

test('an order of a party is found by it, and what happens to it later brings it up again', async () => {
  hub.clock.now = Date.parse('2026-11-25T08:00:00Z')
  expect(
    (await hub.ask('PUT', '/v1/documents/party/one', { json: { key: 'hub/V-1', document: { name: 'Yiwu', roles: ['supplier'] } } })).status,
  ).toBe(200)
  const document = {
    issueDate: '2026-11-25',
    zone: 'Asia/Shanghai',
    requestedDate: '2026-11-26',
    seller: { ref: { type: 'party', key: 'hub/V-1' }, name: 'Yiwu' },
    currency: 'CNY',
    taxBasis: 'none',
    lines: [{ product: { sku: 'LAMP' }, quantity: '1', unit: 'EA' }],
  }
  const made = (await hub.ask('POST', '/v1/purchase-orders', { json: { document, issue: true } })).json
  expect(await list('&seller=hub%2FV-1')).toEqual([made.key])
  hub.clock.now = Date.parse('2026-11-26T15:00:00Z')
  expect(await list('&late=true&seller=hub%2FV-1')).toEqual([])
  // in Shanghai the day is over
  hub.clock.now = Date.parse('2026-11-26T16:30:00Z')
  expect(await list('&late=true&seller=hub%2FV-1')).toEqual([made.key])
  const goods = { kind: 'receipt', order: made.key as string, head: { location: { code: 'MAIN' } }, lines: [{ line: '1', accepted: '1' }] }
  expect((await hub.ask('POST', '/v1/goods-receipts', { json: goods })).status).toBe(201)
  expect(await list('&since=2026-11-26T16:00:00Z')).toEqual([made.key])
  expect(await list('&late=true&seller=hub%2FV-1')).toEqual([])
})

test('refusals say why, and which of them a look again may mend', async () => {
  const refuse = async (path: string, json: JsonObject) => {
    const { status, json: problem } = await hub.ask('POST', path, { json })
    return [status, String(problem.type).replace('urn:crossdock:problem:', ''), problem.detail]
  }
  expect(await refuse('/v1/purchase-orders/cancel', { key })).toEqual([409, 'already-received', expect.stringContaining('4 were received')])
  expect(await refuse('/v1/purchase-orders/amend', { key, changes: { lines: [{ key: '1', quantity: '3' }] } })).toEqual([
    409,
    'below-received',
    expect.stringContaining('would order 3, and 4 were received: 1 too few'),
  ])
  expect(await refuse('/v1/purchase-orders/issue', { key: 'hub/none' })).toEqual([404, 'no-document', expect.any(String)])
  expect(await refuse('/v1/purchase-orders/reopen', { key: 'hub/PO-2026-00002' })).toEqual([
    409,
    'illegal-transition',
    expect.stringContaining('is cancelled, not closed'),
  ])
  expect((await hub.ask('POST', '/v1/purchase-orders', { json: { document: [] } })).status).toBe(400)
  expect((await hub.ask('GET', '/v1/purchase-orders/one?key=hub%2Fnone')).status).toBe(404)
})

test('the same request with the same Idempotency-Key makes one order', async () => {
  const document = {
    issueDate: '2028-01-01',
    currency: 'CNY',
    taxBasis: 'none',
    lines: [{ product: { sku: 'LAMP' }, quantity: '1', unit: 'EA' }],
  }
  const ask = () => hub.ask('POST', '/v1/purchase-orders', { json: { document }, headers: { 'idempotency-key': 'once' } })
  expect((await ask()).json.key).toBe('hub/PO-2028-00001')
  expect((await ask()).json.key).toBe('hub/PO-2028-00001')
  expect(await list('&from=2028-01-01')).toEqual(['hub/PO-2028-00001'])
})
