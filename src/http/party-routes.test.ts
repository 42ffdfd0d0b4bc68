import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { partyViews } from '../ledger/party-views.ts'
import { isObject, type JsonObject } from '../model/json.ts'
import { scopes } from './auth.ts'
import { readingRoom } from './body.ts'
import type { Route } from './route.ts'
import { routeTable } from './routes.ts'
import { type Asked, openTestHub, type TestHub } from './test-hub.ts'
import { canary, priceOf, type Trader, trading } from './test-parties.ts'
import { seedHandedOver, seedTraders, seedValidity, setStatus } from './test-party-seed.ts'

let hub: TestHub
const keys = new Map<Trader, string>()
const everybody = trading.map(({ party }) => party)
const shownTypes = Object.keys(partyViews)
beforeAll(async () => {
  hub = await openTestHub({ schemas: new Map<string, JsonObject>([...shownTypes, 'price-list'].map((type) => [`${type}@1`, {}])) })
  await seedTraders(hub.context)
  for (const party of everybody) keys.set(party, await hub.addKey(scopes, { party }))
})
afterAll(() => hub.close())

const documentsOf = (party: Trader): readonly (readonly [string, string])[] => {
  const word = canary(party)
  const shop = `shop-${party.toLowerCase()}`
  return party.startsWith('S')
    ? [
        ['party', party],
        ['contract', `erp/c-${word}`],
        ['product', word],
        ['stock-level', `MAIN/${word}`],
        ['purchase-order', `erp/po-${word}`],
        ['order-response', `ningbo/re-${word}`],
        ['goods-receipt', `erp/gr-${word}`],
        ['shipment', `erp/asn-${word}`],
        ['tracking-event', `carrier/scan-${word}`],
        ['invoice', `erp/bill-${word}`],
        ['payment', `erp/pay-${word}`],
      ]
    : [
        ['party', party],
        ['contract', `erp/c-${word}`],
        ['sales-order', `${shop}/so-${word}`],
        ['payout', `${shop}/out-${word}`],
        ['shipment', `erp/out-${word}`],
        ['tracking-event', `carrier/scan-${word}`],
        ['payment', `${shop}/paid-${word}`],
        ['refund', `${shop}/back-${word}`],
        ['return', `${shop}/rma-${word}`],
      ]
}
const orderOf = (party: Trader): string =>
  party.startsWith('S') ? `erp/po-${canary(party)}` : `shop-${party.toLowerCase()}/so-${canary(party)}`

const ofDocuments =
  (act: string, more = '') =>
  (target: Trader) =>
    documentsOf(target).map(([type, key]) => ({ path: `/v1/documents/${type}/${act}?key=KEY${more}`, key }))

const payoutOf = (party: Trader): string => `shop-${party.toLowerCase()}/out-${canary(party)}`

interface Question {
  readonly path: string
  /** stands for KEY in the path: what an answer may repeat */
  readonly key?: string
}

