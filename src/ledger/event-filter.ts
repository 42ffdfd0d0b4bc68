import { isObject, type Json, type JsonObject } from '../model/json.ts'
import { eventTypeOf, matchesType, moveOf } from './event-catalogue.ts'
import type { EventLine } from './event-kind.ts'

/** What a receiver wants to hear of; what is left out does not narrow. */
export interface EventFilter {
  /** types of the catalogue, `order.*`, or `*` */
  readonly types: readonly string[]
  /** types of documents */
  readonly documents?: readonly string[]
  /** connections that keep the document */
  readonly origins?: readonly string[]
  /** beginning of the document's key */
  readonly keyPrefix?: string
  /** also what a first load brings */
  readonly baseline?: boolean
}

/** A line of the journal that is an event. */
export interface LedgerEvent<L extends EventLine = EventLine> {
  readonly line: L
  readonly type: string
  readonly baseline: boolean
}

export function eventOf<L extends EventLine>(line: L): LedgerEvent<L> | undefined {
  const type = eventTypeOf(line)
  return type === undefined ? undefined : { line, type, baseline: moveOf(line).detail.baseline === true }
}

/** @param originOf the connection that keeps the line's document; undefined: nobody does */
export const isWanted = (
  filter: EventFilter,
  { line, type, baseline }: LedgerEvent,
  originOf: (line: EventLine) => string | undefined,
): boolean =>
  filter.types.some((pattern) => matchesType(pattern, type)) &&
  (!baseline || filter.baseline === true) &&
  (filter.documents === undefined || filter.documents.includes(line.type)) &&
  (filter.keyPrefix === undefined || line.key.startsWith(filter.keyPrefix)) &&
  (filter.origins === undefined || filter.origins.includes(originOf(line) ?? ''))

/** A filter as a subscription keeps it. */
export function readFilter(text: string): EventFilter {
  const value = JSON.parse(text) as JsonObject
  const texts = (list: Json | undefined) => (Array.isArray(list) ? list.map(String) : undefined)
  const documents = texts(value.documents)
  const origins = texts(value.origins)
  return isObject(value)
    ? {
        types: texts(value.types) ?? [],
        ...(documents === undefined ? {} : { documents }),
        ...(origins === undefined ? {} : { origins }),
        ...(typeof value.keyPrefix === 'string' ? { keyPrefix: value.keyPrefix } : {}),
        ...(value.baseline === true ? { baseline: true } : {}),
      }
    : { types: [] }
}
