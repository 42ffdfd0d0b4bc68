import { afterAll, beforeAll, expect, test } from 'vitest'
import { openReceiver } from '../pipeline/receive.ts'
import { syncConnections } from '../store/connection.ts'
import { createApp } from './app.ts'
import { type Listening, listen } from './listen.ts'
import { openTestHub, signed, type TestHub } from './test-hub.ts'
import { envelopeRow, insertRows } from './test-rows.ts'

let hub: TestHub
let both: Listening
beforeAll(async () => {
  hub = await openTestHub()
  const { context } = hub
  await context.database.write(async (tx) => {
    await syncConnections(tx, 'second', [{ name: 'shop-us', connector: 'shop' }], 1)
    await insertRows(tx, { envelopes: [envelopeRow(context.tenant, 'E1'), envelopeRow('second', 'E2')] })
  })
  const second = { ...context, tenant: 'second' }
  both = await listen(createApp(context, { also: [{ context: second, receiver: openReceiver(second) }], limits: { metricsEveryMs: 0 } }), {
    port: 0,
  })
})
afterAll(async () => {
  await both.close(0)
  await hub.close()
})

const items = async (key: string, path: string): Promise<unknown> => {
  const answer: unknown = await (await fetch(both.address + path, { headers: { authorization: `Bearer ${key}` } })).json()
  return answer
}

test('the key decides whose rows are seen', async () => {
  const first = await hub.addKey(['read', 'admin', 'metrics'])
  const second = await hub.addKey(['read', 'admin', 'metrics'], { tenant: 'second' })
  expect(await items(first, '/v1/envelopes')).toMatchObject({ items: [{ id: 'E1' }], next: null })
  expect(await items(second, '/v1/envelopes')).toMatchObject({ items: [{ id: 'E2' }], next: null })
  expect(await items(second, '/v1/envelopes/E1')).toMatchObject({ status: 404 })
  expect(await items(second, '/v1/stats')).toMatchObject({ envelopes: { received: 1 } })
  expect(JSON.stringify(await items(first, '/v1/keys'))).not.toContain(second.split('_')[1])
})

test('a hook address leads to its own tenant', async () => {
  const { hook_token } = await hub.context.database.read
    .selectFrom('connection')
    .select('hook_token')
    .where('tenant', '=', 'second')
    .executeTakeFirstOrThrow()
  const answer = await fetch(`${both.address}/hooks/${hook_token}`, { method: 'POST', body: '{}', headers: signed('{}') })
  expect(answer.status).toBe(202)
  const rows = await hub.context.database.read.selectFrom('receipt').select('tenant').execute()
  expect(rows).toEqual([{ tenant: 'second' }])
})

test('a process that does not serve a tenant says so to its keys, and hides its hooks', async () => {
  const key = await hub.addKey(['read'], { tenant: 'second' })
  expect((await hub.ask('GET', '/v1/envelopes', { key })).status).toBe(403)
  const { hook_token } = await hub.context.database.read
    .selectFrom('connection')
    .select('hook_token')
    .where('tenant', '=', 'second')
    .executeTakeFirstOrThrow()
  expect((await hub.ask('POST', `/hooks/${hook_token}`, { key: null, body: '{}', headers: signed('{}') })).status).toBe(404)
})
