import { openBooks } from '../ledger/books.ts'
import { restateNext } from '../ledger/derive-parties.ts'
import { finish } from '../ledger/finish.ts'
import { resettleNext } from '../ledger/resettle.ts'
import { holdRun, type RunLease } from '../store/schedule.ts'
import type { Context } from './context.ts'

/** Documents of one transaction, and transactions of one look. */
const page = 200
const mostPages = 100
/** A payout may name thousands of orders. */
const settledAtOnce = 50

/**
 * The workspace says that a connection keeps the books of another party, or said it for the first time, or somebody may look as that party now: what it keeps belongs to others then, and what is about that too. A page at a time, so that a
 * restart goes on where it was.
 */
export async function restateBooks(context: Context, lease: RunLease): Promise<void> {
  const { database, tenant, newId, settings } = context
  for (let turn = 0; turn < mostPages; turn++) {
    const more = await database.write(async (tx) => {
      const now = await database.now()
      await holdRun(tx, tenant, lease, now + settings.leaseMs)
      return restateNext(
        await openBooks(tx, { tenant, now, newId, revision: context.catalogue().revision, matching: context.catalogue().matching }),
        page,
      )
    })
    if (!more) return
  }
}

/** The workspace watches the payouts of a connection by other terms, or does no longer: its payouts and orders are settled again, a page at a time. */
export async function resettle(context: Context, lease: RunLease): Promise<void> {
  const { database, tenant, newId, settings, bell } = context
  for (let turn = 0; turn < mostPages; turn++) {
    const { more, told } = await database.write(async (tx) => {
      const now = await database.now()
      await holdRun(tx, tenant, lease, now + settings.leaseMs)
      const books = await openBooks(tx, { tenant, now, newId, revision: context.catalogue().revision })
      const found = await resettleNext(books, settledAtOnce)
      return { more: found, told: found ? (await finish(books)).told : [] }
    })
    for (const subscription of told) bell.ring({ kind: 'events', subscription })
    if (!more) return
  }
}
