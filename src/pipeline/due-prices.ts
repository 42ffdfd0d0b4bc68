import { settleDue } from '../ledger/prices/derive.ts'
import { dueOrders } from '../store/order-cost.ts'
import { holdRun, type RunLease } from '../store/schedule.ts'
import type { Context } from './context.ts'
import { writeLedger } from './ledger-write.ts'

/** Orders of one transaction, and transactions of one look. */
const page = 100
const mostPages = 200

/** Orders whose lines waited for a price that came since: the unit of work that brought it settled the first of them, this settles the others. */
export async function settlePrices(context: Context, lease: RunLease): Promise<void> {
  const { database, tenant, settings } = context
  for (let turn = 0; turn < mostPages; turn++) {
    if ((await dueOrders(database.read, tenant, 1)).length === 0) return
    const { ring } = await database.write(async (tx) => {
      await holdRun(tx, tenant, lease, (await database.now()) + settings.leaseMs)
      return writeLedger(tx, context, (books) => settleDue(books, page))
    })
    ring()
  }
}
