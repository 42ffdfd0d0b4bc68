import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { JsonObject } from '../model/json.ts'
import { compileSchemas, readSchemas } from '../model/schema.ts'
import { openTestHub, type TestHub } from './test-hub.ts'

let hub: TestHub
beforeAll(async () => {
  const { schemas } = compileSchemas(await readSchemas(join(import.meta.dirname, '..', '..', 'schemas')))
  hub = await openTestHub({ schemas })
})
afterAll(() => hub.close())

const order = (lines: readonly JsonObject[], more: JsonObject = {}): JsonObject => ({
  number: 'P-1',
  status: 'issued',
  currency: 'EUR',
  lines,
  ...more,
})
const put = async (document: JsonObject, why?: string) =>
  expect(
    (
      await hub.ask('PUT', '/v1/documents/purchase-order/one', {
        json: { key: 'hub/P-1', document, ...(why === undefined ? {} : { why }) },
      })
    ).status,
  ).toBe(200)
const changes = async (query = '') => {
  const { status, json } = await hub.ask('GET', `/v1/documents/purchase-order/changes?key=hub%2FP-1${query}`)
  return { status, items: (json.items ?? []) as readonly JsonObject[], next: json.next as string | null }
}

test('each field that changed is told with its line, its author, and in words of two languages', async () => {
  const line = (more: JsonObject) => ({ key: '900', number: '00010', product: { sku: 'LAMP' }, quantity: '5', unit: 'EA', ...more })
  await put(order([line({})]))
  await put(order([line({ quantity: '8', requirement: 'blue' })], { requestedDate: '2026-12-24' }), 'fair was good')
  await put(order([line({ quantity: '8', requirement: 'blue' }), line({ key: '901', number: '00020' })], { requestedDate: '2026-12-24' }))
  const { items } = await changes()
  expect(items.map(({ path, words, line: of, why }) => [path, words, of, why])).toEqual([
    ['', 'created', null, null],
    ['/lines/900/quantity', 'line 00010, Quantity: 5 → 8', { key: '900', number: '00010' }, 'fair was good'],
    ['/lines/900/requirement', 'line 00010, Requirement added: blue', { key: '900', number: '00010' }, 'fair was good'],
    ['/requestedDate', 'Requested date added: 2026-12-24', null, 'fair was good'],
    ['/lines/901', expect.stringMatching(/^line 00020 added: .*LAMP/), { key: '901', number: '00020' }, null],
  ])
  expect(items.map(({ actor }) => actor).every((actor) => typeof actor === 'string')).toBe(true)
  expect((await changes('&lang=zh')).items.slice(1, 4).map(({ words }) => words)).toEqual([
    '第 00010 行，数量：5 → 8',
    '第 00010 行，新增商品要求：blue',
    '新增要求交期：2026-12-24',
  ])
})

test('page by page it is the same journal', async () => {
  const { items: all } = await changes()
  const paged: JsonObject[] = []
  for (let after = ''; ; ) {
    const { items, next } = await changes(`&limit=2${after}`)
    paged.push(...items)
    if (next === null) break
    after = `&after=${next}`
  }
  expect(paged).toEqual(all)
  expect((await changes('&after=nonsense')).status).toBe(400)
})

test('two versions are compared, also those that do not follow each other, and page by page', async () => {
  const { items } = await changes('&from=1&to=3')
  expect(items.map(({ path, sequence }) => [path, sequence])).toEqual([
    ['/lines/900/quantity', null],
    ['/lines/900/requirement', null],
    ['/lines/901', null],
    ['/requestedDate', null],
  ])
  const first = await changes('&from=1&to=3&limit=3')
  const second = await changes(`&from=1&to=3&limit=3&after=${first.next}`)
  expect([...first.items, ...second.items]).toEqual(items)
  expect(second.next).toBeNull()
  expect((await changes('&from=3&to=1')).items[0]).toMatchObject({ before: '8', after: '5' })
})

test('a document and a version that are not there', async () => {
  expect((await changes('&from=1&to=9')).status).toBe(404)
  expect((await hub.ask('GET', '/v1/documents/purchase-order/changes?key=hub%2Fnone')).status).toBe(404)
})
