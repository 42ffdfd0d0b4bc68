import { aged, drop, type Of, type Removed, removed } from './aged.ts'
import type { Tx } from './database.ts'
import { inLists } from './in-list.ts'
import { lockNumbers } from './order-number.ts'
import type { NumberRequestTable } from './tables-numbers.ts'

/** Numbers of the requests of one transaction; a single request may have more. */
const mostNumbers = 2000

type Aged = Pick<NumberRequestTable, 'scheme' | 'at' | 'request' | 'numbers'>

/**
 * Deletes requests for order numbers that were made before a time and hold none of them any more, and what became of their numbers before it, but for the last thing. The book of numbers stays. `after` and `next` are places
 * in the index by scheme and time (JSON).
 */
export async function removeNumberRequests(tx: Tx, tenant: string, of: Of): Promise<Removed> {
  const found = await olderRequests(tx, tenant, of)
  const rows: Aged[] = []
  let count = 0
  for (const row of found) {
    count += numbersOf(row).length
    if (rows.length > 0 && count > mostNumbers) break
    rows.push(row)
  }
  let gone = 0
  for (const [scheme, group] of Map.groupBy(rows, (row) => row.scheme)) gone += await removeOf(tx, tenant, scheme, group, of.before)
  const last = rows.at(-1)
  const isAll = rows.length === found.length && found.length < of.limit
  return { rows: gone, next: isAll || last === undefined ? undefined : JSON.stringify([last.scheme, last.at, last.request]) }
}

const numbersOf = ({ numbers }: Pick<Aged, 'numbers'>): readonly string[] => JSON.parse(numbers) as string[]

function olderRequests(tx: Tx, tenant: string, { before, after, limit }: Of): Promise<Aged[]> {
  const [scheme, at, request] = after === '' ? ['', 0, ''] : (JSON.parse(after) as [string, number, string])
  return tx
    .selectFrom('number_request')
    .select(['scheme', 'at', 'request', 'numbers'])
    .where('tenant', '=', tenant)
    .where('at', '<', before)
    .where((is) =>
      is.or([
        is('scheme', '>', scheme),
        is.and([is('scheme', '=', scheme), is('at', '>', at)]),
        is.and([is('scheme', '=', scheme), is('at', '=', at), is('request', '>', request)]),
      ]),
    )
    .orderBy('scheme')
    .orderBy('at')
    .orderBy('request')
    .limit(limit)
    .execute()
}

/** The numbers are locked meanwhile, so that none is renewed or completed for a request that goes. */
async function removeOf(tx: Tx, tenant: string, scheme: string, requests: readonly Aged[], before: number): Promise<number> {
  const rows = await lockNumbers(tx, tenant, scheme, requests.flatMap(numbersOf))
  const holding = new Set(rows.flatMap(({ state, request }) => (state === 'locked' ? (request ?? []) : [])))
  const gone = requests.filter(({ request }) => !holding.has(request))
  await inLists(gone.flatMap(numbersOf), (list) =>
    tx
      .deleteFrom('number_event')
      .where('tenant', '=', tenant)
      .where('scheme', '=', scheme)
      .where('number', 'in', list)
      .where('at', '<', before)
      .where('seq', '<', (of) =>
        of
          .selectFrom('order_number')
          .select('events')
          .whereRef('order_number.tenant', '=', 'number_event.tenant')
          .whereRef('order_number.scheme', '=', 'number_event.scheme')
          .whereRef('order_number.number', '=', 'number_event.number'),
      )
      .execute(),
  )
  await inLists(
    gone.map(({ request }) => request),
    (list) =>
      tx.deleteFrom('number_request').where('tenant', '=', tenant).where('scheme', '=', scheme).where('request', 'in', list).execute(),
  )
  return gone.length
}

/** Deletes decisions to make numbers, of which there are many; every other decision about a scheme stays. */
export async function removeNumberDecisions(tx: Tx, tenant: string, of: Of): Promise<Removed> {
  const rows = await aged(tx.selectFrom('number_decision').select(['id', 'kind']), tenant, of).execute()
  const gone = rows.filter(({ kind }) => kind === 'generate').map(({ id }) => id)
  await drop(tx.deleteFrom('number_decision'), tenant, gone)
  return removed(rows, gone, of)
}
