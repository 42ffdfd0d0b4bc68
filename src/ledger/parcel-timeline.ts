import { isObject, type JsonObject } from '../model/json.ts'
import { textOf } from './shelf.ts'

/** One tracking event, as far as the timeline needs it. */
export interface Scan {
  /** of the document */
  readonly key: string
  /** connection that tells it */
  readonly origin: string
  /** epoch ms */
  readonly at: number
  readonly status: string
  readonly body: JsonObject
}

/** What was told of one instant and status, by however many sources. */
export interface Moment {
  readonly at: number
  readonly status: string
  readonly scans: readonly Scan[]
}

/** Statuses along the way of a parcel: of one instant, the later one here happened later. */
const way = [
  'unknown',
  'pre-transit',
  'in-transit',
  'exception',
  'failed-attempt',
  'out-for-delivery',
  'available-for-pickup',
  'cancelled',
  'delivered',
  'returned',
] as const

const rank = (status: string): number => (way as readonly string[]).indexOf(status)
const bytes = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)

/** The timeline of a parcel, the oldest first. The same for any order in which its events became known, and however often they were told. */
export function timelineOf(scans: readonly Scan[]): readonly Moment[] {
  const once = [...new Map(scans.map((scan) => [scan.key, scan])).values()]
  const moments = Map.groupBy(once, ({ at, status }) => `${at} ${status}`)
  return [...moments.values()]
    .flatMap((group) => {
      const [first] = group
      return first === undefined ? [] : [{ at: first.at, status: first.status, scans: group.toSorted((a, b) => bytes(a.key, b.key)) }]
    })
    .sort((a, b) => a.at - b.at || rank(a.status) - rank(b.status) || bytes(a.status, b.status))
}

export interface ParcelStatus {
  readonly status: string
  /** the moment that made it so; undefined while nothing says anything */
  readonly moment: Moment | undefined
}

/**
 * Where a parcel stands by its timeline: what the last moment says, by when it happened and not by when it was heard. A moment without a known status says nothing, the announcement of a label sets nothing back that moves, what
 * was delivered only comes back or is complained of, and what was returned stays so (it is delivered to its sender in the end).
 */
export function statusOf(timeline: readonly Moment[]): ParcelStatus {
  let now: ParcelStatus = { status: 'unknown', moment: undefined }
  for (const moment of timeline) if (counts(now.status, moment.status)) now = { status: moment.status, moment }
  return now
}

function counts(before: string, next: string): boolean {
  if (next === 'unknown' || before === 'returned') return false
  if (before === 'delivered') return next === 'returned' || next === 'exception'
  return next !== 'pre-transit' || before === 'unknown' || before === 'pre-transit'
}

/** When it was first delivered; null while it was not. */
export const deliveredAt = (timeline: readonly Moment[]): number | null => timeline.find(({ status }) => status === 'delivered')?.at ?? null

/** The hub's codes of the carriers that the events name, sorted. */
export const carriersOf = (scans: readonly Scan[]): readonly string[] =>
  [...new Set(scans.flatMap(({ body }) => carrierOf(body) ?? []))].sort()

/** What tracking services call carriers that no table knows, sorted: connection and word. */
export const unmappedCarriers = (scans: readonly Scan[]): readonly string[] =>
  [
    ...new Set(
      scans.flatMap(({ origin, body }) => {
        const word = textOf(body.sourceCarrier)
        return carrierOf(body) === undefined && word !== undefined ? [`${origin}: ${word}`] : []
      }),
    ),
  ].sort()

const carrierOf = ({ carrier }: JsonObject): string | undefined => (isObject(carrier) ? textOf(carrier.code) : undefined)
