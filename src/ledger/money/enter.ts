import { isHubError, reject } from '../../model/errors.ts'
import { findAccounts, transferById, transferReversing } from '../../store/account.ts'
import { doneOf, type Outcome } from '../../store/joint-writes.ts'
import type { AccountTable, TransferTable } from '../../store/tables-money.ts'
import { writeJournal } from '../write-journal.ts'
import { type AccountName, amountText } from './account.ts'
import { kindOfAccount } from './chart.ts'
import { type MoneyDesk, post, postGroups } from './post.ts'
import type { Posting, PostingGroup } from './posting.ts'

/** Balances that come from elsewhere, and differences that a person settles. */
export const enteredKinds = ['opening', 'adjustment'] as const

/** What a person enters into a book: it grows (or shrinks, with `direction: 'less'`) one account, against the book's account of that kind. */
export interface Entered extends AccountName {
  readonly key: string
  readonly kindOfEntry: (typeof enteredKinds)[number]
  readonly direction: 'more' | 'less'
  readonly amount: string
  readonly businessDate: string
  readonly why: string
  readonly actor: string
}

interface Did {
  readonly transfer: TransferTable
  readonly told: readonly string[]
}

/** Keys of what people enter begin with it. */
const mark = 'entered/'

/**
 * Enters an opening balance or an adjustment; the journal has the line `transfer-entered` once, however often it is asked for. What merchants may spend is adjusted by two persons (`deposits adjust`), and what is frozen follows from
 * orders.
 * @throws HubError (reject) `needs-approval`, `follows-document`, and what {@link post} throws
 */
export async function enter(desk: MoneyDesk, entered: Entered): Promise<Did> {
  const { outcomes, told } = await enterAll(desk, [entered])
  return { transfer: doneOf(outcomes[0]), told }
}

/** The same for several callers in one transaction, one after the other in their order; one that is refused leaves nothing. `told`: subscriptions that wait for what was posted. */
export async function enterAll(
  desk: MoneyDesk,
  asks: readonly Entered[],
): Promise<{ readonly outcomes: readonly Outcome<TransferTable>[]; readonly told: readonly string[] }> {
  const wanted = asks.map(groupOf)
  const posted = (
    await postGroups(
      desk,
      wanted.flatMap((one) => ('refused' in one ? [] : one.done)),
    )
  ).values()
  const fresh: TransferTable[] = []
  const outcomes = wanted.map((one): Outcome<TransferTable> => {
    if ('refused' in one) return one
    const outcome = posted.next().value
    if (outcome === undefined || outcome.kind === 'refused') return { refused: outcome?.error }
    if (outcome.kind === 'posted') fresh.push(...outcome.transfers)
    return { done: outcome.transfers[0] as TransferTable }
  })
  return { outcomes, told: await tell(desk, 'transfer-entered', fresh) }
}

function groupOf(entered: Entered): Outcome<PostingGroup> {
  try {
    return { done: { actor: entered.actor, postings: [postingOf(entered)] } }
  } catch (error) {
    if (isHubError(error) && error.detail.recovery === 'reject') return { refused: error }
    throw error
  }
}

function postingOf(entered: Entered): Posting {
  const { book, owner, currency, party, kind, kindOfEntry, direction, key, amount, businessDate, why } = entered
  if (book === 'deposit' && kind === 'available' && kindOfEntry === 'adjustment')
    throw reject(
      'needs-approval',
      `a deposit is adjusted by two persons: \`crossdock deposits adjust ${party} …\`, and another one approves it`,
    )
  if (book === 'deposit' && kind === 'frozen')
    throw reject('follows-document', `what is frozen of ${party} follows from its orders: nobody enters it`)
  const isDebit = (kindOfAccount(book, kind).side === 'debit') === (direction === 'more')
  const [account, against] = [
    { party, kind },
    { party: '', kind: kindOfEntry },
  ]
  return {
    ...{ key: `${mark}${key}`, book, owner, currency, amount, businessDate, why, kind: kindOfEntry },
    ...(isDebit ? { debit: account, credit: against } : { debit: against, credit: account }),
  }
}

export interface Reversing {
  readonly id: string
  readonly businessDate: string
  readonly why: string
  readonly actor: string
}

/**
 * Takes a transfer back by another one with its accounts the other way round; both stay. Asked again it answers the same. The journal has the line `transfer-reversed`.
 * @throws HubError (reject) `unknown-transfer`, `is-reversal`, `follows-document` for one that nobody entered, and what {@link post} throws
 */
export async function reverse(desk: MoneyDesk, { id, businessDate, why, actor }: Reversing): Promise<Did> {
  const { tx, tenant } = desk
  const transfer = await transferById(tx, tenant, id)
  if (transfer === undefined) throw reject('unknown-transfer', `there is no transfer ${id}`)
  if (transfer.reverses !== null) throw reject('is-reversal', `transfer ${id} takes ${transfer.reverses} back: enter that one anew instead`)
  if (!transfer.key.startsWith(mark))
    throw reject(
      'follows-document',
      `transfer ${id} follows ${transfer.ref_type === null ? 'a command' : `${transfer.ref_type} ${transfer.ref_key}`}: change that, and the books follow`,
    )
  const accounts = new Map((await findAccounts(tx, tenant, [transfer.debit, transfer.credit])).map((row) => [row.id, row]))
  const end = (account: string) => {
    const { party, kind } = accounts.get(account) as AccountTable
    return { party, kind }
  }
  const done = await transferReversing(tx, tenant, id)
  if (done !== undefined) return { transfer: done, told: [] }
  const { book, owner, currency, kind, ref_type, ref_key, ref_line } = transfer
  const posting: Posting = {
    ...{ key: `reversal/${id}`, book, owner, currency, kind, businessDate, why, reverses: id, amount: amountText(BigInt(transfer.amount)) },
    ...{ debit: end(transfer.credit), credit: end(transfer.debit) },
    ...(ref_type === null || ref_key === null
      ? {}
      : { ref: { type: ref_type, key: ref_key, ...(ref_line === null ? {} : { line: ref_line }) } }),
  }
  const transfers = await post(desk, { actor, postings: [posting] })
  return { transfer: transfers[0] as TransferTable, told: await tell(desk, 'transfer-reversed', transfers) }
}

function tell({ tx, tenant, now, newId }: MoneyDesk, kind: string, transfers: readonly TransferTable[]): ReturnType<typeof writeJournal> {
  const lines = transfers.map((transfer) => {
    const { book, owner, currency, period, reverses, actor, why } = transfer
    const detail = {
      ...{ book, owner, kind: transfer.kind, amount: amountText(BigInt(transfer.amount)), currency },
      ...{ businessDate: transfer.business_date, period, reverses },
    }
    const line = { tenant, id: newId(), at: now, kind, type: 'transfer', key: transfer.id, version: null, envelope: null, delivery: null }
    return { ...line, detail: JSON.stringify(detail), actor, why }
  })
  return writeJournal(tx, tenant, lines, now)
}
