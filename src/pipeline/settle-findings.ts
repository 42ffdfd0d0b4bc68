import { openBooks } from '../ledger/books.ts'
import { type Note, settle } from '../ledger/findings.ts'
import { finish } from '../ledger/finish.ts'
import type { Tx } from '../store/database.ts'
import { findingPage } from '../store/finding.ts'
import type { FindingTable } from '../store/tables.ts'
import type { Context } from './context.ts'

const page = 500
/** Findings of one kind that are open at once; there is no use in more of them. */
export const mostFindings = 5000

/** Makes the open findings of these codes equal to what was found, in one transaction; where not everything was looked at (`whole` false), those that were not found stay open. Answers subscriptions that have something to be told. */
export async function settleFindings(
  { tenant, newId, catalogue }: Context,
  tx: Tx,
  codes: ReadonlySet<string>,
  found: readonly Note[],
  now: number,
  whole = true,
): Promise<readonly string[]> {
  const open: FindingTable[] = []
  for (let after: FindingTable | undefined; ; ) {
    const rows: FindingTable[] = await findingPage(tx, tenant, { state: 'open', codes }, after, page)
    open.push(...rows)
    after = rows.at(-1)
    if (rows.length < page) break
  }
  const books = await openBooks(tx, { tenant, now, newId, revision: catalogue().revision, matching: catalogue().matching })
  settle(books, whole ? open : [], codes, found.slice(0, mostFindings))
  return (await finish(books)).told
}
