import type { EnvelopeState, Slice } from '../model/envelope.ts'
import type { Context } from '../pipeline/context.ts'
import { keptRecord } from '../pipeline/kept-record.ts'
import { findReceipt } from '../store/receipt.ts'
import type { EnvelopeTable, ReceiptTable } from '../store/tables.ts'
import { wantConnection } from './absent.ts'
import { pageLimit, pageOf, paging, readCursor, toPage } from './page.ts'
import { notFound, ProblemError } from './problem.ts'
import { type RawAnswer, rawRoute, route } from './route.ts'
import { anything, count, described, fields, flag, list, nullable, type Of, oneOf, optional, text, time, whole } from './shape.ts'
import { epochOr, id, iso, isoOrNull, name, stored } from './values.ts'

export const envelopeStates: readonly EnvelopeState[] = [
  'received',
  'parked',
  'applied',
  'unchanged',
  'duplicate',
  'stale',
  'ignored',
  'dead',
]

const head = {
  id: text(),
  connection: text(),
  stream: text(),
  key: text(),
  version: nullable(text()),
  op: oneOf<'upsert' | 'delete'>('upsert', 'delete'),
  state: oneOf<EnvelopeState>(...envelopeStates),
  reason: nullable(text()),
  receivedAt: time,
  settledAt: nullable(time),
}
const headShape = fields(head)
export type EnvelopeHead = Of<typeof headShape>

export const columns = ['id', 'connection', 'stream', 'key', 'version', 'op', 'state', 'reason', 'received_at', 'settled_at'] as const

export const envelopeHead = (row: Pick<EnvelopeTable, (typeof columns)[number]>): EnvelopeHead => ({
  id: row.id,
  connection: row.connection,
  stream: row.stream,
  key: row.key,
  version: row.version,
  op: row.op,
  // the column holds no other words: only settleEnvelopes writes it
  state: envelopeStates.find((state) => state === row.state) ?? 'dead',
  reason: row.reason,
  receivedAt: iso(row.received_at),
  settledAt: isoOrNull(row.settled_at),
})

const filters = {
  state: optional(oneOf<EnvelopeState>(...envelopeStates)),
  connection: optional(name),
  stream: optional(described(text(100), 'a stream, or `<stream>/<child>`')),
  key: optional(text(400)),
  reason: optional(text(100)),
  from: optional(described(time, 'received at or after')),
  to: optional(described(time, 'received before')),
  ...paging,
}

const find = (hub: Context, id: string): Promise<EnvelopeTable | undefined> =>
  hub.database.read.selectFrom('envelope').selectAll().where('tenant', '=', hub.tenant).where('id', '=', id).executeTakeFirst()

const slicesOf = (row: EnvelopeTable): readonly Slice[] => JSON.parse(row.slices) as Slice[]

const tag = 'envelopes'

