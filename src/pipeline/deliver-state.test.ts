import { expect, test } from 'vitest'
import type { Access, StateRight } from '../connector/access.ts'
import type { StateAction } from '../connector/types.ts'
import type { Json } from '../model/json.ts'
import { deliverState } from './deliver-state.ts'
import type { StatePlan } from './duty-state.ts'

const action: StateAction = {
  kind: 'state',
  title: 'Stock',
  document: 'stock-level',
  mapping: 'small/stock',
  input: { type: 'object' },
  call: { method: 'PUT', path: '/stock', json: { to: '{input.figure}', from: '{shown}' } },
  once: { kind: 'natural', why: 'it sets a figure' },
  current: { call: { path: '/stock' }, value: 'figure', orders: 'orders' },
}
async function deliver(shown: Json, expected: string | undefined) {
  const seen: StateRight[] = []
  const access = {
    current: async () => shown,
    setState: async (_action, _input, _key, right = {}) => {
      seen.push(right)
      return { kind: 'delivered' }
    },
  } satisfies Partial<Access>
  const guard = { wanted: 5, ordersSeen: false, ...(expected === undefined ? {} : { expected }) }
  const plan = { kind: 'state', action, input: { figure: 5 }, delivery: { effect_key: 'e' }, guard }
  const outcome = await deliverState(access as unknown as Access, plan as unknown as StatePlan, {})
  return { outcome, seen }
}

test('the very figure that was judged is the one that the partner compares with', async () => {
  const { outcome, seen } = await deliver(7, '7.000')
  expect(outcome).toEqual({ kind: 'delivered' })
  expect(seen).toEqual([{ shown: 7 }])
})

test('a figure nobody expects is not written over, one that stands there already is not written', async () => {
  expect(await deliver(8, '7')).toEqual({ outcome: { kind: 'orders-first', stream: 'orders', shown: '8' }, seen: [] })
  expect(await deliver('5.0', '7')).toEqual({ outcome: { kind: 'delivered', note: 'already' }, seen: [] })
})
