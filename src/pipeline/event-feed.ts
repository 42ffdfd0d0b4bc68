import { linesOf, matchesType } from '../ledger/event-catalogue.ts'
import { type EventFilter, eventOf, isWanted, type LedgerEvent } from '../ledger/event-filter.ts'
import { origins } from '../ledger/write-journal.ts'
import { firstId } from '../model/id.ts'
import type { Reader } from '../store/in-list.ts'
import { journalRange, journalStretch } from '../store/journal.ts'
import type { JournalTable } from '../store/tables.ts'
import { idsSettleMs } from './settled-ids.ts'

export interface EventQuery {
  readonly filter: EventFilter
  readonly type?: string
  readonly key?: string
  /** epoch ms; `until` is not in it */
  readonly from?: number
  readonly until?: number
  readonly order: 'newest' | 'oldest'
  /** the `next` of the page before */
  readonly after?: string
  readonly limit: number
}

export interface EventPage {
  readonly events: readonly LedgerEvent<JournalTable>[]
  /** where to go on; null: there is no more now */
  readonly next: string | null
}

const lines = 500
/** Lines that one query goes over, and that are looked through for one page: where little fits, pages are short or empty, and still have a `next`. */
const stretch = 5000
const mostLines = 20_000

/**
 * A page of the journal as events. Ids sort by the time they were made, not by when their transactions ended: what a page from the oldest on has passed may still get an event from a slow transaction. So that
 * order ends before the last moments; whoever must not miss one takes a subscription, which is written in the event's own transaction.
 */
export async function eventPage(read: Reader, tenant: string, query: EventQuery, now: number): Promise<EventPage> {
  const { filter, order, limit } = query
  const selections = linesOf(filter.types)
  if (selections.length === 0) return { events: [], next: null }
  const events: LedgerEvent<JournalTable>[] = []
  let place = query.after
  for (let seen = 0; seen < mostLines; seen += stretch) {
    const bounds = boundsOf(query, place, now)
    // a kind that is rare would be looked for through the whole journal; the lines of one document are few, and have an index
    const last =
      query.key === undefined || query.type === undefined ? await journalStretch(read, tenant, { ...bounds, order }, stretch) : undefined
    const found = await journalRange(read, tenant, { ...bounds, ...(last === undefined ? {} : { last }), selections, order, limit: lines })
    const candidates = found.flatMap((line) => eventOf(line) ?? [])
    const originOf = await origins(read, tenant, [filter], candidates)
    for (const event of candidates) {
      if (!filter.types.some((pattern) => matchesType(pattern, event.type)) || !isWanted(filter, event, originOf)) continue
      events.push(event)
      if (events.length === limit) return { events, next: event.line.id }
    }
    if (found.length < lines && last === undefined) return { events, next: null }
    place = found.length < lines ? last : found.at(-1)?.id
  }
  return { events, next: place ?? null }
}

function boundsOf({ type, key, from, until, order }: EventQuery, place: string | undefined, now: number) {
  const settled = firstId(now - idsSettleMs)
  const last = until === undefined ? undefined : firstId(until)
  const end = order === 'oldest' ? (last === undefined || last > settled ? settled : last) : (place ?? last)
  const begin = order === 'oldest' ? (place ?? firstId(from ?? 0)) : from === undefined ? undefined : firstId(from)
  return {
    ...(type === undefined ? {} : { type }),
    ...(key === undefined ? {} : { key }),
    ...(begin === undefined ? {} : { after: begin }),
    ...(end === undefined ? {} : { before: end }),
  }
}
