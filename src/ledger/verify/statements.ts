import type { Reader } from '../../store/in-list.ts'
import { accountsOfChain, newestStatement, statedSums, statementBefore, statementOf, unstatedSums } from '../../store/statement.ts'
import { amountText } from '../money/account.ts'
import { signOf, statementHash } from '../statements/content.ts'
import type { Check, Difference } from './check.ts'

/** Statements beside the books: each opens where the one before closed, closes with the sum of its entries, has the hash of its content; the newest, with what none has yet, comes to the balance of its accounts. */
export async function checkStatements(read: Reader, tenant: string, keys: readonly string[]): Promise<Check> {
  const differences: Difference[] = []
  for (const key of keys) {
    const row = await statementOf(read, tenant, key)
    if (row === undefined) continue
    const sign = signOf(row.kind)
    const before = await statementBefore(read, tenant, row)
    const sums = await statedSums(read, tenant, key)
    const opening = BigInt(before?.closing ?? 0)
    const closing = opening + sums.reduce((sum, { amount }) => sum + sign * amount, 0n)
    const accounts = await accountsOfChain(read, tenant, row)
    const isNewest = (await newestStatement(read, tenant, row))?.key === key
    const rest = isNewest
      ? await unstatedSums(
          read,
          tenant,
          accounts.map(({ id }) => id),
        )
      : []
    const balance = accounts.reduce((sum, account) => sum + sign * BigInt(account.balance), 0n)
    const stored = {
      opening: amountText(BigInt(row.opening)),
      closing: amountText(BigInt(row.closing)),
      lines: row.line_count,
      hash: row.hash,
      ...(isNewest ? { balance: amountText(BigInt(row.closing) + rest.reduce((sum, { amount }) => sum + sign * amount, 0n)) } : {}),
    }
    const computed = {
      opening: amountText(opening),
      closing: amountText(closing),
      lines: sums.reduce((sum, { count }) => sum + count, 0),
      hash: await statementHash(read, tenant, row),
      ...(isNewest ? { balance: amountText(balance) } : {}),
    }
    const [was, is] = [JSON.stringify(stored), JSON.stringify(computed)]
    if (was !== is) differences.push({ table: 'statement', key, stored: was, computed: is, of: { type: 'statement', key } })
  }
  return { checked: keys.length === 0 ? {} : { statement: keys.length }, differences }
}
