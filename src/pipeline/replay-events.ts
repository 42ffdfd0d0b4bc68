import { linesOf, matchesType } from '../ledger/event-catalogue.ts'
import { type EventFilter, eventOf, isWanted, type LedgerEvent, readFilter } from '../ledger/event-filter.ts'
import { messageOf, origins } from '../ledger/write-journal.ts'
import { reject } from '../model/errors.ts'
import { firstId } from '../model/id.ts'
import { repeatMessages } from '../store/event-message.ts'
import { findSubscription } from '../store/event-subscription.ts'
import type { Reader } from '../store/in-list.ts'
import { journalLines, journalRange } from '../store/journal.ts'
import type { EventSubscriptionTable, JournalTable } from '../store/tables.ts'
import type { Context } from './context.ts'

/** Events to tell a receiver again: by their ids, or those of a span. Its own filter holds as well. */
export interface EventReplay {
  readonly events?: readonly string[]
  /** epoch ms; `until` is not in it */
  readonly from?: number
  readonly until?: number
  /** narrower than the receiver's own */
  readonly types?: readonly string[]
  /** where a call before this one ended */
  readonly after?: string
  readonly limit: number
  readonly dryRun: boolean
}

export interface Replayed {
  /** events that are told again, or would be */
  readonly matched: number
  /** `after` of the next call, where the limit was reached or the journal is not at its end */
  readonly next: string | null
}

const page = 500
/** Lines of the journal that one call looks through; the next one goes on behind them. */
const mostLines = 50_000

/**
 * Tells events again, each under the id it always had and in its document's order; one that is on its way already begins anew. A page is a transaction; interrupted, the next call repeats what was written,
 * which changes nothing.
 * @throws HubError (reject) `unknown-subscription`, `subscription-closed`
 */
export async function replayEvents(context: Context, id: string, wanted: EventReplay, most = mostLines): Promise<Replayed> {
  const { database, tenant } = context
  const { filter } = await receiverOf(database.read, tenant, id)
  let matched = 0
  let next: string | null = null
  for (let after = wanted.after, seen = 0; ; seen += page) {
    const lines = await pageOf(context, filter, wanted, after)
    const room = wanted.limit - matched
    const all = await chosen(database.read, tenant, filter, wanted, lines)
    const events = all.slice(0, room)
    if (!wanted.dryRun && events.length > 0) await write(context, id, events)
    matched += events.length
    if (all.length > room || (matched >= wanted.limit && lines.length === page)) {
      next = events.at(-1)?.line.id ?? after ?? null
      break
    }
    if (wanted.events !== undefined || lines.length < page) break
    after = lines.at(-1)?.id
    if (seen + page >= most) {
      next = after ?? null
      break
    }
  }
  if (!wanted.dryRun && matched > 0) context.bell.ring({ kind: 'events', subscription: id })
  return { matched, next }
}

async function receiverOf(
  read: Reader,
  tenant: string,
  id: string,
): Promise<{ readonly row: EventSubscriptionTable; readonly filter: EventFilter }> {
  const row = await findSubscription(read, tenant, id)
  if (row === undefined) throw reject('unknown-subscription', `there is no receiver of events ${id}`)
  if (row.state === 'closed') throw reject('subscription-closed', 'this receiver is closed for good; make another one and replay into that')
  return { row, filter: readFilter(row.filter) }
}

async function pageOf(
  { database, tenant }: Context,
  { types }: EventFilter,
  { events, from, until }: EventReplay,
  after: string | undefined,
): Promise<readonly JournalTable[]> {
  if (events !== undefined) return (await journalLines(database.read, tenant, events)).sort((a, b) => (a.id < b.id ? -1 : 1))
  return journalRange(database.read, tenant, {
    selections: linesOf(types),
    after: after ?? firstId(from ?? 0),
    ...(until === undefined ? {} : { before: firstId(until) }),
    order: 'oldest',
    limit: page,
  })
}

async function chosen(
  read: Reader,
  tenant: string,
  filter: EventFilter,
  { types }: EventReplay,
  lines: readonly JournalTable[],
): Promise<readonly LedgerEvent<JournalTable>[]> {
  const events = lines
    .flatMap((line) => eventOf(line) ?? [])
    .filter(({ type }) => types === undefined || types.some((pattern) => matchesType(pattern, type)))
  const originOf = await origins(read, tenant, [filter], events)
  return events.filter((event) => isWanted(filter, event, originOf))
}

async function write({ database, tenant }: Context, id: string, events: readonly LedgerEvent<JournalTable>[]): Promise<void> {
  await database.write(async (tx) => {
    const now = await database.now()
    await receiverOf(tx, tenant, id)
    await repeatMessages(
      tx,
      events.map((event) => messageOf(tenant, id, event, now)),
    )
  })
}
