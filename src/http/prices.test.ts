import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { product } from '../ledger/ledger-kit.ts'
import { verify } from '../ledger/verify.ts'
import type { JsonObject } from '../model/json.ts'
import { partyReader } from '../store/party-reader.ts'
import { openTestHub, type TestHub, tenant } from './test-hub.ts'
import { applyAll, merchantSale, tradeWith } from './test-prices.ts'

let hub: TestHub
beforeEach(async () => {
  hub = await openTestHub({
    schemas: new Map<string, JsonObject>(
      ['party', 'tier', 'tier-assignment', 'price-list', 'sales-order'].map((type) => [`${type}@1`, {}]),
    ),
  })
  await applyAll(hub, product('LAMP', 'LAMP'), product('DESK', 'DESK'))
  await tradeWith(hub, 'M-7', 'GOLD', 'gold', '9.00')
  await tradeWith(hub, 'M-8', 'SILVER', 'silver', '9.99')
})
afterEach(async () => {
  expect((await verify(hub.context.database, tenant)).differences).toEqual([])
  await hub.close()
})
const resolve = (query: string, key?: string) => hub.ask('GET', `/v1/prices/resolve?product=LAMP${query}`, key === undefined ? {} : { key })
const csvOf = (...lines: readonly string[]) =>
  ['list,kind,product,currency,taxBasis,minQuantity,unit,price,validFrom,validTo', ...lines].join('\r\n')
const importing = (body: string, query = '') =>
  hub.ask('POST', `/v1/prices/import${query}`, { body, headers: { 'content-type': 'text/csv' } })

test('a price is told with its list, version and step, and why others were passed over', async () => {
  await hub.ask('PUT', '/v1/prices', {
    json: { list: 'standard', kind: 'base', product: 'LAMP', currency: 'CNY', taxBasis: 'none', steps: [{ price: '12.00' }] },
  })
  expect((await resolve('&merchant=M-7&quantity=24')).json).toMatchObject({
    merchant: 'M-7',
    currency: 'CNY',
    tier: 'GOLD',
    amount: '216.00',
    price: { level: 'tier', tier: 'GOLD', list: 'gold', key: 'hub/gold/LAMP/CNY', version: 1, price: '9.00', unit: 'EA', minQuantity: '0' },
    passed: [{ level: 'base', list: 'standard', why: 'outranked' }],
  })
  expect((await resolve('&merchant=M-7&quantity=2&unit=XCS')).json).toMatchObject({ base: '24', amount: '216.00' })
  expect((await resolve('&merchant=M-7&quantity=1000')).json).toMatchObject({ amount: '1000.00' })
  expect((await resolve('&merchant=M-7&currency=EUR')).json).toMatchObject({ price: null, amount: null })
})

test('is told as the hub knew it at an earlier time', async () => {
  const before = new Date(hub.clock.now + 1).toISOString()
  hub.clock.now += 60_000
  const steps = [{ price: '5.00' }]
  await hub.ask('PUT', '/v1/prices', { json: { list: 'gold', kind: 'tier', product: 'LAMP', currency: 'CNY', taxBasis: 'none', steps } })
  await hub.ask('POST', '/v1/tiers/end', { json: { key: 'hub/M-7/GOLD/2026-01-01', on: '2026-10-01' } })
  expect((await resolve('&merchant=M-7')).json).toMatchObject({ tier: null, price: null })
  expect((await resolve('&merchant=M-7&at=2026-09-30T00:00:00Z')).json).toMatchObject({
    tier: 'GOLD',
    price: { price: '5.00', version: 2 },
  })
  expect((await resolve(`&merchant=M-7&knownAt=${before}`)).json).toMatchObject({ tier: 'GOLD', price: { price: '9.00', version: 1 } })
  const tier = async (query: string) => (await hub.ask('GET', `/v1/tiers/of?merchant=M-7${query}`)).json
  expect(await tier('')).toMatchObject({ tier: null, history: [{ status: 'approved', validTo: '2026-10-01' }] })
  expect(await tier(`&knownAt=${before}`)).toMatchObject({ tier: 'GOLD', history: [{ validTo: null }] })
})

