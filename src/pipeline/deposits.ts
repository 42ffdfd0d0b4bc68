import { accountId, amountText, natural } from '../ledger/money/account.ts'
import { findAccounts } from '../store/account.ts'
import { lowDeposits, movingDeposits, waitingParties } from '../store/deposit.ts'
import { holdRun, type RunLease } from '../store/schedule.ts'
import type { Condition } from './alarms.ts'
import type { Context } from './context.ts'
import { writeLedger } from './ledger-write.ts'

/** Merchants looked at in one look, and deposits that have an alarm. */
const most = 200

/** What the days make of deposits: credit lines begin and end. Merchants whose orders wait are looked at again: money may be there that no document told of, or an account was opened again. */
export async function tendDeposits(context: Context, lease: RunLease): Promise<void> {
  const { database, tenant, settings } = context
  const today = new Date(await database.now()).toISOString().slice(0, 10)
  const parties = new Set([
    ...(await movingDeposits(database.read, tenant, today, most)),
    ...(await waitingParties(database.read, tenant, '', most)),
  ])
  for (const party of parties) {
    const { ring } = await database.write(async (tx) => {
      await holdRun(tx, tenant, lease, (await database.now()) + settings.leaseMs)
      return writeLedger(tx, context, async (books) => {
        books.data.deposits.parties.add(party)
      })
    })
    ring()
  }
}

/** Deposits that fell below their mark. */
export async function scarceDeposits({ database, tenant }: Context): Promise<readonly Condition[]> {
  const rows = await lowDeposits(database.read, tenant, most)
  const id = ({ owner, party, currency }: (typeof rows)[number]) =>
    accountId({ book: 'deposit', owner, party, kind: 'available', currency })
  const accounts = new Map((await findAccounts(database.read, tenant, rows.map(id))).map((row) => [row.id, row]))
  return rows.map((row) => {
    const account = accounts.get(id(row))
    const available = amountText(account === undefined ? 0n : natural(account))
    const lowBelow = amountText(BigInt(row.low_below ?? 0))
    const { party, currency } = row
    return {
      subject: `deposit/${party}/${currency}`,
      kind: 'deposits',
      connection: '',
      message: `the deposit of ${party} is low: ${available} ${currency} is available, the mark is ${lowBelow}`,
      detail: { merchant: party, currency, available, lowBelow },
    }
  })
}
