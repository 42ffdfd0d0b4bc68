import type { Context } from '../pipeline/context.ts'
import { replayDelivery } from '../pipeline/replay.ts'
import { wantConnection } from './absent.ts'
import { deliveryHead } from './deliveries.ts'
import { columns, envelopeHead } from './envelopes.ts'
import { pageLimit, pageOf, paging, readCursor, toPage } from './page.ts'
import { notFound } from './problem.ts'
import { rehearsal, replayOne, replayThese } from './replays.ts'
import { route } from './route.ts'
import { count, described, fields, flag, list, nullable, oneOf, optional, text, time } from './shape.ts'
import { id, name } from './values.ts'

type Kind = 'envelope' | 'delivery'
interface Filter {
  readonly kind?: Kind
  readonly connection?: string
  readonly reason?: string
}
interface Letter {
  readonly kind: Kind
  readonly id: string
  readonly connection: string
  readonly what: string
  readonly key: string
  readonly reason: string | null
  readonly at: string
  readonly settledAt: string | null
}

const letter = fields({
  kind: oneOf<Kind>('envelope', 'delivery'),
  id: text(),
  connection: text(),
  what: described(text(), 'stream of an envelope, document type and operation of a delivery'),
  key: text(),
  reason: nullable(text()),
  at: time,
  settledAt: nullable(time),
})
const filters = { kind: optional(oneOf<Kind>('envelope', 'delivery')), connection: optional(name), reason: optional(text(100)) }

async function deadEnvelopes({ database, tenant }: Context, filter: Filter, before: string | undefined, limit: number): Promise<Letter[]> {
  if (filter.kind === 'delivery') return []
  let rows = database.read.selectFrom('envelope').select(columns).where('tenant', '=', tenant).where('state', '=', 'dead')
  if (filter.connection !== undefined) rows = rows.where('connection', '=', filter.connection)
  if (filter.reason !== undefined) rows = rows.where('reason', '=', filter.reason)
  if (before !== undefined) rows = rows.where('id', '<', before)
  return (await rows.orderBy('id', 'desc').limit(limit).execute()).map(envelopeHead).map((one) => ({
    kind: 'envelope',
    id: one.id,
    connection: one.connection,
    what: one.stream,
    key: one.key,
    reason: one.reason,
    at: one.receivedAt,
    settledAt: one.settledAt,
  }))
}

async function deadDeliveries({ database, tenant }: Context, filter: Filter, before: string | undefined, limit: number): Promise<Letter[]> {
  if (filter.kind === 'envelope') return []
  let rows = database.read.selectFrom('delivery').selectAll().where('tenant', '=', tenant).where('state', '=', 'dead')
  if (filter.connection !== undefined) rows = rows.where('connection', '=', filter.connection)
  if (filter.reason !== undefined) rows = rows.where('reason', '=', filter.reason)
  if (before !== undefined) rows = rows.where('id', '<', before)
  return (await rows.orderBy('id', 'desc').limit(limit).execute()).map(deliveryHead).map((one) => ({
    kind: 'delivery',
    id: one.id,
    connection: one.connection,
    what: `${one.type} ${one.operation}`,
    key: one.key,
    reason: one.reason,
    at: one.createdAt,
    settledAt: one.settledAt,
  }))
}

/** The newest first, both kinds together: ids of the hub sort by time. */
async function letters(hub: Context, filter: Filter, before: string | undefined, limit: number): Promise<Letter[]> {
  const both = [...(await deadEnvelopes(hub, filter, before, limit)), ...(await deadDeliveries(hub, filter, before, limit))]
  return both.sort((a, b) => (a.id < b.id ? 1 : -1)).slice(0, limit)
}

const tag = 'dead letters'
const maxLetters = 1000
const dryRun = optional(described(flag, 'only say what would happen'))

export const deadLetterRoutes = [
  route({
    id: 'listDeadLetters',
    method: 'GET',
    path: '/v1/dead-letters',
    tag,
    scope: 'read',
    summary: { en: 'What needs a person: dead envelopes and deliveries, the newest first', zh: '需要人工处理的死信，最新在前' },
    query: { ...filters, ...paging },
    answer: pageOf(letter),
    handle: async ({ hub, query }) => {
      await wantConnection(hub, query.connection)
      const limit = pageLimit(query.limit)
      const rows = await letters(hub, query, readCursor(query.after, 1)?.[0], limit + 1)
      return {
        body: toPage(
          rows,
          limit,
          (one) => [one.id],
          (one) => one,
        ),
      }
    },
  }),
  route({
    id: 'replayDeadLetters',
    method: 'POST',
    path: '/v1/dead-letters/replay',
    tag,
    scope: 'replay',
    audit: { act: 'dead-replayed', asked: ['kind', 'connection', 'reason'], answered: ['envelopes', 'deliveries'] },
    summary: {
      en: `Try dead letters again, at most the newest ${maxLetters}; deliveries with their frozen bytes, so nothing happens twice`,
      zh: `重试死信（最多最新 ${maxLetters} 个）；投递使用原有字节，不会重复生效`,
    },
    body: fields({ ...filters, dryRun }),
    answer: fields({
      dryRun: flag,
      envelopes: count,
      deliveries: count,
      rehearsals: list(rehearsal),
      ids: described(list(text()), 'the dead letters that were meant'),
    }),
    handle: async ({ hub, body }) => {
      const dryRun = body.dryRun === true
      const found = await letters(hub, body, undefined, maxLetters)
      const idsOf = (kind: Kind) => found.filter((one) => one.kind === kind).map((one) => one.id)
      const envelopes = await replayThese(hub, idsOf('envelope'), dryRun)
      const deliveries = idsOf('delivery')
      if (!dryRun) for (const one of deliveries) await replayDelivery(hub, one, 'same')
      return {
        body: {
          dryRun,
          envelopes: dryRun ? envelopes.matched : envelopes.replayed,
          deliveries: deliveries.length,
          rehearsals: envelopes.rehearsals,
          ids: found.map((one) => one.id),
        },
      }
    },
  }),
  route({
    id: 'replayDeadLetter',
    method: 'POST',
    path: '/v1/dead-letters/{id}/replay',
    tag,
    scope: 'replay',
    audit: { act: 'dead-replayed', answered: ['kind'] },
    summary: { en: 'Try one dead letter again', zh: '重试一个死信' },
    params: { id },
    body: fields({}),
    answer: fields({ kind: oneOf<Kind>('envelope', 'delivery') }),
    handle: async ({ hub, params }) => {
      const kind = await kindOf(hub, params.id)
      if (kind === undefined) throw notFound()
      if (kind === 'envelope') await replayOne(hub, params.id, false)
      else await replayDelivery(hub, params.id, 'same')
      return { body: { kind } }
    },
  }),
]

async function kindOf({ database, tenant }: Context, id: string): Promise<Kind | undefined> {
  for (const kind of ['envelope', 'delivery'] as const) {
    const row = await database.read
      .selectFrom(kind)
      .select('id')
      .where('tenant', '=', tenant)
      .where('id', '=', id)
      .where('state', '=', 'dead')
      .executeTakeFirst()
    if (row) return kind
  }
  return undefined
}
