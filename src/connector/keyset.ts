import { at } from '../model/json.ts'
import type { Row } from './body.ts'
import type { PageAsk } from './page.ts'
import { keyText } from './record.ts'
import type { Page } from './types.ts'

export type Keyset = Extract<Page, { kind: 'keyset' }>

/** Where a list in the order of (cursor, key) is read on. `since`: epoch ms; undefined: from its beginning. */
export interface KeysetPlace {
  readonly since: number | undefined
  readonly ask: PageAsk
}

const lastKey = (page: Keyset, rows: readonly Row[]): string | undefined => keyText(at(rows.at(-1)?.value, page.key))

/** What the next page lies beyond; undefined: the last row lacks a key. */
export function lastOfKeyset(page: Keyset, rows: readonly Row[]): { readonly after: string; readonly afterRow?: string } | undefined {
  const after = lastKey(page, rows)
  if (after === undefined || page.rowKey === undefined) return after === undefined ? undefined : { after }
  const afterRow = keyText(at(rows.at(-1)?.value, page.rowKey))
  return afterRow === undefined ? undefined : { after, afterRow }
}

/** Rows from `since` on in the order of (cursor, key); without a cursor rows in the order of their keys. */
export const firstOfKeyset = ({ size, cursor, first }: Keyset): PageAsk => ({
  page: { size, ...first, ...(cursor === undefined ? {} : { order: cursor.order }) },
})

/**
 * What follows a page of rows in the order of (cursor, key). The partner cuts its times when it tells them, so the highest time seen is only the step that the last row lies in: the list is read
 * on from the beginning of that step, and a step that holds more than a page is read to its end by key, for there the truth behind the cut times gives no place to go on from.
 * `render`: a time as the call has it. Undefined: the list is at its end.
 */
export function nextOfKeyset(
  page: Keyset & { readonly cursor: NonNullable<Keyset['cursor']> },
  place: KeysetPlace,
  seen: { readonly rows: readonly Row[]; readonly highest: number | undefined },
  render: (ms: number) => PageAsk['page'][string],
): KeysetPlace | undefined {
  const { stepMs, keyOrder } = page.cursor
  const full = seen.rows.length >= page.size
  const inStep = place.ask.page.below !== undefined
  if (!inStep && !full) return undefined
  const step = inStep ? (place.since ?? 0) : Math.floor((seen.highest ?? 0) / stepMs) * stepMs
  if (inStep && !full) return { since: step + stepMs, ask: firstOfKeyset(page) }
  if (!inStep && step > (place.since ?? Number.NEGATIVE_INFINITY)) return { since: step, ask: firstOfKeyset(page) }
  const after = inStep ? lastKey(page, seen.rows) : undefined
  return {
    since: step,
    ask: {
      page: { size: page.size, ...page.first, order: keyOrder, below: render(step + stepMs), ...(after === undefined ? {} : { after }) },
    },
  }
}
