import { describe, expect, it } from 'vitest'
import { smallConnector } from '../testing/small-connector.ts'
import { describeConnector } from './describe.ts'
import type { Connector } from './types.ts'

describe('the page of a connector', () => {
  const connector: Connector = {
    ...smallConnector({
      stream: { blindSpots: ['deleted orders'] },
      http: { limit: { requests: 10, perMs: 60_000 }, faults: [{ path: 'error', not: [], then: 'reject', code: 'user-error' }] },
    }),
    actions: {
      make: {
        kind: 'command',
        title: 'Makes a thing',
        document: 'purchase-order',
        create: {
          mapping: 'small/make',
          input: { type: 'object' },
          call: { method: 'POST', path: '/things' },
          once: { kind: 'none', why: 'the partner keeps no reference' },
        },
        change: {
          mapping: 'small/thing',
          input: { type: 'object' },
          requires: { call: { path: '/things/{key}' }, path: 'state', in: ['draft'] },
          call: { method: 'PUT', path: '/things/{key}', json: '{input}' },
          once: { kind: 'natural', why: 'it replaces the thing' },
          read: {
            call: { path: '/things/{key}' },
            record: '',
            stream: 'orders',
            matches: { equal: [['ref', 'ref']], lists: [{ rows: ['lines', 'rows'], key: ['seq', 'number'], decimal: [['count', 'n']] }] },
          },
        },
      },
    },
    webhook: {
      verify: { kind: 'hmac', header: 'x-sig', algorithm: 'sha256', encoding: 'hex', secret: '{config.hookSecret}' },
      topic: { header: 'x-topic' },
      topics: { 'order.deleted': { stream: 'orders', carries: 'key', op: 'delete', records: '' } },
      ack: { status: 204 },
    },
  }
  const page = describeConnector(connector, {
    signatures: [{ name: 'order.deleted', origin: 'independent', source: 'openssl dgst -sha256' }],
  })
  it.each([
    '# Small shop',
    '| `token` | Access token | required, secret |',
    '| `timeZone` | Time zone (IANA name) | optional |',
    '- at most 10 requests in 1 min',
    '- an answer with `error` is `user-error`: reject',
    'pages of 2 by number; changes since `updated`, the checkpoint moves when a read is complete; the last 1 s are read again',
    'Blind spots: deleted orders.',
    '**never sent again after an unanswered try**',
    'only while `state` is `draft`; later an unanswered try is known by `ref`, `lines` by `seq` (`count`)',
    '- cancel: the partner has none; it becomes a finding',
    '| `order.deleted` | orders | key, deletes |',
    'made by another program (openssl dgst -sha256)',
  ])('says %s', (line) => {
    expect(page).toContain(line)
  })
  it('is the same every time', () => {
    expect(
      describeConnector(connector, { signatures: [{ name: 'order.deleted', origin: 'independent', source: 'openssl dgst -sha256' }] }),
    ).toBe(page)
    expect(page.endsWith('\n') && !page.endsWith('\n\n')).toBe(true)
  })
})
