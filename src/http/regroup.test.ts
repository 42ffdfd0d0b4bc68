import { afterAll, beforeAll, expect, test } from 'vitest'
import type { JsonObject } from '../model/json.ts'
import { openTestHub, type TestHub, tenant } from './test-hub.ts'
import { documentRow, insertRows } from './test-rows.ts'

let hub: TestHub
beforeAll(async () => {
  hub = await openTestHub({ schemas: new Map<string, JsonObject>([['product@1', {}]]) })
  const body = (sku: string) => JSON.stringify({ sku, name: sku, baseUnit: 'EA' })
  await hub.context.database.write((tx) =>
    insertRows(tx, { documents: ['OLD', 'NEW'].map((key) => documentRow(tenant, 'product', key, { body: body(key) })) }),
  )
})
afterAll(() => hub.close())

const post = (path: string, json: JsonObject) => hub.ask('POST', `/v1/crosswalk/${path}`, { json })
const link = (externalKey: string, key: string) =>
  hub.ask('PUT', '/v1/crosswalk', { json: { type: 'product', connection: 'shop-us', externalKey, key } })

test('keys are merged with a reason, told, and split again', async () => {
  await link('77', 'OLD')
  const merged = await post('merge', { type: 'product', key: 'OLD', into: 'NEW', reason: 'one lamp' })
  expect(merged.json).toMatchObject({ links: [{ connection: 'shop-us', externalKey: '77' }] })
  expect((await hub.ask('GET', '/v1/crosswalk')).json.items).toMatchObject([{ externalKey: '77', key: 'NEW', linkedBy: 'merge' }])
  // the same file of links may be sent again, and new ones may name the old key
  expect((await link('77', 'OLD')).json).toEqual({ outcome: 'kept' })
  expect((await link('78', 'OLD')).json).toEqual({ outcome: 'made' })
  expect((await hub.ask('GET', '/v1/crosswalk?key=NEW')).json.items).toHaveLength(2)
  expect(await post('merge', { type: 'product', key: 'OLD', into: 'NEW', reason: 'again' })).toMatchObject({
    status: 422,
    json: { type: 'urn:crossdock:problem:merged-already' },
  })
  expect((await post('split', { type: 'product', key: 'NEW', to: 'OLD', reason: 'two lamps' })).json).toMatchObject({
    links: [{ connection: 'shop-us', externalKey: '77' }],
  })
  expect((await hub.ask('GET', '/v1/crosswalk?key=OLD')).json.items).toMatchObject([{ externalKey: '77', linkedBy: 'person' }])
  const changes = (await hub.ask('GET', '/v1/crosswalk/changes?type=product&key=OLD')).json
  expect(changes).toMatchObject({
    items: [
      { kind: 'split', from: 'NEW', into: 'OLD', reason: 'two lamps' },
      { kind: 'merge', from: 'OLD', into: 'NEW', reason: 'one lamp' },
    ],
    next: null,
  })
  const page = (await hub.ask('GET', '/v1/crosswalk/changes?limit=1')).json
  expect((await hub.ask('GET', `/v1/crosswalk/changes?limit=1&after=${page.next}`)).json.items).toMatchObject([{ kind: 'merge' }])
  const told = await hub.context.database.read
    .selectFrom('journal')
    .select(['kind', 'key', 'actor', 'why'])
    .where('kind', 'in', ['merged', 'split'])
    .orderBy('id')
    .execute()
  expect(told.map(({ kind, key }) => `${kind} ${key}`)).toEqual(['merged OLD', 'merged NEW', 'split NEW', 'split OLD'])
})
