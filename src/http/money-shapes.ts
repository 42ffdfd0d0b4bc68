import { type AccountName, accountText, amountText } from '../ledger/money/account.ts'
import { kindOfAccount } from '../ledger/money/chart.ts'
import { findAccounts } from '../store/account.ts'
import type { Reader } from '../store/in-list.ts'
import type { TransferTable } from '../store/tables-money.ts'
import { decimal, described, fields, nullable, type Of, text, time } from './shape.ts'
import { iso } from './values.ts'

export const moneyTag = 'money'

/** 1 where debits make an account more, -1 where credits do. */
export const signOf = ({ book, kind }: Pick<AccountName, 'book' | 'kind'>): bigint =>
  kindOfAccount(book, kind).side === 'debit' ? 1n : -1n

export const transferShape = fields({
  id: text(),
  key: described(text(), 'given once by whoever posted it'),
  book: text(),
  owner: text(),
  debit: described(text(), 'account'),
  credit: described(text(), 'account'),
  amount: decimal,
  currency: text(),
  kind: text(),
  businessDate: text(),
  period: described(text(), 'month it counts in'),
  at: time,
  ref: nullable(fields({ type: text(), key: text(), line: nullable(text()) })),
  reverses: nullable(text()),
  by: text(),
  why: nullable(text()),
})

/** A transfer with its accounts by name. */
export const transferShown = async (read: Reader, row: TransferTable): Promise<Of<typeof transferShape>> =>
  (await transferShower(read, row.tenant, [row]))(row)

/** Shows any of these transfers, whose accounts are read at once. */
export async function transferShower(
  read: Reader,
  tenant: string,
  rows: readonly TransferTable[],
): Promise<(row: TransferTable) => Of<typeof transferShape>> {
  const ids = rows.flatMap(({ debit, credit }) => [debit, credit])
  const accounts = new Map((await findAccounts(read, tenant, ids)).map((one) => [one.id, accountText(one)]))
  return (row) => ({
    ...{ id: row.id, key: row.key, book: row.book, owner: row.owner },
    ...{ debit: accounts.get(row.debit) ?? row.debit, credit: accounts.get(row.credit) ?? row.credit },
    ...{
      amount: amountText(BigInt(row.amount)),
      currency: row.currency,
      kind: row.kind,
      businessDate: row.business_date,
      period: row.period,
    },
    at: iso(row.at),
    ref: row.ref_type === null || row.ref_key === null ? null : { type: row.ref_type, key: row.ref_key, line: row.ref_line },
    ...{ reverses: row.reverses, by: row.actor, why: row.why },
  })
}
