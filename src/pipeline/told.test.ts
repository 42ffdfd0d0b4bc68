import { expect, test } from 'vitest'
import { type TargetDelivery, targetsOf } from './told.ts'

const one = (id: string, state: TargetDelivery['state'], more: Partial<TargetDelivery> = {}): TargetDelivery => ({
  id,
  type: 'shipment',
  key: 's1',
  connection: 'shop',
  state,
  reason: null,
  attempts: 1,
  due_at: 5,
  settled_at: null,
  ...more,
})
const stateOf = (...states: readonly TargetDelivery['state'][]) =>
  targetsOf(states.map((state, index) => one(`D${index}`, state)))[0]?.state

test.each([
  [['due'], 'pending'],
  [['parked'], 'pending'],
  [['delivered'], 'acked'],
  [['dead'], 'failed'],
  [['superseded'], 'not-needed'],
  [['delivered', 'due'], 'pending'],
  [['delivered', 'superseded'], 'acked'],
  [['dead', 'parked'], 'failed'],
  [['dead', 'delivered'], 'acked'],
  [['delivered', 'dead'], 'failed'],
  [['cancelled', 'due'], 'pending'],
] as const)('deliveries %j make a target %s', (states, expected) => {
  expect(stateOf(...states)).toBe(expected)
})

test('a connection that is owed nothing says why, until there is a delivery', () => {
  const others = new Map([['shop', 'no-route']])
  expect(targetsOf([], others)).toMatchObject([{ connection: 'shop', state: 'not-needed', reason: 'no-route' }])
  expect(targetsOf([one('D1', 'delivered', { settled_at: 9 }), one('D2', 'due', { connection: 'track17' })], others)).toMatchObject([
    { connection: 'shop', state: 'acked', at: 9, delivery: 'D1' },
    { connection: 'track17', state: 'pending', at: 5, attempts: 1 },
  ])
})
