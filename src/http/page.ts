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
  return { items: shown.map(item), next: rows.length > limit && last !== undefined ? writePlace(place(last)) : null }
}

/** {@link toPage} of a list of which one request looks through a part only: where that held fewer rows than a page, and there is more behind it, the page is short or empty and still has a `next`. `end`: the last place that was looked at; undefined: there is nothing behind. */
export function toPart<R, T>(
  rows: readonly R[],
  limit: number,
  place: (row: R) => readonly string[],
  item: (row: R) => T,
  end: readonly string[] | undefined,
): Page<T> {
  const page = toPage(rows, limit, place, item)
  return page.next !== null || end === undefined ? page : { ...page, next: writePlace(end) }
}

/** Some texts as one text that fits into an address. */
export const writePlace = (place: readonly string[]): string => Buffer.from(JSON.stringify(place)).toString('base64url')

type Texts<N extends number> = N extends 1
  ? readonly [string]
  : N extends 3
    ? readonly [string, string, string]
    : N extends 4
      ? readonly [string, string, string, string]
      : N extends 5
        ? readonly [string, string, string, string, string]
        : never

/** The texts again; undefined when they are not `length` texts. */
export function readPlace<N extends 1 | 3 | 4 | 5>(text: string, length: N): Texts<N> | undefined {
  const place = parse(text)
  return isPlace(place, length) ? place : undefined
}

/** The place a cursor names; undefined without a cursor. @throws ProblemError 400 for one that this list did not give */
export function readCursor<N extends 1 | 3 | 4 | 5>(cursor: string | undefined, length: N): Texts<N> | undefined {
  if (cursor === undefined) return undefined
  const place = readPlace(cursor, length)
  if (!place) throw invalid([{ in: 'query', path: 'after', message: 'must be the `next` of the page before' }])
  return place
}

function isPlace<N extends 1 | 3 | 4 | 5>(place: unknown, length: N): place is Texts<N> {
  return Array.isArray(place) && place.length === length && place.every((part) => typeof part === 'string')
}

function parse(text: string): unknown {
  try {
    return JSON.parse(Buffer.from(text, 'base64url').toString())
  } catch {
    return undefined
  }
}
