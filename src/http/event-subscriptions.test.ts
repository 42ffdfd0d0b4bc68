import { afterAll, beforeAll, expect, test } from 'vitest'
import { isObject, type Json, type JsonObject } from '../model/json.ts'
import { openReceiver } from '../pipeline/receive.ts'
import { loopback } from '../testing/event-receiver.ts'
import { createApp } from './app.ts'
import { type Listening, listen } from './listen.ts'
import { openTestHub, type TestHub, testVault } from './test-hub.ts'

let hub: TestHub
let both: Listening
beforeAll(async () => {
  hub = await openTestHub()
  const second = { ...hub.context, tenant: 'second' }
  const also = [{ context: second, receiver: openReceiver(second) }]
  both = await listen(createApp(hub.context, { also, vault: testVault, limits: { metricsEveryMs: 0 } }), { port: 0 })
})
afterAll(async () => {
  await both.close(0)
  await hub.close()
})

const path = '/v1/event-subscriptions'
const wanted = (more: JsonObject = {}): JsonObject => ({
  name: 'wms',
  url: 'https://wms.example/in?token=abc',
  types: ['order.*'],
  ...more,
})
const make = (more: JsonObject = {}) => hub.ask('POST', path, { json: wanted(more) })
const listed = async (): Promise<readonly JsonObject[]> => {
  const { items } = (await hub.ask('GET', path)).json
  return Array.isArray(items) ? items.filter(isObject) : []
}

test('a receiver shows its secret once, and its address without the query', async () => {
  const made = await make()
  expect(made.status).toBe(201)
  const secret = String(made.json.secret)
  expect(secret).toMatch(/^whsec_[A-Za-z0-9+/]{32}$/)
  const [one] = await listed()
  expect(one).toMatchObject({
    name: 'wms',
    url: 'https://wms.example/in',
    state: 'active',
    content: 'open',
    filter: { types: ['order.*'] },
    messages: { due: 0, sent: 0, dead: 0 },
  })
  for (const answer of [await hub.ask('GET', path), await hub.ask('GET', `${path}/${one?.id}`), await hub.ask('GET', '/v1/secrets')]) {
    expect(answer.text).not.toContain(secret.slice(6, 20))
    expect(answer.text).not.toContain('token=abc')
  }
  const rotated = await hub.ask('POST', `${path}/${one?.id}/rotate`, { json: { graceHours: 2 } })
  expect(rotated.json.formerSecretUntil).toBe('2026-11-23T10:00:00.000Z')
  expect(rotated.json.secret).not.toBe(secret)
  expect((await make({ name: 'wms' })).status).toBe(409)
  expect((await hub.ask('DELETE', `${path}/${one?.id}`)).status).toBe(200)
  expect(await listed()).toEqual([])
  expect((await hub.ask('GET', '/v1/secrets')).json.items).toEqual([])
})

test.each<[string, JsonObject, number]>([
  ['http to a public name', { url: 'http://wms.example/in' }, 422],
  ['http to a public address', { url: 'http://93.184.216.34/in' }, 422],
  ['a private address', { url: 'https://10.1.2.3/in' }, 422],
  ['a metadata service', { url: 'https://169.254.169.254/latest' }, 422],
  ['a private IPv6 address', { url: 'https://[fd00::1]/in' }, 422],
  ['a password in the address', { url: 'https://user:word@wms.example/in' }, 422],
  ['no address', { url: 'wms' }, 422],
  ['a type nobody knows', { types: ['order.payed'] }, 422],
  ['no types', { types: [] }, 400],
  ['a type that is none', { types: ['order.paid; drop'] }, 400],
])('%s is refused', async (_, more, status) => {
  const answer = await make({ name: 'refused', ...more })
  expect([answer.status, await listed()]).toEqual([status, []])
})

test('the operator opens private networks, and then http is for them alone', async () => {
  const open = { ...hub.context, settings: { ...hub.context.settings, eventNetworks: [...loopback, '10.0.0.0/8'] } }
  const listening = await listen(createApp(open, { vault: testVault }), { port: 0 })
  const key = await hub.addKey(['admin'])
  const ask = async (url: string) =>
    (
      await fetch(listening.address + path, {
        method: 'POST',
        headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
        body: JSON.stringify(wanted({ name: url.replaceAll(/\W+/g, '.').slice(0, 50), url })),
      })
    ).status
  expect(await ask('http://10.1.2.3/in')).toBe(201)
  expect(await ask('https://127.0.0.1:9/in')).toBe(201)
  expect(await ask('http://wms.example/in')).toBe(422)
  expect(await ask('https://192.168.0.1/in')).toBe(422)
  await listening.close(0)
  for (const { id } of await listed()) await hub.ask('DELETE', `${path}/${id}`)
})

test('a replay names ids or a span, not both and not neither', async () => {
  const id = String(((await make()).json.subscription as JsonObject).id)
  const replay = (json: Json) => hub.ask('POST', `${path}/${id}/replay`, { json })
  expect((await replay({})).status).toBe(400)
  expect((await replay({ events: ['E1'], from: '2026-11-23T00:00:00Z' })).status).toBe(400)
  expect((await replay({ from: '2026-11-23T00:00:00Z' })).json).toEqual({ matched: 0, next: null, dryRun: false })
  expect((await hub.ask('POST', `${path}/nobody/replay`, { json: { from: '2026-11-23T00:00:00Z' } })).status).toBe(404)
})

test('another tenant sees and touches none of it', async () => {
  const [mine] = await listed()
  const key = await hub.addKey(['read', 'write', 'replay', 'admin'], { tenant: 'second' })
  const ask = (method: string, to: string, body?: Json) =>
    fetch(both.address + to, {
      method,
      headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
  expect(await (await ask('GET', path)).json()).toEqual({ items: [] })
  expect(await (await ask('GET', '/v1/events')).json()).toMatchObject({ items: [] })
  for (const [method, end, body] of [
    ['GET', '', undefined],
    ['DELETE', '', undefined],
    ['POST', '/pause', {}],
    ['POST', '/rotate', {}],
    ['POST', '/resend', {}],
    ['POST', '/replay', { from: '2026-11-23T00:00:00Z' }],
    ['GET', '/messages', undefined],
  ] as const)
    expect((await ask(method, `${path}/${mine?.id}${end}`, body)).status, end).toBe(404)
  expect((await listed())[0]).toEqual(mine)
})
