import { afterEach, expect, test } from 'vitest'
import { openTestHub, type TestHub } from './test-hub.ts'

let hub: TestHub
afterEach(() => hub.close())
const at = '/v1/connections/shop-us/subscriptions'
const open = async () => {
  hub = await openTestHub({ publicUrl: 'https://hub.example' })
}

test('a person lists, makes and ends what the partner sends', async () => {
  await open()
  expect((await hub.ask('GET', at)).json).toMatchObject({ items: [{ topic: 'order.updated', state: 'missing', key: null }] })
  const { json } = await hub.ask('POST', at, { json: {} })
  expect(json).toMatchObject({ items: [{ state: 'works', key: expect.stringMatching(/^https:\/\/hub\.example\/hooks\/[0-9a-f]{32}$/) }] })
  expect((await hub.ask('POST', `${at}/delete`, { json: { topics: ['order.updated'] } })).json).toMatchObject({
    items: [{ state: 'missing' }],
  })
})

test('a topic, a connection or an address that is not there is told with what to do', async () => {
  await open()
  expect(await hub.ask('POST', at, { json: { topics: ['order.gone'] } })).toMatchObject({
    status: 404,
    json: { detail: expect.stringContaining('It has: order.updated') },
  })
  expect((await hub.ask('GET', '/v1/connections/nobody/subscriptions')).status).toBe(404)
  await hub.close()
  hub = await openTestHub()
  expect(await hub.ask('GET', at)).toMatchObject({ status: 409, json: { detail: expect.stringContaining('publicUrl') } })
})

test('a partner that asks whether a hook address is ours gets its own word back as plain text, and nothing is stored', async () => {
  await open()
  const { current } = (await hub.ask('GET', '/v1/connections/shop-us/hook')).json
  const { pathname } = new URL(String(current))
  const word = '<b>&"你好 + %'
  const shaken = await hub.ask('POST', `${pathname}?validationToken=${encodeURIComponent(word)}`, { key: null })
  expect([shaken.status, shaken.text, shaken.headers.get('content-type'), shaken.headers.get('x-content-type-options')]).toEqual([
    200,
    word,
    'text/plain; charset=utf-8',
    'nosniff',
  ])
  expect((await hub.ask('POST', `${pathname}?validationToken=${'x'.repeat(2049)}`, { key: null })).status).toBe(400)
  expect((await hub.ask('POST', `${pathname}?other=1`, { key: null, body: '{}' })).status).toBe(401)
  expect((await hub.ask('POST', `/hooks/${'0'.repeat(32)}?validationToken=a`, { key: null })).status).toBe(404)
  expect(await hub.context.database.read.selectFrom('receipt').selectAll().execute()).toEqual([])
})
