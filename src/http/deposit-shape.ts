import { accountId, amountText, natural } from '../ledger/money/account.ts'
import { findAccounts } from '../store/account.ts'
import type { accountEntries } from '../store/deposit.ts'
import { orderSums } from '../store/deposit.ts'
import type { Reader } from '../store/in-list.ts'
import type { DepositOrderTable, DepositTable } from '../store/tables-deposits.ts'
import type { AccountTable } from '../store/tables-money.ts'
import { count, decimal, described, fields, flag, nullable, type Of, oneOf, text, time } from './shape.ts'
import { iso } from './values.ts'

export const depositShape = fields({
  merchant: described(text(), 'key of the party'),
  currency: text(),
  owner: described(text(), 'our own party in whose books it is'),
  available: described(decimal, 'what is free; below 0 within a credit line, or where facts came before their money'),
  frozen: described(decimal, 'for orders that are not sent yet'),
  creditLine: described(decimal, 'how far it may go below 0 today'),
  usable: described(decimal, 'available and the credit line together: what the next order may cost'),
  lowBelow: described(nullable(decimal), 'an alarm tells when less is available'),
  low: flag,
  closed: described(flag, 'its account is frozen: nothing is decided on it'),
  waiting: described(
    fields({ orders: count, missing: decimal, otherwise: described(count, 'orders that wait for a price, or are in several currencies') }),
    'orders that wait for money',
  ),
  since: described(time, 'orders placed from then on wait for its money'),
  changedAt: described(time, 'when its terms changed last'),
})

const accountName = ({ party, currency, owner }: Pick<DepositTable, 'party' | 'currency' | 'owner'>, kind: string) => ({
  ...{ book: 'deposit', owner, party, kind, currency },
})
export const accountOf = (deposit: Pick<DepositTable, 'party' | 'currency' | 'owner'>, kind: string): string =>
  accountId(accountName(deposit, kind))

/** Deposits with what is on their accounts and what waits for it. */
export async function shownDeposits(
  read: Reader,
  tenant: string,
  rows: readonly DepositTable[],
): Promise<readonly Of<typeof depositShape>[]> {
  const ids = rows.flatMap((row) => [accountOf(row, 'available'), accountOf(row, 'frozen')])
  const accounts = new Map((await findAccounts(read, tenant, ids)).map((row) => [row.id, row]))
  const sums = await orderSums(
    read,
    tenant,
    rows.map(({ party }) => party),
  )
  const on = (account: AccountTable | undefined) => (account === undefined ? 0n : natural(account))
  return rows.map((row) => {
    const [available, frozen] = [accounts.get(accountOf(row, 'available')), accounts.get(accountOf(row, 'frozen'))]
    const own = sums.filter(({ party, currency }) => party === row.party && currency === row.currency)
    const waits = own.filter(({ why }) => why === 'funds')
    const credit = BigInt(row.credit)
    return {
      ...{ merchant: row.party, currency: row.currency, owner: row.owner },
      ...{ available: amountText(on(available)), frozen: amountText(on(frozen)), creditLine: amountText(credit) },
      usable: amountText(on(available) + credit),
      lowBelow: row.low_below === null ? null : amountText(BigInt(row.low_below)),
      low: row.low === 1,
      closed: available?.frozen === 1 || frozen?.frozen === 1,
      waiting: {
        orders: waits.reduce((all, { orders }) => all + orders, 0),
        missing: amountText(waits.reduce((all, one) => all + one.need - one.frozen, 0n)),
        otherwise: own.filter(({ why }) => why !== '' && why !== 'funds').reduce((all, { orders }) => all + orders, 0),
      },
      ...{ since: iso(row.since), changedAt: iso(row.changed_at) },
    }
  })
}

export const entryShape = fields({
  seq: count,
  at: time,
  businessDate: text(),
  period: described(text(), 'month it counts in'),
  kind: described(text(), 'top-up, freeze, capture, release, refund, adjust, withdraw; -reversed takes one back'),
  amount: described(decimal, 'what came, negative for what went'),
  before: decimal,
  after: decimal,
  ref: described(nullable(fields({ type: text(), key: text() })), 'the order, payment or change it is about'),
  why: nullable(text()),
  transfer: text(),
})
export const shownEntry = (row: Awaited<ReturnType<typeof accountEntries>>[number]): Of<typeof entryShape> => {
  // the accounts of a deposit grow by credits
  const [amount, after] = [-BigInt(row.amount), -BigInt(row.balance)]
  return {
    ...{ seq: row.seq, at: iso(row.at), businessDate: row.business_date, period: row.period, kind: row.kind },
    ...{ amount: amountText(amount), before: amountText(after - amount), after: amountText(after) },
    ref: row.ref_type === null || row.ref_key === null ? null : { type: row.ref_type, key: row.ref_key },
    ...{ why: row.why, transfer: row.transfer },
  }
}

export const fundsStates = ['awaiting_funds', 'frozen', 'captured', 'none'] as const
/** What an order has of its merchant's deposit. */
export const fundsShape = fields({
  state: oneOf(...fundsStates),
  merchant: text(),
  currency: text(),
  cost: decimal,
  frozen: described(decimal, 'for what is not sent yet'),
  captured: decimal,
  refunded: decimal,
  missing: described(decimal, 'what has to come before it goes'),
  why: described(
    nullable(oneOf('funds', 'cost', 'currency', 'does-not-foot')),
    'what it waits for: money, a price, one currency, figures that add up',
  ),
})
/** What is shown of an order and its deposit follows from these columns. */
export type Funds = Pick<DepositOrderTable, 'party' | 'currency' | 'why' | 'need' | 'frozen' | 'captured' | 'refunded' | 'given'>
export function shownFunds(row: Funds | undefined): Of<typeof fundsShape> | null {
  if (row === undefined) return null
  const [need, frozen, captured] = [BigInt(row.need), BigInt(row.frozen), BigInt(row.captured)]
  const state = row.why !== '' ? 'awaiting_funds' : need === 0n ? 'none' : captured >= need ? 'captured' : 'frozen'
  return {
    ...{ state, merchant: row.party, currency: row.currency, cost: amountText(need), frozen: amountText(frozen - captured) },
    ...{
      captured: amountText(captured),
      refunded: amountText(BigInt(row.refunded) + BigInt(row.given)),
      missing: amountText(need - frozen),
    },
    why: row.why === '' ? null : row.why,
  }
}
