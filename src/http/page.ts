import { isObject, type Json } from '../model/json.ts'
import { invalid } from './problem.ts'
import { fields, list, nullable, optional, type Shape, text } from './shape.ts'

/** Parameters of every list. A page's `next` goes into `after` of the following request; null: there is no more. */
export const paging = {
  limit: optional<number>({
    schema: { type: 'integer', minimum: 1, default: 50, description: 'rows of one page, 50 when left out; more than 500 count as 500' },
  }),
  after: optional(text(1000, { description: 'the `next` of the page before' })),
}

export interface Page<T> {
  readonly items: readonly T[]
  readonly next: string | null
}
export const pageOf = <T>(item: Shape<T>): Shape<Page<T>> => fields({ items: list(item), next: nullable(text()) })

const largestPage = 500
export const pageLimit = (limit: number | undefined): number => Math.min(limit ?? 50, largestPage)

/**
 * A page of rows that were asked for with one more than the limit: the last row's place is the next cursor.
 */
export function toPage<R, T>(rows: readonly R[], limit: number, place: (row: R) => readonly string[], item: (row: R) => T): Page<T> {
  const shown = rows.slice(0, limit)
  const last = shown.at(-1)
  return { items: shown.map(item), next: rows.length > limit && last !== undefined ? writeCursor(place(last)) : null }
}

const writeCursor = (place: readonly string[]): string => Buffer.from(JSON.stringify(place)).toString('base64url')

/** The place a cursor names: `length` texts; undefined without a cursor. @throws ProblemError 400 for one that this list did not give */
export function readCursor(cursor: string | undefined, length: 1): readonly [string] | undefined
export function readCursor(cursor: string | undefined, length: 2): readonly [string, string] | undefined
export function readCursor(cursor: string | undefined, length: number): readonly string[] | undefined {
  if (cursor === undefined) return undefined
  const place = parse(cursor)
  if (!Array.isArray(place) || place.length !== length || !place.every((part) => typeof part === 'string'))
    throw invalid([{ in: 'query', path: 'after', message: 'must be the `next` of the page before' }])
  return place
}

function parse(cursor: string): Json | undefined {
  try {
    const place = JSON.parse(Buffer.from(cursor, 'base64url').toString()) as Json
    return isObject(place) ? undefined : place
  } catch {
    return undefined
  }
}
