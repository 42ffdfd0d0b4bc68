import { touchProduct } from '../ledger/books.ts'
import { expirePromises, holdSellable, markTold, untoldPromises } from '../store/promise.ts'
import type { Context } from './context.ts'
import { writeLedger } from './ledger-write.ts'

/** Lines taken in one go; the next sweep takes the rest. */
const most = 500

/**
 * Reservations that began or ended move what partners may be shown: routes look at those products again. Nothing else depends on it, since what has run out is left out by every reader that promises anything.
 */
export async function tellPromises(hub: Context): Promise<void> {
  const { database, tenant } = hub
  const now = await database.now()
  if ((await untoldPromises(database.read, tenant, now, 1)).length === 0) return
  const { ring } = await database.write((tx) =>
    writeLedger(tx, hub, async (books) => {
      const lines = await untoldPromises(tx, tenant, now, most)
      const products = [...new Set(lines.map(({ product }) => product))]
      await holdSellable(tx, tenant, products)
      await expirePromises(tx, tenant, products, now)
      for (const line of lines) await markTold(tx, tenant, line, line.counts_until <= now ? 2 : 1)
      for (const product of products) {
        touchProduct(books, product)
        books.data.restated.add(product)
      }
    }),
  )
  ring()
}