/** How to ask each open route for what belongs to one of them. A route that is opened has to be put here. */
const questions: Readonly<Record<string, (target: Trader) => readonly Question[]>> = {
  listDocuments: (target) =>
    shownTypes.flatMap((type) => [
      { path: `/v1/documents/${type}?limit=500` },
      { path: `/v1/documents/${type}?number=KEY`, key: canary(target) },
      { path: `/v1/documents/${type}?origin=KEY`, key: `shop-${target.toLowerCase()}` },
    ]),
  getDocument: ofDocuments('one'),
  getDocumentAt: ofDocuments('as-of', '&at=2026-11-24T00:00:00Z'),
  getDocumentHistory: ofDocuments('history'),
  getDocumentJournal: ofDocuments('journal'),
  listParcels: (target) => [
    { path: '/v1/parcels' },
    { path: '/v1/parcels?status=in-transit' },
    { path: '/v1/parcels?shipment=KEY', key: target.startsWith('S') ? `erp/asn-${canary(target)}` : `erp/out-${canary(target)}` },
  ],
  getParcel: (target) => [{ path: '/v1/parcels/one?tracking=KEY', key: `track-${canary(target)}` }],
  listPurchaseOrders: (target) => [
    { path: '/v1/purchase-orders' },
    { path: '/v1/purchase-orders?late=false' },
    { path: '/v1/purchase-orders?since=2026-11-01T00:00:00Z' },
    { path: '/v1/purchase-orders?number=KEY', key: canary(target) },
    { path: '/v1/purchase-orders?seller=KEY', key: target },
  ],
  listInvoices: (target) => [
    { path: '/v1/invoices' },
    { path: '/v1/invoices?held=true' },
    { path: '/v1/invoices?held=false' },
    { path: '/v1/invoices?supplier=KEY', key: target },
    { path: '/v1/invoices?number=KEY', key: canary(target) },
  ],
  getInvoiceMatch: (target) => [{ path: '/v1/invoices/match?key=KEY', key: `erp/bill-${canary(target)}` }],
  getDocumentChanges: (target) => [
    ...ofDocuments('changes')(target),
    ...ofDocuments('changes', '&from=1&to=1')(target),
    ...ofDocuments('changes', '&lang=zh')(target),
  ],
  listOrders: (target) => [
    { path: '/v1/orders' },
    { path: '/v1/orders?updatedSince=2020-01-01T00:00:00Z' },
    { path: '/v1/orders?finding=does-not-foot' },
    { path: '/v1/orders?number=KEY', key: canary(target) },
    { path: '/v1/orders?origin=KEY', key: `shop-${target.toLowerCase()}` },
  ],
  sumOrders: (target) => [{ path: '/v1/orders/totals' }, { path: '/v1/orders/totals?origin=KEY', key: `shop-${target.toLowerCase()}` }],
  getOrder: (target) => [{ path: '/v1/orders/one?key=KEY', key: orderOf(target) }],
  getPurchaseOrder: (target) => [{ path: '/v1/purchase-orders/one?key=KEY', key: orderOf(target) }],
  getPurchaseOrderChanges: (target) => [{ path: '/v1/purchase-orders/changes?key=KEY', key: orderOf(target) }],
  listStock: (target) => [{ path: '/v1/stock?limit=500' }, { path: '/v1/stock?product=KEY', key: canary(target) }],
  sumStock: (target) =>
    target.startsWith('S')
      ? [
          { path: '/v1/stock/summary' },
          { path: '/v1/stock/summary?by=location' },
          { path: '/v1/stock/summary?by=supplier' },
          { path: '/v1/stock/summary?product=KEY', key: canary(target) },
          { path: '/v1/stock/summary?supplier=KEY', key: target },
        ]
      : [],
  listPayouts: (target) => [
    { path: '/v1/payouts' },
    { path: '/v1/payouts?origin=KEY', key: `shop-${target.toLowerCase()}` },
    { path: '/v1/payouts?order=KEY', key: orderOf(target) },
  ],
  getPayout: (target) => [{ path: '/v1/payouts/one?key=KEY', key: payoutOf(target) }],
  listPayoutLines: (target) => [{ path: '/v1/payouts/lines?key=KEY', key: payoutOf(target) }],
  listOpenSettlements: (target) => [
    { path: '/v1/settlement/open' },
    { path: '/v1/settlement/open?origin=KEY', key: `shop-${target.toLowerCase()}` },
  ],
  sumOpenSettlements: (target) => [
    { path: '/v1/settlement/totals' },
    { path: '/v1/settlement/totals?origin=KEY', key: `shop-${target.toLowerCase()}` },
  ],
  listPayables: (target) => [{ path: '/v1/payables?on=2026-11-30' }, { path: '/v1/payables?on=2026-11-30&party=KEY', key: target }],
  listPayableEntries: (target) => [{ path: '/v1/payables/entries?party=KEY', key: target }],
  listFindings: (target) => [
    { path: '/v1/findings' },
    { path: '/v1/findings?code=does-not-foot' },
    ...documentsOf(target).map(([type, key]) => ({ path: `/v1/findings?type=${type}&key=KEY`, key })),
  ],
}
/** Open routes with tests of their own, below, in prices.test.ts (what goods cost merchants), in sales.test.ts (what one shop sold of the goods of a supplier both of them see) or in deposits.test.ts (a deposit has no documents of its own). */
const ownTests = new Set([
  'listSales',
  'replaceKey',
  'respondToPurchaseOrder',
  'resolvePrice',
  'getMerchantTier',
  'getOrderCost',
  'listStatements',
  'getStatement',
  'listStatementLines',
  'getStatementContent',
  'getStatementPdf',
  'getStatementXlsx',
  'confirmStatement',
  'disputeStatement',
  ...['listDeposits', 'getDeposits', 'listDepositEntries', 'exportDepositEntries'],
])

