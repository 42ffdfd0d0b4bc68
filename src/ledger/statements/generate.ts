import { businessDay } from '../../model/business-day.ts'
import { reject } from '../../model/errors.ts'
import { nextCount } from '../../store/counter.ts'
import { holdNames } from '../../store/hold.ts'
import {
  accountsOfChain,
  type Chain,
  claimEntries,
  firstUnstated,
  newestStatement,
  saveStatement,
  statedSums,
} from '../../store/statement.ts'
import type { StatementTable } from '../../store/tables-statement.ts'
import { type Author, journal } from '../books.ts'
import { amountText } from '../money/account.ts'
import { laterBy } from '../payables/due.ts'
import type { Books } from '../types.ts'
import { bookOfKind, type StatementKind, signOf, statementHash } from './content.ts'

export interface Generating {
  readonly kind: StatementKind
  readonly owner: string
  readonly party: string
  readonly currency: string
  /** last day of the period, `YYYY-MM-DD` */
  readonly until: string
  readonly author: Author
}

/** Whoever makes, revises or pays statements of one account waits until this unit of work ends. */
export const holdChain = ({ tx, tenant }: Books, { book, owner, party, currency }: Chain): Promise<void> =>
  holdNames(tx, tenant, [`statement:${JSON.stringify([book, owner, party, currency])}`])

/**
 * The next statement of an account: all entries up to a day that no statement has, also those of months before that came late. It opens with what the one before closed with.
 * @throws HubError (reject) `no-account`, `period-order`, `period-open`, `bad-date`
 */
export async function generateStatement(
  books: Books,
  { kind, owner, party, currency, until, author }: Generating,
): Promise<StatementTable> {
  const { tx, tenant, now } = books
  const chain = { book: bookOfKind[kind], owner, party, currency }
  if (!isDay(until)) throw reject('bad-date', `'${until}' is no day: write YYYY-MM-DD`)
  if (until >= businessDay(now, books.zone)) throw reject('period-open', `${until} is not over: a statement is made of days that are`)
  await holdChain(books, chain)
  const accounts = await accountsOfChain(tx, tenant, chain)
  if (accounts.length === 0)
    throw reject('no-account', `${party} has no account in book ${chain.book} of ${owner || 'the operator'} in ${currency}`)
  const before = await newestStatement(tx, tenant, chain)
  if (before !== undefined && until <= before.until_date)
    throw reject('period-order', `${before.key} goes up to ${before.until_date} already: the next one ends later than that`)
  const ids = accounts.map(({ id }) => id)
  const year = until.slice(0, 4)
  const key = `ST-${year}-${String(await nextCount(tx, tenant, `ST-${year}`)).padStart(5, '0')}`
  const first = before === undefined ? ((await firstUnstated(tx, tenant, ids)) ?? until) : laterBy(before.until_date, 1)
  const row: StatementTable = {
    ...{ tenant, key, kind, ...chain, place: (before?.place ?? 0) + 1, from_date: first < until ? first : until, until_date: until },
    ...{
      revision: 1,
      status: 'generated',
      opening: BigInt(before?.closing ?? 0),
      closing: BigInt(before?.closing ?? 0),
      line_count: 0,
      totals: '{}',
    },
    ...{ hash: '', confirmed_hash: null, disputes: null, made_at: now, made_by: author.actor, changed_at: now },
  }
  books.data.cause = { ...books.data.cause, author }
  const filled = await fill(books, row, ids)
  journal(books, 'statement-generated', nameOf(filled), toldOf(filled))
  return filled
}

/** Takes what no statement has up to its day, and writes sums and hash of the whole. */
export async function fill(books: Books, row: StatementTable, accounts: readonly string[]): Promise<StatementTable> {
  const { tx, tenant } = books
  await claimEntries(tx, tenant, row, accounts)
  const sums = await statedSums(tx, tenant, row.key)
  const sign = signOf(row.kind)
  const sum = sums.reduce((total, { amount }) => total + sign * amount, 0n)
  const next: StatementTable = {
    ...row,
    closing: BigInt(row.opening) + sum,
    line_count: sums.reduce((total, { count }) => total + count, 0),
    totals: JSON.stringify(Object.fromEntries(sums.map(({ kind, amount }) => [kind, amountText(sign * amount)]))),
  }
  const whole = { ...next, hash: await statementHash(tx, tenant, next) }
  await saveStatement(tx, whole)
  return whole
}

export const nameOf = ({ key }: Pick<StatementTable, 'key'>) => ({ type: 'statement', key })

/** What the journal says of a statement. */
export const toldOf = (row: StatementTable) => ({
  kind: row.kind,
  owner: row.owner,
  party: row.party,
  currency: row.currency,
  from: row.from_date,
  until: row.until_date,
  revision: row.revision,
  closing: amountText(BigInt(row.closing)),
  lineCount: row.line_count,
  hash: row.hash,
  after: { status: row.status },
})

function isDay(text: string): boolean {
  try {
    return /^\d{4}-\d{2}-\d{2}$/.test(text) && Temporal.PlainDate.from(text).toString() === text
  } catch (error) {
    if (error instanceof RangeError) return false
    throw error
  }
}
