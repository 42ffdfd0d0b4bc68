import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { carriers } from '../model/carriers.ts'
import type { Json, JsonObject } from '../model/json.ts'
import { packageRoot } from '../package-root.ts'
import { insertDeliveries } from '../store/delivery.ts'
import { saveFindings } from '../store/finding.ts'
import { saveReferences } from '../store/reference.ts'
import { carrierWords } from './carriers.ts'
import { openTestHub, type TestHub, tenant } from './test-hub.ts'
import { deliveryRow, documentRow, insertRows } from './test-rows.ts'

let hub: TestHub
const reference = (from: string, toType: string, toKey: string, path: string) => ({
  tenant,
  from_type: 'shipment',
  from_key: from,
  path,
  to_type: toType,
  connection: '',
  external_key: '',
  to_key: toKey,
})
beforeAll(async () => {
  hub = await openTestHub()
  await hub.context.database.write(async (tx) => {
    await insertRows(tx, {
      documents: [
        documentRow(tenant, 'sales-order', 'shop-us/1', { origin: 'shop-us' }),
        documentRow(tenant, 'sales-order', 'shop-us/2', { origin: 'shop-us' }),
        ...['erp/s1', 'erp/s2', 'erp/s3'].map((key) => documentRow(tenant, 'shipment', key, { origin: 'erp' })),
        documentRow(tenant, 'shipment', 'shop-us/f9', { origin: 'shop-us' }),
      ],
    })
    await saveReferences(tx, [
      reference('erp/s1', 'sales-order', 'shop-us/1', 'order'),
      reference('erp/s2', 'sales-order', 'shop-us/1', 'order'),
      reference('erp/s3', 'sales-order', 'shop-us/2', 'order'),
      reference('shop-us/f9', 'sales-order', 'shop-us/2', 'order'),
      reference('erp/s1', 'parcel', 'T1', 'parcels.0.tracking'),
    ])
    const of = (id: string, key: string, state: 'delivered' | 'dead' | 'parked', more = {}) =>
      deliveryRow(tenant, id, { type: 'shipment', key, connection: 'shop-us', state, effect_key: id, ...more })
    await insertDeliveries(tx, [
      of('D1', 'erp/s1', 'delivered', { settled_at: 7 }),
      of('D2', 'erp/s2', 'dead', { attempts: 9 }),
      of('D3', 'erp/s1', 'parked', { shadow: 1 }),
      deliveryRow(tenant, 'D4', { type: 'sales-order', key: 'shop-us/1', connection: 'erp', state: 'delivered', effect_key: 'D4' }),
      // dead once, then taken over: nobody has to look
      of('D5', 'erp/s3', 'dead'),
      of('D6', 'erp/s3', 'delivered'),
    ])
    await saveFindings(
      tx,
      ['T1', 'T2'].map((key) => ({
        tenant,
        type: 'parcel',
        key,
        code: 'carrier-unmapped',
        path: '',
        detail: JSON.stringify({ carriers: key === 'T1' ? ['track17: 190001'] : ['easypost: Acme', 'track17: 190001'] }),
        state: 'open' as const,
        opened_at: 5,
        closed_at: null,
        owner: null,
        owned_at: null,
        closed_by: null,
        accepted: null,
      })),
    )
  })
})
afterAll(() => hub.close())

const get = async (path: string) => (await hub.ask('GET', path)).json
const items = (answer: JsonObject): readonly JsonObject[] => answer.items as readonly JsonObject[]
const statesOf = ({ targets }: JsonObject): Json =>
  (targets as JsonObject[]).map(({ connection, state, reason }) => `${connection} ${state} ${reason}`)