const table = routeTable(readingRoom(1))
const open = table.filter(({ party, scope }) => party === 'own' && scope !== 'open')
const closed = table.filter(({ party, scope }) => party === undefined && scope !== 'open')
const unauthenticated = table.filter(({ scope }) => scope === 'open')

/** An address of a route with something of the target in every place. */
const addressOf = ({ path }: Route, target: Trader): string =>
  path
    .replace('{name}', 'shop-us')
    .replace('{type}', documentsOf(target)[1]?.[0] ?? 'party')
    .replace('{id}', `X${target}`)
    .replace(/\{\w+\}/g, 'orders')

const ask = (viewer: Trader, method: string, path: string): Promise<Asked> =>
  hub.ask(method, path, { key: keys.get(viewer) ?? '', ...(method === 'GET' ? {} : { json: {} }) })

/** Words of others in a text; what was asked with may come back. */
function leaks(viewer: Trader, text: string, key = ''): readonly string[] {
  const rest = key === '' ? text : text.replaceAll(key, '')
  const others = everybody.filter((party) => party !== viewer)
  return [...others.flatMap((party) => [canary(party), priceOf(party)]), 'canary-nobody', '999.99'].filter((word) => rest.includes(word))
}
const without = (text: string, ...words: readonly string[]) =>
  words.reduce((rest, word) => rest.replaceAll(word, 'KEY'), text).replace(/"requestId":"\w+"/, '')

test('there is something to find: the operator sees every word', async () => {
  const all = (await Promise.all(shownTypes.map((type) => hub.ask('GET', `/v1/documents/${type}?limit=500`))))
    .map(({ text }) => text)
    .join()
  for (const party of everybody) expect(all).toContain(canary(party))
})

