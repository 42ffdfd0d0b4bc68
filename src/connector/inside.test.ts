import { afterEach, describe, expect, it } from 'vitest'
import type { Json } from '../model/json.ts'
import { startPartner } from '../testing/loopback-partner.ts'
import { smallConnector } from '../testing/small-connector.ts'
import { joinRecord } from './join.ts'
import { lintConnector } from './lint.ts'
import { openAccess } from './open.ts'
import type { Child, Connector } from './types.ts'

const closing: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const close of closing.splice(0)) await close()
})

const child = (name: string, records: string, change: Partial<Child> = {}): Child => ({
  name,
  call: null,
  records,
  page: { kind: 'single' },
  batch: 1,
  as: {
    kind: 'records',
    key: 'id',
    version: { kind: 'read' },
    within: 'order',
    parts: [{ document: 'refund', mapping: 'small/refund', mode: 'replace', identity: { kind: 'origin' } }],
  },
  ...change,
})

async function open(connector: Connector, answer: (path: string, query: URLSearchParams) => Json) {
  const partner = await startPartner(({ path, query }) => ({ body: answer(path, new URLSearchParams([...query])) }))
  const access = openAccess({
    name: 'shop',
    connector,
    config: { url: partner.url, token: 'tok-5f1c9a77e2d0' },
    concurrency: 1,
    allowPrivate: ['127.0.0.0/8'],
  })
  closing.push(
    () => access.close(),
    () => partner.close(),
  )
  return { access, partner }
}

describe('children that stand in their parent', () => {
  const order = {
    id: 7,
    updated: '2026-11-20T10:00:00.000Z',
    currency: 'GBP',
    payments: [
      { id: 1, refunds: [{ id: 11, total: 500 }] },
      { id: 2, refunds: [] },
      {
        id: 3,
        refunds: [
          { id: 31, total: 9 },
          { id: 32, total: 8 },
        ],
      },
      { id: 4, refunds: null },
    ],
  }
  const bare = { id: 8, updated: '2026-11-20T10:00:00.000Z', currency: 'USD', payments: null }
  const connector = smallConnector({ stream: { children: [child('payments', 'payments'), child('refunds', 'payments.*.refunds')] } })

  it('are records of their own in the lane of their parent, with it in them, and nothing is asked for', async () => {
    const { access, partner } = await open(connector, () => ({ orders: [order, bare] }))
    for await (const page of access.read('orders', null, {})) {
      const { records } = page
      expect(records.map(({ stream, key, laneKey }) => [stream, key, laneKey])).toEqual([
        ['orders', '7', '7'],
        ['orders', '8', '8'],
        ...['1', '2', '3', '4'].map((key) => ['orders/payments', key, '7']),
        ...['11', '31', '32'].map((key) => ['orders/refunds', key, '7']),
      ])
      const last = records.at(-1)
      const bodies = page.bodies.map(({ bytes }) => bytes)
      expect(joinRecord(last?.slices ?? [], bodies, undefined)).toEqual({ id: 32, total: 8, order: [order] })
      break
    }
    expect(partner.requests).toHaveLength(1)
  })

  it('come with a record that is read by its key', async () => {
    const { access } = await open(connector, () => order)
    expect((await access.readKey('orders', '7')).records.map(({ key }) => key)).toEqual(['7', '1', '2', '3', '4', '11', '31', '32'])
  })

  it('are judged by the linter', () => {
    const codes = (one: Child) =>
      lintConnector(smallConnector({ stream: { children: [one] } })).flatMap(({ severity, code }) => (severity === 'error' ? [code] : []))
    expect(codes(child('refunds', 'payments.*.refunds'))).toEqual([])
    expect(codes(child('refunds', 'refunds', { as: { kind: 'embed' } }))).toEqual(['nothing-read'])
    expect(codes(child('refunds', 'refunds', { batch: 5 }))).toEqual(['nothing-read'])
    expect(codes(child('refunds', 'a.*.b', { call: { path: '/refunds/{key}' } }))).toEqual(['star-in-answer'])
  })
})

it('a list that shrinks while it is read is read from its first page again, also where its body tells the total', async () => {
  const rows = [1, 2, 3, 4, 5].map((id) => ({ id, updated: '2026-11-20T10:00:00.000Z' }))
  let asked = 0
  const page = { kind: 'offset', size: 2, total: { path: 'count' } } as const
  const { access } = await open(smallConnector({ page, cursor: null }), (_, query) => {
    const left = ++asked === 1 ? rows : rows.slice(1)
    const offset = Number(query.get('offset'))
    return { orders: left.slice(offset, offset + 2), count: left.length }
  })
  const keys: string[] = []
  for await (const read of access.read('orders', null, {})) keys.push(...read.records.map(({ key }) => key))
  expect(new Set(keys)).toEqual(new Set(['1', '2', '3', '4', '5']))
})
