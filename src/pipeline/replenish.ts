import type { Author } from '../ledger/books.ts'
import { type Looked, suggest } from '../ledger/replenish.ts'
import { pageOfNames } from '../store/derived-names.ts'
import { replenishedNames } from '../store/replenishment.ts'
import { breathing } from './breath.ts'
import type { Context } from './context.ts'
import { writeLedger } from './ledger-write.ts'

/** Products of one transaction. */
const page = 50
const dayMs = 86_400_000

/** Who looks by the clock. */
export const bySchedule: Author = { actor: 'replenishment', why: 'the nightly look' }

/** Looks at everything that was sold in the window, or of which a suggestion is open, some products at a time. Nothing where the workspace has no rules. A look that is broken off, or comes twice, changes nothing that the next does not find so. */
export async function lookForNeeds(context: Context, author: Author, signal?: AbortSignal): Promise<Looked> {
  const { database, tenant } = context
  const { replenishment: rules, connections, validate } = context.catalogue()
  const sums = { suggested: 0, superseded: 0, received: 0, kept: 0 }
  if (rules === undefined) return sums
  const compared = comparedIn(connections)
  const since = new Date((await database.now()) - (rules.windowDays + 2) * dayMs).toISOString().slice(0, 10)
  const breathe = breathing()
  for (let after: string | undefined = ''; after !== undefined; ) {
    signal?.throwIfAborted()
    const from: string = after
    const { names, last } = await database.moment((read) => pageOfNames(replenishedNames(since), read, tenant, from, page))
    const products = names.filter((name) => name !== '')
    if (products.length > 0) {
      const { result, ring } = await database.write((tx) =>
        writeLedger(tx, context, (books) => suggest(books, { rules, products, compared, author }, validate)),
      )
      ring()
      for (const name of ['suggested', 'superseded', 'received', 'kept'] as const) sums[name] += result[name]
    }
    after = last
    await breathe()
  }
  return sums
}

/** Connections whose sales reports never count. */
export const comparedIn = (connections: ReturnType<Context['catalogue']>['connections']): string[] =>
  [...connections.values()].flatMap(({ name, sales }) => (sales === 'orders' ? [name] : []))
