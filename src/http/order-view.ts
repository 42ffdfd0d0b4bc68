import { relatedTypes } from '../ledger/assemble.ts'
import { type DocumentName, documentName, textOf, toDocument } from '../ledger/shelf.ts'
import type { LedgerDocument } from '../ledger/types.ts'
import { fromScaled, quantityScale } from '../model/decimal.ts'
import type { Catalogue } from '../pipeline/context.ts'
import { documentsByKey } from '../store/document.ts'
import { findingsOf } from '../store/finding.ts'
import { inLists, type Reader } from '../store/in-list.ts'
import { parcelsOf } from '../store/parcel.ts'
import { referencesFrom } from '../store/reference.ts'
import { mostOfOrder as most, wholeOrder } from '../store/whole-order.ts'
import { saleHead, saleHeadOf } from './sale-list.ts'
import { anything, count, decimal, described, fields, list, nullable, type Of, text, time } from './shape.ts'
import { iso, isoOrNull, stored } from './values.ts'

const named = { type: text(), key: text(), number: nullable(text()), status: nullable(text()), origin: text() }
const line = fields({
  line: text(),
  number: text(),
  product: nullable(text()),
  quantity: decimal,
  cancelled: decimal,
  shipped: decimal,
  restocked: decimal,
  open: decimal,
})
const goods = fields({
  ...named,
  direction: nullable(text()),
  parcels: list(fields({ tracking: text(), status: text(), deliveredAt: nullable(time) })),
})
const information = fields({
  delivery: text(),
  document: text(),
  route: text(),
  connection: text(),
  operation: text(),
  state: text(),
  reason: nullable(text()),
  partnerKey: described(nullable(text()), 'the key under which the partner acknowledged it'),
  at: time,
})
const business = fields({
  at: time,
  kind: text(),
  version: nullable(count),
  detail: anything,
  actor: nullable(text()),
  why: nullable(text()),
})
const money = fields({ ...named, amount: nullable(text()), currency: nullable(text()), reference: nullable(text()) })
const finding = fields({ type: text(), key: text(), code: text(), path: text(), detail: anything, openedAt: time })

export const viewShape = fields({
  ...saleHead,
  findings: list(finding),
  lines: described(list(line), 'in base units; none while other orders count in its place'),
  links: fields({
    splitFrom: list(text()),
    parts: list(text()),
    mergedInto: list(text()),
    mergedFrom: list(text()),
    supplements: list(text()),
    supplementedBy: list(text()),
    keys: described(list(fields({ connection: text(), externalKey: text() })), 'what other systems call it'),
  }),
  tracks: described(
    fields({
      goods: described(list(goods), 'shipments, parcels and what came back'),
      information: described(list(information), 'what was sent of it, and whether the partner has it'),
      documents: described(list(fields(named)), 'every document that names it'),
      business: described(list(business), 'what became of the order, the oldest first'),
      money: described(list(money), 'payments and refunds'),
    }),
    'the five flows of one order (R201)',
  ),
})

/**
 * Everything that bears on one sales order, beside its line of the list; undefined: there is none. Each list has its 500 first at most. What needs only the key is one question, and what needs the documents about it is asked at
 * once after that.
 */
export async function orderView(
  read: Reader,
  tenant: string,
  catalogue: Catalogue,
  key: string,
): Promise<Of<typeof viewShape> | undefined> {
  const {
    sale: [sale],
    state: [state],
    ...whole
  } = await wholeOrder(read, tenant, key)
  if (sale === undefined || state === undefined) return undefined
  const { related, findings, deliveries, parcels } = await aboutOrder(read, tenant, whole.inward)
  return {
    ...saleHeadOf(catalogue, { ...state, ...sale }, whole.document[0]?.body ?? null, whole.funds[0]),
    findings: [...whole.findings, ...findings].slice(0, most).map(shownFinding),
    lines: whole.lines.map((row) => ({
      line: row.line,
      number: row.number,
      product: row.product,
      quantity: quantity(row.quantity),
      cancelled: quantity(row.cancelled),
      shipped: quantity(row.shipped),
      restocked: quantity(row.restocked),
      open: quantity(row.open),
    })),
    links: linksOfOrder(whole),
    tracks: {
      goods: related
        .filter(({ type }) => type === 'shipment')
        .map((document) => ({
          ...nameOf(document),
          direction: textOf(document.body.direction) ?? null,
          parcels: parcels(document.key).map((row) => ({
            tracking: row.tracking,
            status: row.status,
            deliveredAt: isoOrNull(row.delivered_at),
          })),
        })),
      information: shownDeliveries([...whole.deliveries, ...deliveries]),
      documents: related.map(nameOf),
      business: whole.journal.map((row) => ({
        at: iso(row.at),
        kind: row.kind,
        version: row.version,
        detail: stored(row.detail),
        actor: row.actor,
        why: row.why,
      })),
      money: related
        .filter(({ type }) => type === 'payment' || type === 'refund')
        .map((document) => ({
          ...nameOf(document),
          amount: textOf(document.body.amount) ?? null,
          currency: textOf(document.body.currency) ?? null,
          reference: textOf(document.body.reference) ?? null,
        })),
    },
  }
}