describe.each(everybody)('the key of %s', (viewer) => {
  test('is refused by every route that is not for parties, whatever it asks for', async () => {
    expect(closed.length).toBeGreaterThan(50)
    for (const route of closed)
      for (const target of [viewer, ...everybody.filter((party) => party !== viewer).slice(0, 1)]) {
        const { status, json, text } = await ask(viewer, route.method, addressOf(route, target))
        const said = `${route.id}: closed routes refuse; one that is to be open says party: 'own' and stands in \`questions\``
        expect([status, json.type], said).toEqual([403, 'urn:crossdock:problem:not-for-parties'])
        expect(leaks(viewer, text), route.id).toEqual([])
      }
  })

  test('is answered by every open route with its own rows and without a word of anybody else', async () => {
    for (const route of open) {
      if (ownTests.has(route.id)) continue
      const wanted = questions[route.id]
      if (wanted === undefined)
        throw new Error(`${route.id} is open to parties: say in \`questions\` how to ask it for what belongs to somebody`)
      let own = 0
      for (const target of everybody)
        for (const { path, key } of wanted(target)) {
          const asked = await ask(viewer, route.method, path.replace('KEY', encodeURIComponent(key ?? '')))
          expect([200, 404], `${path} ${key}: ${asked.text}`).toContain(asked.status)
          expect(leaks(viewer, asked.text, key), `${path} ${key}`).toEqual([])
          const isOwn = target === viewer && key !== undefined && asked.status === 200 && !asked.text.includes('"items":[]')
          if (isOwn || without(asked.text, key ?? '\0').includes(canary(viewer))) own++
          if (target === viewer || key === undefined) continue
          const absent = await ask(viewer, route.method, path.replace('KEY', 'absent'))
          expect(without(asked.text, key), `${path} ${key} tells that it is there`).toBe(without(absent.text, 'absent'))
        }
      const isTheirs = viewer.startsWith('S')
        ? !/^(list|sum|get)Orders?$|Payout|Settlement/.test(route.id)
        : !/Purchase|Stock|Invoice|Payable/.test(route.id)
      if (isTheirs) expect(own, `${route.id} shows nothing of its own`).toBeGreaterThan(0)
      else expect(own, `${route.id} is about what the other side does`).toBe(0)
    }
  }, 60_000)

  test('finds every document of its own, in the lists and by its key', async () => {
    for (const [type, key] of documentsOf(viewer)) {
      expect((await ask(viewer, 'GET', `/v1/documents/${type}?limit=500`)).text, type).toContain(key)
      expect((await ask(viewer, 'GET', `/v1/documents/${type}/one?key=${encodeURIComponent(key)}`)).status, key).toBe(200)
    }
  })

  test('changes nothing of anybody', async () => {
    for (const target of everybody) {
      const [type, key] = documentsOf(target)[1] ?? []
      const json = { key, document: { name: 'mine now' } }
      expect((await hub.ask('PUT', `/v1/documents/${type}/one`, { key: keys.get(viewer) ?? '', json })).status).toBe(403)
    }
  })

  test('finds no more without a key than others do', async () => {
    for (const route of unauthenticated)
      expect(leaks(viewer, (await ask(viewer, route.method, addressOf(route, viewer))).text), route.id).toEqual([])
  })
})

test('a supplier answers its own orders, and those of others are not there', async () => {
  const answer = (viewer: Trader, key: string) =>
    hub.ask('POST', '/v1/purchase-orders/respond', { key: keys.get(viewer) ?? '', json: { key, kind: 'accepted' } })
  const mine = `erp/po-${canary('S1')}`
  const made = await answer('S1', mine)
  expect([made.status, made.json.key]).toEqual([201, `${mine}/r1`])
  expect(leaks('S1', made.text)).toEqual([])
  const absent = await answer('S2', 'erp/absent')
  for (const viewer of ['S2', 'M1'] as const) {
    const refused = await answer(viewer, mine)
    expect([refused.status, without(refused.text, mine)]).toEqual([404, without(absent.text, 'erp/absent')])
  }
  expect((await answer('S1', `shop-m1/so-${canary('M1')}`)).status).toBe(404)
  const listed = (await hub.ask('GET', `/v1/purchase-orders?number=${canary('S1')}`)).json.items
  expect(listed).toMatchObject([{ key: mine, confirmed: '2' }])
})

test("a draft of the hub is not its supplier's until it is issued, and its past as a draft is not told", async () => {
  const line = { product: { name: 'lamp' }, quantity: '1', unit: 'EA', requirement: 'canary-nobody' }
  const document = {
    issueDate: '2026-11-23',
    seller: { ref: { type: 'party', key: 'S2' } },
    currency: 'CNY',
    taxBasis: 'none',
    lines: [line],
  }
  const { key } = (await hub.ask('POST', '/v1/purchase-orders', { json: { document, number: 'draft-1' } })).json
  const one = () => ask('S2', 'GET', `/v1/documents/purchase-order/one?key=${key}`)
  const listed = async () => (await ask('S2', 'GET', '/v1/purchase-orders?number=draft-1')).json.items
  expect([(await one()).status, await listed()]).toEqual([404, []])
  const changes = { lines: [{ key: '1', requirement: 'blue' }] }
  expect((await hub.ask('POST', '/v1/purchase-orders/amend', { json: { key: key as string, changes } })).status).toBe(200)
  expect((await hub.ask('POST', '/v1/purchase-orders/issue', { json: { key: key as string } })).status).toBe(200)
  expect((await one()).json.document).toMatchObject({ lines: [{ requirement: 'blue' }] })
  expect(await listed()).toMatchObject([{ key }])
  expect(leaks('S2', (await ask('S2', 'GET', `/v1/documents/purchase-order/history?key=${key}`)).text)).toEqual([])
})

