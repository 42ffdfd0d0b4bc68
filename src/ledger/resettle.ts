import { awaitUnitsOfWork } from '../store/code.ts'
import { nextResettling, resettledTo, settledBy } from '../store/payout.ts'
import { touchOrder } from './books.ts'
import { payoutType } from './payout-lines.ts'
import { documentName } from './shelf.ts'
import type { Books } from './types.ts'
import { lookAtPayouts } from './write-references.ts'

/** A place before all documents. */
const begun = { type: '', key: '*' }

/** Touches the next payouts and orders of a connection whose terms of settlement are others now; `finish` has to follow. false: there was none left. */
export async function resettleNext(books: Books, limit: number): Promise<boolean> {
  const { tx, tenant, data } = books
  const next = await nextResettling(tx, tenant)
  if (next === undefined) return false
  if (next.type === '' && next.key === '') {
    // whoever settles by what held before is done after this, and who comes later goes by what holds now
    await awaitUnitsOfWork(tx, tenant)
    await resettledTo(tx, tenant, next.name, begun)
    return true
  }
  const names = await settledBy(tx, tenant, next, limit)
  const cause = { baseline: true, envelope: null }
  for (const { type, key } of names) {
    if (type === payoutType) await lookAtPayouts(books, [key], cause)
    else {
      touchOrder(books, type, key, cause)
      data.settling.add(documentName({ type, key }))
    }
  }
  await resettledTo(tx, tenant, next.name, names.length < limit ? undefined : names.at(-1))
  return true
}