type Whole = Awaited<ReturnType<typeof wholeOrder>>
const quantity = (value: number | bigint): string => fromScaled(BigInt(value), quantityScale)
const nameOf = ({ type, key, number, status, origin }: LedgerDocument) => ({ type, key, number, status, origin })

/** Documents that say something about the order, and what hangs on them; those that were deleted say nothing. */
async function aboutOrder(read: Reader, tenant: string, heard: Whole['inward']) {
  const names = new Map(
    heard.flatMap(({ from_type: type, from_key: key }) =>
      relatedTypes.has(type) ? [[documentName({ type, key }), { type, key }] as const] : [],
    ),
  )
  const wanted = [...names.keys()]
    .sort()
    .slice(0, most)
    .flatMap((name) => names.get(name) ?? [])
  const shipments = wanted.filter(({ type }) => type === 'shipment').map(({ key }) => key)
  const [documents, findings, deliveries, parcels] = await Promise.all([
    ofEachType(wanted, (type, keys) => documentsByKey(read, tenant, type, keys)),
    ofEachType(wanted, (type, keys) => findingsOf(read, tenant, type, keys)),
    ofEachType(wanted, (type, keys) => sentOf(read, tenant, type, keys)),
    parcelsIn(read, tenant, shipments),
  ])
  const there = new Map(documents.filter(({ deleted }) => deleted === 0).map((row) => [documentName(row), toDocument(row)]))
  const isThere = (name: DocumentName) => there.has(documentName(name))
  return {
    related: wanted.flatMap((name) => there.get(documentName(name)) ?? []),
    findings: findings.filter((row) => row.state === 'open' && isThere(row)),
    deliveries: deliveries.filter(isThere),
    parcels,
  }
}

/** The same question for documents of each type, side by side. */
const ofEachType = async <R>(
  documents: readonly DocumentName[],
  ask: (type: string, keys: readonly string[]) => Promise<readonly R[]>,
): Promise<R[]> =>
  (
    await Promise.all(
      [...Map.groupBy(documents, (one) => one.type)].map(([type, group]) =>
        ask(
          type,
          group.map(({ key }) => key),
        ),
      ),
    )
  ).flat()

/** Parcels by the key of the shipment that carries them. */
async function parcelsIn(read: Reader, tenant: string, shipments: readonly string[]) {
  const carried = (await referencesFrom(read, tenant, 'shipment', shipments)).filter(({ to_type }) => to_type === 'parcel')
  const tracking = carried.flatMap(({ to_key }) => to_key ?? [])
  const parcels = new Map((await parcelsOf(read, tenant, tracking)).map((row) => [row.tracking, row]))
  return (shipment: string) =>
    carried.filter(({ from_key }) => from_key === shipment).flatMap(({ to_key }) => parcels.get(to_key ?? '') ?? [])
}

const sentOf = (read: Reader, tenant: string, type: string, keys: readonly string[]) =>
  inLists(keys, (list) =>
    read
      .selectFrom('delivery')
      .select(['id', 'type', 'key', 'route', 'connection', 'op', 'state', 'reason', 'partner_key', 'created_at', 'settled_at'])
      .where('tenant', '=', tenant)
      .where('type', '=', type)
      .where('key', 'in', list)
      .orderBy('id')
      .limit(most)
      .execute(),
  )

const shownDeliveries = (rows: Whole['deliveries']): Of<typeof information>[] =>
  rows
    .toSorted((a, b) => (a.id < b.id ? -1 : 1))
    .slice(0, most)
    .map((row) => ({
      delivery: row.id,
      document: `${row.type} ${row.key}`,
      route: row.route,
      connection: row.connection,
      operation: row.op,
      state: row.state,
      reason: row.reason,
      partnerKey: row.partner_key,
      at: iso(row.settled_at ?? row.created_at),
    }))

const shownFinding = (row: Whole['findings'][number]): Of<typeof finding> => ({
  type: row.type,
  key: row.key,
  code: row.code,
  path: row.path,
  detail: stored(row.detail),
  openedAt: iso(row.opened_at),
})

/** Both ways: what the order says of others, and what others say of it. */
function linksOfOrder({ outward, inward, links }: Pick<Whole, 'outward' | 'inward' | 'links'>) {
  const said = outward.filter(({ to_type }) => to_type === 'sales-order')
  const heard = inward.filter(({ from_type }) => from_type === 'sales-order')
  const to = (field: string) => said.filter(({ path }) => path.replace(/\.\d+$/, '') === field).flatMap(({ to_key }) => to_key ?? [])
  const from = (field: string) => heard.filter(({ path }) => path.replace(/\.\d+$/, '') === field).map(({ from_key }) => from_key)
  const sorted = (...keys: readonly string[]) => [...new Set(keys)].sort().slice(0, most)
  return {
    splitFrom: sorted(...to('splitFrom')),
    parts: sorted(...from('splitFrom')),
    mergedInto: sorted(...to('mergedInto'), ...from('mergedFrom')),
    mergedFrom: sorted(...to('mergedFrom'), ...from('mergedInto')),
    supplements: sorted(...to('supplements')),
    supplementedBy: sorted(...from('supplements')),
    keys: links.map(({ connection, external_key }) => ({ connection, externalKey: external_key })),
  }
}
