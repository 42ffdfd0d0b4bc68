import { expect } from 'vitest'
import { warn } from '../ledger/numbers/warn.ts'
import type { Json } from '../model/json.ts'
import { workOnNumbers } from '../pipeline/numbers.ts'
import type { TestHub } from './test-hub.ts'

/** Every operation on order numbers once, in an order in which each succeeds. */
export async function askNumbers(hub: TestHub): Promise<void> {
  const root = '/v1/order-numbers'
  const put = { settings: { format: 'W{seq:6}{check:mod97}', low: 5, high: 10 } }
  expect((await hub.ask('PUT', `${root}/schemes/web`, { json: put })).json).toMatchObject({ version: 1, business: 'open' })
  const post = async (path: string, json: Json) => {
    const { status, json: answer } = await hub.ask('POST', `${root}/${path}`, { json })
    expect(status, path).toBe(200)
    return answer
  }
  const of = { scheme: 'web', requestId: 'r1' }
  const { numbers } = await post('allot', { ...of, holder: 'shop', count: 2 })
  const [number = '', other = ''] = numbers as string[]
  expect(await post('allot', { ...of, holder: 'shop', count: 2 })).toEqual({ numbers, leaseUntil: null, repeated: true })
  await post('renew', { ...of, leaseMs: 60_000 })
  await post('complete', { ...of, items: [{ number, amount: '12.50' }] })
  expect(await post('release', { ...of, why: 'cart left' })).toMatchObject({ numbers: [{ number: other, state: 'retired' }] })
  for (const act of ['generation/stop', 'generation/resume', 'business/stop']) await post(`schemes/web/${act}`, { why: 'test' })
  const refused = await hub.ask('POST', `${root}/allot`, { json: { ...of, requestId: 'r2', holder: 'shop' } })
  expect([refused.status, refused.json.type]).toEqual([409, 'urn:crossdock:problem:business-stopped'])
  await post('schemes/web/business/resume', {})
  const get = async (path: string) => (await hub.ask('GET', `${root}/${path}`)).json
  expect(await get('schemes')).toMatchObject({ items: [{ name: 'web', generation: 'on', business: 'open' }] })
  expect(await get('stats?scheme=web')).toMatchObject({
    issued: 10,
    available: 8,
    consumed: 1,
    retired: 1,
    amount: '12.5',
    capacityLeft: 999_989,
  })
  expect(await get('log?scheme=web&limit=1')).toMatchObject({ items: [{ kind: 'business-resume', inputs: { before: 'stopped' } }] })
  expect(await get(`one?scheme=web&number=${number}`)).toMatchObject({
    state: 'consumed',
    amount: '12.5',
    events: [{ state: 'locked' }, {}, {}],
  })
  expect((await hub.ask('GET', `${root}/stats?scheme=none`)).status).toBe(404)
  expect((await hub.ask('POST', '/v1/signals', { json: { kind: 'traffic', factor: '2.5', scheme: 'web' } })).status).toBe(200)
  expect(await get('stats?scheme=web')).toMatchObject({ level: 'ok', factor: '2.500', confidence: 'low' })
  const play = { on: 'critical', action: 'call the carrier for two trucks', assignee: 'warehouse', approval: true }
  const tight = { settings: { ...put.settings, warnAt: 2_000_000, criticalAt: 1_000_000, playbook: [play] }, seen: 1 }
  expect((await hub.ask('PUT', `${root}/schemes/web`, { json: tight })).status).toBe(200)
  const { ring } = await hub.context.database.write((tx) => workOnNumbers(tx, hub.context, 'crossdock', (desk) => warn(desk, 'web')))
  ring()
  const { items } = await get('responses?scheme=web')
  expect(items).toMatchObject([{ state: 'proposed', action: play.action, level: 'critical' }])
  const [{ id }] = items as readonly [{ readonly id: string }]
  expect(await post(`responses/${id}/settle`, { to: 'open' })).toMatchObject({ state: 'open' })
  expect(await post(`responses/${id}/settle`, { to: 'done', outcome: 'two trucks' })).toMatchObject({ outcome: 'two trucks' })
  expect((await hub.ask('POST', `${root}/responses/${id}/settle`, { json: { to: 'failed' } })).status).toBe(409)
}