describe('a key of a merchant', () => {
  const keyOf = (party: string) => hub.addKey(['read'], { party })

  test('sees its own prices, and no other tier or list', async () => {
    await hub.ask('PUT', '/v1/prices', {
      json: { list: 'standard', kind: 'base', product: 'LAMP', currency: 'CNY', taxBasis: 'none', steps: [{ price: '12.00' }] },
    })
    const key = await keyOf('M-7')
    const own = await resolve('', key)
    expect(own.json).toMatchObject({ merchant: 'M-7', tier: 'GOLD', price: { price: '9.00' }, passed: [{ list: 'standard' }] })
    expect((await resolve('&quantity=2&unit=EA', key)).json).toMatchObject({ amount: '18.00' })
    for (const text of [own.text, (await hub.ask('GET', '/v1/tiers/of', { key })).text]) expect(text).not.toMatch(/silver|9\.99/i)
  })

  test('is answered for another as for one that is not there', async () => {
    const key = await keyOf('M-7')
    for (const path of ['/v1/prices/resolve?product=LAMP&merchant=', '/v1/tiers/of?merchant=']) {
      const [other, absent] = [await hub.ask('GET', `${path}M-8`, { key }), await hub.ask('GET', `${path}M-9`, { key })]
      expect([other.status, other.json.type, absent.status]).toEqual([404, 'urn:crossdock:problem:no-such-merchant', 404])
    }
    for (const query of ['&knownAt=2026-11-01T00:00:00Z']) expect((await resolve(query, key)).status).toBe(400)
    expect((await hub.ask('GET', '/v1/prices', { key })).status).toBe(403)
  })

  test('sees what its own orders cost, and nothing of others', async () => {
    await applyAll(hub, merchantSale('M-7', 'mine', 'LAMP', '2'), merchantSale('M-8', 'theirs', 'LAMP', '2'))
    const key = await keyOf('M-7')
    const cost = (order: string, as = key) => hub.ask('GET', `/v1/orders/cost?key=shop-us/${order}`, { key: as })
    expect((await cost('mine')).json).toMatchObject({
      merchant: 'M-7',
      complete: true,
      totals: { CNY: '18.00' },
      lines: [{ line: '1', state: 'frozen', tier: 'GOLD', list: 'gold', version: 1, price: '9.00', amount: '18.00' }],
    })
    expect((await cost('theirs')).status).toBe(404)
  })

  test('reads rows of prices, lists and grants that are its own, and base lists', async () => {
    await hub.ask('PUT', '/v1/prices', {
      json: { list: 'standard', kind: 'base', product: 'LAMP', currency: 'CNY', taxBasis: 'none', steps: [{ price: '12.00' }] },
    })
    const listsOf = async (party: string) => {
      const scope = { tenant, party, organisation: null, today: '2026-11-23', isLarge: false }
      const read = partyReader(hub.context.database.read, scope, async (_, rows) => [...rows])
      const rows = await read.selectFrom('price_entry').select('list').orderBy('list').execute()
      const uses = await read.selectFrom('list_use').select('number').distinct().execute()
      const grants = await read.selectFrom('price_grant').select('party').execute()
      return [rows.map(({ list }) => list), uses.map(({ number }) => number), grants.map(({ party: of }) => of)]
    }
    expect(await listsOf('M-7')).toEqual([['gold', 'standard'], ['GOLD'], ['M-7']])
    expect(await listsOf('M-8')).toEqual([['silver', 'standard'], ['SILVER'], ['M-8']])
    expect(await listsOf('nobody')).toEqual([[], [], []])
  })

  test('of a supplier sees none of it', async () => {
    const document = { number: 'V-1', name: 'Ningbo', roles: ['supplier'], status: 'active', currency: 'CNY' }
    await hub.ask('PUT', '/v1/documents/party/one', { json: { key: 'V-1', document } })
    await hub.ask('PUT', '/v1/prices', {
      json: { list: 'standard', kind: 'base', product: 'LAMP', currency: 'CNY', taxBasis: 'none', steps: [{ price: '12.00' }] },
    })
    const key = await keyOf('V-1')
    for (const query of ['', '&merchant=V-1', '&merchant=M-7']) expect((await resolve(query, key)).status, query).toBe(404)
    expect((await hub.ask('GET', '/v1/tiers/of', { key })).status).toBe(404)
  })
})

test('a tier is approved by another key only', async () => {
  const { key } = (await hub.ask('POST', '/v1/tiers/assign', { json: { merchant: 'M-7', tier: 'SILVER', validFrom: '2026-12-01' } })).json
  const approve = (as?: string) =>
    hub.ask('POST', '/v1/tiers/approve', { json: { key: String(key), seen: 1 }, ...(as === undefined ? {} : { key: as }) })
  expect((await approve()).json).toMatchObject({ type: 'urn:crossdock:problem:own-approval' })
  expect((await approve(await hub.addKey(['write']))).status).toBe(200)
})

describe('a file of prices', () => {
  test('makes one price of the lines with one list, product and currency; a second time it changes nothing', async () => {
    const file = csvOf(
      'gold,tier,DESK,CNY,none,1,EA,90,,',
      'gold,tier,DESK,CNY,none,10,EA,80,,2026-12-31',
      'silver,tier,DESK,CNY,none,,,95,,',
    )
    expect((await importing(file, '?dryRun=true')).json).toEqual({ dryRun: true, made: 2, kept: 0, changed: 0, refused: 0, faults: [] })
    expect((await hub.ask('GET', '/v1/prices?product=DESK')).json.items).toEqual([])
    expect((await importing(file)).json).toMatchObject({ dryRun: false, made: 2 })
    expect((await importing(file)).json).toMatchObject({ made: 0, kept: 2 })
    expect((await importing(csvOf('gold,tier,DESK,CNY,none,1,EA,91,,'))).json).toMatchObject({ changed: 1 })
    expect((await hub.ask('GET', '/v1/prices?product=DESK&list=gold')).json.items).toMatchObject([{ version: 2, steps: [{ price: '91' }] }])
  })

  test('tells of each line that is refused why, and takes the others', async () => {
    const file = csvOf(
      'gold,tier,NOTHING,CNY,none,1,EA,90,,',
      'gold,tier,DESK,XXX,none,1,EA,90,,',
      'gold,tier,DESK,CNY,none,1,EA,90,,',
      'gold,tier,DESK,CNY,none,1,EA,80,,',
      'silver,tier,DESK,CNY,none,1,EA,90,,',
      'silver,tier,DESK,CNY,exclusive,10,EA,80,,',
      'bronze,tier,DESK,CNY,none,1,EA,99,,',
    )
    const { json } = await importing(file)
    expect(json).toMatchObject({ made: 1, refused: 4 })
    expect((json.faults as JsonObject[]).map(({ line, code }) => [line, code])).toEqual([
      [2, 'no-such-product'],
      [3, 'unknown-currency'],
      [5, 'step-twice'],
      [7, 'lines-contradict'],
    ])
    expect((await importing('list,kind\ngold,tier')).json).toMatchObject({ type: 'urn:crossdock:problem:unreadable-file' })
  })
})
