import { reject } from '../model/errors.ts'
import type { JsonObject } from '../model/json.ts'
import type { PageAsk, PageSeen } from './page.ts'
import type { Page } from './types.ts'

type Reverse = Extract<Page, { kind: 'reverse' }>

/** A list that is sorted newest first is asked how long it is before anything of it is read. */
export const firstOfReverse = ({ first }: Reverse): PageAsk => ({ page: { number: first, size: 1, probe: true } })

/**
 * The page before this one; undefined after the first. A row that changes while the list is read leaves it, for the list is bounded, and those behind it move towards pages that are still to come: none slips by. Rows that come into
 * it late move others the other way: where the list has grown, as many pages are read again as they may have moved.
 * @throws HubError `no-total` (reject) for an answer that does not say how many rows there are
 */
export function nextOfReverse(page: Reverse, { page: asked }: PageAsk, seen: PageSeen): PageAsk | undefined {
  const total = totalOf(page, seen)
  const last = page.first + Math.max(0, Math.ceil(total / page.size) - 1)
  const at = (number: number): PageAsk => ({ page: { number, size: page.size, total } })
  if (asked.probe === true) return total <= seen.rows.length ? undefined : at(last)
  const grown = Math.ceil(Math.max(0, total - Number(asked.total)) / page.size)
  const number = Number(asked.number)
  if (grown > 0) return at(Math.min(last, number + grown))
  return number <= page.first ? undefined : at(Math.min(last, number - 1))
}

/** Its rows are the newest ones, which come again with their page at the end. */
export const isProbe = (page: Page, ask: { readonly page: JsonObject }, next: PageAsk | undefined): boolean =>
  page.kind === 'reverse' && ask.page.probe === true && next !== undefined

function totalOf({ total }: Reverse, { headers, body }: PageSeen): number {
  const told = typeof total === 'string' ? headers[total] : body.peek(total.path)
  const count = told === undefined || told === null || told === '' ? Number.NaN : Number(told)
  if (!Number.isSafeInteger(count) || count < 0)
    throw reject(
      'no-total',
      `the answer does not say in ${typeof total === 'string' ? `the header "${total}"` : `"${total.path}"`} how many rows the list has: without it nobody knows its last page`,
    )
  return count
}
