import { isObject, type Json } from '../model/json.ts'
import type { FindingCode } from './finding-codes.ts'
import type { Note } from './findings.ts'
import type { OrderCase } from './order-case.ts'
import { orderFigures } from './order-figures.ts'
import type { ParcelCase } from './parcel-figures.ts'
import { carriersOf, statusOf, timelineOf } from './parcel-timeline.ts'
import { textOf } from './shelf.ts'

/** After what time something is late. */
export interface ParcelRules {
  /** from shipping to the first scan */
  readonly noScanHours: number
  /** from one scan to the next */
  readonly noMovementDays: number
  /** from shipping to delivery */
  readonly notDeliveredDays: number
}
export interface ShippingRules extends ParcelRules {
  /** from payment to shipping */
  readonly notShippedHours: number
  /** other times of a carrier, by our code of it */
  readonly carriers: ReadonlyMap<string, Partial<ParcelRules>>
}

export const lateCodes: ReadonlySet<FindingCode> = new Set(['ship-late', 'scan-missing', 'parcel-stalled', 'parcel-lost-suspected'])

/** Statuses of a parcel after which nothing more is expected. */
const over: ReadonlySet<string> = new Set(['delivered', 'returned', 'cancelled'])
/** What carriers say before they have the parcel. */
const before: ReadonlySet<string> = new Set(['unknown', 'pre-transit'])
const hourMs = 3_600_000
const dayMs = 86_400_000
/** What is older is not looked at: it was before anybody looked, or nobody will ever tell of it. */
const forgottenMs = 180 * dayMs

/** An order that is paid whole, is open, and has not been shipped whole in time. */
export function lateOrder(orderCase: OrderCase, { notShippedHours }: ShippingRules, now: number): readonly Note[] {
  const { order, related } = orderCase
  if (order.deleted || order.status !== 'open') return []
  const { payment, fulfilment } = orderFigures(orderCase).state
  if (payment !== 'paid' || (fulfilment !== 'none' && fulfilment !== 'part')) return []
  const times = related.flatMap(({ type, body }) => (type === 'payment' && body.kind !== 'refund' ? timeOf(body.paidAt) : []))
  const paidAt = times.length > 0 ? Math.max(...times) : order.placedAt
  if (paidAt === null || isWithin(now - paidAt, notShippedHours * hourMs)) return []
  return [
    {
      type: order.type,
      key: order.key,
      code: 'ship-late',
      path: '',
      detail: { order: order.key, paidAt: new Date(paidAt).toISOString(), hours: notShippedHours },
    },
  ]
}

/** A parcel of which nothing is heard in time; at most one finding, the gravest. */
export function lateParcel({ tracking, scans, shipments }: ParcelCase, rules: ShippingRules, now: number): readonly Note[] {
  const timeline = timelineOf(scans)
  const left = shipments.filter(({ status, body }) => body.direction !== 'return' && (status === 'shipped' || status === 'delivered'))
  const shippedAt = Math.min(...left.flatMap(({ body }) => [...timeOf(body.shippedAt), ...timeOf(body.takenAt)]))
  const moved = timeline.filter(({ status }) => !before.has(status))
  const start = Number.isFinite(shippedAt) ? shippedAt : moved[0]?.at
  if (start === undefined || over.has(statusOf(timeline).status) || (left.length > 0 && left.every(({ status }) => status === 'delivered')))
    return []
  const carrier = carriersOf(scans)[0] ?? left.map(({ body }) => codeOf(body.carrier)).find((code) => code !== undefined)
  const { noScanHours, noMovementDays, notDeliveredDays } = { ...rules, ...(carrier === undefined ? {} : rules.carriers.get(carrier)) }
  const finding = (code: FindingCode, since: number, limit: Json): readonly Note[] => [
    {
      type: 'parcel',
      key: tracking,
      code,
      path: '',
      detail: { since: new Date(since).toISOString(), limit, ...(carrier === undefined ? {} : { carrier }) },
    },
  ]
  if (!isWithin(now - start, notDeliveredDays * dayMs)) return finding('parcel-lost-suspected', start, `${notDeliveredDays}d`)
  const last = moved.at(-1)
  if (last === undefined) return isWithin(now - start, noScanHours * hourMs) ? [] : finding('scan-missing', start, `${noScanHours}h`)
  return isWithin(now - last.at, noMovementDays * dayMs) ? [] : finding('parcel-stalled', last.at, `${noMovementDays}d`)
}

const isWithin = (age: number, limitMs: number): boolean => age <= limitMs || age > forgottenMs

const codeOf = (carrier: Json | undefined): string | undefined => (isObject(carrier) ? textOf(carrier.code) : undefined)

function timeOf(value: Json | undefined): readonly number[] {
  const time = Date.parse(textOf(value) ?? '')
  return Number.isNaN(time) ? [] : [time]
}