test('a type that is shown to no party is refused, not empty', async () => {
  for (const path of ['/v1/documents/price-list', '/v1/documents/price-list/one?key=x'])
    expect((await ask('M1', 'GET', path)).json).toMatchObject({ status: 403, type: 'urn:crossdock:problem:not-for-parties' })
})

test('who looks after the findings of a party cannot be found out by asking for it', async () => {
  for (const owner of ['person/anna', 'party/S2', 'none'])
    expect((await ask('S1', 'GET', `/v1/findings?owner=${owner}`)).json).toMatchObject({
      status: 403,
      type: 'urn:crossdock:problem:not-for-parties',
    })
  expect((await ask('S1', 'GET', '/v1/findings?owner=party/S1')).status).toBe(200)
})

test('what several share shows each its own lines, and no figure of the whole', async () => {
  const document = async (type: string) => (await ask('M1', 'GET', `/v1/documents/${type}/one?key=erp/shared`)).json.document
  expect(await document('shipment')).toMatchObject({ status: 'shipped', lines: [{ number: canary('M1') }] })
  expect(await document('payment')).toEqual({
    number: 'shared',
    status: 'settled',
    kind: 'payout',
    currency: 'USD',
    allocations: [expect.anything()],
  })
})

test('an order that went to another supplier is gone for the first, and its past is not told to the second', async () => {
  expect((await ask('S1', 'GET', '/v1/documents/purchase-order/one?key=erp/moved')).status).toBe(404)
  expect((await ask('S1', 'GET', '/v1/documents/purchase-order/as-of?key=erp/moved&at=2026-11-24T00:00:00Z')).status).toBe(404)
  const { items } = (await ask('S2', 'GET', '/v1/documents/purchase-order/history?key=erp/moved')).json
  const told = Array.isArray(items) ? items.filter(isObject).map(({ version, document }) => [version, document]) : []
  expect(told).toEqual([
    [1, {}],
    [2, expect.objectContaining({ note: canary('S2') })],
  ])
})

test("what became of an order while it was another supplier's is told to nobody who has it now: no figure of its journal, no arithmetic of its findings", async () => {
  await seedHandedOver(hub.context)
  const path = (act: string) => `/v1/documents/purchase-order/${act}?key=erp/handed-over`
  const all = [path('journal'), path('changes'), '/v1/purchase-orders/one?key=erp/handed-over', '/v1/findings?state=closed']
  for (const each of all) {
    const [shown, whole] = [await ask('S2', 'GET', each), await hub.ask('GET', each)]
    expect([shown.status, whole.status], each).toEqual([200, 200])
    expect(shown.text, each).not.toMatch(/"73"|77\.77/)
    expect(whole.text, each).toMatch(/"73"|77\.77/)
  }
  for (const act of ['journal', 'changes']) expect((await ask('S2', 'GET', path(act))).text, act).toContain('"41"')
})

