import type { DeliveryState, Operation } from '../model/delivery.ts'
import { attemptsOf } from '../store/attempt.ts'
import { blockersOf, isBlocked } from '../store/blocked.ts'
import type { AttemptTable, DeliveryTable } from '../store/tables.ts'
import { wantConnection } from './absent.ts'
import { clean } from './options.ts'
import { pageLimit, pageOf, paging, readCursor, toPage } from './page.ts'
import { notFound } from './problem.ts'
import { type Call, route } from './route.ts'
import { anything, count, described, fields, flag, list, nullable, type Of, oneOf, optional, text, time } from './shape.ts'
import { id, iso, isoOrNull, key, name, stored } from './values.ts'

export const deliveryStates: readonly DeliveryState[] = [
  'due',
  'sending',
  'waiting',
  'parked',
  'delivered',
  'superseded',
  'cancelled',
  'dead',
]

const head = {
  id: text(),
  route: text(),
  connection: text(),
  action: text(),
  operation: oneOf<Operation>('state', 'create', 'change', 'cancel'),
  type: text(),
  key: text(),
  documentVersion: count,
  state: oneOf<DeliveryState>(...deliveryStates),
  reason: nullable(text()),
  attempts: count,
  dueAt: time,
  partnerKey: nullable(text()),
  shadow: flag,
  createdAt: time,
  settledAt: nullable(time),
}
const headShape = fields(head)
export type DeliveryHead = Of<typeof headShape>

export const deliveryHead = (row: Omit<DeliveryTable, 'body'>): DeliveryHead => ({
  id: row.id,
  route: row.route,
  connection: row.connection,
  action: row.action,
  operation: row.op,
  type: row.type,
  key: row.key,
  documentVersion: row.document_version,
  // the column holds no other words: only the pipeline writes it
  state: deliveryStates.find((state) => state === row.state) ?? 'dead',
  reason: row.reason,
  attempts: row.attempts,
  dueAt: iso(row.due_at),
  partnerKey: row.partner_key,
  shadow: row.shadow === 1,
  createdAt: iso(row.created_at),
  settledAt: isoOrNull(row.settled_at),
})

/** What holds a delivery up. */
const listed = fields({
  ...head,
  blockedBy: described(
    nullable(fields({ id: text(), state: oneOf<DeliveryState>('parked', 'dead'), reason: nullable(text()) })),
    'the delivery of the same document before it, which has to be freed first: by a person, or by what it waits for',
  ),
})

const attempt = fields({
  id: text(),
  n: count,
  startedAt: time,
  endedAt: nullable(time),
  outcome: nullable(text()),
  code: nullable(text()),
  status: nullable(count),
  message: nullable(text()),
  sample: described(nullable(text()), 'beginning of what the partner answered, without secrets'),
})
const shownAttempt = (row: AttemptTable, { desk }: Call): Of<typeof attempt> => ({
  id: row.id,
  n: row.n,
  startedAt: iso(row.started_at),
  endedAt: isoOrNull(row.ended_at),
  outcome: row.outcome,
  code: row.code,
  status: row.status,
  message: row.message === null ? null : clean(desk.options, row.message),
  sample: row.sample === null ? null : clean(desk.options, row.sample),
})

const tag = 'deliveries'

export const deliveryRoutes = [
  route({
    id: 'listDeliveries',
    method: 'GET',
    path: '/v1/deliveries',
    tag,
    scope: 'read',
    summary: { en: 'Deliveries, the newest first', zh: '投递列表，最新在前' },
    query: {
      state: optional(oneOf<DeliveryState>(...deliveryStates)),
      connection: optional(name),
      route: optional(text(100)),
      type: optional(name),
      key: optional(key),
      reason: optional(text(100)),
      shadow: optional(flag),
      blocked: optional(described(flag, 'true: only those held up by one before them; false: only the others')),
      ...paging,
    },
    answer: pageOf(listed),
    handle: async ({ hub, query }) => {
      await wantConnection(hub, query.connection)
      const limit = pageLimit(query.limit)
      const before = readCursor(query.after, 1)
      let rows = hub.database.read.selectFrom('delivery').selectAll().where('tenant', '=', hub.tenant)
      if (query.state !== undefined) rows = rows.where('state', '=', query.state)
      if (query.connection !== undefined) rows = rows.where('connection', '=', query.connection)
      if (query.route !== undefined) rows = rows.where('route', '=', query.route)
      if (query.type !== undefined) rows = rows.where('type', '=', query.type)
      if (query.key !== undefined) rows = rows.where('key', '=', query.key)
      if (query.reason !== undefined) rows = rows.where('reason', '=', query.reason)
      if (query.shadow !== undefined) rows = rows.where('shadow', '=', query.shadow ? 1 : 0)
      if (query.blocked !== undefined) rows = rows.where((of) => (query.blocked ? isBlocked(of) : of.not(isBlocked(of))))
      if (before) rows = rows.where('id', '<', before[0])
      const found = await rows
        .orderBy('id', 'desc')
        .limit(limit + 1)
        .execute()
      const blockers = await blockersOf(hub.database.read, hub.tenant, found)
      const shown = (row: DeliveryTable): Of<typeof listed> => {
        const by = blockers.get(row.id)
        const blockedBy = by === undefined ? null : { ...by, state: by.state === 'parked' ? ('parked' as const) : ('dead' as const) }
        return { ...deliveryHead(row), blockedBy }
      }
      return { body: toPage(found, limit, (row) => [row.id], shown) }
    },
  }),
  route({
    id: 'getDelivery',
    method: 'GET',
    path: '/v1/deliveries/{id}',
    tag,
    scope: 'read',
    summary: { en: 'One delivery with all its attempts', zh: '一次投递及其全部尝试' },
    params: { id },
    answer: fields({
      ...head,
      waitsFor: nullable(text()),
      generation: count,
      effectKey: text(),
      ambiguous: described(flag, 'an earlier try may have had its effect'),
      body: described(anything, 'what is sent; frozen before the first send of a command'),
      revision: nullable(text()),
      tries: list(attempt),
    }),
    handle: async (call) => {
      const { database, tenant } = call.hub
      const row = await database.read
        .selectFrom('delivery')
        .selectAll()
        .where('tenant', '=', tenant)
        .where('id', '=', call.params.id)
        .executeTakeFirst()
      if (!row) throw notFound()
      const tries = await attemptsOf(database, tenant, row.id)
      return {
        body: {
          ...deliveryHead(row),
          waitsFor: row.waits_for,
          generation: row.generation,
          effectKey: row.effect_key,
          ambiguous: row.ambiguous > 0,
          body: stored(row.body),
          revision: row.revision,
          tries: tries.map((one) => shownAttempt(one, call)),
        },
      }
    },
  }),
]
