import { amountScale, currencyDigits, isDecimal, toScaled } from '../../model/decimal.ts'
import { type HubError, isHubError, reject } from '../../model/errors.ts'
import type { AccountTable, EntryTable, TransferTable } from '../../store/tables-money.ts'
import { type AccountName, accountId, accountText, amountText, natural, newAccount } from './account.ts'
import { postingPeriod } from './period.ts'
import type { End, Posting, PostingGroup } from './posting.ts'

/** What a group of postings does; all its rows are new, accounts stand as they are to be. */
export interface Decided {
  readonly transfers: readonly TransferTable[]
  readonly entries: readonly EntryTable[]
  readonly accounts: readonly AccountTable[]
}

export interface Moment {
  readonly tenant: string
  readonly now: number
  readonly newId: () => string
  /** last closed month of a book; null: none is */
  readonly closedUntil: (book: string, owner: string) => string | null
}

/** A posting with its accounts and its amount x 10^4. */
interface Read {
  readonly posting: Posting
  readonly debit: AccountName
  readonly credit: AccountName
  readonly amount: bigint
}

export const nameOf = ({ book, owner, currency }: Pick<Posting, 'book' | 'owner' | 'currency'>, { party, kind }: End): AccountName => ({
  book,
  owner,
  party,
  kind,
  currency,
})

const longestKey = 191
const mostPostings = 1000

/** @throws HubError (reject) `no-amount`, `unknown-currency`, `no-such-account`, `no-party`, `same-account`, `bad-key`, `bad-date`, `too-many-postings` */
export function readGroup(tenant: string, now: number, { postings }: PostingGroup): readonly Read[] {
  if (postings.length === 0 || postings.length > mostPostings)
    throw reject('too-many-postings', `1 to ${mostPostings} postings happen together, not ${postings.length}`)
  return postings.map((posting) => {
    const { key, amount, currency, businessDate } = posting
    if (key === '' || key.length > longestKey)
      throw reject('bad-key', `the key of a transfer has 1 to ${longestKey} characters: '${key.slice(0, 40)}'`)
    if (!/^\d{4}-(0[1-9]|1[0-2])-\d{2}$/.test(businessDate))
      throw reject('bad-date', `${key}: '${businessDate}' is no date: write YYYY-MM-DD`)
    const digits = currencyDigits(currency)
    if (digits === undefined) throw reject('unknown-currency', `${key}: '${currency}' is no currency of ISO 4217`)
    if (!isDecimal(amount) || toScaled(amount, amountScale) <= 0n)
      throw reject('no-amount', `${key}: '${amount}' is no amount that can be moved: write a positive decimal`)
    toScaled(amount, Math.min(digits, amountScale))
    const [debit, credit] = [nameOf(posting, posting.debit), nameOf(posting, posting.credit)]
    if (accountId(debit) === accountId(credit)) throw reject('same-account', `${key}: ${accountText(debit)} cannot pay itself`)
    newAccount(tenant, debit, now)
    newAccount(tenant, credit, now)
    return { posting, debit, credit, amount: toScaled(amount, amountScale) }
  })
}

/**
 * Decides one group on accounts as they stand (by id; those that are missing are opened). Commands leave no account below its floor and move nothing on a frozen one; what is there already below its floor may grow. Nothing of
 * what is given is changed.
 * @throws HubError (reject) `not-enough-money` with the arithmetic, `account-frozen`, and what {@link readGroup} throws
 */
export function decideGroup(given: ReadonlyMap<string, AccountTable>, group: PostingGroup, moment: Moment): Decided {
  const { tenant, now, newId, closedUntil } = moment
  const accounts = new Map<string, AccountTable>()
  const transfers: TransferTable[] = []
  const entries: EntryTable[] = []
  const at = (name: AccountName): AccountTable => {
    const id = accountId(name)
    return accounts.get(id) ?? given.get(id) ?? newAccount(tenant, name, now)
  }
  for (const { posting, debit, credit, amount } of readGroup(tenant, now, group)) {
    const { book, owner, businessDate, kind, currency, ref } = posting
    const transfer: TransferTable = {
      ...{ tenant, id: newId(), key: posting.key, book, owner, debit: accountId(debit), credit: accountId(credit), amount, currency, kind },
      ...{ business_date: businessDate, period: postingPeriod(closedUntil(book, owner), businessDate), at: now },
      ...{ ref_type: ref?.type ?? null, ref_key: ref?.key ?? null, ref_line: ref?.line ?? null, reverses: posting.reverses ?? null },
      ...{ forced: group.forced === true ? 1 : 0, actor: group.actor, why: posting.why ?? null },
    }
    transfers.push(transfer)
    for (const [name, change] of [
      [debit, amount],
      [credit, -amount],
    ] as const) {
      const account = at(name)
      const balance = BigInt(account.balance) + change
      const seq = account.entries + 1
      accounts.set(account.id, { ...account, balance, entries: seq, changed_at: now })
      entries.push({
        ...{ tenant, account: account.id, seq, transfer: transfer.id, amount: change, balance },
        ...{ kind, business_date: businessDate, period: transfer.period, at: now },
      })
    }
  }
  if (group.forced !== true) for (const after of accounts.values()) mayStand(given.get(after.id), after)
  return { transfers, entries, accounts: [...accounts.values()] }
}

function mayStand(before: AccountTable | undefined, after: AccountTable): void {
  if (after.frozen === 1) throw reject('account-frozen', `${accountText(after)} is frozen: nothing is moved on it until it is opened again`)
  const [was, is] = [before === undefined ? 0n : natural(before), natural(after)]
  if (after.floor === null || is >= BigInt(after.floor) || is >= was) return
  const floor = BigInt(after.floor)
  throw reject(
    'not-enough-money',
    `${accountText(after)}: ${amountText(was)} is there, ${amountText(was - is)} is asked, ${amountText(floor)} has to stay: ${amountText(floor - is)} is missing. Nothing was moved`,
  )
}

/** The same, or the reason why not. */
export function tryGroup(given: ReadonlyMap<string, AccountTable>, group: PostingGroup, moment: Moment): Decided | HubError {
  try {
    return decideGroup(given, group, moment)
  } catch (error) {
    if (isHubError(error) && error.detail.recovery === 'reject') return error
    throw error
  }
}

/** Whether a transfer is what a posting asks for. */
export const isSame = (transfer: TransferTable, posting: Posting): boolean =>
  transfer.debit === accountId(nameOf(posting, posting.debit)) &&
  transfer.credit === accountId(nameOf(posting, posting.credit)) &&
  BigInt(transfer.amount) === toScaled(posting.amount, amountScale) &&
  transfer.kind === posting.kind &&
  transfer.business_date === posting.businessDate &&
  transfer.ref_type === (posting.ref?.type ?? null) &&
  transfer.ref_key === (posting.ref?.key ?? null) &&
  transfer.ref_line === (posting.ref?.line ?? null)
