import { findAccounts, transfersAbout } from '../../store/account.ts'
import type { Reader } from '../../store/in-list.ts'
import { amountText } from '../money/account.ts'
import { corrections, isMeant, type Meant } from '../money/post-meant.ts'
import type { Check, Difference } from './check.ts'

/** What documents of one type mean in one book beside what was posted about them there. */
export async function checkMeant(
  read: Reader,
  tenant: string,
  { book, type, keys }: { readonly book: string; readonly type: string; readonly keys: readonly string[] },
  meant: readonly Meant[],
): Promise<Check> {
  const posted = (await transfersAbout(read, tenant, type, keys)).filter((row) => isMeant(row) && row.book === book)
  const accounts = await findAccounts(
    read,
    tenant,
    posted.flatMap(({ debit, credit }) => [debit, credit]),
  )
  const missing = corrections(posted, new Map(accounts.map((row) => [row.id, row])), meant, '')
  const differences = missing
    .flatMap(({ postings }) => postings)
    .map((posting): Difference => {
      const { ref, amount, currency, kind, debit, credit } = posting
      const of = { type, key: ref?.key ?? '' }
      const said = JSON.stringify({ kind, amount, currency, debit, credit })
      const sum = posted.reduce((total, row) => (row.ref_key === of.key ? total + BigInt(row.amount) : total), 0n)
      return {
        table: 'transfer',
        key: [type, of.key, ref?.line ?? '', kind].join(' '),
        stored: sum === 0n ? null : amountText(sum),
        computed: said,
        of,
      }
    })
  return { checked: posted.length === 0 ? {} : { transfer: posted.length }, differences }
}
