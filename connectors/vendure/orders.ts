import type { Child, Stream } from '../../src/connector/types.ts'
import { ask, listAt, orderKeysQuery, orderQuery, ordersQuery, orderWatchQuery, pageOf } from './graphql.ts'

const text = { type: 'string' }
const maybe = { type: ['string', 'null'] }
const list = { type: 'array' }
const whole = { type: 'integer' }
const isPlaced = { orderPlacedAt: { isNull: false } }

/** Records inside the order, which say neither its number nor its currency. */
const inside = (
  name: string,
  records: string,
  document: string,
  as: Partial<Extract<Child['as'], { kind: 'records' }>['parts'][0]>,
): Child => ({
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
    parts: [{ document, mapping: `vendure/${document}`, mode: 'replace', identity: { kind: 'origin' }, ...as }],
  },
})

/**
 * Placed orders. Their `updatedAt` moves with the content only, not with the state, payments, refunds or fulfilments (seen on 3.7.3): so it is where the list is read on from, and no version; what it does
 * not show is seen by the plugin and by `order-watch`. On SQLite it has whole seconds.
 */
export const orders: Stream = {
  title: 'Orders, with their payments, refunds and fulfilments',
  schema: {
    type: 'object',
    required: ['id', 'code', 'state', 'updatedAt', 'orderPlacedAt', 'currencyCode', 'lines', 'total', 'totalWithTax'],
    properties: {
      id: text,
      code: text,
      state: text,
      updatedAt: text,
      orderPlacedAt: maybe,
      currencyCode: text,
      lines: list,
      total: whole,
      totalWithTax: whole,
      payments: { type: ['array', 'null'] },
      fulfillments: { type: ['array', 'null'] },
    },
  },
  key: 'id',
  version: { kind: 'read' },
  call: ask(ordersQuery, { options: { ...pageOf, sort: { updatedAt: 'ASC' }, filter: { ...isPlaced, updatedAt: { after: '{since}' } } } }),
  ...listAt('data.orders', 50),
  cursor: { paths: ['updatedAt'], format: 'iso', zone: null, order: 'asc', lookbackMs: 120_000 },
  byKey: { ...ask(orderQuery, { id: '{key}' }), records: 'data.order' },
  ids: {
    call: ask(orderKeysQuery, { options: { ...pageOf, sort: { id: 'ASC' }, filter: isPlaced } }),
    ...listAt('data.orders', 1000),
    key: 'id',
  },
  children: [
    inside('payments', 'payments', 'payment', { when: "state != 'Created'" }),
    inside('refunds', 'payments.*.refunds', 'refund', {}),
    inside('fulfilments', 'fulfillments', 'shipment', {
      when: "state == 'Delivered'",
      mode: 'merge',
      identity: { kind: 'mirror', identifiers: [], foreign: 'park' },
    }),
  ],
  parts: [
    { document: 'sales-order', mapping: 'vendure/sales-order', mode: 'replace', when: 'has(orderPlacedAt)', identity: { kind: 'origin' } },
  ],
  blindSpots: [
    'what buyers ask for after a sale: Vendure has no such documents, only refunds',
    'states, payments, refunds and fulfilments (the plugin tells, and order-watch sees those of orders that are not over)',
    'refunds of orders that are over, while the plugin was not heard',
    'fulfilments made in Vendure itself: the one who sends the goods says so (a delivered one is set aside until it is linked)',
  ],
}

/** What `updatedAt` does not show, of every order that is not over: an order that looks different is read again. */
export const orderWatch: Stream = {
  title: 'States of the orders that are not over',
  schema: { type: 'object', required: ['id', 'state'], properties: { id: text, state: text } },
  key: 'id',
  version: { kind: 'none' },
  call: ask(orderWatchQuery, {
    options: { ...pageOf, sort: { id: 'ASC' }, filter: { ...isPlaced, state: { notIn: ['Delivered', 'Cancelled'] } } },
  }),
  ...listAt('data.orders', 100),
  cursor: null,
  pokes: { stream: 'orders', key: 'id' },
  parts: [],
  blindSpots: ['the last step of an order, to Delivered or Cancelled, while the plugin was not heard'],
}
