import { expect, test } from 'vitest'
import shopify from '../../connectors/shopify/connector.ts'
import { lintConnector } from './lint.ts'
import type { Bulk, Connector, Stream } from './types.ts'

const { orders } = shopify.streams
if (orders?.bulk === undefined) throw new Error('the orders of Shopify have no bulk job')
const { bulk } = orders

const faults = (change: Partial<Bulk>, stream: Partial<Stream> = {}, more: Partial<Connector> = {}) =>
  lintConnector({
    ...shopify,
    ...more,
    streams: { ...shopify.streams, orders: { ...orders, ...stream, bulk: { ...bulk, ...change } } },
  }).map(({ code, path }) => `${code} ${path.replace('streams.orders.', '')}`)

test('a bulk job that would lose its name, read everything for a range, or misread its file is refused, each fault at its place', () => {
  expect(faults({})).toEqual([])
  expect(faults({ look: { path: '/jobs' } })).toEqual(['job-not-sent bulk.look'])
  expect(faults({ cancel: { path: '/jobs' } })).toEqual(['job-not-sent bulk.cancel'])
  expect(faults({ create: { path: '/jobs' } })).toEqual(['since-not-sent bulk.create'])
  expect(faults({ first: 'long ago' })).toEqual(['bad-time bulk.first'])
  const { first: _first, ...without } = bulk
  expect(
    lintConnector({ ...shopify, streams: { ...shopify.streams, orders: { ...orders, bulk: without } } }).map(({ code }) => code),
  ).toEqual(['no-first'])
  expect(faults({ running: ['A'], done: ['A'] })).toEqual(['bad-states bulk.running'])
  expect(faults({ failed: [] })).toEqual(['never-failed bulk.partial'])
  expect(faults({ everyMs: 10 })).toEqual(['bad-times bulk.everyMs'])
  expect(faults({ size: 0 })).toEqual(['bad-page-size bulk.size'])
  expect(faults({ hosts: ['*.googleapis.com'] })).toEqual(['bad-host bulk.hosts'])
  const twice = { id: 'id', parent: 'p', type: 't', of: { A: { into: 'lines' } } }
  expect(faults({ children: twice })).toEqual(['field-twice bulk.children.of'])
  expect(faults({ children: { ...twice, of: {} } })).toEqual(['no-children bulk.children.of'])
  expect(faults({}, { columns: ['legacyResourceId', 'updatedAt'] })).toEqual(['bulk-rows bulk'])
  const parse = () => null
  expect(faults({}, {}, { http: { ...shopify.http, codec: { contentTypes: ['text/xml'], parse } } })).toContain('bulk-codec bulk')
})

test('a state that allows a command does not say that it was done, and only a harmless one goes by it', () => {
  const action = shopify.actions['fulfil-order']
  if (action?.kind !== 'command' || action.cancel?.requires === undefined) throw new Error('Shopify cancels no fulfilment')
  const { cancel } = action
  const codes = (change: Partial<typeof cancel>) =>
    lintConnector({ ...shopify, actions: { 'fulfil-order': { ...action, cancel: { ...cancel, ...change } } } }).map(
      ({ code, path }) => `${code} ${path}`,
    )
  const [allowed] = cancel.requires?.in ?? []
  expect(codes({})).toEqual([])
  expect(codes({ requires: { call: shopify.check, path: 'state', in: [allowed ?? ''], done: [allowed ?? ''] } })).toEqual([
    'bad-states actions.fulfil-order.cancel.requires.done',
  ])
  expect(codes({ once: { kind: 'none', why: 'nobody knows what a second try would do there' } })).toEqual([
    'done-by-rule actions.fulfil-order.cancel.requires.done',
  ])
})

test('a topic that tells of bulk jobs is of a stream that has them, and words are fields of the schema', () => {
  const { webhook } = shopify
  if (webhook === undefined) throw new Error('Shopify has no webhook')
  const topics = { ...webhook.topics, 'bulk_operations/finish': { stream: 'products', carries: 'job', key: 'id', records: '' } as const }
  expect(lintConnector({ ...shopify, webhook: { ...webhook, topics } }).map(({ code }) => code)).toEqual(['no-bulk'])
  expect(faults({}, { words: ['displayStatus'] })).toEqual(['unknown-field words'])
})