test('a supplier sees the stock of its goods, not who ordered them', async () => {
  const shown = await ask('S1', 'GET', '/v1/documents/stock-level/one?key=MAIN/LAMP')
  expect(shown.json.document).toMatchObject({ onHand: '0' })
  expect(shown.json.findings).toEqual([expect.objectContaining({ code: 'oversold' })])
  const all = await hub.ask('GET', '/v1/documents/stock-level/one?key=MAIN/LAMP')
  expect(all.text).toContain('"available"')
  expect(shown.json.findings).toMatchObject([{ detail: expect.not.objectContaining({ available: expect.anything() }) }])
})

test('what carries no day, or another one, is not shown before or after it', async () => {
  const { context } = hub
  await seedValidity(context)
  const types = async () => (await ask('S2', 'GET', '/v1/documents/product')).text
  expect(await types()).toContain('from-today')
  for (const other of ['until-yesterday', 'from-tomorrow']) expect(await types()).not.toContain(other)
})

test('a party that was suspended sees nothing, and is told why', async () => {
  await setStatus(hub.context, 'M2', 'suspended')
  for (const { id } of open)
    for (const { path, key } of questions[id]?.('M2') ?? []) {
      const { status, json } = await ask('M2', 'GET', path.replace('KEY', encodeURIComponent(key ?? '')))
      expect([status, json.type]).toEqual([403, 'urn:crossdock:problem:party-not-active'])
      expect(json.detail).toContain('suspended')
    }
  await setStatus(hub.context, 'M2', 'active')
  expect((await ask('M2', 'GET', '/v1/documents/sales-order')).status).toBe(200)
})

test('a key of one organisation sees what came through its connections', async () => {
  const key = await hub.addKey(['read'], { party: 'M1', organisation: 'M1-us' })
  const listed = async (type: string) => (await hub.ask('GET', `/v1/documents/${type}?limit=500`, { key })).json.items
  expect(await listed('sales-order')).toMatchObject([{ key: 'shop-m1-us/second' }])
  expect(await listed('shipment')).toMatchObject([{ key: 'erp/out-second' }])
  expect(await listed('payment')).toEqual([])
  expect((await ask('M1', 'GET', '/v1/documents/sales-order')).json.items).toHaveLength(2)
})

describe('keys of parties', () => {
  const make = (json: JsonObject) => hub.ask('POST', '/v1/keys', { json: { name: 'portal', ...json } })

  test('are made for a party that trades, with the scopes that parties may have', async () => {
    const { status, json } = await make({ scopes: ['read', 'write'], party: 'S1' })
    expect([status, json.party]).toEqual([201, 'S1'])
    const shown = await hub.ask('GET', '/v1/documents/purchase-order', { key: String(json.key) })
    expect(shown.json.items).toMatchObject([{ key: `erp/po-${canary('S1')}` }])
  })

  test.each([
    ['a party that nobody knows', { scopes: ['read'], party: 'nobody' }, 'no-such-party'],
    ['a scope of the operator', { scopes: ['read', 'admin'], party: 'S1' }, 'scope-of-operator'],
    ['an organisation of no party', { scopes: ['read'], organisation: 'M1-us' }, 'no-party'],
  ])('are refused: %s', async (_, json, code) => {
    expect((await make(json)).json).toMatchObject({ status: 422, type: `urn:crossdock:problem:${code}` })
  })

  test('the first key of an account is good to be replaced, once', async () => {
    const initial = await hub.addKey(['read', 'write'], { party: 'S1', initial: 1, expires_at: hub.clock.now + 1000 })
    const refused = await hub.ask('GET', '/v1/documents/purchase-order', { key: initial })
    expect(refused.json).toMatchObject({ status: 403, type: 'urn:crossdock:problem:initial-key' })
    const { status, json } = await hub.ask('POST', '/v1/key/replace', { key: initial, json: {} })
    expect([status, json.party, json.expiresAt]).toEqual([201, 'S1', null])
    expect((await hub.ask('GET', '/v1/documents/purchase-order', { key: String(json.key) })).status).toBe(200)
    expect((await hub.ask('POST', '/v1/key/replace', { key: initial, json: {} })).status).toBe(401)
  })
})
