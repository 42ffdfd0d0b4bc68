import { findAccounts } from '../../store/account.ts'
import { bookSums, countMoney, entrySums } from '../../store/account-page.ts'
import type { Reader } from '../../store/in-list.ts'
import { accountText, amountText } from '../money/account.ts'
import type { Check, Difference } from './check.ts'

const none = { entries: 0, last: 0, sum: 0n, torn: 0, stray: 0 }

/** Accounts beside their entries: the balance is their sum, they are numbered without a gap, each goes on from the one before, and each is what its transfer says. */
export async function checkAccounts(read: Reader, tenant: string, ids: readonly string[]): Promise<Check> {
  const rows = await findAccounts(read, tenant, ids)
  const sums = await entrySums(read, tenant, ids)
  const differences = rows.flatMap((row): Difference[] => {
    const { entries, last, sum, torn, stray } = sums.get(row.id) ?? none
    const stored = { balance: amountText(BigInt(row.balance)), entries: row.entries, last: row.entries, torn: 0, stray: 0 }
    const computed = { balance: amountText(sum), entries, last, torn, stray }
    return difference('account', accountText(row), stored, computed, { type: 'account', key: row.id })
  })
  return { checked: rows.length === 0 ? {} : { account: rows.length }, differences }
}

/** Every book sums to zero in every currency, and every transfer has its two entries. */
export async function checkBooks(read: Reader, tenant: string): Promise<Check> {
  const sums = await bookSums(read, tenant)
  const { transfers, entries } = await countMoney(read, tenant)
  return {
    checked: sums.length === 0 ? {} : { book: sums.length },
    differences: [
      ...sums.flatMap(({ book, owner, currency, sum }) => {
        const key = `${book}/${owner}`
        return difference('book', `${key} (${currency})`, { sum: amountText(sum) }, { sum: amountText(0n) }, { type: 'book', key })
      }),
      ...difference('book', 'entries', { entries }, { entries: 2 * transfers }, { type: 'book', key: 'entries' }),
    ],
  }
}

function difference(table: string, key: string, stored: object, computed: object, of: Difference['of']): Difference[] {
  const [was, is] = [JSON.stringify(stored), JSON.stringify(computed)]
  return was === is ? [] : [{ table, key, stored: was, computed: is, of }]
}
