import { amountScale, fromScaled } from '../../model/decimal.ts'
import { reject } from '../../model/errors.ts'
import { sha256 } from '../../model/id.ts'
import type { AccountTable } from '../../store/tables-money.ts'
import { kindOfAccount } from './chart.ts'

/** An account by its names: the book of `owner` (a party of our own), for one party (`''`: the book's own), in one currency. */
export interface AccountName {
  readonly book: string
  readonly owner: string
  readonly party: string
  readonly kind: string
  readonly currency: string
}

/** Made of the names, so that nobody has to look it up. */
export const accountId = ({ book, owner, party, kind, currency }: AccountName): string =>
  sha256(book, owner, party, kind, currency).slice(0, 40)

/** How it is named for people: `deposit/frozen of M-7 (CNY)`. */
export const accountText = ({ book, party, kind, currency }: AccountName): string =>
  `${book}/${kind}${party === '' ? '' : ` of ${party}`} (${currency})`

/** The account before its first transfer. @throws HubError (reject) `no-such-account`, `no-party` */
export function newAccount(tenant: string, name: AccountName, now: number): AccountTable {
  const { ofParty, floor } = kindOfAccount(name.book, name.kind)
  if (ofParty === (name.party === ''))
    throw reject(
      'no-party',
      `account ${accountText(name)} ${ofParty ? 'is one for each party: name the party' : 'is the one of its book: it has no party'}`,
    )
  return {
    ...{ tenant, id: accountId(name), ...name, balance: 0n, entries: 0 },
    ...{ floor: floor ?? null, frozen: 0, opened_at: now, changed_at: now },
  }
}

/** What is on an account, x 10^4: positive where it has what its kind is for. */
export const natural = ({ book, kind, balance }: Pick<AccountTable, 'book' | 'kind' | 'balance'>): bigint =>
  kindOfAccount(book, kind).side === 'debit' ? BigInt(balance) : -BigInt(balance)

export const amountText = (scaled: bigint): string => fromScaled(scaled, amountScale, 2)
