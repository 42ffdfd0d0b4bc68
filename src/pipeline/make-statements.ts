import type { Author } from '../ledger/books.ts'
import { bookOfKind, type StatementKind } from '../ledger/statements/content.ts'
import { generateStatement } from '../ledger/statements/generate.ts'
import { publishStatement } from '../ledger/statements/steps.ts'
import { businessDay } from '../model/business-day.ts'
import { isHubError } from '../model/errors.ts'
import { accountsOfChain, type Chain, chainsOf, firstUnstated, newestStatement } from '../store/statement.ts'
import { breathing } from './breath.ts'
import type { Context } from './context.ts'
import { writeLedger } from './ledger-write.ts'

export interface Making {
  readonly kind: StatementKind
  /** last day of the period */
  readonly until: string
  readonly publish: boolean
  readonly author: Author
}

/** Accounts that are looked at together. */
const page = 50

/** Who makes statements by the clock. */
const bySchedule: Author = { actor: 'schedule', why: null }

/** Statements of the month that ended last in the operator's zone, of the kinds that the workspace names. A run that is killed, or comes twice, makes each once; one that was missed makes up for it. */
export async function makeMonthly(context: Context, signal: AbortSignal): Promise<void> {
  const { database, settings } = context
  if (settings.statements === undefined) return
  const { kinds, publish } = settings.statements
  const until = endOfLastMonth(businessDay(await database.now(), settings.timeZone))
  for (const kind of kinds) {
    const { made } = await generateAll(context, { kind, until, publish, author: bySchedule }, signal)
    if (made > 0) context.log.info({ kind, until, made }, 'the statements of a month were made')
  }
}

/** Last day of the month before this day; both `YYYY-MM-DD`. */
export const endOfLastMonth = (day: string): string => Temporal.PlainDate.from(day).with({ day: 1 }).subtract({ days: 1 }).toString()

/** Statements of a period for all accounts of a kind that have an entry up to its end which no statement has; one transaction each. A run that is broken off, or comes twice, goes on where it was. */
export async function generateAll(
  context: Context,
  { kind, until, publish, author }: Making,
  signal?: AbortSignal,
): Promise<{ readonly made: number; readonly kept: number }> {
  const { database, tenant } = context
  const sums = { made: 0, kept: 0 }
  const breathe = breathing()
  for (let after: Chain | undefined, more = true; more; ) {
    signal?.throwIfAborted()
    const chains = await chainsOf(database.read, tenant, bookOfKind[kind], after, page)
    for (const chain of chains) {
      signal?.throwIfAborted()
      try {
        if (await hasNothing(context, chain, until)) sums.kept++
        else {
          const { ring } = await database.write((tx) =>
            writeLedger(tx, context, async (books) => {
              const row = await generateStatement(books, { kind, ...chain, until, author })
              if (publish) await publishStatement(books, { key: row.key, author })
            }),
          )
          ring()
          sums.made++
        }
      } catch (error) {
        // somebody else made it meanwhile
        if (!isHubError(error) || error.detail.code !== 'period-order') throw error
        sums.kept++
      }
      await breathe()
    }
    after = chains.at(-1)
    more = chains.length === page
  }
  return sums
}

async function hasNothing({ database, tenant }: Context, chain: Chain, until: string): Promise<boolean> {
  const before = await newestStatement(database.read, tenant, chain)
  if (before !== undefined && before.until_date >= until) return true
  const accounts = await accountsOfChain(database.read, tenant, chain)
  const first = await firstUnstated(
    database.read,
    tenant,
    accounts.map(({ id }) => id),
  )
  return first === undefined || first > until
}
