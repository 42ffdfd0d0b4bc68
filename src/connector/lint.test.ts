import { describe, expect, it } from 'vitest'
import { smallConnector } from '../testing/small-connector.ts'
import { lintConnector } from './lint.ts'
import type { Command, CommandAction, Connector, Matches, Stream, TimeCursor, Topic } from './types.ts'

const errors = (connector: Connector) =>
  lintConnector(connector, { documents: ['sales-order', 'purchase-order'] })
    .filter((fault) => fault.severity === 'error')
    .map((fault) => `${fault.path} ${fault.code}`)
const unsigned = (topic: Pick<Topic, 'carries' | 'op'>): Connector => ({
  ...smallConnector(),
  webhook: {
    verify: { kind: 'address' },
    topic: { path: 'type' },
    topics: { a: { stream: 'orders', records: '', ...topic } },
    ack: { status: 200 },
  },
})
const stream = (change: Partial<Stream>) => smallConnector({ stream: change })
const cursor = (change: Partial<TimeCursor>) => smallConnector({ cursor: change })
const create = (change: Partial<Command>): Connector => ({
  ...smallConnector(),
  actions: {
    make: {
      kind: 'command',
      title: 'Makes it',
      document: 'purchase-order',
      create: {
        mapping: 'small/make',
        input: { type: 'object', properties: { ref: { type: 'string' } } },
        call: { method: 'POST', path: '/things', json: { ref: '{input.ref}' } },
        once: { kind: 'find', call: { path: '/things', query: { ref: '{input.ref}' } }, records: '', key: 'id' },
        key: 'id',
        ...change,
      },
    },
  },
})

const row = { type: 'object', properties: { number: { type: 'integer' }, quantity: { type: 'string' } } }
/** With a change that is known by its content. */
const compared = (matches: Partial<Matches>, change: Partial<Record<keyof Command, unknown>> = {}, read: object = {}): Connector => {
  const { actions, ...connector } = create({})
  const { make } = actions as Readonly<Record<'make', CommandAction>>
  const command = {
    ...make.create,
    input: { type: 'object', properties: { ref: { type: 'string' }, lines: { type: 'array', items: row } } },
    call: { method: 'PUT', path: '/things/{key}', json: { ref: '{input.ref}', lines: '{input.lines}' } },
    once: { kind: 'natural', why: 'it replaces the thing' },
    requires: { call: { path: '/things/{key}' }, path: 'state', in: ['draft'] },
    read: {
      call: { path: '/things/{key}' },
      record: '',
      stream: 'orders',
      matches: {
        equal: [['ref', 'ref']],
        lists: [{ rows: ['lines', 'lines'], key: ['seq', 'number'], decimal: [['quantity', 'quantity']] }],
        ...matches,
      },
      ...read,
    },
    ...change,
  }
  return { ...connector, actions: { make: { ...make, change: command as Command } } }
}

const hashed = (change: object, form?: string): Connector => ({
  ...smallConnector(),
  webhook: {
    verify: {
      kind: 'hash',
      algorithm: 'sha256',
      signature: { header: 'sign' },
      signed: 'body',
      text: '{signed}{secret}',
      secret: '{config.hookSecret}',
      ...change,
    },
    ...(form === undefined ? {} : { form }),
    topic: { path: 'event' },
    topics: { changed: { stream: 'orders', carries: 'whole', records: '' } },
    ack: { status: 200 },
  },
})

describe('a good connector', () => {
  it('has no faults at all, whatever its paging', () => {
    const pages = [
      { kind: 'single' },
      { kind: 'number', first: 0, size: 5 },
      { kind: 'offset', size: 5 },
      { kind: 'token', next: 'n' },
      { kind: 'link', size: 5 },
      { kind: 'nextLink', size: 5, path: 'next' },
    ] as const
    for (const page of pages) expect(lintConnector(smallConnector({ page }))).toEqual([])
    expect(lintConnector(create({}))).toEqual([])
    expect(lintConnector(compared({}))).toEqual([])
    expect(lintConnector(cursor({ windowMs: 1_000, first: '2020-01-01T00:00:00Z' })).map((fault) => fault.code)).toEqual(['page-shift'])
  })
})

