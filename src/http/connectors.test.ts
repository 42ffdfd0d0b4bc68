import { afterAll, beforeAll, expect, test } from 'vitest'
import { isObject, type Json, type JsonObject } from '../model/json.ts'
import { openTestHub, type TestHub } from './test-hub.ts'

let hub: TestHub
beforeAll(async () => {
  hub = await openTestHub({})
})
afterAll(() => hub.close())

const objects = (list: Json | undefined): readonly JsonObject[] => (Array.isArray(list) ? list.filter(isObject) : [])
const form = async (query = '') => {
  const { status, json } = await hub.ask('GET', `/v1/connectors/shopify/form${query}`)
  return { status, json, fields: objects(json.fields) }
}

test('a screen has what it draws a form from, in the language of who fills it in', async () => {
  const { items } = (await hub.ask('GET', '/v1/connectors')).json
  expect(objects(items).map(({ name }) => name)).toEqual(expect.arrayContaining(['kingdee', 'shopify', 'woocommerce']))
  const english = await form()
  expect(english.json).toMatchObject({ connector: 'shopify', title: 'Shopify', language: 'en' })
  expect(english.fields.find(({ name }) => name === 'clientSecret')).toMatchObject({
    title: 'Client secret',
    required: false,
    secret: true,
  })
  expect(english.fields.find(({ name }) => name === 'url')).toMatchObject({ required: true, secret: false, rule: { format: 'uri' } })
  const chinese = await form('?lang=zh')
  expect(chinese.fields.find(({ name }) => name === 'clientSecret')?.title).toBe('客户端密钥')
  expect(chinese.fields.map(({ name }) => name)).toEqual(english.fields.map(({ name }) => name))
})

test('another language, a connector that is not there and a path are refused', async () => {
  expect((await form('?lang=fr')).status).toBe(400)
  expect((await hub.ask('GET', '/v1/connectors/nothing/form')).json).toMatchObject({ detail: expect.stringContaining('/v1/connectors') })
  expect((await hub.ask('GET', '/v1/connectors/..%2F..%2Fsrc/form')).status).toBe(400)
})
