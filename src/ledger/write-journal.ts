import { sha256 } from '../model/id.ts'
import type { Tx } from '../store/database.ts'
import { insertMessages, originsOf } from '../store/event-message.ts'
import { listeners } from '../store/event-subscription.ts'
import { insertJournal } from '../store/journal.ts'
import type { EventMessageTable, JournalTable } from '../store/tables.ts'
import { type EventFilter, eventOf, isWanted, type LedgerEvent, readFilter } from './event-filter.ts'

/**
 * Writes lines of the journal, and for every receiver that wants to hear of one a message, in the same transaction: there is no event without its effect, and no effect whose event is lost. Nothing
 * but the journal is written while nobody listens; `isHeard`: false where this transaction has looked for that. Answers the receivers that have something to be told now.
 */
export async function writeJournal(
  tx: Tx,
  tenant: string,
  lines: readonly JournalTable[],
  now: number,
  isHeard = true,
): Promise<readonly string[]> {
  await insertJournal(tx, lines)
  if (lines.length === 0 || !isHeard) return []
  const found = await listeners(tx, tenant)
  if (found.length === 0) return []
  const events = lines.flatMap((line) => eventOf(line) ?? [])
  const receivers = found.map(({ id, filter }) => ({ id, filter: readFilter(filter) }))
  const originOf = await origins(
    tx,
    tenant,
    receivers.map(({ filter }) => filter),
    events,
  )
  const messages = receivers.flatMap(({ id, filter }) =>
    events.filter((event) => isWanted(filter, event, originOf)).map((event) => messageOf(tenant, id, event, now)),
  )
  await insertMessages(tx, messages)
  return [...new Set(messages.map(({ subscription }) => subscription))]
}

type Line = Pick<JournalTable, 'kind' | 'type' | 'key' | 'detail'>

/** Who keeps the documents of events, read only where a filter asks for it. */
export async function origins(
  tx: Parameters<typeof originsOf>[0],
  tenant: string,
  filters: readonly EventFilter[],
  events: readonly LedgerEvent<Line>[],
): Promise<(line: { readonly type: string; readonly key: string }) => string | undefined> {
  if (filters.every((filter) => filter.origins === undefined)) return () => undefined
  const known = await originsOf(
    tx,
    tenant,
    events.map(({ line }) => line),
  )
  return ({ type, key }) => known.get(`${type}\0${key}`)
}

/** What is told of one document goes in order; a subject longer than its column stands as its hash. */
export const subjectOf = ({ type, key }: { readonly type: string; readonly key: string }): string => `${type}/${key}`
const longestSubject = 191

export function messageOf(tenant: string, subscription: string, { line, type }: LedgerEvent<JournalTable>, now: number): EventMessageTable {
  const subject = subjectOf(line)
  return {
    tenant,
    subscription,
    event: line.id,
    subject: subject.length > longestSubject ? sha256(subject) : subject,
    type,
    state: 'due',
    due_at: now,
    attempts: 0,
    last_error: null,
    created_at: now,
    ended_at: null,
  }
}
