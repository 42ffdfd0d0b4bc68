import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Json } from '../model/json.ts'
import { tinyShop } from '../testing/tiny-connectors.ts'
import { openTestHub, type TestHub } from './test-hub.ts'

const text = (fields: Json): string =>
  JSON.stringify({ mapping: 'tiny.order', version: '1.0.0', source: 'a', target: 'b', direction: 'pull', fields })
const good = { text: text({ number: 'id' }) }

let hub: TestHub
beforeAll(async () => {
  hub = await openTestHub({ streams: tinyShop.streams })
})
afterAll(() => hub.close())
const diff = async (json: Json) => {
  const { status, json: answer } = await hub.ask('POST', '/v1/mappings/diff', { json })
  return { status, type: String(answer.type).split(':').at(-1), detail: String(answer.detail) }
}

test('two versions over nothing differ nowhere', async () => {
  const { status, json } = await hub.ask('POST', '/v1/mappings/diff', { json: { mapping: 'tiny/order', before: good, after: good } })
  expect([status, json.compared, json.different, json.next]).toEqual([200, 0, 0, null])
})

test.each<[string, Json, number, string, RegExp]>([
  ['a text and a hash at once', { ...good, hash: 'a'.repeat(64) }, 400, 'invalid-request', /before has a text and a hash/],
  ['a hash nothing is stored under', { hash: 'a'.repeat(64) }, 404, 'unknown-version', /nothing is stored under aaaa/],
  ['what runs, where nothing of that name does', {}, 404, 'unknown-version', /has no mapping tiny\/order/],
  ['a text with faults', { text: text({ number: { from: 'id', convert: 'nonsense' } }) }, 422, 'mapping-faults', /1:\d+ E_CONVERT/],
  [
    'a mapping for the way out',
    { text: JSON.stringify({ ...JSON.parse(text({})), fields: undefined, direction: 'push', push: { a: 'b' } }) },
    422,
    'not-a-pull',
    /direction push/,
  ],
])('refuses %s', async (_, before, status, type, detail) => {
  const answer = await diff({ mapping: 'tiny/order', before, after: good })
  expect(answer).toMatchObject({ status, type, detail: expect.stringMatching(detail) })
})

test('has a limit on its body, larger than that of others', async () => {
  const padded = (length: number): Json => ({ mapping: 'tiny/order', before: { text: `${good.text}${' '.repeat(length)}` }, after: good })
  expect((await diff(padded(900_000))).status).toBe(200)
  expect((await diff(padded(1_000_001))).status).toBe(400)
  expect((await diff(padded(5_000_000))).status).toBe(413)
})
