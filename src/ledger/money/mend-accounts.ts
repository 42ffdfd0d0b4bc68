import { findAccounts, lockAccounts, saveAccounts } from '../../store/account.ts'
import { entrySums } from '../../store/account-page.ts'
import type { Books } from '../types.ts'

/** Makes balances what their entries sum to, where these are whole: entries and transfers are the truth and are never mended, so where one is missing or another one than its transfer says, the difference stays until the store is restored. */
export async function mendAccounts({ tx, tenant, now }: Books, ids: readonly string[]): Promise<void> {
  if (ids.length === 0) return
  const rows = await lockAccounts(tx, tenant, await findAccounts(tx, tenant, ids))
  const sums = await entrySums(tx, tenant, [...rows.keys()])
  const mended = [...rows.values()].flatMap((row) => {
    const sum = sums.get(row.id)
    if (sum === undefined || sum.torn > 0 || sum.stray > 0 || sum.entries !== sum.last) return []
    return [{ ...row, balance: sum.sum, entries: sum.entries, changed_at: now }]
  })
  await saveAccounts(tx, mended)
}