export const envelopeRoutes = [
  route({
    id: 'listEnvelopes',
    method: 'GET',
    path: '/v1/envelopes',
    tag,
    scope: 'read',
    summary: { en: 'Envelopes, the newest first', zh: '信封列表，最新在前' },
    query: filters,
    answer: pageOf(headShape),
    handle: async ({ hub, query }) => {
      await wantConnection(hub, query.connection)
      const limit = pageLimit(query.limit)
      const before = readCursor(query.after, 1)
      const from = epochOr('from', query.from)
      const to = epochOr('to', query.to)
      let rows = hub.database.read.selectFrom('envelope').select(columns).where('tenant', '=', hub.tenant)
      if (query.state !== undefined) rows = rows.where('state', '=', query.state)
      if (query.connection !== undefined) rows = rows.where('connection', '=', query.connection)
      if (query.stream !== undefined) rows = rows.where('stream', '=', query.stream)
      if (query.key !== undefined) rows = rows.where('key', '=', query.key)
      if (query.reason !== undefined) rows = rows.where('reason', '=', query.reason)
      if (from !== undefined) rows = rows.where('received_at', '>=', from)
      if (to !== undefined) rows = rows.where('received_at', '<', to)
      if (before) rows = rows.where('id', '<', before[0])
      const found = await rows
        .orderBy('id', 'desc')
        .limit(limit + 1)
        .execute()
      return { body: toPage(found, limit, (row) => [row.id], envelopeHead) }
    },
  }),
  route({
    id: 'getEnvelope',
    method: 'GET',
    path: '/v1/envelopes/{id}',
    tag,
    scope: 'read',
    summary: { en: 'One envelope with the reason for its state', zh: '一个信封及其状态原因' },
    params: { id },
    answer: fields({
      ...head,
      detail: described(anything, 'what the mapping and the ledger said'),
      waitsFor: nullable(text()),
      receipts: list(text()),
      lane: count,
      bodyHash: text(),
      asOf: time,
      baseline: flag,
      crashes: count,
      revision: nullable(text()),
    }),
    handle: async ({ hub, params }) => {
      const row = await find(hub, params.id)
      if (!row) throw notFound()
      return {
        body: {
          ...envelopeHead(row),
          detail: stored(row.detail),
          waitsFor: row.waits_for,
          receipts: [...new Set(slicesOf(row).map(({ receipt }) => receipt))],
          lane: row.lane,
          bodyHash: row.body_hash,
          asOf: iso(row.as_of),
          baseline: row.baseline === 1,
          crashes: row.crashes,
          revision: row.revision,
        },
      }
    },
  }),
  rawRoute({
    id: 'getEnvelopeBytes',
    method: 'GET',
    path: '/v1/envelopes/{id}/bytes',
    tag,
    scope: 'read',
    summary: { en: 'The exact bytes the record came in', zh: '该记录的原始字节' },
    params: { id },
    query: { slice: optional(whole(0, 9999, { description: 'which of the byte ranges, in the order of the record; 0 when left out' })) },
    contentType: 'application/octet-stream',
    handle: async ({ hub, params, query }) => {
      const row = await find(hub, params.id)
      const slice = row && slicesOf(row)[query.slice ?? 0]
      const receipt = slice && (await findReceipt(hub.database, hub.tenant, slice.receipt))
      if (!receipt) throw notFound()
      demandBytes(receipt)
      return attachment('from' in slice ? receipt.body.subarray(slice.from, slice.to) : receipt.body, `${params.id}.bin`)
    },
  }),
  route({
    id: 'getEnvelopeRecord',
    method: 'GET',
    path: '/v1/envelopes/{id}/record',
    tag,
    scope: 'read',
    summary: { en: 'The record as mappings see it, put together and decoded', zh: '映射所见的记录（已拼合并解码）' },
    params: { id },
    answer: fields({
      envelope: text(),
      connection: text(),
      stream: text(),
      key: text(),
      record: anything,
      mappings: described(list(text()), 'that its stream reads it with'),
    }),
    handle: async ({ hub, params }) => {
      const row = await find(hub, params.id)
      if (!row) throw notFound()
      const kept = await keptRecord(hub, row)
      if (kept === undefined)
        throw new ProblemError(
          404,
          'no-record',
          'The envelope has no record that can be read: it is a delete, its bytes are gone or no record, or its stream is not in the workspace any more.',
        )
      const mappings = kept.place.parts.flatMap((part) => ('link' in part || part.mapping === undefined ? [] : [part.mapping]))
      const { id: envelope, connection, stream, key } = row
      return { body: { envelope, connection, stream, key, record: kept.record, mappings: [...new Set(mappings)] } }
    },
  }),
  route({
    id: 'getReceipt',
    method: 'GET',
    path: '/v1/receipts/{id}',
    tag,
    scope: 'read',
    summary: { en: 'One receipt: what was received in one piece', zh: '一份收据：一次收到的内容' },
    params: { id },
    answer: fields({
      id: text(),
      connection: text(),
      stream: nullable(text()),
      kind: oneOf<'webhook' | 'page' | 'key' | 'child'>('webhook', 'page', 'key', 'child'),
      topic: nullable(text()),
      eventId: nullable(text()),
      bytes: count,
      bodyHash: text(),
      asOf: time,
      baseline: flag,
      split: flag,
      removed: described(flag, 'its bytes were older than settings.retention.bodiesDays and were removed'),
      receivedAt: time,
    }),
    handle: async ({ hub, params }) => {
      const row = await findReceipt(hub.database, hub.tenant, params.id)
      if (!row) throw notFound()
      return {
        body: {
          id: row.id,
          connection: row.connection,
          stream: row.stream,
          kind: row.kind,
          topic: row.topic,
          eventId: row.event_id,
          bytes: row.body.byteLength,
          bodyHash: row.body_hash,
          asOf: iso(row.as_of),
          baseline: row.baseline === 1,
          split: row.state !== 'received' && row.state !== 'uncut',
          removed: row.state === 'removed',
          receivedAt: iso(row.received_at),
        },
      }
    },
  }),
  rawRoute({
    id: 'getReceiptBytes',
    method: 'GET',
    path: '/v1/receipts/{id}/bytes',
    tag,
    scope: 'read',
    summary: { en: 'The exact bytes of a receipt', zh: '收据的原始字节' },
    params: { id },
    contentType: 'application/octet-stream',
    handle: async ({ hub, params }) => {
      const row = await findReceipt(hub.database, hub.tenant, params.id)
      if (!row) throw notFound()
      demandBytes(row)
      return attachment(row.body, `${params.id}.bin`)
    },
  }),
]

/** @throws ProblemError 410 when the bytes were removed */
function demandBytes({ id, state }: Pick<ReceiptTable, 'id' | 'state'>): void {
  if (state === 'removed')
    throw new ProblemError(
      410,
      'bytes-removed',
      `The bytes of receipt ${id} were older than settings.retention.bodiesDays and were removed. What was made of them is in the ledger.`,
    )
}

/** Bytes that a browser saves and never runs. */
const attachment = (bytes: Uint8Array, fileName: string): RawAnswer => ({
  bytes,
  headers: { 'content-disposition': `attachment; filename="${fileName}"` },
})
