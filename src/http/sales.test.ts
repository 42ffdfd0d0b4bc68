import { afterAll, beforeAll, expect, test } from 'vitest'
import { applyPart } from '../ledger/apply.ts'
import { openBooks, preload } from '../ledger/books.ts'
import { finish } from '../ledger/finish.ts'
import { location, parcel, parcelLine, product, record, ref, sale, saleLine, stock } from '../ledger/ledger-kit.ts'
import type { Incoming } from '../ledger/types.ts'
import { verify } from '../ledger/verify.ts'
import type { JsonObject } from '../model/json.ts'
import { syncConnections } from '../store/connection.ts'
import { openTestHub, type TestHub, tenant } from './test-hub.ts'

let hub: TestHub
const keys: Record<string, string> = {}
async function apply(...records: readonly Incoming[]) {
  const { database, newId } = hub.context
  await database.write(async (tx) => {
    const books = await openBooks(tx, { tenant, now: await database.now(), newId, revision: 'r1' })
    await preload(books, records)
    for (const one of records) await applyPart(books, one)
    await finish(books)
  })
}
const party = (key: string, role: string) =>
  record(
    'erp',
    'party',
    key,
    { number: key, name: key, roles: [role], status: 'active' },
    { identity: { kind: 'master', key: 'number', identifiers: [{ scheme: 'number', path: 'number' }] } },
  )
const by = (supplier: string, days: JsonObject = {}) => ({ supplier: { ref: { type: 'party', key: supplier } }, ...days })
const on = (day: string) => ({ issueDate: day, placedAt: `${day}T09:00:00.000Z` })

beforeAll(async () => {
  hub = await openTestHub()
  const connections = [
    { name: 'shop-us', connector: 'shop', books: 'harbour' },
    { name: 'shop-m', connector: 'shop', books: 'M' },
  ]
  await hub.context.database.write((tx) => syncConnections(tx, tenant, connections, 1))
  await apply(location('MAIN', 'MAIN'), party('S', 'supplier'), party('S2', 'supplier'), party('M', 'merchant'))
  await apply(
    record(
      'erp',
      'location',
      'ROAD',
      { code: 'ROAD', name: 'Nanjing Road', kind: 'store', zone: 'Asia/Shanghai' },
      { identity: { kind: 'master', key: 'code', identifiers: [{ scheme: 'code', path: 'code' }] } },
    ),
    product('A', 'A', { supplierItems: [by('S'), by('S2', { validFrom: '2026-11-22' })] }),
    product('B', 'B', { supplierItems: [by('S2')] }),
  )
  await apply(
    stock('A', '10', '2026-11-23T08:00:00.000Z'),
    stock('B', '7', '2026-11-23T09:00:00.000Z'),
    stock('A', '3', '2026-11-23T07:00:00.000Z', { location: { code: 'ROAD', ref: ref('location', 'erp', 'ROAD') } }),
    sale('shop-us', '1', [saleLine('1', 'A', '5'), saleLine('2', 'B', '3')], on('2026-11-20')),
    sale('shop-us', '2', [saleLine('1', 'A', '2')], on('2026-11-23')),
    sale('shop-m', '1', [saleLine('1', 'A', '1')], on('2026-11-23')),
    parcel('p1', ref('sales-order', 'shop-us', '2'), [parcelLine({ key: '1' }, 'A', '2')], '2026-11-23T10:00:00.000Z', {
      from: { ref: ref('location', 'erp', 'MAIN') },
    }),
  )
  for (const one of ['S', 'S2', 'M']) keys[one] = await hub.addKey(['read'], { party: one })
})
afterAll(async () => {
  expect((await verify(hub.context.database, tenant)).differences).toEqual([])
  await hub.close()
})

const span = 'from=2026-11-01&until=2026-11-30'
const ask = async (path: string, who?: string): Promise<readonly (readonly unknown[])[]> => {
  const { status, json, text } = await hub.ask('GET', path, who === undefined ? {} : { key: keys[who] ?? '' })
  expect(status, text).toBe(200)
  return (json.items as JsonObject[]).map((row) =>
    'quantity' in row ? [row.name, row.quantity, row.amount] : [row.name, row.onHand, row.available],
  )
}

