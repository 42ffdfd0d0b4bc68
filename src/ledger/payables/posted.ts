import { findAccounts, transfersAbout } from '../../store/account.ts'
import type { Reader } from '../../store/in-list.ts'
import type { TransferTable } from '../../store/tables-money.ts'

/** An entry on the account of a supplier. `amount` x 10^4: what it adds to what is owed. */
export interface PostedEntry {
  readonly transfer: TransferTable
  readonly party: string
  readonly amount: bigint
}

/** What followed from documents of one type on accounts of suppliers, in the order in which it was posted. */
export async function postedAbout(read: Reader, tenant: string, type: string, keys: Iterable<string>): Promise<readonly PostedEntry[]> {
  const transfers = (await transfersAbout(read, tenant, type, keys)).filter(({ book }) => book === 'payable')
  const accounts = await findAccounts(
    read,
    tenant,
    transfers.flatMap(({ debit, credit }) => [debit, credit]),
  )
  const parties = new Map(accounts.map(({ id, party }) => [id, party]))
  return transfers.flatMap((transfer): PostedEntry[] => {
    const [less, more] = [parties.get(transfer.debit) ?? '', parties.get(transfer.credit) ?? '']
    const amount = BigInt(transfer.amount)
    return [
      ...(more === '' ? [] : [{ transfer, party: more, amount }]),
      ...(less === '' ? [] : [{ transfer, party: less, amount: -amount }]),
    ]
  })
}

/** Sums by kind of entry. */
export function sumsByKind(entries: readonly PostedEntry[]): ReadonlyMap<string, bigint> {
  const sums = new Map<string, bigint>()
  for (const { transfer, amount } of entries) sums.set(transfer.kind, (sums.get(transfer.kind) ?? 0n) + amount)
  return sums
}
