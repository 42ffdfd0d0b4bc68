import { bug, type HubError, isHubError, reject } from '../../model/errors.ts'
import { dropAccounts, findAccounts, insertTransfers, openAccounts, saveAccounts, shareBooks, transfersByKey } from '../../store/account.ts'
import type { Tx } from '../../store/database.ts'
import type { AccountTable, EntryTable, TransferTable } from '../../store/tables-money.ts'
import { accountText, amountText, newAccount } from './account.ts'
import { isSame, type Moment, nameOf, readGroup, tryGroup } from './decide.ts'
import type { PostingGroup } from './posting.ts'

/** A unit of work on the books of money. Times in epoch ms. */
export interface MoneyDesk {
  readonly tx: Tx
  readonly tenant: string
  readonly now: number
  readonly newId: () => string
}

/** posted: now. known: these keys did the same before. refused: nothing of the group happened. */
export type Outcome =
  | { readonly kind: 'posted' | 'known'; readonly transfers: readonly TransferTable[] }
  | { readonly kind: 'refused'; readonly error: HubError }

/**
 * Posts groups, one after the other in the order they are given, each as a whole or not at all, with four statements for all of them: its accounts stay locked until the transaction ends, balances change with the transfers. A
 * key that is known answers what it did; one that asks for something else now is refused.
 */
export async function postGroups(desk: MoneyDesk, groups: readonly PostingGroup[]): Promise<readonly Outcome[]> {
  const { tx, tenant, now, newId } = desk
  const faults = groups.map((group) => faultOf(tenant, now, group))
  const sound = groups.filter((_, place) => faults[place] === undefined).flatMap(({ postings }) => postings)
  const books = await shareBooks(
    tx,
    tenant,
    sound.map(({ owner }) => owner),
  )
  const wanted = new Map<string, AccountTable>()
  for (const posting of sound)
    for (const end of [posting.debit, posting.credit]) {
      const account = newAccount(tenant, nameOf(posting, end), now)
      wanted.set(account.id, account)
    }
  const { accounts, opened } = await openAccounts(tx, tenant, [...wanted.values()])
  const keys = sound.map(({ key }) => key)
  const known = new Map((await transfersByKey(tx, tenant, keys)).map((transfer) => [transfer.key, transfer]))
  // what stands under a key with other accounts is told by their names
  const others = [...known.values()].flatMap(({ debit, credit }) => [debit, credit]).filter((id) => !accounts.has(id))
  const named = new Map((await findAccounts(tx, tenant, others)).map((row) => [row.id, row]))
  const textOf = (id: string) => accountText(accounts.get(id) ?? (named.get(id) as AccountTable))
  const moment: Moment = {
    ...{ tenant, now, newId },
    closedUntil: (book, owner) => books.find((row) => row.book === book && row.owner === owner)?.closed_until ?? null,
  }
  const made = { transfers: [] as TransferTable[], entries: [] as EntryTable[], accounts: new Map<string, AccountTable>() }
  const outcomes = groups.map((group, place): Outcome => {
    const fault = faults[place]
    if (fault !== undefined) return { kind: 'refused', error: fault }
    const before = group.postings.flatMap(({ key }) => known.get(key) ?? [])
    if (before.length > 0) return again(group, before, textOf)
    const decided = tryGroup(accounts, group, moment)
    if (isHubError(decided)) return { kind: 'refused', error: decided }
    for (const account of decided.accounts) {
      accounts.set(account.id, account)
      made.accounts.set(account.id, account)
    }
    for (const transfer of decided.transfers) known.set(transfer.key, transfer)
    made.transfers.push(...decided.transfers)
    made.entries.push(...decided.entries)
    return { kind: 'posted', transfers: decided.transfers }
  })
  await insertTransfers(tx, made.transfers, made.entries)
  await saveAccounts(tx, [...made.accounts.values()])
  await dropAccounts(
    tx,
    tenant,
    opened.filter((id) => !made.accounts.has(id)),
  )
  return outcomes
}

function faultOf(tenant: string, now: number, group: PostingGroup): HubError | undefined {
  try {
    readGroup(tenant, now, group)
    const keys = group.postings.map(({ key }) => key)
    return new Set(keys).size === keys.length ? undefined : reject('bad-key', `two postings of one group have the key ${keys[0]}`)
  } catch (error) {
    if (isHubError(error) && error.detail.recovery === 'reject') return error
    throw error
  }
}

function again({ postings }: PostingGroup, before: readonly TransferTable[], textOf: (account: string) => string): Outcome {
  for (const posting of postings) {
    const transfer = before.find(({ key }) => key === posting.key)
    if (transfer !== undefined && isSame(transfer, posting)) continue
    const stands = transfer === undefined ? `not with ${before.map(({ key }) => key).join(', ')}` : standing(transfer, textOf)
    const text = `transfer ${posting.key} was posted before and was another one: ${stands}. Give what is new a key of its own`
    return { kind: 'refused', error: reject('transfer-differs', text) }
  }
  return { kind: 'known', transfers: before }
}

/** What a transfer was, for whoever asks for another one under its key. */
function standing(transfer: TransferTable, textOf: (account: string) => string): string {
  const { amount, currency, kind, business_date, debit, credit, ref_type, ref_key } = transfer
  const about = ref_type === null ? '' : `, about ${ref_type} ${ref_key}`
  return `${amountText(BigInt(amount))} ${currency} (${kind}) of ${business_date}, debit ${textOf(debit)}, credit ${textOf(credit)}${about}`
}

/** One group that has to happen. @throws HubError the reason why it was refused */
export async function post(desk: MoneyDesk, group: PostingGroup): Promise<readonly TransferTable[]> {
  const [outcome] = await postGroups(desk, [group])
  if (outcome === undefined) throw bug('no-outcome', 'a group of postings was not answered')
  if (outcome.kind === 'refused') throw outcome.error
  return outcome.transfers
}
