import { type Amount, exact, written } from './exact.ts'
import type { Month } from './month.ts'
import { compare, type Difference } from './proof.ts'

export interface LedgerFigures {
  readonly transfers: number
  /** of all books, in each currency: zero in each, or the sum of what each is off by */
  readonly ledgerSum: string
  /** accounts that once were below what commands may leave on them */
  readonly negativeBalances: number
  readonly differences: readonly Difference[]
}

/** Reads every entry of every account back: each transfer has its two sides, each book comes to zero, each balance is the sum of its entries and never was below its floor. */
export async function ledgerFigures({ hub, deposits }: Month): Promise<LedgerFigures> {
  const differences: Difference[] = []
  const sums = new Map<string, Amount>()
  const sides = new Map<string, number>()
  let negativeBalances = 0
  for (const account of await hub.rows('/v1/accounts')) {
    const { book, owner, party, kind, currency } = account
    const query = new URLSearchParams({ book, owner, kind, currency, ...(party === null ? {} : { party }) } as Record<string, string>)
    const entries = await hub.rows(`/v1/accounts/entries?${query}`)
    const sign = account.side === 'debit' ? 1n : -1n
    // a merchant has no less than nothing where nobody gave it a credit line
    const least = book === 'deposit' && party !== null ? 0n : undefined
    const floor = account.floor === null ? least : exact(String(account.floor))
    let balance = 0n
    let isBelow = false
    for (const { amount, balance: after, transfer } of entries.toReversed()) {
      balance += exact(String(amount))
      sides.set(String(transfer), (sides.get(String(transfer)) ?? 0) + 1)
      compare(differences, `${account.name} after ${transfer}`, written(balance), after)
      isBelow ||= floor !== undefined && balance < floor
    }
    if (isBelow) negativeBalances++
    compare(differences, `${account.name} balance`, written(balance), account.balance)
    const name = `${book} ${owner} ${currency}`
    sums.set(name, (sums.get(name) ?? 0n) + sign * balance)
    // a floor of the hub is no more than the credit line that was given
    const credit = [...deposits.values()].find((one) => one.merchant === party && one.currency === currency)?.credit ?? 0n
    if (book === 'deposit' && kind === 'available' && floor !== -credit)
      differences.push({ what: `${account.name} floor`, books: written(-credit), hub: String(account.floor) })
  }
  for (const [transfer, count] of sides)
    if (count !== 2) differences.push({ what: `transfer ${transfer}`, books: 'has two sides', hub: `has ${count}` })
  for (const [name, sum] of sums) if (sum !== 0n) differences.push({ what: `book ${name}`, books: '0', hub: written(sum) })
  const off = [...sums.values()].reduce((all, sum) => all + (sum < 0n ? -sum : sum), 0n)
  return { transfers: sides.size, ledgerSum: off === 0n ? '0' : written(off), negativeBalances, differences }
}

/** What every supplier is owed, against the generator's books. */
export async function payableDifferences({ hub, suppliers }: Month): Promise<readonly Difference[]> {
  const differences: Difference[] = []
  const rows = await hub.rows('/v1/payables')
  for (const [supplier, entries] of suppliers.entries) {
    const owed = entries.reduce((sum, { amount }) => sum + amount, 0n)
    const row = rows.find(({ party }) => party === supplier)
    compare(differences, `owed to ${supplier}`, written(owed), row === undefined ? '0.00' : row.owed)
  }
  return differences
}
