import type { Json } from '../model/json.ts'
import { invalid } from './problem.ts'
import { pattern, type Shape, text } from './shape.ts'

/** Name of a connection or document type as the workspace and the schemas write it. */
export const name = pattern('^[a-z0-9][a-z0-9_-]{0,63}$', 'small letters, digits, - and _')
export const streamName = pattern('^[a-zA-Z][a-zA-Z0-9_-]{0,63}$', 'letters, digits, - and _')
/** Id of a row the hub made. */
export const id = pattern('^[0-9A-Za-z_-]{1,64}$', 'id of a row')
/** Key of a document; it may hold slashes. */
export const key = text(400)
export const note = text(1000)

/** Epoch milliseconds as ISO 8601 in UTC. */
export const iso = (ms: number): string => new Date(ms).toISOString()
export const isoOrNull = (ms: number | null): string | null => (ms === null ? null : iso(ms))

/** Epoch milliseconds of a checked date-time parameter. @throws ProblemError 400 for a time no calendar has */
export function epoch(parameter: string, value: string): number {
  const ms = Date.parse(value)
  if (Number.isNaN(ms)) throw invalid([{ in: 'query', path: parameter, message: 'must be a time like 2026-11-23T08:00:00Z' }])
  return ms
}
export const epochOr = (parameter: string, value: string | undefined): number | undefined =>
  value === undefined ? undefined : epoch(parameter, value)

/** JSON text of a column as a value; text that is none stays text. */
export function stored(column: string | null): Json {
  if (column === null) return null
  try {
    return JSON.parse(column) as Json
  } catch {
    return column
  }
}

/** A shape for answers with fields the document's own schema describes. */
export const document: Shape<Json> = {
  schema: { type: 'object', description: 'a canonical document; its schema is the component of its type' },
}
