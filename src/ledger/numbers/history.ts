import type { Reader } from '../../store/in-list.ts'
import { findRequests, numberEvents } from '../../store/order-number.ts'
import type { NumberEventTable, OrderNumberTable } from '../../store/tables-numbers.ts'

/**
 * What became of a number, the first first, up to `limit`. An allotment is not written beside its request: where the rows of the history leave one out, the request that the next one names, or at the end the number itself,
 * says it.
 */
export async function historyOf(
  read: Reader,
  { tenant, scheme, number, events, request }: OrderNumberTable,
  limit: number,
): Promise<readonly NumberEventTable[]> {
  const told = await numberEvents(read, tenant, scheme, number, limit)
  const end = told.length < limit ? { seq: events + 1, request } : undefined
  const seqs = new Set(told.map(({ seq }) => seq))
  const untold = new Map(
    [...told, ...(end === undefined ? [] : [end])].flatMap((next): [number, string][] =>
      next.seq < 2 || seqs.has(next.seq - 1) || next.request === null ? [] : [[next.seq - 1, next.request]],
    ),
  )
  const requests = new Map((await findRequests(read, tenant, scheme, untold.values())).map((row) => [row.request, row]))
  const allotments = [...untold].flatMap(([seq, name]): NumberEventTable[] => {
    const row = requests.get(name)
    // a request that was forgotten may have been made anew
    if (row === undefined || !(JSON.parse(row.numbers) as string[]).includes(number)) return []
    const { at, holder, until, actor } = row
    return [{ tenant, scheme, number, seq, at, state: 'locked', request: name, holder, until, amount: null, actor, why: null }]
  })
  return [...told, ...allotments].sort((a, b) => a.seq - b.seq).slice(0, limit)
}
