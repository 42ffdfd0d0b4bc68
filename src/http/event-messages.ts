import { replayEvents } from '../pipeline/replay-events.ts'
import { listMessages, repeatDead } from '../store/event-message.ts'
import type { EventMessageTable } from '../store/tables.ts'
import { findReceiver, typePattern } from './event-subscriptions.ts'
import { pageLimit, pageOf, paging, readCursor, toPage } from './page.ts'
import { invalid } from './problem.ts'
import { route, writeRoute } from './route.ts'
import { count, described, fields, flag, list, nullable, oneOf, optional, text, time, whole } from './shape.ts'
import { epochOr, id, iso, isoOrNull } from './values.ts'

const tag = 'events'
const one = '/v1/event-subscriptions/{id}'
const params = { id }

export const eventMessageRoutes = [
  route({
    id: 'replayEvents',
    method: 'POST',
    path: `${one}/replay`,
    tag,
    scope: 'replay',
    audit: { act: 'events-replayed', asked: ['from', 'until', 'types', 'dryRun'], answered: ['matched'] },
    summary: {
      en: 'Tell a receiver events again, under the ids they always had: some by id, or those of a span',
      zh: '向接收方重发事件（事件 id 不变）：按 id 或按时间段',
    },
    params,
    body: fields({
      events: optional(described(list(id, 500), 'ids of events')),
      from: optional(time),
      until: optional(described(time, 'not in the span itself')),
      types: optional(described(list(typePattern, 50), "narrower than the receiver's own")),
      after: optional(described(id, 'the `next` of a call that reached its limit')),
      limit: optional(whole(1, 10_000, { description: '1000 when left out' })),
      dryRun: optional(described(flag, 'only count')),
    }),
    answer: fields({
      matched: described(count, "events that the receiver's filter takes"),
      dryRun: flag,
      next: described(nullable(text()), '`after` of the next call, where the limit was reached or there is more to look through'),
    }),
    handle: async ({ hub, params: { id }, body }) => {
      const { events, types, after, limit = 1000, dryRun = false } = body
      const [from, until] = [epochOr('from', body.from), epochOr('until', body.until)]
      if ((events === undefined) === (from === undefined))
        throw invalid([{ in: 'body', path: '/events', message: 'must be given, or `from` instead' }])
      const span = { ...(from === undefined ? {} : { from }), ...(until === undefined ? {} : { until }) }
      const asked = { ...(events === undefined ? span : { events }), ...(types === undefined ? {} : { types }) }
      const replayed = await replayEvents(hub, id, { ...asked, ...(after === undefined ? {} : { after }), limit, dryRun })
      return { body: { ...replayed, dryRun } }
    },
  }),
  route({
    id: 'listEventMessages',
    method: 'GET',
    path: `${one}/messages`,
    tag,
    scope: 'read',
    summary: {
      en: 'What a receiver was told, is to be told, and did not take, newest event first',
      zh: '接收方的投递记录：已发、待发与失败，最新在前',
    },
    params,
    query: { ...paging, state: optional(oneOf<EventMessageTable['state']>('due', 'sent', 'dead')) },
    answer: pageOf(
      fields({
        event: text(),
        type: text(),
        subject: text(),
        state: oneOf<EventMessageTable['state']>('due', 'sent', 'dead'),
        attempts: count,
        dueAt: nullable(time),
        endedAt: nullable(time),
        lastError: nullable(text()),
      }),
    ),
    handle: async (call) => {
      const { hub, query } = call
      const { id } = await findReceiver(hub.database.read, call)
      const limit = pageLimit(query.limit)
      const [before] = readCursor(query.after, 1) ?? []
      const rows = await listMessages(hub.database.read, hub.tenant, id, {
        ...(query.state === undefined ? {} : { state: query.state }),
        ...(before === undefined ? {} : { before }),
        limit: limit + 1,
      })
      return {
        body: toPage(
          rows,
          limit,
          (row) => [row.event],
          ({ event, type, subject, state, attempts, due_at, ended_at, last_error }) => ({
            event,
            type,
            subject,
            state,
            attempts,
            dueAt: state === 'due' ? iso(due_at) : null,
            endedAt: isoOrNull(ended_at),
            lastError: last_error,
          }),
        ),
      }
    },
  }),
  writeRoute({
    id: 'resendDeadEvents',
    method: 'POST',
    path: `${one}/resend`,
    tag,
    scope: 'replay',
    audit: { act: 'events-resent', answered: ['resent'] },
    summary: { en: 'Tell a receiver again what it did not take, at most 1000 events', zh: '重发接收方未接收的事件（最多 1000 个）' },
    params,
    answer: fields({ resent: count }),
    effect: async (tx, call) => {
      const { tenant, id } = await findReceiver(tx, call)
      const resent = await repeatDead(tx, tenant, id, call.now, 1000)
      return { body: { resent }, after: () => call.hub.bell.ring({ kind: 'events', subscription: id }) }
    },
  }),
]
