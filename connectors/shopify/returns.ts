import type { Stream } from '../../src/connector/types.ts'
import { ask, connectionAt, returningOrderQuery, returningQuery, returnsQuery } from './graphql.ts'
import { changed, next, ofOrder, updated } from './streams.ts'

/** An ordinary order is no row here: only those with a return are listed. */
const returning = { query: "updated_at:>='{since}' -return_status:no_return", after: '{page.token}' }

/** The Admin API lists returns by their order only, and needs a scope for them: so they are a stream beside that of orders, which goes on without it. A return has no time of its last change: it is compared by content. */
export const returns: Stream = {
  title: 'Returns of orders: requested, under way, exchanged, over',
  schema: {
    type: 'object',
    required: ['legacyResourceId', 'updatedAt', 'returns'],
    properties: { legacyResourceId: { type: 'string' }, updatedAt: { type: 'string' }, returns: { type: 'object' } },
  },
  key: 'legacyResourceId',
  version: updated,
  call: ask(returningQuery, returning, 100),
  ...connectionAt('data.orders'),
  cursor: { ...changed('asc'), first: '2008-01-01T00:00:00Z' },
  byKey: { ...ask(returningOrderQuery, ofOrder, 5), records: 'data.order' },
  children: [
    {
      name: 'returns',
      call: ask(returnsQuery, { ...ofOrder, ...next }, 100),
      ...connectionAt('data.order.returns'),
      batch: 1,
      when: 'has(returns.nodes[0].id)',
      as: {
        kind: 'records',
        key: 'id',
        version: { kind: 'none' },
        parts: [{ document: 'return', mapping: 'shopify/return', mode: 'replace', identity: { kind: 'origin' } }],
      },
    },
  ],
  parts: [],
  blindSpots: [
    'that a return moves the time of its order is from memory: the webhooks of returns tell by themselves',
    'what became of the only return of an order, when Shopify then lists the order as one without: the webhook of the return tells',
    'lines of a return beyond the fiftieth',
    'by when somebody has to answer: the settings `returns` of the workspace say it',
    'refunds without a return: they are refunds of the order',
  ],
}