test('sales by day, store, product and supplier, and of one warehouse', async () => {
  expect(await ask(`/v1/sales?${span}`)).toEqual([
    ['2026-11-20', '8', '80.00'],
    ['2026-11-23', '3', '30.00'],
  ])
  expect(await ask(`/v1/sales?${span}&by=store`)).toEqual([
    ['shop-m', '1', '10.00'],
    ['shop-us', '10', '100.00'],
  ])
  expect(await ask(`/v1/sales?${span}&by=product&supplier=S2`)).toEqual([
    ['A', '3', '30.00'],
    ['B', '3', '30.00'],
  ])
  // each sale counts for one supplier: sums of suppliers are the sum of all
  expect(await ask(`/v1/sales?${span}&by=supplier`)).toEqual([
    ['S', '8', '80.00'],
    ['S2', '3', '30.00'],
  ])
  expect(await ask(`/v1/sales?${span}&warehouse=MAIN`)).toEqual([['2026-11-23', '2', '20.00']])
})

test('pages hold each row once', async () => {
  for (const what of ['day', 'supplier']) {
    const whole = await ask(`/v1/sales?${span}&by=${what}`)
    const first = (await hub.ask('GET', `/v1/sales?${span}&by=${what}&limit=1`)).json
    expect([
      ...(await ask(`/v1/sales?${span}&by=${what}&limit=1`)),
      ...(await ask(`/v1/sales?${span}&by=${what}&after=${first.next}`)),
    ]).toEqual(whole)
  }
  expect((await hub.ask('GET', '/v1/sales?from=2024-01-01&until=2026-11-30')).status).toBe(400)
})

test('a supplier sees units of its own goods on days on which it supplied them, and no amount; a merchant sees its own sales', async () => {
  expect(await ask(`/v1/sales?${span}&by=product`, 'S')).toEqual([['A', '8', null]])
  expect(await ask(`/v1/sales?${span}&by=product`, 'S2')).toEqual([
    ['A', '3', null],
    ['B', '3', null],
  ])
  expect(await ask(`/v1/sales?${span}&by=supplier`, 'S')).toEqual([['S', '8', null]])
  expect(await ask(`/v1/sales?${span}&by=store`, 'M')).toEqual([['shop-m', '1', '10.00']])
})

test('stock by warehouse, store and supplier, with totals and their age', async () => {
  expect(await ask('/v1/stock/summary?by=warehouse')).toEqual([['MAIN', '17', expect.any(String)]])
  expect(await ask('/v1/stock/summary?by=store')).toEqual([['ROAD', '3', expect.any(String)]])
  const all = (await hub.ask('GET', '/v1/stock/summary?by=supplier')).json
  expect(all).toMatchObject({
    total: { products: 2, onHand: '20', asOf: '2026-11-23T07:00:00.000Z', sources: ['erp'] },
    items: [
      { name: 'S', onHand: '13' },
      { name: 'S2', onHand: '7' },
    ],
  })
  expect(await ask('/v1/stock/summary?by=location', 'S')).toEqual([
    ['MAIN', '10', '2'],
    ['ROAD', '3', '3'],
  ])
  expect(await ask('/v1/stock/summary', 'M')).toEqual([])
})

test('a store reports its day by command: once more replaces, and what is not known is refused', async () => {
  const report = (lines: JsonObject[], place = 'ROAD') =>
    hub.ask('POST', '/v1/sales/reports', { json: { location: place, date: '2026-11-22', currency: 'CNY', lines } })
  const made = await report([{ product: 'A', quantity: '2', unit: 'XCS', returns: '1', amount: '99.00' }])
  expect(made.json).toEqual({ keys: ['hub/ROAD/2026-11-22/A'], reports: 1 })
  expect(await ask(`/v1/sales?${span}&store=ROAD`)).toEqual([['2026-11-22', '12', '99.00']])
  await report([{ product: 'A', quantity: '3', amount: '30.00' }])
  expect(await ask(`/v1/sales?${span}&store=ROAD`)).toEqual([['2026-11-22', '3', '30.00']])
  expect((await report([{ product: 'nothing', quantity: '1' }])).json.type).toContain('unknown-product')
  expect((await report([{ product: 'A', quantity: '1' }], 'NOWHERE')).json.type).toContain('unknown-location')
})

test('with the key of another nothing of a party is found by asking for it', async () => {
  for (const path of [`/v1/sales?${span}&supplier=S2&by=supplier`, `/v1/sales?${span}&product=B`, `/v1/sales?${span}&supplier=M`])
    expect(await ask(path, 'S'), path).toEqual([])
  for (const path of [`/v1/sales?${span}&store=shop-us`, `/v1/sales?${span}&supplier=S`, `/v1/sales?${span}&product=B`])
    expect(await ask(path, 'M'), path).toEqual([])
})
