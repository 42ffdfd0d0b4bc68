import { type ParcelCase, parcelCases } from '../ledger/parcel-figures.ts'
import { timelineOf } from '../ledger/parcel-timeline.ts'
import { openShelf, textOf } from '../ledger/shelf.ts'
import type { Json } from '../model/json.ts'
import { findingsOf } from '../store/finding.ts'
import type { ParcelTable } from '../store/tables.ts'
import { pageLimit, pageOf, paging, readCursor, toPage } from './page.ts'
import { ProblemError } from './problem.ts'
import { route } from './route.ts'
import { anything, count, described, fields, list, nullable, type Of, optional, text, time } from './shape.ts'
import { iso, isoOrNull, key, stored } from './values.ts'

const head = {
  tracking: text(),
  status: described(text(), 'by its timeline: what the last event says, by when it happened'),
  at: described(nullable(time), 'when it came to that; null while nothing was heard'),
  carrier: nullable(text()),
  deliveredAt: nullable(time),
  events: count,
}
const parcel = fields(head)
const shown = (row: ParcelTable): Of<typeof parcel> => ({
  tracking: row.tracking,
  status: row.status,
  at: isoOrNull(row.at),
  carrier: row.carrier,
  deliveredAt: isoOrNull(row.delivered_at),
  events: row.events,
})

const shipment = fields({ key: text(), number: nullable(text()), status: nullable(text()), origin: text(), order: anything })
export const moment = fields({
  at: time,
  status: text(),
  told: described(
    list(
      fields({
        connection: text(),
        document: described(text(), 'key of the tracking event'),
        carrier: nullable(text()),
        text: described(nullable(text()), "the carrier's own words"),
        code: described(nullable(text()), "the carrier's own code"),
        sourceStatus: nullable(text()),
        place: anything,
      }),
    ),
    'by whom, where several tell of the same instant and status',
  ),
})
const finding = fields({ code: text(), detail: anything, openedAt: time })
const tag = 'parcels'

export const parcelRoutes = [
  route({
    id: 'listParcels',
    method: 'GET',
    path: '/v1/parcels',
    tag,
    scope: 'read',
    party: 'own',
    summary: { en: 'Parcels in the order of their tracking numbers', zh: '包裹，按运单号排序' },
    query: { status: optional(text(50)), shipment: optional(key), ...paging },
    answer: pageOf(parcel),
    handle: async ({ hub, query }) => {
      const limit = pageLimit(query.limit)
      const after = readCursor(query.after, 1)
      let rows = hub.database.read.selectFrom('parcel').selectAll().where('tenant', '=', hub.tenant)
      if (query.status !== undefined) rows = rows.where('status', '=', query.status)
      if (query.shipment !== undefined) {
        const carried = hub.database.read
          .selectFrom('reference')
          .select('to_key')
          .where('tenant', '=', hub.tenant)
          .where('from_type', '=', 'shipment')
          .where('from_key', '=', query.shipment)
          .where('to_type', '=', 'parcel')
        rows = rows.where('tracking', 'in', carried)
      }
      if (after) rows = rows.where('tracking', '>', after[0])
      const found = await rows
        .orderBy('tracking')
        .limit(limit + 1)
        .execute()
      return { body: toPage(found, limit, (row) => [row.tracking], shown) }
    },
  }),
  route({
    id: 'getParcel',
    method: 'GET',
    path: '/v1/parcels/one',
    tag,
    scope: 'read',
    party: 'own',
    summary: { en: 'One parcel: its shipments and its timeline, whoever told of it', zh: '一个包裹：所属发货单及各来源合并的轨迹' },
    query: { tracking: described(text(200), 'tracking number, byte for byte') },
    answer: fields({ ...head, shipments: list(shipment), timeline: list(moment), findings: list(finding) }),
    handle: async ({ hub, query }) => {
      const { database, tenant } = hub
      const row = await database.read
        .selectFrom('parcel')
        .selectAll()
        .where('tenant', '=', tenant)
        .where('tracking', '=', query.tracking)
        .executeTakeFirst()
      if (row === undefined)
        throw new ProblemError(
          404,
          'not-found',
          `Nothing is known of a parcel '${query.tracking}': no shipment carries the number and no carrier told of it. GET /v1/parcels (\`crossdock ledger parcels\`) has those there are.`,
        )
      const [found] = await parcelCases(openShelf(database.read, tenant), [query.tracking])
      const findings = await findingsOf(database.read, tenant, 'parcel', [query.tracking])
      return {
        body: {
          ...shown(row),
          shipments: (found?.shipments ?? []).map(({ key: name, number, status, origin, body }) => ({
            key: name,
            number,
            status,
            origin,
            order: body.order ?? null,
          })),
          timeline: found === undefined ? [] : toldTimeline(found),
          findings: findings.flatMap((one) =>
            one.state === 'open' ? [{ code: one.code, detail: stored(one.detail), openedAt: iso(one.opened_at) }] : [],
          ),
        },
      }
    },
  }),
]

export const toldTimeline = ({ scans }: ParcelCase): Of<typeof moment>[] =>
  timelineOf(scans).map(({ at, status, scans: told }) => ({
    at: iso(at),
    status,
    told: told.map(({ key: document, origin, body }) => ({
      connection: origin,
      document,
      carrier: nameOf(body.carrier) ?? textOf(body.sourceCarrier) ?? null,
      text: textOf(body.text) ?? null,
      code: textOf(body.sourceCode) ?? null,
      sourceStatus: textOf(body.sourceStatus) ?? null,
      place: body.place ?? null,
    })),
  }))

const nameOf = (carrier: Json | undefined): string | undefined =>
  typeof carrier === 'object' && carrier !== null && 'code' in carrier ? textOf(carrier.code) : undefined
