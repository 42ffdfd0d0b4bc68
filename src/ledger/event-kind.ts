import type { JsonObject } from '../model/json.ts'
import type { JournalTable } from '../store/tables.ts'

/**
 * What partners of the hub may hear of. The journal is the log of events: a line is one event, its id is the event's id, and its type follows from the line alone. A new type is one entry here,
 * before the entry that would take its lines; a line that no entry takes is no event.
 */
export interface EventKind {
  /** `order.paid` */
  readonly type: string
  /** kinds of the journal lines it is made of */
  readonly kinds: readonly string[]
  /** types of documents the line speaks of; any when left out */
  readonly documents?: readonly string[]
  /** further condition on what the line says */
  readonly when?: (move: Move) => boolean
  /** what it tells, for people */
  readonly about: string
}

/** What a line says: derived or documents' state before and after, each {} where it says nothing, and the whole detail. */
export interface Move {
  readonly before: JsonObject
  readonly after: JsonObject
  readonly detail: JsonObject
}

/** The document's status is one of these since this line. */
export const becomes =
  (...statuses: readonly string[]) =>
  ({ before, after }: Move): boolean =>
    typeof after.status === 'string' && statuses.includes(after.status) && before.status !== after.status

export type EventLine = Pick<JournalTable, 'kind' | 'type' | 'key' | 'detail'>
