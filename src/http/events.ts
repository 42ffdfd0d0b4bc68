import { eventKinds, moveOf } from '../ledger/event-catalogue.ts'
import type { LedgerEvent } from '../ledger/event-filter.ts'
import { subjectOf } from '../ledger/write-journal.ts'
import { cloudEventOf } from '../pipeline/event-body.ts'
import { eventPage } from '../pipeline/event-feed.ts'
import { journalLines } from '../store/journal.ts'
import type { JournalTable } from '../store/tables.ts'
import { pageLimit, pageOf, paging, readCursor, writePlace } from './page.ts'
import { notFound } from './problem.ts'
import { route } from './route.ts'
import { anything, count, described, fields, flag, list, nullable, type Of, oneOf, optional, text, time } from './shape.ts'
import { epochOr, id, iso, key, name } from './values.ts'

const head = fields({
  id: text(),
  type: text(),
  subject: described(text(), 'type and key of the document: `sales-order/shop/1001`'),
  time,
  document: text(),
  key: text(),
  version: nullable(count),
  baseline: described(flag, 'a first load brought it'),
  before: described(anything, 'what was derived, or the status, before; {} where the event is about something else'),
  after: anything,
})
const headOf = ({ line, type, baseline }: LedgerEvent<JournalTable>): Of<typeof head> => {
  const { before, after } = moveOf(line)
  const { id, at, version } = line
  return { id, type, subject: subjectOf(line), time: iso(at), document: line.type, key: line.key, version, baseline, before, after }
}

/** CloudEvents 1.0, JSON format. */
export const cloudEvent = fields({
  specversion: oneOf<'1.0'>('1.0'),
  id: text(),
  source: text(),
  type: text(),
  subject: text(),
  time,
  datacontenttype: text(),
  data: anything,
})

const tag = 'events'

export const eventRoutes = [
  route({
    id: 'listEventTypes',
    method: 'GET',
    path: '/v1/event-types',
    tag,
    scope: 'read',
    summary: { en: 'The catalogue: every type of event, and what it tells', zh: '事件目录：所有事件类型及其含义' },
    answer: fields({ items: list(fields({ type: text(), about: text() })) }),
    handle: async () => {
      const about = new Map(eventKinds.map((kind) => [kind.type, kind.about]))
      return { body: { items: [...about].map(([type, words]) => ({ type, about: words })) } }
    },
  }),
  route({
    id: 'listEvents',
    method: 'GET',
    path: '/v1/events',
    tag,
    scope: 'read',
    summary: {
      en: 'What happened, newest first; for work that must miss nothing, subscribe',
      zh: '发生过的事件，最新在前；若不可遗漏，请使用订阅',
    },
    query: {
      ...paging,
      type: optional(described(text(64), 'a type of the catalogue, or those that begin so: `order.*`')),
      document: optional(described(name, 'type of the document: `sales-order`')),
      key: optional(key),
      keyPrefix: optional(described(key, 'beginning of the key of the document: `shop/`')),
      origin: optional(described(name, 'connection that keeps the document')),
      baseline: optional(described(flag, 'with what first loads brought')),
      from: optional(time),
      until: optional(time),
      order: optional(
        described(
          oneOf<'newest' | 'oldest'>('newest', 'oldest'),
          'oldest: ends ten seconds before now, because a slower transaction may still bring an event of that time',
        ),
      ),
    },
    answer: pageOf(head),
    handle: async ({ hub, query }) => {
      const { type, document, origin, keyPrefix, baseline, order = 'newest' } = query
      const [after] = readCursor(query.after, 1) ?? []
      const [from, until] = [epochOr('from', query.from), epochOr('until', query.until)]
      const { database, tenant } = hub
      const { events, next } = await eventPage(
        database.read,
        tenant,
        {
          filter: {
            types: [type ?? '*'],
            ...(document === undefined ? {} : { documents: [document] }),
            ...(origin === undefined ? {} : { origins: [origin] }),
            ...(keyPrefix === undefined ? {} : { keyPrefix }),
            ...(baseline === true ? { baseline } : {}),
          },
          ...(document === undefined ? {} : { type: document }),
          ...(query.key === undefined ? {} : { key: query.key }),
          ...(from === undefined ? {} : { from }),
          ...(until === undefined ? {} : { until }),
          ...(after === undefined ? {} : { after }),
          order,
          limit: pageLimit(query.limit),
        },
        await database.now(),
      )
      return { body: { items: events.map(headOf), next: next === null ? null : writePlace([next]) } }
    },
  }),
  route({
    id: 'getEvent',
    method: 'GET',
    path: '/v1/events/{id}',
    tag,
    scope: 'read',
    summary: { en: 'One event as receivers get it, without hidden fields', zh: '单个事件：与接收方收到的一致（隐藏字段已遮盖）' },
    params: { id },
    answer: cloudEvent,
    handle: async ({ hub, params }) => {
      const { database, tenant } = hub
      const [line] = await journalLines(database.read, tenant, [params.id])
      const event = line && (await cloudEventOf({ read: database.read, tenant, catalogue: hub.catalogue(), content: 'open' }, line))
      if (event === undefined) throw notFound()
      return { body: event }
    },
  }),
]
