import type { BulkMark, Checkpoint, Mark, PageRead } from '../connector/access.ts'
import { isObject, type Json, parseJson } from '../model/json.ts'

/** Where a stream stands as it is stored. The baseline mark stays until its first read came to the end; `mark` is the place in the list which that read has come to. */
export interface Position extends Checkpoint {
  readonly baseline?: true
  readonly mark?: Mark
}

/** Nothing was read yet, or the first read has not come to its end. */
export const atBaseline = (position: Position | null): boolean => position === null || position.baseline === true

/** After one more page. `marks`: the list may be taken up in the middle. The same object: nothing is safe to store yet, or nothing moved. */
export function moved(position: Position | null, page: PageRead, marks: boolean): Position | null {
  const rest = atBaseline(position) && !page.last ? { baseline: true as const } : {}
  const stands = position?.mark === undefined && atBaseline(position) === (rest.baseline === true)
  if (page.checkpoint !== undefined && stands && standsStill(position, page.checkpoint)) return position
  if (page.checkpoint !== undefined) return { ...page.checkpoint, ...rest }
  if (page.last) return placeOf(position) ?? { time: null }
  return page.mark === undefined || !marks ? position : { ...(placeOf(position) ?? { time: null }), ...rest, mark: page.mark }
}

/** A stream that is counted stands where its number does, whenever it was read. */
const standsStill = (position: Position | null, { time, counter }: Checkpoint): boolean =>
  counter === undefined ? position?.time === time : position?.counter === counter

/** Where a stream is read on from; null: from its beginning. */
export function placeOf(position: Position | null): Checkpoint | null {
  if (position === null || (position.time === null && position.counter === undefined)) return null
  return { time: position.time, ...(position.counter === undefined ? {} : { counter: position.counter }) }
}

export const positionText = (position: Position): string => JSON.stringify(position)

/** A stored position; what cannot be read is the beginning. */
export function positionOf(text: string | null): Position | null {
  if (text === null) return null
  const value = parseJson(text)
  if (!isObject(value)) return { time: null }
  const mark = markOf(value.mark)
  return {
    time: typeof value.time === 'string' ? value.time : null,
    ...(Number.isSafeInteger(value.counter) ? { counter: Number(value.counter) } : {}),
    ...(value.baseline === true ? { baseline: true as const } : {}),
    ...(mark === undefined ? {} : { mark }),
  }
}

function markOf(value: Json | undefined): Mark | undefined {
  if (!isObject(value) || !isObject(value.ask) || !isObject(value.ask.page)) return undefined
  const { ask, since, until, asOf, at, highest, pages, rows } = value
  if (![until, asOf, at, pages, rows].every((one) => typeof one === 'number')) return undefined
  if (![since, highest].every((one) => one === null || typeof one === 'number')) return undefined
  const { page, url } = ask
  if (!isObject(page)) return undefined
  const bulk = bulkOf(value.bulk)
  if (value.bulk !== undefined && bulk === undefined) return undefined
  return {
    ask: { page, ...(typeof url === 'string' ? { url } : {}) },
    since: since as number | null,
    until: Number(until),
    asOf: Number(asOf),
    at: Number(at),
    highest: highest as number | null,
    pages: Number(pages),
    rows: Number(rows),
    ...(bulk === undefined ? {} : { bulk }),
  }
}

function bulkOf(value: Json | undefined): BulkMark | undefined {
  if (!isObject(value)) return undefined
  const { job, jobs, began, offset, total } = value
  if (typeof job !== 'string' || ![jobs, began, offset].every((one) => typeof one === 'number')) return undefined
  if (total !== null && typeof total !== 'number') return undefined
  return { job, jobs: Number(jobs), began: Number(began), offset: Number(offset), total }
}
