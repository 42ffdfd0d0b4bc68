import { isObject, type Json } from '../model/json.ts'
import type { JournalTable } from '../store/tables.ts'
import { depositEvents } from './event-catalogue-deposits.ts'
import { documentEvents } from './event-catalogue-documents.ts'
import { moneyEvents } from './event-catalogue-money.ts'
import { orderEvents } from './event-catalogue-orders.ts'
import type { EventKind, EventLine, Move } from './event-kind.ts'

/** In order: the first that takes a line is the event's type. */
export const eventKinds: readonly EventKind[] = [...orderEvents, ...depositEvents, ...moneyEvents, ...documentEvents]

export const eventTypes: ReadonlySet<string> = new Set(eventKinds.map(({ type }) => type))

/** The type of the event that a line is; undefined: it is none. */
export function eventTypeOf(line: Pick<EventLine, 'kind' | 'type' | 'detail'>): string | undefined {
  const kinds = byKind.get(line.kind)
  if (kinds === undefined) return undefined
  let move: Move | undefined
  return kinds.find(({ documents, when }) => {
    if (documents !== undefined && !documents.includes(line.type)) return false
    if (when === undefined) return true
    move ??= moveOf(line)
    return when(move)
  })?.type
}

const byKind: ReadonlyMap<string, readonly EventKind[]> = new Map(
  [...new Set(eventKinds.flatMap(({ kinds }) => kinds))].map((kind) => [kind, eventKinds.filter(({ kinds }) => kinds.includes(kind))]),
)

export function moveOf({ detail }: Pick<JournalTable, 'detail'>): Move {
  const parsed: Json = detail === null ? null : (JSON.parse(detail) as Json)
  const whole = isObject(parsed) ? parsed : {}
  const side = (value: Json | undefined) => (isObject(value) ? value : {})
  return { before: side(whole.before), after: side(whole.after), detail: whole }
}

/** Kinds of lines, and of documents where only some are meant, that can be events of types a pattern names: what a query narrows by. */
export function linesOf(patterns: readonly string[]): readonly Pick<EventKind, 'kinds' | 'documents'>[] {
  return eventKinds.filter(({ type }) => patterns.some((pattern) => matchesType(pattern, type)))
}

/** `*`, `order.*` or a type. */
export const matchesType = (pattern: string, type: string): boolean =>
  pattern === '*' || pattern === type || (pattern.endsWith('.*') && type.startsWith(pattern.slice(0, -1)))

/** Patterns that no type of the catalogue fits. */
export const unknownTypes = (patterns: readonly string[]): readonly string[] =>
  patterns.filter((pattern) => ![...eventTypes].some((type) => matchesType(pattern, type)))
