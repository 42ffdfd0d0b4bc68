import { waitingOrders } from '../../store/deposit.ts'
import type { DepositOrderTable } from '../../store/tables-deposits.ts'
import type { Books } from '../types.ts'
import { exact, missingOf, transferKey } from './orders.ts'
import { move, type Till } from './till.ts'

/** Rows of the queue read at once. */
const page = 50

/** Orders of one deposit that wait for its money, the longest placed first; `own`: those of this unit of work, in their order, as they stand in it. */
async function* inOrder(
  { tx, tenant }: Books,
  { party, currency, owner }: Till,
  own: readonly DepositOrderTable[],
  isTouched: (row: DepositOrderTable) => boolean,
): AsyncGenerator<DepositOrderTable> {
  const left = [...own]
  for (let after: DepositOrderTable | undefined, more = true; more; ) {
    const rows: DepositOrderTable[] = await waitingOrders(tx, tenant, {
      party,
      currency,
      ...(after === undefined ? {} : { after }),
      limit: page,
    })
    for (const row of rows) {
      while (left[0] !== undefined && byPlace(left[0], row) < 0) yield left.shift() as DepositOrderTable
      if (!isTouched(row) && row.owner === owner) yield exact(row)
    }
    after = rows.at(-1)
    more = rows.length === page
  }
  yield* left
}

const byPlace = (a: DepositOrderTable, b: DepositOrderTable): number => a.placed_at - b.placed_at || (a.key < b.key ? -1 : 1)

/**
 * Freezes money for the orders of one deposit in the order in which they were placed, by their key where that is the same; the first that there is not enough for ends it, so that none overtakes an older one. What waits for something else
 * than money holds nobody up. Answers the rows that are others now: funded, or waiting for money.
 */
export async function freezeInOrder(
  books: Books,
  till: Till,
  touched: ReadonlyMap<string, DepositOrderTable>,
  businessDate: string,
): Promise<readonly DepositOrderTable[]> {
  const { party, currency, owner } = till
  const own = [...touched.values()]
    .filter((row) => row.party === party && row.currency === currency && row.owner === owner && row.why === '' && missingOf(row) > 0n)
    .sort(byPlace)
  const funded = new Map<string, DepositOrderTable>()
  if (!till.closed)
    for await (const row of inOrder(books, till, own, ({ key }) => touched.has(key))) {
      const missing = missingOf(row)
      if (missing > till.available - till.floor) break
      const posts = row.posts + 1
      move(books, till, {
        ...{ way: 'freeze', amount: missing, forced: false, ref: { type: 'sales-order', key: row.key } },
        ...{ key: transferKey(row.key, posts), businessDate },
      })
      funded.set(row.key, { ...row, why: '', frozen: BigInt(row.need), posts })
    }
  return [...funded.values(), ...own.filter(({ key }) => !funded.has(key)).map((row) => ({ ...row, why: 'funds' as const }))]
}