test('a shipment says which platforms have been told, by its deliveries', async () => {
  const all = items(await get('/v1/shipments'))
  expect(all.map((row) => [row.key, statesOf(row)])).toEqual([
    ['erp/s1', ['shop-us acked null']],
    ['erp/s2', ['shop-us failed null']],
    ['erp/s3', ['shop-us acked null']],
    ['shop-us/f9', ['shop-us not-needed its-own']],
  ])
  expect(all[0]).toMatchObject({ orders: [{ type: 'sales-order', key: 'shop-us/1' }], targets: [{ at: '1970-01-01T00:00:00.007Z' }] })
})

test('what failed is found, page by page, and what was mended since is not', async () => {
  expect(items(await get('/v1/shipments?ack=failed')).map(({ key }) => key)).toEqual(['erp/s2'])
  expect(items(await get('/v1/shipments?ack=failed&limit=1')).map(({ key }) => key)).toEqual(['erp/s2'])
  expect(items(await get('/v1/shipments?ack=pending'))).toEqual([])
  expect(items(await get('/v1/shipments?order=shop-us/1')).map(({ key }) => key)).toEqual(['erp/s1', 'erp/s2'])
  const first = await get('/v1/shipments?limit=1')
  expect(items(await get(`/v1/shipments?limit=1&after=${first.next}`)).map(({ key }) => key)).toEqual(['erp/s2'])
})

test('a list whose page holds nothing that still failed goes on where it was', async () => {
  const keys = Array.from({ length: 45 }, (_, n) => `zz/${100 + n}`)
  await hub.context.database.write(async (tx) => {
    await insertRows(tx, { documents: keys.map((key) => documentRow(tenant, 'shipment', key, { origin: 'zz' })) })
    const of = (key: string, state: 'dead' | 'delivered') =>
      deliveryRow(tenant, `${key} ${state}`, { type: 'shipment', key, connection: 'shop-us', state, effect_key: `${key} ${state}` })
    await insertDeliveries(
      tx,
      keys.flatMap((key) => [of(key, 'dead'), ...(key === 'zz/144' ? [] : [of(key, 'delivered')])]),
    )
  })
  const walked: (Json | undefined)[] = []
  for (let after: Json | undefined = ''; typeof after === 'string'; ) {
    const page: JsonObject = await get(`/v1/shipments?ack=failed&origin=zz&limit=1${after === '' ? '' : `&after=${after}`}`)
    walked.push(...items(page).map(({ key }) => key))
    after = page.next
  }
  expect(walked).toEqual(['zz/144'])
})

test('one shipment has its parcels and what is found of them; an order says whom it went to', async () => {
  expect(await get('/v1/shipments/one?key=erp/s1')).toMatchObject({
    key: 'erp/s1',
    parcels: [{ tracking: 'T1', timeline: [] }],
    findings: [{ type: 'parcel', key: 'T1', code: 'carrier-unmapped' }],
  })
  expect((await hub.ask('GET', '/v1/shipments/one?key=nothing')).status).toBe(404)
  expect((await get('/v1/documents/sales-order/targets?key=shop-us/1')).targets).toMatchObject([{ connection: 'erp', state: 'acked' }])
})

test('words that no table knows are counted, the most parcels first', async () => {
  expect(items(await get('/v1/carriers/unknown'))).toEqual([
    { connection: 'track17', word: '190001', parcels: 2 },
    { connection: 'easypost', word: 'Acme', parcels: 1 },
  ])
  expect(items(await get('/v1/carriers')).find(({ code }) => code === 'sf-express')).toMatchObject({ en: 'SF Express', zh: '顺丰速运' })
})

test('every code that a mapping of ours names is one of our carriers', () => {
  const folder = join(packageRoot, 'mappings')
  const texts = readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((file) => /^[^/]+\/[^/]+\.json$/.test(file) && !file.endsWith('.cases.json'))
    .map((file) => [file, readFileSync(join(folder, file), 'utf8')] as const)
  const words = carrierWords(texts)
  expect(new Set(words.map(({ mapping }) => mapping)).size).toBe(4)
  expect(words.filter(({ code }) => !Object.hasOwn(carriers, code))).toEqual([])
})