describe('faults', () => {
  const small = smallConnector()
  const orders = small.streams.orders
  it.each<[string, Connector, string]>([
    ['a name that is none', { ...small, name: 'Small Shop' }, 'name bad-name'],
    ['no documentation', { ...small, docs: 'see wiki' }, 'docs no-docs'],
    ['a misspelt keyword in a schema', stream({ schema: { type: 'object', requierd: ['id'] } }), 'streams.orders.schema bad-schema'],
    ['a misspelt variable', { ...small, check: { path: '/me', query: { a: '{confg.url}' } } }, 'check unknown-variable'],
    ['a config field that does not exist', { ...small, check: { path: '/me', query: { a: '{config.uri}' } } }, 'check unknown-variable'],
    ['a broken template', { ...small, check: { path: '/me/{' } }, 'check bad-template'],
    [
      'a secret in the open',
      {
        ...small,
        config: { type: 'object', required: ['url', 'token'], properties: { url: { type: 'string' }, token: { type: 'string' } } },
      },
      'http.auth.value open-secret',
    ],
    ['credentials that may be missing', { ...small, config: { ...small.config, required: ['url'] } }, 'http.auth.value config-optional'],
    ['records in any order that overwrite', stream({ version: { kind: 'additive' } }), 'streams.orders.version additive-without-facts'],
    [
      'a figure of stock that forgets when it was read',
      stream({
        version: { kind: 'read' },
        parts: [{ document: 'stock-level', mapping: 'small/stock', mode: 'replace', measure: 'onHand', identity: { kind: 'stock' } }],
      }),
      'streams.orders.parts figure-without-time',
    ],
    [
      'deletes that wait for nothing',
      stream({ ids: { call: { path: '/ids' }, records: '', page: { kind: 'single' }, key: 'id', into: ['parcel'] } }),
      'streams.orders.ids.into.0 unknown-stream',
    ],
    [
      'many documents under one key',
      stream({
        parts: [
          {
            document: 'sales-order',
            mapping: 'small/order',
            mode: 'replace',
            identity: { kind: 'origin' },
            each: [{ of: 'lines', as: 'line' }],
          },
        ],
      }),
      'streams.orders.parts.0.each one-key-for-all',
    ],
    [
      'a fact with a key of its own',
      stream({
        parts: [
          { document: 'sales-order', mapping: 'small/order', mode: 'replace', identity: { kind: 'fact', of: ['number'] }, key: '{key}/1' },
        ],
      }),
      'streams.orders.parts.0 fact-by-content',
    ],
    ['a hash without the secret', hashed({ text: '{signed}' }), 'webhook.verify.text bad-text'],
    ['a signature in a form that is none', hashed({ signature: { field: 'sign' } }), 'webhook.form no-form'],
    ['another field signed than read', hashed({ signed: { field: 'data' } }, 'param'), 'webhook.verify.signed other-field'],
    ['a key that may be missing', stream({ key: 'number' }), 'streams.orders.key key-not-required'],
    ['a cursor that may be missing', cursor({ paths: ['changed'] }), 'streams.orders.cursor.paths cursor-not-required'],
    [
      'a cursor that is not sent',
      stream({ call: { path: '/orders', query: { page: '{page.number}', size: '{page.size}' } } }),
      'streams.orders.cursor cursor-not-sent',
    ],
    [
      'a page that is not sent',
      stream({ call: { path: '/orders', query: { since: '{since}', size: '{page.size}' } } }),
      'streams.orders.call page-not-sent',
    ],
    [
      'a page size that is not sent',
      stream({ call: { path: '/orders', query: { since: '{since}', page: '{page.number}' } } }),
      'streams.orders.call page-size-not-sent',
    ],
    [
      'a window that is not sent',
      stream({ cursor: { ...(orders?.cursor as TimeCursor), windowMs: 5, first: '2020-01-01' } }),
      'streams.orders.cursor window-not-sent',
    ],
    ['a window without a beginning', cursor({ windowMs: 5 }), 'streams.orders.cursor.first no-first'],
    ['wall times without a zone', cursor({ format: 'local' }), 'streams.orders.cursor.zone no-zone'],
    ['a zone that is none', cursor({ format: 'local', zone: 'Berlin' }), 'streams.orders.cursor.zone bad-zone'],
    ['a zone that may be missing', cursor({ format: 'local', zone: '{config.timeZone}' }), 'streams.orders.cursor.zone zone-optional'],
    [
      'a document that does not exist',
      stream({ parts: [{ document: 'sale-order', mapping: 'small/order', mode: 'replace', identity: { kind: 'origin' } }] }),
      'streams.orders.parts.0.document unknown-document',
    ],
    [
      'a condition that does not compile',
      stream({ parts: [{ document: 'sales-order', mapping: 'small/order', mode: 'replace', identity: { kind: 'origin' }, when: 'a ==' }] }),
      'streams.orders.parts.0.when E_SYNTAX',
    ],
    ['a read by key without the key', stream({ byKey: { path: '/orders', records: '' } }), 'streams.orders.byKey key-not-sent'],
    ['a rule that fits every answer', smallConnector({ http: { faults: [{ then: 'retry', code: 'x' }] } }), 'http.faults.0 rule-fits-all'],
    [
      'a look-up that finds anything',
      create({ once: { kind: 'find', call: { path: '/things' }, records: '', key: 'id' } }),
      'actions.make.create.once.call find-finds-all',
    ],
    [
      'an input that does not exist',
      create({ call: { method: 'POST', path: '/things', json: { ref: '{input.rf}' } } }),
      'actions.make.create.call unknown-variable',
    ],
    [
      'a key that nobody knows yet',
      create({ key: undefined as never, call: { method: 'POST', path: '/things/{key}', json: {} } }),
      'actions.make.create.call unknown-variable',
    ],
    ['no reason', create({ once: { kind: 'none', why: '' } }), 'actions.make.create.once.why no-reason'],
    [
      'a stream that does not exist',
      create({ read: { call: { path: '/things/{key}' }, record: '', stream: 'order' } }),
      'actions.make.create.read.stream unknown-stream',
    ],
    ['a comparison that is never made', compared({}, { requires: undefined }), 'actions.make.change.read.matches never-compared'],
    [
      'a comparison beside a proof',
      compared({}, {}, { proves: { path: 'state', in: ['x'] } }),
      'actions.make.change.read.matches never-compared',
    ],
    ['a value that is sent and not compared', compared({ equal: [] }), 'actions.make.change.read.matches not-compared'],
    [
      'a value of a row that is sent and not compared',
      compared({ lists: [{ rows: ['lines', 'lines'], key: ['seq', 'number'] }] }),
      'actions.make.change.read.matches.lists.0 not-compared',
    ],
    ['a comparison with nothing', compared({ equal: [['ref', 'rf']] }), 'actions.make.change.read.matches unknown-input'],
    [
      'a comparison with nothing of a row',
      compared({ lists: [{ rows: ['lines', 'lines'], key: ['seq', 'numbr'], decimal: [['quantity', 'quantity']] }] }),
      'actions.make.change.read.matches.lists.0 unknown-input',
    ],
    ['a body on a GET', create({ call: { path: '/things', json: {} } }), 'actions.make.create.call.method body-on-get'],
    [
      'a webhook without children for a stream with children',
      {
        ...stream({
          children: [
            {
              name: 'lines',
              call: { path: '/orders/{key}/lines' },
              records: '',
              page: { kind: 'single' },
              batch: 1,
              as: { kind: 'embed' },
            },
          ],
        }),
        webhook: {
          verify: { kind: 'standard', secret: '{config.hookSecret}' },
          topic: { path: 'type' },
          topics: { a: { stream: 'orders', carries: 'whole', records: '' } },
          ack: { status: 200 },
        },
      },
      'webhook.topics.a whole-without-children',
    ],
    [
      'a topic that has to be read again and cannot',
      {
        ...stream({ byKey: undefined as never }),
        webhook: {
          verify: { kind: 'standard', secret: '{config.hookSecret}' },
          topic: { path: 'type' },
          topics: { a: { stream: 'orders', carries: 'key', records: '' } },
          ack: { status: 200 },
        },
      },
      'webhook.topics.a no-by-key',
    ],
    ['a message that nobody signed and that is believed', unsigned({ carries: 'whole' }), 'webhook.topics.a believes-unsigned'],
    ['a message that nobody signed and that deletes', unsigned({ carries: 'key', op: 'delete' }), 'webhook.topics.a believes-unsigned'],
  ])('%s', (_, connector, expected) => {
    expect(
      errors(connector).some((fault) => fault.startsWith(expected.split(' ')[0] ?? '') && fault.includes(expected.split(' ')[1] ?? '')),
    ).toBe(true)
  })
  it('say what was probably meant', () => {
    const [fault] = lintConnector({ ...small, check: { path: '/me', query: { a: '{config.uri}' } } })
    expect(fault?.suggestion).toBe("did you mean 'url'?")
  })
})
