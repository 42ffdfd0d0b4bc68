import { afterAll, beforeAll, expect, test } from 'vitest'
import type { JsonObject } from '../model/json.ts'
import { openTestHub, type TestHub } from './test-hub.ts'

let hub: TestHub
beforeAll(async () => {
  hub = await openTestHub({ schemas: new Map<string, JsonObject>([['party@1', {}]]) })
})
afterAll(() => hub.close())

const party = (name: string) => ({ name, roles: ['supplier'], status: 'prospect' })
const put = (body: JsonObject) => hub.ask('PUT', '/v1/documents/party/one', { json: body })

test('a document of the hub is made, changed and refused by version, with its author and reason', async () => {
  const made = await put({ key: 'hub/V-1', seen: 0, why: 'fair in Ningbo', document: party('Ningbo Lamps') })
  expect(made.json).toMatchObject({ type: 'party', key: 'hub/V-1', version: 1, document: { name: 'Ningbo Lamps' } })
  expect((await put({ key: 'hub/V-1', seen: 1, document: party('Ningbo Lights') })).json).toMatchObject({ version: 2 })
  const late = await put({ key: 'hub/V-1', seen: 1, document: party('Ningbo Lamps') })
  expect(late.status).toBe(409)
  expect(late.json).toMatchObject({ type: 'urn:crossdock:problem:version-moved' })
  const history = (await hub.ask('GET', '/v1/documents/party/history?key=hub%2FV-1')).json
  expect(history).toMatchObject({
    items: [
      { version: 1, envelope: null, why: 'fair in Ningbo' },
      { version: 2, envelope: null, why: null },
    ],
  })
})

test('refused: a step that is none', async () => {
  const answer = await put({ key: 'hub/V-1', document: { name: 'Ningbo Lights', roles: ['supplier'], status: 'ended' } })
  expect(answer.status).toBe(409)
  expect(answer.json).toMatchObject({ type: 'urn:crossdock:problem:illegal-transition' })
})

test('refused: a type that has no schema', async () => {
  expect((await hub.ask('PUT', '/v1/documents/wish/one', { json: { key: 'hub/1', document: {} } })).status).toBe(404)
})
