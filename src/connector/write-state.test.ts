import { afterEach, expect, it } from 'vitest'
import { type PartnerAnswer, type PartnerRequest, startPartner } from '../testing/loopback-partner.ts'
import { smallConnector } from '../testing/small-connector.ts'
import { lintConnector } from './lint.ts'
import { openAccess } from './open.ts'
import type { StateAction } from './types.ts'

const closing: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const close of closing.splice(0)) await close()
})

async function open(answer: (request: PartnerRequest) => PartnerAnswer, action: StateAction) {
  const partner = await startPartner(answer)
  const faults = [{ path: 'ok', in: [false], then: 'reject' as const, code: 'refused', message: 'message' }]
  const connector = { ...smallConnector({ http: { faults } }), actions: { watch: action } }
  expect(lintConnector(connector).filter(({ severity }) => severity === 'error')).toEqual([])
  const config = { url: partner.url, token: 'secret-token-1' }
  const access = openAccess({ name: 'post', connector, config, concurrency: 2, allowPrivate: ['127.0.0.0/8'], timeoutMs: 1_000 })
  closing.push(access.close, partner.close)
  const send = (...numbers: readonly string[]) => access.setState(action, { parcels: numbers.map((number) => ({ number })) }, 'effect')
  return { send, sent: () => partner.requests.map(({ body }) => JSON.parse(body)) }
}
const input = {
  type: 'object',
  properties: { parcels: { type: 'array', items: { type: 'object', properties: { number: { type: 'string' } } } } },
}
const base = {
  kind: 'state',
  title: 'Watch parcels',
  document: 'sales-order',
  mapping: 'small/watch',
  input,
  once: { kind: 'natural', why: 'it may be asked for again' },
} as const
const one: StateAction = {
  ...base,
  each: 'parcels',
  call: { method: 'POST', path: '/watch', json: { number: '{item.number}' }, already: { path: 'code', in: [501] } },
}
const many: StateAction = {
  ...base,
  call: { method: 'POST', path: '/watch', json: '{input.parcels}' },
  results: {
    accepted: 'data.accepted',
    rejected: 'data.rejected',
    name: 'number',
    of: 'parcels',
    sent: 'number',
    code: 'error.code',
    message: 'error.message',
    done: [-1],
    retry: [-2],
  },
}

it('one call for each item; one that is refused does not keep the others from being sent', async () => {
  const { send, sent } = await open(({ body }) => {
    const { number } = JSON.parse(body)
    return number === 'B' ? { body: { ok: false, code: 400, message: 'no such carrier' } } : { body: { ok: true, code: 200 } }
  }, one)
  expect(await send('A', 'B', 'C')).toMatchObject({
    kind: 'reject',
    code: 'refused',
    message: expect.stringContaining('1 of 3: POST /watch'),
  })
  expect(sent()).toEqual([{ number: 'A' }, { number: 'B' }, { number: 'C' }])
  expect(await send('A')).toMatchObject({ kind: 'delivered', status: 200 })
  expect(await send()).toEqual({ kind: 'delivered' })
})

it('an answer that says it was done before is none of the faults', async () => {
  const { send } = await open(() => ({ body: { ok: false, code: 501, message: 'subscribed already' } }), one)
  expect(await send('A', 'B')).toMatchObject({ kind: 'delivered' })
  const other = await open(() => ({ body: { ok: false, code: 502, message: 'busy' } }), one)
  expect(await other.send('A')).toMatchObject({ kind: 'reject', code: 'refused', message: expect.stringContaining('busy') })
})

it('what needs another try ends this one', async () => {
  const { send, sent } = await open(({ body }) => (JSON.parse(body).number === 'B' ? { status: 503 } : { body: { ok: true } }), one)
  expect(await send('A', 'B', 'C')).toMatchObject({ kind: 'retry', code: 'http-503' })
  expect(sent()).toHaveLength(2)
})

const answered = (accepted: readonly string[], rejected: Readonly<Record<string, number>>) => ({
  body: {
    code: 0,
    data: {
      accepted: accepted.map((number) => ({ number })),
      rejected: Object.entries(rejected).map(([number, code]) => ({ number, error: { code, message: `reason ${code}` } })),
    },
  },
})

it.each<[string, PartnerAnswer, object]>([
  ['all are taken', answered(['A', 'B'], {}), { kind: 'delivered', status: 200 }],
  ['one was taken before', answered(['A'], { B: -1 }), { kind: 'delivered' }],
  ['one is refused', answered(['A'], { B: -9 }), { kind: 'reject', code: 'some-refused', message: 'B: reason -9 (-9)' }],
  ['one is to wait', answered(['A'], { B: -2 }), { kind: 'retry', code: 'some-not-taken', message: 'B: reason -2 (-2)' }],
  ['one is not answered at all', answered(['A'], {}), { kind: 'retry', message: 'B: not answered' }],
  ['one is refused and one is to wait', answered([], { A: -9, B: -2 }), { kind: 'retry', message: 'A: reason -9 (-9); B: reason -2 (-2)' }],
  ['the answer is about nothing', { body: { code: 0 } }, { kind: 'retry', message: 'A: not answered; B: not answered' }],
])('many in one call: %s', async (_, answer, expected) => {
  const { send, sent } = await open(() => answer, many)
  expect(await send('A', 'B')).toMatchObject(expected)
  expect(sent()).toEqual([[{ number: 'A' }, { number: 'B' }]])
})

it('a call that names no item is no call for each', () => {
  const wrong: StateAction = { ...one, call: { method: 'POST', path: '/watch', json: {} } }
  const codes = (action: StateAction) =>
    lintConnector({ ...smallConnector(), actions: { watch: action } }).map(({ path, code }) => `${path} ${code}`)
  expect(codes(wrong)).toContain('actions.watch.each item-not-sent')
  expect(codes({ ...one, results: many.results as NonNullable<StateAction['results']> })).toContain('actions.watch.results results-of-each')
})
