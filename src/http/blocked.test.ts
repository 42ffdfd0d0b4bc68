import { afterAll, beforeAll, expect, test } from 'vitest'
import { at, type Json } from '../model/json.ts'
import { readyLanes } from '../store/lane.ts'
import { openTestHub, type TestHub, tenant } from './test-hub.ts'
import { deliveryRow, insertRows } from './test-rows.ts'

let hub: TestHub
beforeAll(async () => {
  hub = await openTestHub()
  const [a, b, c] = ['a', 'b', 'c'].map((name) => `shop-us/sales-order/${name}`)
  if (a === undefined || b === undefined || c === undefined) throw new Error('three lanes')
  await hub.context.database.write(async (tx) => {
    await insertRows(tx, {
      deliveries: [
        deliveryRow(tenant, 'D1', { lane: a, state: 'dead', reason: 'http-422' }),
        deliveryRow(tenant, 'D2', { lane: a, state: 'due', op: 'change' }),
        deliveryRow(tenant, 'D3', { lane: a, state: 'waiting', op: 'cancel' }),
        deliveryRow(tenant, 'D4', { lane: b, state: 'dead', reason: 'http-500' }),
        deliveryRow(tenant, 'D5', { lane: b, state: 'due', op: 'change' }),
        deliveryRow(tenant, 'D6', { lane: c, state: 'parked', reason: 'missing-link' }),
        deliveryRow(tenant, 'D7', { lane: c, state: 'due', op: 'change' }),
      ],
    })
    // a route that goes on after a dead one keeps its lane
    await readyLanes(tx, tenant, 'deliver', [b], 5)
  })
})
afterAll(() => hub.close())

const listed = async (query: string) => {
  const { json } = await hub.ask('GET', `/v1/deliveries?${query}`)
  return (Array.isArray(json.items) ? json.items : []).map((item: Json) => [at(item, 'id'), at(item, 'blockedBy')])
}

test('what is held up is listed with what holds it up', async () => {
  const dead = { id: 'D1', state: 'dead', reason: 'http-422' }
  expect(await listed('blocked=true')).toEqual([
    ['D7', { id: 'D6', state: 'parked', reason: 'missing-link' }],
    ['D3', dead],
    ['D2', dead],
  ])
  expect(await listed('blocked=false&state=due')).toEqual([['D5', null]])
  expect(await listed('state=parked')).toEqual([['D6', null]])
  expect((await hub.ask('GET', '/v1/rest')).json).toMatchObject({ waiting: { blockedDeliveries: 3 } })
})
