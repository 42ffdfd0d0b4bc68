import { orderTypes } from '../ledger/assemble.ts'
import { parcelCases } from '../ledger/parcel-figures.ts'
import { documentName, loadDocuments, openShelf, toDocument } from '../ledger/shelf.ts'
import type { LedgerDocument } from '../ledger/types.ts'
import type { Context } from '../pipeline/context.ts'
import { deliveriesOf, statesBehind, type Target, type TargetState, targetsOf } from '../pipeline/told.ts'
import { documentStretch } from '../store/document.ts'
import { findingsOf } from '../store/finding.ts'
import { referencesFrom } from '../store/reference.ts'
import { noDocument } from './absent.ts'
import { pageLimit, pageOf, paging, readCursor, toPage, writePlace } from './page.ts'
import { moment, toldTimeline } from './parcels.ts'
import { route } from './route.ts'
import { anything, count, described, fields, list, nullable, type Of, oneOf, optional, text, time } from './shape.ts'
import { iso, isoOrNull, key, name, stored } from './values.ts'

const target = fields({
  connection: text(),
  state: described(
    oneOf<TargetState>('pending', 'acked', 'failed', 'not-needed'),
    'pending: under way or waits; acked: it took it over; failed: nobody tries any more; not-needed: nothing is owed there',
  ),
  reason: nullable(text()),
  attempts: count,
  at: described(nullable(time), 'when it was settled, or is due'),
  delivery: nullable(text()),
})
const shownTarget = ({ connection, state, reason, attempts, at, delivery }: Target): Of<typeof target> => ({
  connection,
  state,
  reason,
  attempts,
  at: isoOrNull(at),
  delivery,
})

const head = {
  key: text(),
  number: nullable(text()),
  status: nullable(text()),
  origin: text(),
  orders: described(list(fields({ type: text(), key: text() })), 'orders it carries lines of, as far as they are known'),
  carrier: anything,
  shippedAt: nullable(time),
  targets: described(list(target), 'which connections have been told of it, by its deliveries'),
}
const shipment = fields(head)
const tag = 'parcels'

interface Told {
  readonly document: LedgerDocument
  readonly orders: readonly { readonly type: string; readonly key: string }[]
  readonly targets: readonly Target[]
}

/** Shipments with their orders and what every connection was told; the platform an order came from is a target also when nothing is owed there. */
async function toldOf({ database, tenant }: Context, documents: readonly LedgerDocument[]): Promise<readonly Told[]> {
  const keys = documents.map((one) => one.key)
  const references = Map.groupBy(await referencesFrom(database.read, tenant, 'shipment', keys), ({ from_key }) => from_key)
  const ordersOf = (of: string) => {
    const rows = (references.get(of) ?? []).filter(({ to_type, to_key }) => orderTypes.has(to_type) && to_key !== null)
    return [...new Map(rows.map(({ to_type, to_key }) => [`${to_type} ${to_key}`, { type: to_type, key: to_key ?? '' }])).values()]
  }
  const shelf = openShelf(database.read, tenant)
  await loadDocuments(shelf, keys.flatMap(ordersOf))
  const deliveries = await deliveriesOf(database.read, tenant, 'shipment', keys)
  return documents.map((document) => {
    const orders = ordersOf(document.key)
    const owed = new Map(
      orders.flatMap((order) => {
        const origin = shelf.documents.get(documentName(order))?.origin
        return origin === undefined ? [] : [[origin, origin === document.origin ? 'its-own' : 'no-route'] as const]
      }),
    )
    return { document, orders, targets: targetsOf(deliveries.get(document.key) ?? [], owed) }
  })
}

const shown = ({ document, orders, targets }: Told): Of<typeof shipment> => ({
  key: document.key,
  number: document.number,
  status: document.status,
  origin: document.origin,
  orders,
  carrier: document.body.carrier ?? null,
  shippedAt: typeof document.body.shippedAt === 'string' ? document.body.shippedAt : null,
  targets: targets.map(shownTarget),
})

/** Pages read for one of the answer, at most: what is found by its deliveries may turn out to be otherwise. */
const mostRounds = 20

export const shipmentRoutes = [
  route({
    id: 'listShipments',
    method: 'GET',
    path: '/v1/shipments',
    tag,
    scope: 'read',
    summary: { en: 'Shipments, and which connections have been told of them', zh: '发货单及各连接的回传确认状态' },
    query: {
      ack: optional(described(oneOf<'failed' | 'pending'>('failed', 'pending'), 'only those with a target in this state')),
      order: optional(described(key, 'only those with lines of this order: its key')),
      status: optional(text(50)),
      origin: optional(name),
      ...paging,
    },
    answer: pageOf(shipment),
    handle: async ({ hub, query }) => {
      const { read } = hub.database
      const limit = pageLimit(query.limit)
      let [after] = readCursor(query.after, 1) ?? ['']
      const found: Told[] = []
      let ended = false
      const isSieved = query.order === undefined && (query.status !== undefined || query.origin !== undefined)
      const end = isSieved ? await documentStretch(read, hub.tenant, 'shipment', after) : undefined
      for (let round = 0; !ended && found.length <= limit && round < mostRounds; round++) {
        let rows = read
          .selectFrom('document')
          .selectAll()
          .where('tenant', '=', hub.tenant)
          .where('type', '=', 'shipment')
          .where('key', '>', after)
        if (end !== undefined) rows = rows.where('key', '<=', end)
        if (query.status !== undefined) rows = rows.where('status', '=', query.status)
        if (query.origin !== undefined) rows = rows.where('origin', '=', query.origin)
        if (query.order !== undefined)
          rows = rows.where(
            'key',
            'in',
            read
              .selectFrom('reference')
              .select('from_key')
              .where('tenant', '=', hub.tenant)
              .where('to_type', 'in', [...orderTypes])
              .where('to_key', '=', query.order)
              .where('from_type', '=', 'shipment'),
          )
        if (query.ack !== undefined)
          rows = rows.where(
            'key',
            'in',
            read
              .selectFrom('delivery')
              .select('key')
              .where('tenant', '=', hub.tenant)
              .where('type', '=', 'shipment')
              .where('state', 'in', statesBehind[query.ack])
              .where('shadow', '=', 0),
          )
        const page = await rows
          .orderBy('key')
          .limit(limit + 1)
          .execute()
        const told = await toldOf(hub, page.map(toDocument))
        found.push(...told.filter(({ targets }) => query.ack === undefined || targets.some(({ state }) => state === query.ack)))
        after = page.at(-1)?.key ?? after
        ended = page.length <= limit
      }
      if (found.length <= limit) {
        const next = ended ? end : after
        return { body: { items: found.map(shown), next: next === undefined ? null : writePlace([next]) } }
      }
      return { body: toPage(found, limit, ({ document }) => [document.key], shown) }
    },
  }),
  route({
    id: 'getShipment',
    method: 'GET',
    path: '/v1/shipments/one',
    tag,
    scope: 'read',
    summary: {
      en: 'One shipment: its orders, its parcels with their timelines, and who has been told',
      zh: '一张发货单：订单、包裹轨迹与回传对象',
    },
    query: { key: described(key, 'key of the shipment') },
    answer: fields({
      ...head,
      parcels: list(fields({ tracking: text(), timeline: list(moment) })),
      findings: list(fields({ type: text(), key: text(), code: text(), detail: anything, openedAt: time })),
    }),
    handle: async ({ hub, query, desk }) => {
      const { database, tenant } = hub
      const shelf = openShelf(database.read, tenant)
      await loadDocuments(shelf, [{ type: 'shipment', key: query.key }])
      const document = shelf.documents.get(documentName({ type: 'shipment', key: query.key }))
      if (document === undefined) throw noDocument(desk.options, 'shipment', query.key)
      const [told] = await toldOf(hub, [document])
      if (told === undefined) throw noDocument(desk.options, 'shipment', query.key)
      const references = await referencesFrom(database.read, tenant, 'shipment', [query.key])
      const numbers = [
        ...new Set(references.flatMap(({ to_type, to_key }) => (to_type === 'parcel' && to_key !== null ? [to_key] : []))),
      ].sort()
      const parcels = await parcelCases(shelf, numbers)
      const findings = [
        ...(await findingsOf(database.read, tenant, 'shipment', [query.key])),
        ...(await findingsOf(database.read, tenant, 'parcel', numbers)),
      ].filter(({ state }) => state === 'open')
      return {
        body: {
          ...shown(told),
          parcels: parcels.map((one) => ({ tracking: one.tracking, timeline: toldTimeline(one) })),
          findings: findings.map((one) => ({
            type: one.type,
            key: one.key,
            code: one.code,
            detail: stored(one.detail),
            openedAt: iso(one.opened_at),
          })),
        },
      }
    },
  }),
  route({
    id: 'getDocumentTargets',
    method: 'GET',
    path: '/v1/documents/{type}/targets',
    tag: 'documents',
    scope: 'read',
    summary: { en: 'Which connections have been told of a document, such as an order', zh: '单据（如订单）已回传到哪些连接' },
    params: { type: name },
    query: { key: described(key, 'key of the document') },
    answer: fields({ targets: list(target) }),
    handle: async ({ hub, params, query }) => {
      const deliveries = await deliveriesOf(hub.database.read, hub.tenant, params.type, [query.key])
      return { body: { targets: targetsOf(deliveries.get(query.key) ?? []).map(shownTarget) } }
    },
  }),
]
